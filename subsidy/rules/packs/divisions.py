"""Administrative divisions of one city with the days on which they began and ended."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import Field

from subsidy.rules.packs.faults import Fault, PolicyError
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import Strict
from subsidy.rules.script import same_words


class CessionSpec(Strict):
    """A part that goes to another division while this one lives on."""

    to: str
    on: date
    what: str


class DivisionSpec(Strict):
    id: str = Field(pattern=r"^[a-z]{2}-[a-z-]+$")
    name: str
    kind: Literal["county", "functional_area", "town"]
    gb_code: str | None = Field(default=None, pattern=r"^\d{6}$")
    valid_from: date | None = None
    valid_until: date | None = None
    successors: tuple[str, ...] = ()
    cedes: tuple[CessionSpec, ...] = ()
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
    cedes: tuple[CessionSpec, ...] = ()

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

    def named(self, text: str, *, on: date) -> Division | None:
        """The division of a day with this id, code or name, in either script; None if none has it."""
        wanted = text.strip()
        return next(
            (
                item
                for item in self.on(on)
                if wanted in (item.id, item.gb_code) or same_words(item.name_zh, wanted)
            ),
            None,
        )

    def on(self, day: date) -> tuple[Division, ...]:
        """The divisions that exist on a day, in the order of the file."""
        return tuple(item for item in self.by_id.values() if item.exists_on(day))

    def now(self, division: str, *, on: date) -> tuple[Division, ...]:
        """The division itself while it exists, else those that took over from it."""
        item = self.by_id[division]
        if item.exists_on(on) or not item.successors:
            return (item,)
        heirs = [heir for code in item.successors for heir in self.now(code, on=on)]
        return tuple(dict.fromkeys(heirs))

    def heir(self, division: str, *, on: date) -> Division | None:
        """The one division that answers for `division` on a day.

        None where several took over and a person has to say which, or where it does not exist yet.
        """
        found = self.now(division, on=on)
        return found[0] if len(found) == 1 and found[0].exists_on(on) else None

    def origins(self, division: str) -> tuple[Division, ...]:
        """Whose territory it was before: divisions that ended in it, or gave a part to it."""
        return tuple(
            item
            for item in self.by_id.values()
            if division in item.successors or any(part.to == division for part in item.cedes)
        )

    def answers_for(self, division: str, *, on: date) -> tuple[Division, ...]:
        """Itself and the ended divisions whose papers it keeps on a day, in the order of the file."""
        return tuple(
            item
            for item in self.by_id.values()
            if any(heir.id == division for heir in self.now(item.id, on=on))
        )


def load_divisions(path: Path) -> Divisions:
    """Read `config/divisions/<city>.yaml`; raises PolicyError with every fault."""
    source = SourceFile(path=path)
    spec = source.parse(DivisionsSpec)
    faults = list(_faults(spec, source))
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
            item.cedes,
        )
        for item in spec.divisions
    }
    return Divisions(spec.city, spec.name, spec.gb_code, by_id)


def _faults(spec: DivisionsSpec, source: SourceFile) -> Iterator[Fault]:
    ids = [item.id for item in spec.divisions]
    codes = [item.gb_code for item in spec.divisions if item.gb_code]
    for index, item in enumerate(spec.divisions):
        at = ("divisions", index)
        if ids.count(item.id) > 1:
            yield source.fault(at, f"{item.id} stands twice.", "Keep one of them.")
        if item.gb_code and codes.count(item.gb_code) > 1:
            yield source.fault(at, f"Code {item.gb_code} stands twice.", "Compare GB/T 2260.")
        if item.valid_from and item.valid_until and item.valid_until <= item.valid_from:
            yield source.fault(at, "It ends before it begins.", "Correct one of the dates.")
        if item.successors and item.valid_until is None:
            yield source.fault(at, "It has successors but no end.", "Add `valid_until`.")
        for part in item.cedes:
            if part.to not in ids:
                yield source.fault(at, f"Unknown division {part.to}.", "Add it.")
        yield from _successor_faults(spec, index, source)


def _successor_faults(spec: DivisionsSpec, index: int, source: SourceFile) -> Iterator[Fault]:
    """Whoever takes over exists from the day on which the other ends, so no day is without an office."""
    item, at = spec.divisions[index], ("divisions", index)
    by_id = {other.id: other for other in spec.divisions}
    for name in item.successors:
        heir = by_id.get(name)
        if heir is None:
            yield source.fault(at, f"Unknown successor {name}.", "Add it.")
        elif item.valid_until is None:
            continue
        elif heir.valid_until is not None and heir.valid_until <= item.valid_until:
            what = f"{name} has ended when {item.id} ends."
            yield source.fault(at, what, "Name who exists from that day on.")
        elif heir.valid_from is not None and heir.valid_from > item.valid_until:
            what = f"{name} begins after {item.id} has ended."
            yield source.fault(at, what, "Let one begin on the day on which the other ends.")
