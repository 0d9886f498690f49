"""Planned figures against what was done: one table of one document at a time, never added up.

What cannot be given to a row (no department on the project, a district that several took over) is
listed as not attributed, with the reason.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from sqlmodel import Session

from subsidy.actions.insight.training_counts import (
    Tally,
    certificates,
    person_times,
    persons,
    without_people,
)
from subsidy.rules.packs.divisions import Divisions
from subsidy.rules.packs.quotas import Column, QuotaRow, Quotas, Series
from subsidy.rules.script import simplified

NO_DEPARTMENT = "no_department"
OTHER_DEPARTMENT = "other_department"
SEVERAL_ORIGINS = "several_origins"
NO_ROW = "no_row"
NO_END = "no_training_end"
NO_PEOPLE = "no_people"
NOT_RECORDED = "not_recorded"
Key = tuple[str, str]
"""Department and division of a row, as far as its table names them."""


@dataclass(frozen=True, slots=True)
class Line:
    """One row with what was done. `done` is None where this system cannot know it."""

    row: QuotaRow
    planned: int | None
    done: int | None
    percent: Decimal | None
    """Of the plan, cut after one decimal; None for a placeholder."""
    now: tuple[str, ...]
    """Who answers for a district that ended."""


@dataclass(frozen=True, slots=True)
class Unattributed:
    """What was done and belongs to no row."""

    reason: str
    what: str
    number: int


@dataclass(frozen=True, slots=True)
class Progress:
    """One table on one year."""

    series: Series
    column: Column
    document: str
    first_year: int
    last_year: int
    lines: tuple[Line, ...]
    planned: int | None
    """None while a row is a placeholder."""
    done: int | None
    percent: Decimal | None
    left_over: tuple[Unattributed, ...]
    why_uncounted: str
    overlaps: tuple[str, ...]
    """Names of the tables that must not be added to this one."""


@dataclass(frozen=True, slots=True)
class YearReport:
    """Every table of a city that speaks of the year, each by itself."""

    quotas: Quotas
    year: int
    tables: tuple[Progress, ...]


def quota_progress(
    session: Session,
    *,
    quotas: Quotas,
    divisions: Divisions,
    year: int,
    on: date,
    tracks: Collection[str] = (),
) -> YearReport:
    """Read what was done and set it beside every table that speaks of `year`.

    `on` is the day on which ended districts are led to their successors, `tracks` the tracks that the
    city's pack has: persons of a track that nobody runs are not counted rather than counted as none.
    """
    counted = _Counts(session, quotas.city, tuple(tracks))
    made = []
    for series in quotas.series.values():
        for at, column in enumerate(series.columns):
            years = column.counted_years(year)
            if years is not None:
                made.append(_progress(counted, quotas, series, at, years, divisions, on))
    return YearReport(quotas, year, tuple(made))


def years_of(quotas: Quotas) -> tuple[int, ...]:
    """Every year that some table of the city speaks of."""
    columns = [column for series in quotas.series.values() for column in series.columns]
    return tuple(
        sorted({y for column in columns for y in range(column.first_year, column.last_year + 1)})
    )


class _Counts:
    """What was done, read once for all tables."""

    def __init__(self, session: Session, city: str, tracks: Collection[str]) -> None:
        self._session, self._city, self._tracks = session, city, tracks
        self._by_measure = {
            "person_times": person_times(session, city=city),
            "certificates": certificates(session, city=city),
        }
        self._without_people = without_people(session, city=city)

    def tallies(self, column: Column, years: tuple[int, int]) -> list[Tally]:
        first, last = years
        found = self._by_measure[column.measure]
        return [tally for tally in found if tally.year is not None and first <= tally.year <= last]

    def persons(self, column: Column, years: tuple[int, int]) -> int | None:
        tracks = [track for track in column.tracks if track in self._tracks]
        if not tracks:
            return None
        return persons(
            self._session,
            city=self._city,
            tracks=tracks,
            first_year=years[0],
            last_year=years[1],
        )

    def undated(self, column: Column) -> list[Unattributed]:
        """What belongs to no year, or to nobody: it stands beside every table of person-times."""
        if column.measure != "person_times":
            return []
        undated = sum(t.number for t in self._by_measure["person_times"] if t.year is None)
        found = [
            Unattributed(NO_END, "", undated),
            Unattributed(NO_PEOPLE, "", self._without_people),
        ]
        return [item for item in found if item.number]


def _progress(
    counts: _Counts,
    quotas: Quotas,
    series: Series,
    at: int,
    years: tuple[int, int],
    divisions: Divisions,
    on: date,
) -> Progress:
    column = series.columns[at]
    done_by, total, left_over = _done(counts, series, column, years, divisions)
    lines = tuple(
        _line(row, row.planned[at], done_by(row), divisions=divisions, on=on) for row in series.rows
    )
    planned = series.total(column.id)
    return Progress(
        series,
        column,
        quotas.documents[series.document],
        *years,
        lines,
        planned,
        total,
        percent_of(total, planned),
        tuple(left_over),
        NOT_RECORDED if total is None else "",
        tuple(quotas.series[name].name for name in series.overlaps),
    )


def _done(
    counts: _Counts,
    series: Series,
    column: Column,
    years: tuple[int, int],
    divisions: Divisions,
) -> tuple[Callable[[QuotaRow], int | None], int | None, list[Unattributed]]:
    """What each row has done, what was done in all rows, and what belongs to none."""
    if column.measure == "persons":
        number = counts.persons(column, years)
        return (lambda _row: number), number, []
    if series.by == "programme":
        return (lambda _row: None), None, []
    tallies = counts.tallies(column, years)
    beside = counts.undated(column)
    if series.by == "city":
        number = sum(tally.number for tally in tallies)
        return (lambda _row: number), number, beside
    given: Counter[Key] = Counter()
    left: Counter[tuple[str, str]] = Counter()
    for tally in tallies:
        key, why = _row_of(tally, series, divisions)
        if key is None:
            left[why] += tally.number
        else:
            given[key] += tally.number
    left_over = [Unattributed(reason, what, n) for (reason, what), n in sorted(left.items())]

    def done(row: QuotaRow) -> int:
        return given[simplified(row.department), row.division]

    return done, sum(given.values()), [*left_over, *beside]


def _row_of(
    tally: Tally, series: Series, divisions: Divisions
) -> tuple[Key | None, tuple[str, str]]:
    """The row that a count belongs to, else (reason, of whom)."""
    department = place = ""
    if series.by != "division":
        department = simplified(tally.department.strip())
        if not department:
            return None, (NO_DEPARTMENT, "")
        if department not in {simplified(row.department) for row in series.rows}:
            return None, (OTHER_DEPARTMENT, tally.department)
    if series.by != "department":
        rows = [row.division for row in series.rows]
        place, reason = _place_of(tally.area, rows, divisions)
        if not place:
            named = divisions.by_id.get(tally.area)
            return None, (reason, named.name_zh if named else tally.area)
    return (department, place), ("", "")


def _place_of(area: str, rows: Sequence[str], divisions: Divisions) -> tuple[str, str]:
    """The row of an area: its own, or that of the one division whose territory it took over."""
    if area in rows:
        return area, ""
    before = [item.id for item in divisions.origins(area) if item.id in rows]
    if len(before) == 1:
        return before[0], ""
    return "", SEVERAL_ORIGINS if before else NO_ROW


def _line(
    row: QuotaRow, planned: int | None, done: int | None, *, divisions: Divisions, on: date
) -> Line:
    now: tuple[str, ...] = ()
    if row.division and not divisions.by_id[row.division].exists_on(on):
        heirs = divisions.now(row.division, on=on)
        now = tuple(heir.name_zh for heir in heirs if heir.id != row.division)
    return Line(row, planned, done, percent_of(done, planned), now)


def percent_of(done: int | None, planned: int | None) -> Decimal | None:
    """Done of planned in percent, cut after one decimal: 99.96 is not yet 100."""
    if done is None or not planned:
        return None
    return (Decimal(done) * 100 / planned).quantize(Decimal("0.1"), rounding=ROUND_DOWN)
