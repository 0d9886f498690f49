"""Reads the folder of calendar files: years, cities, and the regulation on public holidays."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from subsidy.rules.calendars.checks import check_notices
from subsidy.rules.calendars.located import FileReading, Located
from subsidy.rules.calendars.notices import (
    CalendarFileError,
    ExceptionalDay,
    Fault,
    Notice,
    Regulation,
    RowKind,
    StatutoryFestival,
)

NUMBER = re.compile(r"\S*〔\d{4}〕\d+号")
DATED_PARTS = ("number", "issued", "published")
NOTICE_KEYS = ("number", "title", "issued", "published", "amends", "assumed", "unconfirmed", "days")
EXPECTED = "expected.yaml"
FIND_NUMBER = "Copy the number from the head of the notice, for example 国办发明电〔2025〕7号."


@dataclass(frozen=True, slots=True)
class CalendarFiles:
    """Everything the files say, checked; not yet seen from any business date."""

    notices: tuple[Notice, ...]
    regulations: tuple[Regulation, ...]


def read_folders(folders: Sequence[Path]) -> CalendarFiles:
    """Read calendar folders; a file of a later folder replaces one of the same name in an earlier.

    A folder holds `<year>.yaml`, `statutory.yaml` and `cities/<city>.yaml`.
    Raises CalendarFileError with every fault found, or FileNotFoundError for a missing folder.
    """
    chosen: dict[str, Path] = {}
    for folder in folders:
        if not folder.is_dir():
            raise FileNotFoundError(f"{folder}: there is no calendar folder. Name one that exists.")
        for path in (*folder.glob("*.yaml"), *folder.glob("cities/*.yaml")):
            chosen[path.relative_to(folder).as_posix()] = path
    notices: list[Notice] = []
    regulations: tuple[Regulation, ...] = ()
    faults: list[Fault] = []
    for name, path in sorted(chosen.items()):
        reading = FileReading(path, shown_as=_shown(path))
        if name == EXPECTED:
            continue  # read by `expected`: it says when a notice should be there, not what one says
        if name == "statutory.yaml":
            regulations = _regulations(reading)
        else:
            notices += _notices(reading, of_city=name.startswith("cities/"))
        faults += reading.faults
    faults += check_notices(notices)
    if not regulations and not faults:
        says = "is missing or empty"
        remedy = "Copy statutory.yaml of the shipped calendar beside the years."
        faults.append(Fault(f"{_shown(folders[0])}/statutory.yaml", 1, "regulations", says, remedy))
    if faults:
        raise CalendarFileError(tuple(faults))
    return CalendarFiles(tuple(sorted(notices, key=lambda n: (n.published, n.number))), regulations)


def _shown(path: Path) -> str:
    """Name a file from `config/` on: messages are the same on every machine."""
    parts = path.parts
    return Path(*parts[parts.index("config") :]).as_posix() if "config" in parts else str(path)


def _notices(reading: FileReading, *, of_city: bool) -> list[Notice]:
    root = reading.root()
    found = notices_in(reading, root, of_city=of_city)
    year = None if of_city else reading.child(root, "year")
    if year is not None and str(year.value).isdigit() and reading.path.stem != year.value:
        remedy = f"The file is named {reading.path.name}: make both agree."
        reading.fault(year, f"is {year.value}", remedy)
    return found


def notices_in(reading: FileReading, root: Located, *, of_city: bool) -> list[Notice]:
    """Return the notices of a file, whatever its name; what is wrong is noted in `reading`."""
    reading.known_keys(root, "city" if of_city else "year", "notices")
    city = year = None
    if of_city:
        city = reading.text(root, "city", remedy="Add `city:` with the city's id, like hangzhou.")
    else:
        year = reading.number(root, "year")
    if reading.faults and not root.value:
        return []
    found = (_notice(reading, row, year, city) for row in reading.items(root, "notices"))
    return [notice for notice in found if notice]


def _notice(
    reading: FileReading, row: Located, year: int | None, city: str | None
) -> Notice | None:
    reading.known_keys(row, *NOTICE_KEYS)
    number = reading.text(row, "number", remedy=FIND_NUMBER)
    if number and not NUMBER.fullmatch(number):
        where = reading.child(row, "number") or row
        reading.fault(where, f"is {number}, which is no document number", FIND_NUMBER)
    title = reading.text(row, "title", remedy="Add the title of the notice.")
    issued, published = reading.day(row, "issued"), reading.day(row, "published")
    days = tuple(day for day in (_day(reading, r) for r in reading.items(row, "days")) if day)
    if issued is None or published is None:
        return None
    return Notice(
        number=number,
        title=title,
        year=year if year is not None else published.year,
        issued=issued,
        published=published,
        days=days,
        file=reading.file,
        line=row.line,
        amends=reading.optional(row, "amends"),
        city=city,
        assumed=reading.optional(row, "assumed"),
        unconfirmed=_unconfirmed(reading, row),
    )


def _unconfirmed(reading: FileReading, row: Located) -> tuple[str, ...]:
    if reading.child(row, "unconfirmed") is None:
        return ()
    named = []
    for item in reading.items(row, "unconfirmed"):
        if item.value in DATED_PARTS:
            named.append(str(item.value))
        else:
            reading.fault(item, f"is {item.value}", f"Name any of: {', '.join(DATED_PARTS)}.")
    return tuple(named)


def _day(reading: FileReading, row: Located) -> ExceptionalDay | None:
    reading.known_keys(row, "date", "kind", "festival")
    on = reading.day(row, "date")
    festival = reading.text(row, "festival", remedy="Name the festival, as 春节.")
    kind = reading.text(row, "kind", remedy="Add `kind: holiday` or `kind: make_up`.")
    if kind and kind not in set(RowKind):
        where = reading.child(row, "kind") or row
        reading.fault(where, f"is {kind}", f"Use one of: {', '.join(RowKind)}.")
        return None
    if on is None or not kind:
        return None
    return ExceptionalDay(on, RowKind(kind), festival, row.line)


def _regulations(reading: FileReading) -> tuple[Regulation, ...]:
    root = reading.root()
    reading.known_keys(root, "regulations")
    found = []
    for row in reading.items(root, "regulations"):
        festivals = [_statutory(reading, item) for item in reading.items(row, "festivals")]
        found.append(
            Regulation(
                number=reading.text(row, "number", remedy="Add the number of the decree."),
                clause=reading.text(row, "clause", remedy="Add the article, like 第二条."),
                published=reading.day(row, "published") or date.max,
                in_force=reading.day(row, "in_force") or date.max,
                festivals=tuple(festival for festival in festivals if festival),
            )
        )
    return tuple(sorted(found, key=lambda regulation: regulation.in_force))


def _statutory(reading: FileReading, row: Located) -> StatutoryFestival | None:
    name = reading.text(row, "name", remedy="Name the festival, as 春节.")
    on = reading.child(row, "on")
    rules = on.value if on and isinstance(on.value, dict) else {}
    days, starts = reading.number(row, "days"), reading.number(row, "from", default=0)
    if len(rules) != 1 or not set(rules) <= {"solar", "lunar", "term"}:
        remedy = "Write {solar: MM-DD}, {lunar: MM-DD} or {term: 清明}."
        reading.fault(on or row, "does not say where the festival falls", remedy)
        return None
    (rule, at), *_ = rules.items()
    well_formed = rule == "term" or re.fullmatch(r"\d\d-\d\d", str(at.value))
    if not well_formed:
        reading.fault(at, f"is {at.value}", "Write month and day as MM-DD.")
    if days is None or starts is None or not well_formed:
        return None
    return StatutoryFestival(name, rule, str(at.value), starts, days)
