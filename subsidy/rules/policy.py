"""Policy packs: one city's rules as data, read from `config/policies/<city>.yaml`.

    pack = load_pack(Path("config/policies/hangzhou.yaml"),
                     settings=Path("config/settings/hangzhou.yaml"))
    pack.value("project_day_rate", on=date(2020, 9, 1)).value      # 10000 fen, with its clause

A value that no document gives is `unset`; one that the bureau chose is `assumed` with its reason
and may route, warn or hold, but never refuses, lapses or lowers money.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from subsidy.rules.exceptions import ExceptionBook, load_exceptions
from subsidy.rules.packs.building import Level, build_table, close_values, overlay
from subsidy.rules.packs.checking import cross_faults
from subsidy.rules.packs.faults import Fault, PolicyError
from subsidy.rules.packs.pack import Pack, Road, Track, check_order, check_pack_order, road_of
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import PackSpec, SettingsSpec
from subsidy.rules.packs.values import DatedValues, Value
from subsidy.rules.packs.versions.content import packed, unpacked, version_of
from subsidy.rules.precedence import amend

__all__ = [
    "Fault",
    "Level",
    "Pack",
    "PolicyError",
    "Road",
    "Track",
    "Value",
    "check_order",
    "check_pack_order",
    "load_pack",
    "load_packs",
    "pack_of_content",
    "road_of",
]


def load_pack(
    path: Path,
    *,
    settings: Path | None = None,
    exceptions: Path | None = None,
    any_name: bool = False,
) -> Pack:
    """Read and check one city's pack with the bureau's settings over it.

    `exceptions` defaults to `config/exceptions.yaml` beside the `policies` folder, else the
    shipped one. `any_name` reads a draft whose file is not named after its city. Raises PolicyError
    listing every fault with file, key, line and remedy.
    """
    over = SourceFile(path=settings) if settings is not None else None
    book = load_exceptions(_book_path(path, exceptions))
    return _assembled(SourceFile(path=path), over, book, stem=None if any_name else path.stem)


def pack_of_content(content: str, *, book: ExceptionBook) -> Pack:
    """Build a pack again from the `content` that it was kept with; its version is the same.

    Raises PolicyError when this version of the program no longer reads it.
    """
    sources = [SourceFile.stored(data, name="kept pack") for data in unpacked(content)]
    return _assembled(sources[0], sources[1] if len(sources) > 1 else None, book)


def _assembled(
    source: SourceFile, over: SourceFile | None, book: ExceptionBook, *, stem: str | None = None
) -> Pack:
    """Check pack and settings together. Raises PolicyError with every fault."""
    spec = source.parse(PackSpec)
    table = build_table(spec, source=source)
    close_values(table, spec=spec)
    amend(table, spec=spec, source=source)
    content = [source.data]
    if stem is not None and spec.city != stem:
        table.faults.append(
            source.fault(("city",), f"The file is named {stem}.", "Use the same id.")
        )
    if over is not None:
        chosen = over.parse(SettingsSpec)
        if chosen.city != spec.city:
            table.faults.append(
                over.fault(("city",), f"The pack is {spec.city}.", "Use the city's own settings.")
            )
        overlay(table, spec=spec, settings=chosen, source=over)
        content.append(over.data)
    faults = [*table.faults, *cross_faults(spec, table=table, source=source)]
    if faults:
        raise PolicyError(faults)
    return _pack(spec, table.dated, content, book)


def load_packs(config: Path, *overrides: Path) -> dict[str, Pack]:
    """Every city's pack in `config/policies` with `config/settings/<city>.yaml` where present.

    A file in a later folder replaces the one of the same name: the bureau's own before the
    shipped. Raises PolicyError with the faults of all files together.
    """
    folders = (config, *overrides)
    packs: dict[str, Pack] = {}
    faults: list[Fault] = []
    settings = _newest("settings", folders)
    exceptions = _newest_file("exceptions.yaml", folders)
    for name, path in sorted(_newest("policies", folders).items()):
        try:
            packs[path.stem] = load_pack(path, settings=settings.get(name), exceptions=exceptions)
        except PolicyError as error:
            faults += error.faults
    if faults:
        raise PolicyError(faults)
    return packs


def _newest(kind: str, folders: Sequence[Path]) -> dict[str, Path]:
    return {path.name: path for folder in folders for path in (folder / kind).glob("*.yaml")}


def _newest_file(name: str, folders: Sequence[Path]) -> Path | None:
    found = [folder / name for folder in folders if (folder / name).exists()]
    return found[-1] if found else None


def _pack(
    spec: PackSpec, dated: Mapping[str, DatedValues], content: Sequence[object], book: ExceptionBook
) -> Pack:
    tracks = {
        code: Track(
            code=code,
            name_zh=track.name,
            unit=track.unit,
            enters_at=track.enters_at,
            stages=tuple(stage.state for stage in track.stages),
            spec=track,
            dated=dated,
            common_windows=spec.windows,
        )
        for code, track in spec.tracks.items()
    }
    return Pack(
        city=spec.city,
        name=spec.name,
        version=version_of(content),
        documents={document.id: document for document in spec.documents},
        tracks=tracks,
        spec=spec,
        dated=dated,
        book=book,
        content=packed(content),
    )


def _book_path(path: Path, given: Path | None) -> Path:
    if given is not None:
        return given
    beside = path.resolve().parent.parent / "exceptions.yaml"
    if beside.exists():
        return beside
    return Path(__file__).resolve().parents[2] / "config" / "exceptions.yaml"
