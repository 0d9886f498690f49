"""Read an uploaded spreadsheet row by row: the one way in for every list."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from subsidy.papers.spreadsheets.book import Cells, Page, broken_workbook, open_pages, refuse
from subsidy.papers.spreadsheets.columns import Column, Kind
from subsidy.papers.spreadsheets.fault_texts import fault_text
from subsidy.papers.spreadsheets.headers import Headers, cell_name, find_headers, no_headers
from subsidy.papers.spreadsheets.shapes import (
    Fault,
    Limits,
    Row,
    Sheet,
    UnreadableFileError,
    Verdict,
)
from subsidy.papers.spreadsheets.values import (
    CellError,
    attended,
    is_blank,
    plain_text,
    reader_of,
)

DEFAULT_LIMITS = Limits()
_SUM_WORDS = frozenset({"合计", "总计", "小计", "共计"})
_NOTE_WORDS = (
    *("注：", "注:", "备注：", "说明：", "填表说明"),
    *("填表人", "制表人", "填报单位", "单位（盖章）"),
)


def read_rows(
    source: Path | bytes, *, columns: tuple[Column, ...], limits: Limits = DEFAULT_LIMITS
) -> Sheet:
    """Read a .xlsx or .csv upload into rows of text values with a fault for each bad cell.

    Never raises for what an uploader can do wrong: a file that cannot be used comes back as a
    `Sheet` without rows whose `faults` say why. Row numbers are those of the spreadsheet program.
    """
    try:
        content = _load(source, limits=limits)
        with open_pages(content, limits=limits) as pages:
            return _read_pages(pages, columns=columns, limits=limits)
    except UnreadableFileError as trouble:
        return Sheet(rows=[], faults=[trouble.fault])


def faults_as_verdicts(sheet: Sheet) -> list[Verdict]:
    """Return the faults of a read sheet in the form that `verdict_copy` writes back."""
    return [
        Verdict(fault.row or sheet.header_row, fault.column, ok=False, message_zh=fault.message_zh)
        for fault in sheet.all_faults
        if fault.blocking
    ]


def _load(source: Path | bytes, *, limits: Limits) -> bytes:
    if isinstance(source, bytes):
        return source
    with source.open("rb") as file:
        return file.read(limits.file_bytes + 1)


def _read_pages(pages: list[Page], *, columns: tuple[Column, ...], limits: Limits) -> Sheet:
    try:
        found = find_headers(pages, columns=columns)
        if found is None:
            return Sheet(rows=[], faults=[no_headers(columns=columns)])
        page, headers = found
        sheet = Sheet(
            rows=[],
            faults=list(headers.faults),
            format=page.format,
            header_row=headers.row,
            headers=headers.labels,
            days=tuple(headers.days.values()),
            above=_above(page, headers),
        )
        _fill(sheet, page=page, headers=headers, columns=columns, limits=limits)
    except UnreadableFileError:
        raise
    except Exception as trouble:  # the parser meets the rest of a hostile file only while streaming
        raise broken_workbook() from trouble
    return sheet


def _above(page: Page, headers: Headers) -> tuple[tuple[str, ...], ...]:
    rows = (cells for number, cells in page.top() if number < headers.row)
    return tuple(
        tuple(plain_text(cell) for cell in cells)
        for cells in rows
        if any(not is_blank(cell) for cell in cells)
    )


def _fill(
    sheet: Sheet, *, page: Page, headers: Headers, columns: tuple[Column, ...], limits: Limits
) -> None:
    read = _row_reader(headers, columns=columns)
    seen: dict[tuple[str, str], int] = {}
    unique = {column.key: column for column in columns if column.unique}
    cells_read = 0
    for number, cells in _filled_rows(page, headers, limits=limits):
        if (why := _not_a_row(cells)) is not None:
            sheet.skipped.append((number, why))
            continue
        cells_read += len(cells)
        if len(sheet.rows) >= limits.rows or cells_read > limits.cells:
            sheet.faults.append(_too_many(limits))
            return
        row = read(number, cells)
        sheet.rows.append(_without_repeats(row, unique=unique, seen=seen, headers=headers))
    if not sheet.rows:
        text = "表头下面没有数据。请填写后重新上传。"
        sheet.faults.append(Fault("no_rows", text, row=headers.row))


def _filled_rows(page: Page, headers: Headers, *, limits: Limits) -> Iterator[tuple[int, Cells]]:
    for number, cells in page.rows():
        if number <= headers.row or not cells:
            continue
        if len(cells) > limits.columns:
            raise refuse(
                "too_wide",
                f"第 {number} 行超过 {limits.columns} 列。请删去模板以外的列后重新上传。",
            )
        if any(not is_blank(cell) for at, cell in enumerate(cells) if at not in headers.verdicts):
            yield number, cells


def _too_many(limits: Limits) -> Fault:
    text = (
        f"超过 {limits.rows} 行或 {limits.cells} 个单元格，后面的没有读取。请拆分成几个文件上传。"
    )
    return Fault("too_many_rows", text)


def _not_a_row(cells: Cells) -> str | None:
    filled = [cell for cell in cells if not is_blank(cell)]
    first = plain_text(filled[0]).replace(" ", "")
    if first in _SUM_WORDS:
        return "合计行"
    if len(filled) <= 3 and first.startswith(_NOTE_WORDS):
        return "说明行"
    return None


def _row_reader(headers: Headers, *, columns: tuple[Column, ...]) -> Callable[[int, Cells], Row]:
    readers = [
        (at, column, reader_of(column), headers.labels[at])
        for at, column in headers.columns.items()
        if column.kind is not Kind.IGNORED and headers.position_of(column.key) == at
    ]
    blank = {column.key: "" for column in columns if column.kind is not Kind.IGNORED}
    day_column = next((column for column in columns if column.kind is Kind.DAYS), None)

    def read(number: int, cells: Cells) -> Row:
        values = dict(blank)
        faults: list[Fault] = []
        width = len(cells)
        for at, column, read_cell, label in readers:
            raw = cells[at] if at < width else None
            code = ""
            if is_blank(raw):
                code = "blank" if column.required else ""
            else:
                try:
                    values[column.key] = read_cell(raw)
                except CellError as trouble:
                    code = trouble.code
            if code:
                text = fault_text(code, column=column, header=label)
                faults.append(Fault(code, text, number, column.key, label, cell_name(at, number)))
        if headers.days and day_column is not None:
            days = _days_attended(number, cells, headers, day_column, faults)
            values[day_column.key] = days
        return Row(number, values, tuple(faults))

    return read


def _days_attended(
    number: int, cells: Cells, headers: Headers, column: Column, faults: list[Fault]
) -> str:
    days = []
    for at, day in headers.days.items():
        raw = cells[at] if at < len(cells) else None
        label = day.isoformat()
        try:
            if attended(raw, column=column):
                days.append(label)
        except CellError as trouble:
            text = fault_text(trouble.code, column=column, header=label)
            where = cell_name(at, number)
            faults.append(Fault(trouble.code, text, number, column.key, label, where))
    return ",".join(sorted(days))


def _without_repeats(
    row: Row, *, unique: dict[str, Column], seen: dict[tuple[str, str], int], headers: Headers
) -> Row:
    faults = list(row.faults)
    for key, column in unique.items():
        value = row.values[key]
        if not value:
            continue
        first = seen.setdefault((key, value), row.number)
        if first != row.number:
            at = headers.position_of(key) or 0
            label = headers.labels[at]
            text = fault_text("repeated", column=column, header=label, other=first)
            faults.append(
                Fault("repeated", text, row.number, key, label, cell_name(at, row.number))
            )
    return row if len(faults) == len(row.faults) else replace(row, faults=tuple(faults))
