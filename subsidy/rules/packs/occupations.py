"""Occupations under internal ids, with their codes in each edition of the classification."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from pydantic import Field

from subsidy.rules.identity import normalised
from subsidy.rules.packs.faults import PolicyError
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import Strict
from subsidy.rules.script import same_words

SHIPPED = Path(__file__).resolve().parents[3] / "config" / "occupations.yaml"
_CODE = r"\d-\d{2}-\d{2}-\d{2}"


class _CodeSpec(Strict):
    code: str = Field(pattern=rf"^{_CODE}$")
    edition: str


class _OccupationSpec(Strict):
    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    name: str
    name_en: str
    codes: tuple[_CodeSpec, ...]


class _OccupationsSpec(Strict):
    occupations: list[_OccupationSpec] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation; repeats are compared by `id`, because codes moved between editions."""

    id: str
    name_zh: str
    name_en: str
    codes: Mapping[str, str]
    """Edition -> code, for example "2022" -> "4-02-07-08"."""


class Occupations(Mapping[str, Occupation]):
    """Every occupation by its id, found by name or by the code of an edition."""

    def __init__(self, occupations: Iterable[Occupation]) -> None:
        """Index the occupations by id, name and code."""
        self._by_id = {each.id: each for each in occupations}
        self._by_name = {_plain(each.name_zh): each for each in self._by_id.values()}
        self._by_code: dict[str, list[tuple[str, Occupation]]] = {}
        for each in self._by_id.values():
            for edition, code in each.codes.items():
                self._by_code.setdefault(code, []).append((edition, each))

    def __getitem__(self, id_: str) -> Occupation:
        """The occupation of an internal id."""
        return self._by_id[id_]

    def __iter__(self) -> Iterator[str]:
        """Internal ids."""
        return iter(self._by_id)

    def __len__(self) -> int:
        """How many occupations."""
        return len(self._by_id)

    def named(self, name: str) -> Occupation | None:
        """The occupation of a name in either script or in English, blanks and width apart."""
        plain = _plain(name)
        found = self._by_name.get(plain)
        if found is not None or not plain:
            return found
        english = name.strip().casefold()
        return next(
            (
                each
                for each in self._by_id.values()
                if each.name_en.casefold() == english or same_words(each.name_zh, plain)
            ),
            None,
        )

    def coded(self, code: str, *, edition: str = "") -> tuple[Occupation, ...]:
        """The occupations that a code means: in one edition, else in any. More than one: ask which."""
        found = self._by_code.get(_plain(code), [])
        meant = {each.id: each for year, each in found if edition in ("", year)}
        return tuple(meant.values())

    def matches(self, text: str, *, edition: str = "") -> tuple[Occupation, ...]:
        """What a cell with a code or a name means; none: unknown, several: the edition is needed."""
        if is_code(text):
            return self.coded(text, edition=edition)
        found = self.named(text)
        return () if found is None else (found,)


def is_code(text: str) -> bool:
    """Whether a text has the form of a code of the classification."""
    return re.fullmatch(_CODE, _plain(text)) is not None


def load_occupations(path: Path) -> Occupations:
    """Read `config/occupations.yaml`; raises PolicyError with every fault."""
    source = SourceFile(path=path)
    spec = source.parse(_OccupationsSpec)
    found: dict[str, Occupation] = {}
    names: dict[str, str] = {}
    codes: dict[tuple[str, str], str] = {}
    faults = []
    for index, item in enumerate(spec.occupations):
        at = ("occupations", index)
        if item.id in found:
            faults.append(source.fault(at, f"{item.id} stands twice.", "Keep one of them."))
        if names.setdefault(_plain(item.name), item.id) != item.id:
            faults.append(
                source.fault(at, f"{item.name} is {names[_plain(item.name)]} too.", "Keep one.")
            )
        for code in item.codes:
            if codes.setdefault((code.edition, code.code), item.id) != item.id:
                owner = codes[code.edition, code.code]
                text = f"{code.code} of {code.edition} is the code of {owner} too."
                faults.append(source.fault(at, text, "One edition gives a code once."))
        found[item.id] = Occupation(
            item.id, item.name, item.name_en, {code.edition: code.code for code in item.codes}
        )
    if faults:
        raise PolicyError(faults)
    return Occupations(found.values())


@lru_cache(maxsize=1)
def shipped_occupations() -> Occupations:
    """The occupations of the checkout's config."""
    return load_occupations(SHIPPED)


def _plain(text: str) -> str:
    return normalised(text).replace("—", "-").replace("–", "-")
