"""Find the header row of an uploaded sheet and say which column is which."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from openpyxl.utils import get_column_letter

from subsidy.papers.spreadsheets.book import Cells, Page
from subsidy.papers.spreadsheets.columns import Column, Kind, header_key
from subsidy.papers.spreadsheets.shapes import Fault
from subsidy.papers.spreadsheets.values import CellError, is_blank, parse_day, plain_text

RESULT_HEADER = "校验结果"
REASON_HEADER = "校验原因"
_VERDICT_HEADER = re.compile(f"({RESULT_HEADER}|{REASON_HEADER})([:：(（].*)?", re.DOTALL)


@dataclass(frozen=True)
class Headers:
    """The header row of one page, positions counted from 0."""

    row: int
    labels: tuple[str, ...]
    columns: dict[int, Column]
    days: dict[int, date]
    verdicts: tuple[int, ...]  # columns that an earlier verdict copy added
    faults: tuple[Fault, ...]

    def position_of(self, key: str) -> int | None:
        """Return the position of the column with this key, None when the sheet has none."""
        return next((at for at, column in self.columns.items() if column.key == key), None)


def is_verdict_header(raw: object) -> bool:
    """Tell whether a header cell was written by `verdict_copy`."""
    return isinstance(raw, str) and _VERDICT_HEADER.fullmatch(raw.strip()) is not None


def find_headers(
    pages: Sequence[Page], *, columns: tuple[Column, ...]
) -> tuple[Page, Headers] | None:
    """Return the page and header row that know most columns, or None when none knows any."""
    names = {header: column for column in columns for header in column.known_as}
    best: tuple[int, Page, int, Cells] | None = None
    for page in pages:
        for number, cells in page.top():
            hits = {names[key].key for key in map(_key_of, cells) if key in names}
            if hits and (best is None or len(hits) > best[0]):
                best = (len(hits), page, number, cells)
    if best is None:
        return None
    _, page, number, cells = best
    return page, read_headers(number, cells, columns=columns)


def no_headers(*, columns: tuple[Column, ...]) -> Fault:
    """Return the fault of a file in which no header row was found."""
    wanted = "、".join(column.header_zh for column in columns if column.required)
    return Fault(
        code="no_header_row",
        message_zh=f"没有找到表头行。请在前几行内写明列名，至少包括：{wanted}；也可下载空白模板填写。",
    )


def read_headers(row: int, cells: Cells, *, columns: tuple[Column, ...]) -> Headers:
    """Say what each header cell means, with a fault for each one missing, twice or unknown."""
    names = {header: column for column in columns for header in column.known_as}
    takes_days = any(column.kind is Kind.DAYS for column in columns)
    labels = tuple(plain_text(cell) for cell in cells)
    found: dict[int, Column] = {}
    days: dict[int, date] = {}
    faults: list[Fault] = []
    for at, cell in enumerate(cells):
        if is_blank(cell) or is_verdict_header(cell):
            continue
        column = names.get(_key_of(cell))
        if column is not None:
            faults += _same_column_twice(column, at=at, row=row, labels=labels, found=found)
            found.setdefault(at, column)
            continue
        try:
            day = parse_day(cell) if takes_days else None
        except CellError as trouble:
            day = None
            if trouble.code == "date_without_year":
                faults.append(_day_without_year(at=at, row=row, label=labels[at]))
                continue
        if day is None:
            faults.append(_unknown(at=at, row=row, label=labels[at], columns=columns))
        elif day in days.values():
            faults.append(_day_twice(day, at=at, row=row))
        else:
            days[at] = day
    faults += _missing(columns, found=found, days=days, row=row)
    verdicts = tuple(at for at, cell in enumerate(cells) if is_verdict_header(cell))
    return Headers(row, labels, found, days, verdicts, tuple(faults))


def cell_name(at: int, row: int) -> str:
    """Return the spreadsheet program's name of a cell, such as B7."""
    return f"{get_column_letter(at + 1)}{row}"


def _key_of(cell: object) -> str:
    return header_key(plain_text(cell))


def _same_column_twice(
    column: Column, *, at: int, row: int, labels: tuple[str, ...], found: dict[int, Column]
) -> list[Fault]:
    if column.kind is Kind.IGNORED:
        return []
    first = next((other for other, known in found.items() if known.key == column.key), None)
    if first is None:
        return []
    here, there = get_column_letter(at + 1), get_column_letter(first + 1)
    message = f"{there} 列和 {here} 列都是“{column.header_zh}”。请只保留其中一列。"
    return [Fault("duplicate_column", message, row, column.key, labels[at], cell_name(at, row))]


def _day_without_year(*, at: int, row: int, label: str) -> Fault:
    message = (
        f"{get_column_letter(at + 1)} 列的表头日期没有年份。请按 2020-10-12 的形式填写完整日期。"
    )
    return Fault("day_without_year", message, row, None, label, cell_name(at, row))


def _day_twice(day: date, *, at: int, row: int) -> Fault:
    message = (
        f"{get_column_letter(at + 1)} 列的日期 {day.isoformat()} 已经有一列。请只保留其中一列。"
    )
    return Fault("duplicate_column", message, row, None, day.isoformat(), cell_name(at, row))


def _unknown(*, at: int, row: int, label: str, columns: tuple[Column, ...]) -> Fault:
    names = {header: column.header_zh for column in columns for header in column.known_as}
    near = difflib.get_close_matches(header_key(label), list(names), n=1, cutoff=0.6)
    hint = f"如果这是“{names[near[0]]}”，请改正表头；" if near else ""
    letter = get_column_letter(at + 1)
    message = f"{letter} 列的表头“{label[:30]}”不在模板中，该列未读取。{hint}不需要的列可以删去。"
    return Fault("unknown_column", message, row, None, label, cell_name(at, row), blocking=False)


def _missing(
    columns: tuple[Column, ...], *, found: dict[int, Column], days: dict[int, date], row: int
) -> list[Fault]:
    present = {column.key for column in found.values()}
    faults = []
    for column in columns:
        if column.kind is Kind.DAYS and days:
            if column.key in present:
                text = f"既有“{column.header_zh}”列，又有按日期分列的考勤。请只保留一种填法。"
                faults.append(Fault("duplicate_column", text, row, column.key, column.header_zh))
            continue
        if column.required and column.key not in present:
            others = "、".join((column.header_en, *column.also))
            how = "，或每个培训日一列（表头填日期）" if column.kind is Kind.DAYS else ""
            text = f"缺少“{column.header_zh}”列（也可写作：{others}）{how}。请补上该列后重新上传。"
            faults.append(Fault("missing_column", text, row, column.key, column.header_zh))
    return faults
