"""How a bank's payment and return files look: data under `config/bank/`."""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from subsidy.papers.spreadsheets import Column

BANK_FOLDER = Path(__file__).resolve().parents[3] / "config" / "bank"
CoverKey = Literal[
    "batch_number", "city", "fund", "payer", "made_on", "count", "total_fen", "digest"
]
LineKey = Literal["line_no", "payee", "account", "bank", "amount_fen", "purpose", "reference"]


class Outcome(StrEnum):
    """What became of one payment line, in the bank's answer."""

    PAID = "paid"
    CLOSED_ACCOUNT = "closed_account"
    NAME_MISMATCH = "name_mismatch"
    AMOUNT_MISMATCH = "amount_mismatch"
    DUPLICATE = "duplicate"
    UNKNOWN = "unknown"  # a word the layout does not know, or two answers that differ: for a person


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class LineColumn(_Data):
    """One column of the payment list."""

    key: LineKey
    header: str
    longest: int = 60


class ReturnLayout(_Data):
    """The columns of the bank's answer, and the words it uses for each outcome."""

    columns: tuple[Column, ...]
    outcomes: dict[Outcome, tuple[str, ...]]

    def outcome(self, word: str) -> Outcome:
        """Return what a word of the bank means; UNKNOWN for one that the layout does not list."""
        found = (outcome for outcome, words in self.outcomes.items() if word in words)
        return next(found, Outcome.UNKNOWN)


class Layout(_Data):
    """One agreed pair of files: the payment list that goes out and the answer that comes back."""

    name: str
    title_zh: str
    encoding: Literal["utf-8", "utf-8-sig", "gb18030"]
    personal_accounts: bool
    cover: dict[CoverKey, str]
    columns: tuple[LineColumn, ...]
    returns: ReturnLayout


class LayoutError(Exception):
    """A file of `config/bank/` is missing or wrong; the text names the file and the fault."""


@cache
def bank_layout(name: str, *, folder: Path = BANK_FOLDER) -> Layout:
    """Return the layout called `persons`, `units`, or as an office has named its own."""
    path = folder / f"{name}.yaml"
    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        return Layout.model_validate(raw)
    except (OSError, YAMLError, ValidationError) as trouble:
        msg = f"config/bank/{name}.yaml cannot be used: {trouble}. Mend or restore the file."
        raise LayoutError(msg) from trouble
