"""The plain values that the spreadsheet reader hands out and takes in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class Limits:
    """How large an upload may be; the answer to a larger one says how to split it."""

    file_bytes: int = 10_000_000
    unzipped_bytes: int = 80_000_000
    rows: int = 20_000
    columns: int = 400
    cells: int = 2_000_000


@dataclass(frozen=True)
class Fault:
    """What is wrong with a file, a row or a cell. The text never repeats what the cell says."""

    code: str
    message_zh: str
    row: int | None = None  # as the spreadsheet program numbers it, from 1
    column: str | None = None  # key of the column
    header: str | None = None  # header as the uploader wrote it
    cell: str | None = None  # such as B7
    blocking: bool = True  # False: a notice, the rest can be used


@dataclass(frozen=True)
class Row:
    """One filled row: every column's key is there; a blank or faulty cell gives an empty text."""

    number: int
    values: Mapping[str, str]
    faults: tuple[Fault, ...] = ()

    @property
    def ok(self) -> bool:
        """True when no cell of the row is faulty."""
        return not self.faults


@dataclass(frozen=True)
class Sheet:
    """One uploaded spreadsheet as read."""

    rows: list[Row]
    faults: list[Fault]  # about the file and its header row; those of cells are in the rows
    format: str = ""  # xlsx, csv, or empty when the file could not be opened
    header_row: int = 0
    headers: tuple[str, ...] = ()
    days: tuple[date, ...] = ()  # days that have a column of their own, in column order
    above: tuple[tuple[str, ...], ...] = ()  # filled rows above the header row, as text
    skipped: list[tuple[int, str]] = field(default_factory=list)  # (row, why): sums, notes

    @property
    def ok(self) -> bool:
        """True when the whole file can be taken as it is."""
        return self.usable and all(row.ok for row in self.rows)

    @property
    def usable(self) -> bool:
        """True when the header row is right, so that the good rows can be taken."""
        return not any(fault.blocking for fault in self.faults)

    @property
    def all_faults(self) -> list[Fault]:
        """Faults of the file, then those of the rows in order."""
        return [*self.faults, *(fault for row in self.rows for fault in row.faults)]


@dataclass(frozen=True)
class Verdict:
    """What is said to the uploader about one row; `column` is the key of the cell to colour."""

    row_number: int
    column: str | None
    ok: bool
    message_zh: str = ""


class UnreadableFileError(Exception):
    """The bytes are not a spreadsheet that can be read; `fault` says why and what to do."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message_zh)
        self.fault = fault
