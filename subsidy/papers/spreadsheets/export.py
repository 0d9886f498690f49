"""Write lists and blank templates as spreadsheets that no program takes for formulas."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal

import xlsxwriter

from subsidy.papers.spreadsheets.columns import Column, Kind
from subsidy.papers.wording import yuan_plain

CellValue = str | int | date | None
ListRow = Mapping[str, CellValue]
_NUMERIC = (Kind.MONEY, Kind.SCORE, Kind.WHOLE)
_DANGEROUS = tuple("=+-@\t\r＝＋－＠")
_SAFE_THOUGH_DANGEROUS = re.compile(r'[+-]?\d+(\.\d+)?|="[0-9A-Za-z]*"')
# Workbooks carry their time of making; a fixed one makes the same rows give the same bytes.
_MADE = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)


@dataclass(frozen=True)
class ExportColumn:
    """One column of an exported list; money values are whole fen and shown in yuan."""

    key: str
    header: str
    kind: Literal["text", "date", "whole", "money"] = "text"
    width: int = 16


def guarded(text: str) -> str:
    """Return a .csv cell with a leading ' when a spreadsheet program would compute it."""
    if text.startswith(_DANGEROUS) and not _SAFE_THOUGH_DANGEROUS.fullmatch(text):
        return f"'{text}"
    return text


def export_csv(rows: Iterable[ListRow], *, columns: Sequence[ExportColumn]) -> bytes:
    """Return rows as a .csv in UTF-8 with mark, dates as YYYY-MM-DD, money in yuan."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([column.header for column in columns])
    for row in rows:
        writer.writerow([guarded(_as_text(row.get(column.key), column)) for column in columns])
    return out.getvalue().encode("utf-8-sig")


def export_xlsx(
    rows: Iterable[ListRow],
    *,
    columns: Sequence[ExportColumn],
    sheet: str = "明细",
    above: Sequence[tuple[str, ...]] = (),
) -> bytes:
    """Return rows as a workbook: `above` lines first, then the header row, frozen and filtered.

    Text is written as text whatever it starts with; sums and dates are real numbers and dates.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        write_list(book, rows, columns=columns, sheet=sheet, above=above)
    return out.getvalue()


def write_list(
    book: xlsxwriter.Workbook,
    rows: Iterable[ListRow],
    *,
    columns: Sequence[ExportColumn],
    sheet: str,
    above: Sequence[tuple[str, ...]] = (),
) -> None:
    """Add one sheet with a list to a workbook being written."""
    page = book.add_worksheet(sheet)
    head = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1, "align": "center"})
    formats = {
        "text": book.add_format({"num_format": "@"}),
        "date": book.add_format({"num_format": "yyyy-mm-dd"}),
        "whole": book.add_format({"num_format": "0"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
    }
    for number, line in enumerate(above):
        for at, text in enumerate(line):
            page.write_string(number, at, text)
    top = len(above)
    for at, column in enumerate(columns):
        page.set_column(at, at, column.width)
        page.write_string(top, at, column.header, head)
    last = top
    for last, row in enumerate(rows, start=top + 1):
        for at, column in enumerate(columns):
            _write_cell(page, last, at, row.get(column.key), column, formats[column.kind])
    page.freeze_panes(top + 1, 0)
    page.autofilter(top, 0, last, max(len(columns) - 1, 0))


def blank_sheet(columns: tuple[Column, ...], *, title: str, rows: int = 500) -> bytes:
    """Return an empty .xlsx to fill in: numbers kept as text, choices listed, required marked *."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        page = book.add_worksheet(title[:31])
        must = book.add_format({"bold": True, "bg_color": "#FFF1CC", "border": 1})
        may = book.add_format({"bold": True, "bg_color": "#E8EEF4", "border": 1})
        text = book.add_format({"num_format": "@"})
        formats = dict.fromkeys(_NUMERIC)
        formats[Kind.DATE] = book.add_format({"num_format": "yyyy-mm-dd"})
        shown = [column for column in columns if column.kind is not Kind.IGNORED]
        for at, column in enumerate(shown):
            cell_format = formats.get(column.kind, text)
            page.set_column(at, at, max(12, 2 * len(column.header_zh) + 4), cell_format)
            header = f"{column.header_zh}*" if column.required else column.header_zh
            page.write_string(0, at, header, must if column.required else may)
            if column.choices:
                labels = [labels[0] for labels in column.choices.values()]
                page.data_validation(1, at, rows, at, {"validate": "list", "source": labels})
        page.freeze_panes(1, 0)
    return out.getvalue()


def _as_text(value: CellValue, column: ExportColumn) -> str:
    if value is None:
        return ""
    if column.kind == "money" and isinstance(value, int):
        return yuan_plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _write_cell(
    page: xlsxwriter.worksheet.Worksheet,
    row: int,
    at: int,
    value: CellValue,
    column: ExportColumn,
    cell_format: xlsxwriter.format.Format,
) -> None:
    if value is None or value == "":
        return
    if column.kind == "money" and isinstance(value, int):
        page.write_number(row, at, value / 100, cell_format)
    elif column.kind == "whole" and isinstance(value, int):
        page.write_number(row, at, value, cell_format)
    elif isinstance(value, date):
        page.write_datetime(row, at, datetime(value.year, value.month, value.day), cell_format)  # noqa: DTZ001
    else:
        page.write_string(row, at, str(value), cell_format)
