"""Packs that a command names: a file, a version of the archive, or the one in use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from subsidy.commands.packs import config_roots, pack_of
from subsidy.commands.surroundings import NOT_SET_UP, WRONG_INPUT, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.rules.policy import Pack

VERSION = re.compile(r"[0-9a-f]{6,16}")


def named_pack(city: str, name: str) -> Pack:
    """The pack of a file, or of a version (its beginning is enough). Faults end the command."""
    path = Path(name)
    if path.suffix in (".yaml", ".yml") or path.is_file():
        return _of_file(city, path)
    return kept_pack(city, name)


def kept_pack(city: str, name: str) -> Pack:
    """The pack of a version: the one in use, else from the archive. Faults end the command."""
    if not VERSION.fullmatch(name):
        stop(f"{name!r} is neither a file nor a version such as 906bceb939b46777.",
             code=WRONG_INPUT)  # fmt: skip
    now = pack_of(city)
    if now.version.startswith(name):
        return now
    return _of_archive(now, name)


def before(city: str, pack: Pack) -> Pack:
    """The version that was in use before this one, by the archive."""
    with _archive() as session:
        from subsidy.records.pack_archive import versions_of

        older = [v for v, _ in versions_of(session, city=city) if v != pack.version]
    if not older:
        stop(f"The archive holds no version of {city} before {pack.version}. Name one with --from.",
             code=WRONG_INPUT)  # fmt: skip
    return _of_archive(pack, older[0])


def _of_file(city: str, path: Path) -> Pack:
    """A pack file with the settings beside it (`../settings`), else with those in use."""
    from subsidy.rules.policy import PolicyError, load_pack

    exceptions = [root / "exceptions.yaml" for root in config_roots()]
    try:
        pack = load_pack(
            path,
            settings=_settings_of(city, path),
            exceptions=next(file for file in reversed(exceptions) if file.exists()),
            any_name=True,
        )
    except PolicyError as error:
        stop(str(error), code=WRONG_INPUT)
    if pack.city != city:
        stop(f"{path} is the pack of {pack.city}, not of {city}.", code=WRONG_INPUT)
    return pack


def _settings_of(city: str, path: Path) -> Path | None:
    folders = [path.resolve().parent.parent, *reversed(config_roots())]
    files = (folder / "settings" / f"{city}.yaml" for folder in folders)
    return next((file for file in files if file.exists()), None)


def _of_archive(now: Pack, name: str) -> Pack:
    from subsidy.records.pack_archive import content_of, versions_of
    from subsidy.rules.policy import PolicyError, pack_of_content

    with _archive() as session:
        kept = [v for v, _ in versions_of(session, city=now.city)]
        found = [v for v in kept if v.startswith(name)]
        content = content_of(session, city=now.city, version=found[0]) if len(found) == 1 else None
    if content is None:
        known = ", ".join(kept) or "nothing"
        what = "several versions" if found else "no version"
        stop(f"The archive holds {what} {name} of {now.city}; it holds {known}.", code=WRONG_INPUT)
    try:
        return pack_of_content(content, book=now.book)
    except PolicyError as error:
        stop(str(error), code=WRONG_INPUT)


@contextmanager
def _archive() -> Iterator[Session]:
    """The database, for looking; one that is not there or not current ends the command with code 3."""
    from subsidy.office import open_database
    from subsidy.settings import SetupError, load_settings
    from subsidy.supervisor.schema import read_schema

    try:
        settings = load_settings()
        schema = read_schema(settings.database_url)
    except SetupError as error:
        stop(str(error), code=NOT_SET_UP)
    if schema.kind != "current":
        stop(f"The archive of packs cannot be read: the database is {schema.kind}. "
             "Run `subsidy doctor`, or name files.", code=NOT_SET_UP)  # fmt: skip
    database = open_database(settings)
    try:
        with database.reading() as session:
            yield session
    finally:
        database.dispose()
