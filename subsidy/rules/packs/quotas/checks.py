"""What is wrong with a city's tables of planned figures: sums, names, overlaps that nobody declared."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from subsidy.rules.packs.divisions import Divisions
from subsidy.rules.packs.faults import Fault
from subsidy.rules.packs.quotas.schema import QuotasSpec, RowSpec, SeriesSpec
from subsidy.rules.packs.quotas.tables import summed
from subsidy.rules.packs.reading import SourceFile

At = tuple[object, ...]
KEYS = {
    "city": ("name",),
    "division": ("division",),
    "department": ("department",),
    "department_in_division": ("department", "division"),
    "programme": ("name",),
}
"""What a row names, by the way its table splits the training."""


def quota_faults(
    spec: QuotasSpec, *, divisions: Divisions | None, source: SourceFile
) -> Iterator[Fault]:
    """Every contradiction within the file, and with the divisions of the city."""
    if spec.city != source.path.stem:
        what = f"The file is named {source.path.stem}."
        yield source.fault(("city",), what, "Use the same id.")
    yield from _documents(spec, source)
    ids = [series.id for series in spec.series]
    for index, series in enumerate(spec.series):
        at: At = ("series", index)
        if ids.count(series.id) > 1:
            yield source.fault(at, f"{series.id} stands twice.", "Keep one of them.")
        yield from _rows(series, at, divisions, source)
        yield from _sums(series, at, source)
        yield from _overlaps(spec, index, source)
        yield from _decomposition(spec, series, at, source)


def _documents(spec: QuotasSpec, source: SourceFile) -> Iterator[Fault]:
    known = {document.id for document in spec.documents}
    for part in ("series", "indicators", "duties"):
        for index, item in enumerate(getattr(spec, part)):
            if item.document not in known:
                what = f"Document {item.document!r} is not listed."
                yield source.fault((part, index, "document"), what, "Add it under `documents`.")


def _rows(
    series: SeriesSpec, at: At, divisions: Divisions | None, source: SourceFile
) -> Iterator[Fault]:
    wanted = KEYS[series.by]
    seen: set[tuple[str, ...]] = set()
    for index, row in enumerate(series.rows):
        here: At = (*at, "rows", index)
        named = tuple(getattr(row, key) for key in wanted)
        if not all(named):
            what = f"A row by {series.by} names {' and '.join(wanted)}."
            yield source.fault(here, what, "Add what is missing.")
        if named in seen:
            yield source.fault(here, f"{' '.join(named)} stands twice.", "Keep one of them.")
        seen.add(named)
        if "division" in wanted and divisions and row.division not in divisions.by_id:
            what = f"{row.division!r} is no division of {divisions.city}."
            remedy = f"Use an id of config/divisions/{divisions.city}.yaml."
            yield source.fault((*here, "division"), what, remedy)
        yield from _figures(series, row, here, source)


def _figures(series: SeriesSpec, row: RowSpec, here: At, source: SourceFile) -> Iterator[Fault]:
    if len(row.planned) != len(series.columns):
        what = f"{len(row.planned)} figures for {len(series.columns)} columns."
        yield source.fault((*here, "planned"), what, "Give one figure a column.")
    if any(figure is not None and figure < 0 for figure in row.planned):
        yield source.fault((*here, "planned"), "A figure below zero.", "Correct it.")
    if (None in row.planned) != bool(row.placeholder):
        what = "A figure that is not settled and its placeholder go together."
        remedy = "Write `null` and the `placeholder` as printed, or the figure alone."
        yield source.fault((*here, "planned"), what, remedy)


def _sums(series: SeriesSpec, at: At, source: SourceFile) -> Iterator[Fault]:
    ids = [column.id for column in series.columns]
    if any(len(row.planned) != len(ids) for row in series.rows):
        return
    totals = {
        column: summed(row.planned[index] for row in series.rows)
        for index, column in enumerate(ids)
    }
    for index, column in enumerate(series.columns):
        here = (*at, "columns", index, "printed_total")
        yield from _compared(column.printed_total, totals[column.id], here, source)
    for index, printed in enumerate(series.printed_sums):
        here = (*at, "printed_sums", index)
        if unknown := [name for name in printed.columns if name not in ids]:
            yield source.fault(here, f"Unknown column {unknown[0]!r}.", "Name one above.")
            continue
        computed = summed(totals[name] for name in printed.columns)
        yield from _compared(printed.total, computed, here, source)


def _compared(
    printed: int | None, computed: int | None, here: At, source: SourceFile
) -> Iterator[Fault]:
    if printed is None or printed == computed:
        return
    shown = "not settled" if computed is None else computed
    what = f"The document prints {printed}, the rows make {shown}."
    yield source.fault(here, what, "Compare the rows and the total with the printed table.")


def _overlaps(spec: QuotasSpec, index: int, source: SourceFile) -> Iterator[Fault]:
    """Overlaps are named on both sides; two tables about one year that name none are a fault."""
    series = spec.series[index]
    by_id = {item.id: item for item in spec.series}
    at: At = ("series", index)
    for name in series.overlaps:
        if name not in by_id or name == series.id:
            yield source.fault((*at, "overlaps"), f"No other table {name!r}.", "Mend its name.")
        elif series.id not in by_id[name].overlaps:
            what = f"{name} does not name {series.id} in turn."
            yield source.fault((*at, "overlaps"), what, "Name each other.")
    for other in spec.series[:index]:
        named = other.id in series.overlaps or series.id in other.overlaps
        if not named and _same_training(series, other):
            what = f"{series.id} and {other.id} count the same years, but name no overlap."
            yield source.fault(at, what, "List each in the other's `overlaps`.")


def _same_training(one: SeriesSpec, other: SeriesSpec) -> bool:
    return any(
        a.measure == b.measure and a.years[0] <= b.years[1] and b.years[0] <= a.years[1]
        for a in one.columns
        for b in other.columns
    )


def _decomposition(
    spec: QuotasSpec, series: SeriesSpec, at: At, source: SourceFile
) -> Iterator[Fault]:
    """A department's figures in the districts make its figure for the city."""
    if not series.decomposes:
        return
    whole = next((item for item in spec.series if item.id == series.decomposes), None)
    if whole is None or series.by != "department_in_division" or whole.by != "department":
        what = f"{series.decomposes!r} is no table by department that this one could split."
        yield source.fault((*at, "decomposes"), what, "Name one; split it by both keys.")
        return
    if len(whole.columns) != len(series.columns):
        yield source.fault((*at, "columns"), "Other columns than the whole.", "Use the same.")
        return
    for row in whole.rows:
        parts = [item.planned for item in series.rows if item.department == row.department]
        made = [summed(column) for column in _turned(parts)] if parts else []
        if parts and made != row.planned:
            what = f"{row.department}: the districts make {made}, the plan says {row.planned}."
            yield source.fault((*at, "rows"), what, "Correct the split.")


def _turned(parts: Sequence[Sequence[int | None]]) -> list[tuple[int | None, ...]]:
    return list(zip(*parts, strict=False))
