"""Occupations under internal ids, with their codes in each edition of the classification."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from subsidy.rules.packs.faults import PolicyError
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import Strict
from subsidy.rules.script import same_words


class _CodeSpec(Strict):
    code: str = Field(pattern=r"^\d-\d{2}-\d{2}-\d{2}$")
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


def occupation_named(occupations: Mapping[str, Occupation], text: str) -> Occupation | None:
    """The occupation with this id, code of any edition, or name in any script; None if none has it."""
    wanted = text.strip()
    if wanted in occupations:
        return occupations[wanted]
    return next(
        (
            item
            for item in occupations.values()
            if wanted in item.codes.values()
            or same_words(item.name_zh, wanted)
            or item.name_en.casefold() == wanted.casefold()
        ),
        None,
    )


def load_occupations(path: Path) -> dict[str, Occupation]:
    """Read `config/occupations.yaml`; raises PolicyError with every fault."""
    source = SourceFile(path=path)
    spec = source.parse(_OccupationsSpec)
    found: dict[str, Occupation] = {}
    faults = []
    for index, item in enumerate(spec.occupations):
        if item.id in found:
            at = ("occupations", index)
            faults.append(source.fault(at, f"{item.id} stands twice.", "Keep one of them."))
        codes = {code.edition: code.code for code in item.codes}
        found[item.id] = Occupation(item.id, item.name, item.name_en, codes)
    if faults:
        raise PolicyError(faults)
    return found
