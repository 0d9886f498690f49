"""Read `config/quotas/<city>.yaml` against the divisions of the city."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from subsidy.rules.packs.divisions import Divisions, load_divisions
from subsidy.rules.packs.faults import Fault, PolicyError
from subsidy.rules.packs.quotas.checks import quota_faults
from subsidy.rules.packs.quotas.schema import QuotasSpec, RowSpec, SeriesSpec
from subsidy.rules.packs.quotas.tables import Column, QuotaRow, Quotas, Series
from subsidy.rules.packs.reading import SourceFile


def load_quotas(path: Path, *, divisions: Divisions | None = None) -> Quotas:
    """Read and check one city's tables; raises PolicyError with every fault, file, line and remedy.

    Sums that the documents print are compared with the rows. Without `divisions` the districts of
    the rows are not looked up and keep their ids as names.
    """
    source = SourceFile(path=path)
    spec = source.parse(QuotasSpec)
    faults = list(quota_faults(spec, divisions=divisions, source=source))
    if faults:
        raise PolicyError(faults)
    return Quotas(
        spec.city,
        {item.id: item.number or item.title for item in spec.documents},
        spec.year_basis.assumed,
        {item.id: _series(item, divisions) for item in spec.series},
        spec.indicators,
        spec.duties,
    )


def check_quotas(folders: Sequence[Path]) -> tuple[dict[str, Quotas], list[Fault]]:
    """Every city's tables and divisions in `quotas/` and `divisions/` of the folders, with all faults.

    A file in a later folder replaces the one of the same name: the bureau's own before the shipped.
    """
    found: dict[str, Quotas] = {}
    faults: list[Fault] = []
    places: dict[str, Divisions] = {}
    for name, path in _newest("divisions", folders).items():
        try:
            places[name] = load_divisions(path)
        except PolicyError as error:
            faults += error.faults
    for name, path in _newest("quotas", folders).items():
        try:
            found[path.stem] = load_quotas(path, divisions=places.get(name))
        except PolicyError as error:
            faults += error.faults
    return found, faults


def _newest(kind: str, folders: Sequence[Path]) -> dict[str, Path]:
    files = {path.name: path for folder in folders for path in (folder / kind).glob("*.yaml")}
    return dict(sorted(files.items()))


def _series(spec: SeriesSpec, divisions: Divisions | None) -> Series:
    return Series(
        spec.id,
        spec.name,
        spec.by,
        spec.clause,
        spec.document,
        spec.at_least,
        spec.overlaps,
        spec.note,
        tuple(
            Column(
                item.id,
                item.means,
                item.measure,
                item.years[0],
                item.years[1],
                item.yearly,
                item.printed_total,
                item.tracks,
                item.assumed,
            )
            for item in spec.columns
        ),
        tuple(_row(item, spec, divisions) for item in spec.rows),
    )


def _row(row: RowSpec, series: SeriesSpec, divisions: Divisions | None) -> QuotaRow:
    place = row.division
    if divisions is not None and row.division:
        place = divisions.by_id[row.division].name_zh
    name = row.name or "　".join(part for part in (row.department, place) if part)
    return QuotaRow(
        row.id,
        name,
        row.division,
        row.department,
        row.clause or series.clause,
        tuple(row.planned),
        row.task,
        row.placeholder,
        row.asked,
        row.province,
        row.share,
        row.note,
    )
