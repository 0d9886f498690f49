"""A notice that somebody hands in: read, checked together with all that is loaded, and merged.

Nothing is written here. What comes out is the content of the one file that would hold the notices.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from subsidy.rules.calendars.checks import check_notices
from subsidy.rules.calendars.files import CalendarFiles, notices_in, read_folders
from subsidy.rules.calendars.located import FileReading, Located
from subsidy.rules.calendars.notices import CalendarFileError, ExceptionalDay, Fault, Notice

LARGEST = 256 * 1024
"""Bytes; a whole year takes three thousand."""
YEAR_NAME = re.compile(r"\d{4}")
MEND_IN_PLACE = (
    "A later change is a notice with its own number and `amends`; a typing error is mended in "
    "that file itself."
)


@dataclass(frozen=True, slots=True)
class Offered:
    """What a file that was handed in adds to the notices that are loaded."""

    place: str
    """The file of the calendar folder that would hold it: `2019.yaml`, `cities/hangzhou.yaml`."""
    city: str | None
    new: tuple[Notice, ...]
    """Empty where everything in it is loaded already."""
    known: tuple[Notice, ...]
    content: str
    """The whole file as it would be, notices that are loaded already included."""
    sha256: str
    """Of the file as it was handed in."""
    files: CalendarFiles
    """Every notice, these among them."""

    @property
    def known_from(self) -> date | None:
        """The first day on which all of it is known; None where nothing is new."""
        return max((notice.published for notice in self.new), default=None)


def examine(
    content: bytes, *, name: str, folders: Sequence[Path], cities: Collection[str]
) -> Offered:
    """Read a file that was handed in and check the whole calendar with it.

    `name` is how messages call the file; of a name like `2027.yaml` the year must be that of the
    file. `cities` are the cities that may have notices of their own. Raises CalendarFileError with
    every fault at once, and FileNotFoundError where a calendar folder is missing.
    """
    loaded = read_folders(folders)
    reading = FileReading(Path(name), shown_as=name, content=content[: LARGEST + 1])
    found = _read(reading, too_large=len(content) > LARGEST)
    faults = [*reading.faults, *_place_faults(reading, found, cities)]
    new, known, differing = _told_apart(found, loaded.notices)
    wrong = {notice.number for notice in differing}
    others = [notice for notice in loaded.notices if notice.number not in wrong]
    faults += [_contradiction(notice, loaded.notices) for notice in differing]
    faults += check_notices((*others, *differing, *new))
    if faults:
        raise CalendarFileError(tuple(dict.fromkeys(faults)))
    city = found[0].city
    place = f"cities/{city}.yaml" if city else f"{found[0].year}.yaml"
    held = [n for n in loaded.notices if n.city == city and (city or n.year == found[0].year)]
    every = sorted((*loaded.notices, *new), key=lambda n: (n.published, n.number))
    return Offered(
        place=place,
        city=city,
        new=tuple(new),
        known=tuple(known),
        content=_written([*held, *new]),
        sha256=hashlib.sha256(content).hexdigest(),
        files=CalendarFiles(tuple(every), loaded.regulations),
    )


def _read(reading: FileReading, *, too_large: bool) -> list[Notice]:
    root = reading.root()
    file = Located({}, 1, "the file")
    if too_large:
        reading.fault(file, "is larger than 256 kB", "A notice is some kB: choose the right file.")
        return []
    of_city = reading.child(root, "city") is not None
    if root.value and not of_city and reading.child(root, "year") is None:
        reading.fault(file, "names neither year nor city", "Begin it with `year:` or `city:`.")
        return []
    found = notices_in(reading, root, of_city=of_city) if root.value else []
    if not found and not reading.faults:
        reading.fault(file, "holds no notice", "Add one row under `notices:`.")
    return found


def _place_faults(
    reading: FileReading, found: Sequence[Notice], cities: Collection[str]
) -> list[Fault]:
    """The name of a file says the year; a city must be one that is served here."""
    faults = []
    first = found[0] if found else None
    stem = Path(reading.file).stem
    if first and not first.city and YEAR_NAME.fullmatch(stem) and stem != str(first.year):
        says, remedy = f"is {first.year}", f"The file is named {stem}.yaml: make both agree."
        faults.append(Fault(reading.file, 1, "year", says, remedy))
    if first and first.city and first.city not in cities:
        says, remedy = f"is {first.city}, unknown here", f"Use one of: {', '.join(sorted(cities))}."
        faults.append(Fault(reading.file, 1, "city", says, remedy))
    return faults


def _told_apart(
    found: Sequence[Notice], loaded: Sequence[Notice]
) -> tuple[list[Notice], list[Notice], list[Notice]]:
    """Notices that are new, those that are loaded already, and those that contradict a loaded one."""
    by_number = {notice.number: notice for notice in loaded}
    new, known, differing = [], [], []
    for notice in found:
        earlier = by_number.get(notice.number)
        if earlier is None:
            new.append(notice)
        elif _says(earlier) == _says(notice):
            known.append(notice)
        else:
            differing.append(notice)
    return new, known, differing


def _contradiction(notice: Notice, loaded: Sequence[Notice]) -> Fault:
    earlier = next(each for each in loaded if each.number == notice.number)
    where = f"{earlier.file}:{earlier.line}"
    says = f"{notice.number} differs from the notice of this number in {where}"
    return Fault(notice.file, notice.line, "number", says, MEND_IN_PLACE)


def _says(notice: Notice) -> tuple[object, ...]:
    """What a notice says, wherever it is written."""
    rows = sorted((row.on, row.kind, row.festival) for row in notice.days)
    return (notice.city, notice.issued, notice.published, notice.amends, tuple(rows))


def _written(notices: Sequence[Notice]) -> str:
    """A calendar file with these notices, in the form that the shipped ones have."""
    first = notices[0]
    head = f"city: {first.city}" if first.city else f"year: {first.year}"
    lines = [
        "# Written by `subsidy calendar load`. It stands in for the shipped file of this name and",
        "# holds its notices too; add further ones by the same command.",
        head,
        "notices:",
    ]
    for notice in sorted(notices, key=lambda n: (n.published, n.amends is not None, n.number)):
        lines += _notice_lines(notice)
    return "\n".join(lines) + "\n"


def _notice_lines(notice: Notice) -> list[str]:
    lines = [
        f"  - number: {_quoted(notice.number)}",
        f"    title: {_quoted(notice.title)}",
        f"    issued: {notice.issued}",
        f"    published: {notice.published}",
    ]
    if notice.amends:
        lines.append(f"    amends: {_quoted(notice.amends)}")
    if notice.assumed:
        lines.append(f"    assumed: {_quoted(notice.assumed)}")
    if notice.unconfirmed:
        lines.append(f"    unconfirmed: [{', '.join(notice.unconfirmed)}]")
    return [*lines, "    days:", *map(_row, notice.days)]


def _row(day: ExceptionalDay) -> str:
    festival = _quoted(day.festival)
    return f"      - {{date: {day.on}, kind: {day.kind.value}, festival: {festival}}}"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
