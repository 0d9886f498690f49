"""Planned training figures as the rest of the program sees them: tables that nobody may add up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from subsidy.rules.packs.quotas.schema import DutySpec, IndicatorSpec, ShareSpec


class OverlapError(ValueError):
    """Two tables split the same training: their figures cannot be added. Show each with its own total."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of figures: what is counted, in which years."""

    id: str
    means: str
    measure: str
    first_year: int
    last_year: int
    yearly: bool
    printed_total: int | None
    tracks: tuple[str, ...]
    assumed: str

    def counted_years(self, year: int) -> tuple[int, int] | None:
        """First and last year that count towards the figure in a report on `year`.

        A figure for several years together is counted from the first of them up to `year`; None
        where the column says nothing about the year.
        """
        if not self.first_year <= year <= self.last_year:
            return None
        return (year, year) if self.yearly else (self.first_year, year)


@dataclass(frozen=True, slots=True)
class QuotaRow:
    """One row. `planned` has one entry a column; None where only a placeholder is printed."""

    id: str
    name: str
    division: str
    department: str
    clause: str
    planned: tuple[int | None, ...]
    task: str
    placeholder: str
    asked: str
    province: str
    share: ShareSpec | None
    note: str


@dataclass(frozen=True, slots=True)
class Series:
    """One table of one document."""

    id: str
    name: str
    by: str
    clause: str
    document: str
    at_least: bool
    overlaps: tuple[str, ...]
    note: str
    columns: tuple[Column, ...]
    rows: tuple[QuotaRow, ...]

    def total(self, column: str) -> int | None:
        """Sum of one column; None while a row of it is still a placeholder."""
        at = [item.id for item in self.columns].index(column)
        return summed(row.planned[at] for row in self.rows)

    @property
    def open_rows(self) -> tuple[QuotaRow, ...]:
        """Rows whose figure nobody has settled."""
        return tuple(row for row in self.rows if None in row.planned)


@dataclass(frozen=True, slots=True)
class Quotas:
    """Every table, indicator and duty of one city."""

    city: str
    documents: Mapping[str, str]
    """Id → number, or title where it has none."""
    year_basis: str
    """Why a training counts in the year in which it ends: no document says so."""
    series: Mapping[str, Series]
    indicators: tuple[IndicatorSpec, ...]
    duties: tuple[DutySpec, ...]

    @property
    def departments(self) -> tuple[str, ...]:
        """Every department that a table names, in the order of the documents."""
        named = [row.department for table in self.series.values() for row in table.rows]
        return tuple(dict.fromkeys(name for name in named if name))

    def totals(self) -> dict[tuple[str, str], int | None]:
        """Total of each table and column by itself."""
        return {
            (table.id, column.id): table.total(column.id)
            for table in self.series.values()
            for column in table.columns
        }

    def total_of(self, wanted: Iterable[tuple[str, str]]) -> int | None:
        """Sum of columns of one table, as (table, column).

        Raises OverlapError where two tables are named: they split the same training in two ways, and
        where a figure once for several years stands beside others it may contain them.
        """
        asked = list(wanted)
        tables = {table for table, _ in asked}
        if len(tables) > 1:
            raise OverlapError(
                f"{', '.join(sorted(tables))} overlap: show each with its own total."
            )
        columns = [c for t in tables for c in self.series[t].columns if (t, c.id) in asked]
        for index, column in enumerate(columns):
            for other in columns[index + 1 :]:
                if column.measure != other.measure or _share_a_year(column, other):
                    raise OverlapError(f"{column.id} and {other.id} overlap: show both.")
        return summed(self.series[table].total(column) for table, column in asked)


def summed(figures: Iterable[int | None]) -> int | None:
    """The sum; None as soon as one figure is not settled."""
    found = list(figures)
    known = [figure for figure in found if figure is not None]
    return sum(known) if len(known) == len(found) else None


def _share_a_year(one: Column, other: Column) -> bool:
    return one.first_year <= other.last_year and other.first_year <= one.last_year
