"""What columns an imported spreadsheet has: data under `config/sheets/`, one file a sheet."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from subsidy.rules.script import simplified

SHEETS_FOLDER = Path(__file__).resolve().parents[3] / "config" / "sheets"
_BRACKETED = re.compile(r"\([^()]*\)")


class Kind(StrEnum):
    """How the cells of one column are read, and in which form their value is handed on."""

    TEXT = "text"  # trimmed, control characters removed
    NAME = "name"  # a person's name: filler spaces between Han characters removed
    DIGITS = "digits"  # ID, phone, account, certificate number: never a number
    DATE = "date"  # YYYY-MM-DD
    DAYS = "days"  # YYYY-MM-DD,YYYY-MM-DD,… sorted; also fed by one column a day
    WHOLE = "whole"  # 12
    SCORE = "score"  # 85.5
    MONEY = "money"  # yuan in the cell, whole fen as text in the value
    CHOICE = "choice"  # the code of the choice
    IGNORED = "ignored"  # known, not read (serial numbers, sums)


class Column(BaseModel):
    """One column: its key in `Row.values`, its header names and how its cells are read."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    key: str
    header_zh: str
    header_en: str
    also: tuple[str, ...] = ()
    kind: Kind = Kind.TEXT
    required: bool = True  # the column must be there, and its cells filled
    unique: bool = False  # no value twice in one file
    choices: dict[str, tuple[str, ...]] = {}
    longest: Annotated[int, Field(gt=0)] = 200
    lowest: int = 0
    highest: int | None = None
    present: tuple[str, ...] = ()  # marks of a day column that mean "came"
    absent: tuple[str, ...] = ()  # marks that mean "did not come"; a blank cell does too

    @model_validator(mode="after")
    def _choices_belong_to_a_choice(self) -> Column:
        if (self.kind is Kind.CHOICE) != bool(self.choices):
            msg = f"column {self.key}: `choices` goes with kind choice, and only with it"
            raise ValueError(msg)
        return self

    @property
    def known_as(self) -> frozenset[str]:
        """Every header that means this column, in the form of `header_key`."""
        return frozenset(map(header_key, (self.key, self.header_zh, self.header_en, *self.also)))


class ColumnsError(Exception):
    """A file of `config/sheets/` is missing or wrong; the text names the file and the fault."""


class _SheetFile(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    title_zh: str
    columns: tuple[Column, ...]


def header_key(text: str) -> str:
    """Return a header without differences of script, width, case, spaces, brackets and stars."""
    plain = word_key(text)
    return _BRACKETED.sub("", plain).strip("*:") or plain


def word_key(text: str) -> str:
    """Return a word without differences of script, width, case and spaces; brackets stay."""
    plain = simplified(unicodedata.normalize("NFKC", text).lower())
    return "".join(plain.split()).replace("_", "")


def offering(
    columns: Sequence[Column], offered: Mapping[str, Mapping[str, str]], *, kept: Collection[str]
) -> tuple[Column, ...]:
    """Return the columns with a city's own choices: column → code → name.

    A choice can be written by code, by the city's name, or by the words that the sheet knows for it.
    Choices that the city does not have are left out, but for the columns in `kept`.
    """
    return tuple(
        column.model_copy(update={"choices": _choices(column, names, column.key in kept)})
        if column.kind is Kind.CHOICE and (names := offered.get(column.key))
        else column
        for column in columns
    )


def _choices(column: Column, names: Mapping[str, str], keep: bool) -> dict[str, tuple[str, ...]]:
    taken = {*names, *names.values()}
    labels = {code: [name] for code, name in names.items()}
    for code, words in column.choices.items():
        owner = code if code in names else _named(names, words)
        if owner is not None:
            labels[owner] += [word for word in words if word not in taken]
        elif keep:
            labels[code] = [word for word in words if word not in taken]
    return {code: tuple(words) for code, words in labels.items() if words}


def _named(names: Mapping[str, str], words: Collection[str]) -> str | None:
    """The city's code for what the sheet has under another code."""
    return next((code for code, name in names.items() if name in words), None)


@cache
def sheet_columns(name: str, *, folder: Path = SHEETS_FOLDER) -> tuple[Column, ...]:
    """Return the columns of a sheet: roster, attendance, assessment, certificates, applications."""
    return _read_sheet_file(name, folder=folder).columns


@cache
def sheet_title(name: str, *, folder: Path = SHEETS_FOLDER) -> str:
    """Return the Chinese title of a sheet."""
    return _read_sheet_file(name, folder=folder).title_zh


def sheet_names(*, folder: Path = SHEETS_FOLDER) -> tuple[str, ...]:
    """Return the names of all sheets that can be imported."""
    return tuple(sorted(path.stem for path in folder.glob("*.yaml")))


def check_columns(columns: tuple[Column, ...]) -> list[str]:
    """Return what is wrong with a set of columns: two that share a key or a header."""
    faults = []
    owner: dict[str, str] = {}
    for column in columns:
        for header in sorted(column.known_as):
            if owner.setdefault(header, column.key) != column.key:
                faults.append(f"header {header!r} means both {owner[header]} and {column.key}")
    return faults


def _read_sheet_file(name: str, *, folder: Path) -> _SheetFile:
    path = folder / f"{name}.yaml"
    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        sheet = _SheetFile.model_validate(raw)
    except (OSError, YAMLError, ValidationError) as trouble:
        msg = f"config/sheets/{name}.yaml cannot be used: {trouble}. Mend or restore the file."
        raise ColumnsError(msg) from trouble
    if faults := check_columns(sheet.columns):
        msg = f"config/sheets/{name}.yaml: {'; '.join(faults)}. Give each header to one column."
        raise ColumnsError(msg)
    return sheet
