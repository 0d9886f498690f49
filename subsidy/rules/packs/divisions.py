"""Administrative divisions of one city with the days on which they began and ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from subsidy.rules.packs.faults import PolicyError
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import Strict


class DivisionSpec(Strict):
    id: str = Field(pattern=r"^[a-z]{2}-[a-z-]+$")
    name: str
    kind: Literal["county", "functional_area", "town"]
    gb_code: str | None = Field(default=None, pattern=r"^\d{6}$")
    valid_from: date | None = None
    valid_until: date | None = None
    successors: tuple[str, ...] = ()
    note: str = ""


class DivisionsSpec(Strict):
    city: str
    name: str
    gb_code: str = Field(pattern=r"^\d{6}$")
    divisions: list[DivisionSpec] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Division:
    """One district, county, functional area or town."""

    id: str
    name_zh: str
    kind: str
    gb_code: str | None
    """Six digits of GB/T 2260; None where the standard has no code for it."""
    valid_from: date | None
    valid_until: date | None
    """First day on which it no longer exists (exclusive)."""
    successors: tuple[str, ...]

    def exists_on(self, day: date) -> bool:
        begun = self.valid_from is None or day >= self.valid_from
        return begun and (self.valid_until is None or day < self.valid_until)


@dataclass(frozen=True)
class Divisions:
    """All divisions of one city, also those that ended."""

    city: str
    name_zh: str
    gb_code: str
    by_id: Mapping[str, Division]

    def on(self, day: date) -> tuple[Division, ...]:
        """The divisions that exist on a day, in the order of the file."""
        return tuple(item for item in self.by_id.values() if item.exists_on(day))

    def now(self, division: str, *, on: date) -> tuple[Division, ...]:
        """The division itself while it exists, else those that took over from it."""
        item = self.by_id[division]
        if item.exists_on(on) or not item.successors:
            return (item,)
        return tuple(heir for code in item.successors for heir in self.now(code, on=on))


def load_divisions(path: Path) -> Divisions:
    """Read `config/divisions/<city>.yaml`; raises PolicyError with every fault."""
    source = SourceFile(path=path)
    spec = source.parse(DivisionsSpec)
    ids = [item.id for item in spec.divisions]
    faults = []
    for index, item in enumerate(spec.divisions):
        at = ("divisions", index)
        if ids.count(item.id) > 1:
            faults.append(source.fault(at, f"{item.id} stands twice.", "Keep one of them."))
        for heir in item.successors:
            if heir not in ids:
                faults.append(source.fault(at, f"Unknown successor {heir}.", "Add it."))
        if item.successors and item.valid_until is None:
            faults.append(source.fault(at, "It has successors but no end.", "Add `valid_until`."))
    if faults:
        raise PolicyError(faults)
    by_id = {
        item.id: Division(
            item.id,
            item.name,
            item.kind,
            item.gb_code,
            item.valid_from,
            item.valid_until,
            item.successors,
        )
        for item in spec.divisions
    }
    return Divisions(spec.city, spec.name, spec.gb_code, by_id)
