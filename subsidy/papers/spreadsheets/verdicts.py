"""Give an uploader the same spreadsheet back, bad cells coloured, a result and a reason beside."""

from __future__ import annotations

import csv
import io
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePath

from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.workbook import Workbook
from openpyxl.worksheet.formula import ArrayFormula
from openpyxl.worksheet.worksheet import Worksheet

from subsidy.papers.spreadsheets.book import (
    Page,
    broken_workbook,
    decode,
    is_workbook,
    open_pages,
    workbook,
)
from subsidy.papers.spreadsheets.columns import Column
from subsidy.papers.spreadsheets.export import guarded
from subsidy.papers.spreadsheets.headers import (
    REASON_HEADER,
    RESULT_HEADER,
    Headers,
    find_headers,
    no_headers,
)
from subsidy.papers.spreadsheets.shapes import Limits, UnreadableFileError, Verdict
from subsidy.papers.spreadsheets.values import is_blank

_SUFFIX = "-校验结果"
_PASSED, _REFUSED, _NOT_CHECKED = "通过", "不通过", "未处理"
_BAD_COLOUR = "FFFFD3CE"  # a colour of our own, so that the next copy knows what it may clear
_BAD_FILL = PatternFill("solid", fgColor=_BAD_COLOUR)
_FONTS = {
    _PASSED: Font(color="FF1B7F3B"),
    _REFUSED: Font(color="FFB3261E", bold=True),
    _NOT_CHECKED: Font(color="FF6B6B6B"),
}


def verdict_copy(
    source: bytes,
    filename: str,
    verdicts: Iterable[Verdict],
    *,
    columns: tuple[Column, ...],
    limits: Limits = Limits(),
) -> tuple[str, bytes]:
    """Return (file name, bytes) of the upload with what was said about each row written in.

    Format and encoding stay those of the upload. Verdict columns of an earlier copy are replaced,
    never doubled. A verdict on the header row speaks of the whole file. Formulas come back as text:
    the file goes to other people's machines. Raises UnreadableFileError for bytes that `read_rows`
    refuses as a whole (nothing could be written into them).
    """
    said: dict[int, list[Verdict]] = defaultdict(list)
    for verdict in verdicts:
        said[verdict.row_number].append(verdict)
    with open_pages(source, limits=limits) as pages:
        found = find_headers(pages, columns=columns)
        if found is None:
            raise UnreadableFileError(no_headers(columns=columns))
        page, headers = found
        notes = _notes(page, headers, said)
    name = PurePath(filename)
    stem = name.stem.removesuffix(_SUFFIX) + _SUFFIX
    if is_workbook(source):
        return f"{stem}.xlsx", _workbook_copy(source, page.title, headers, said, notes)
    return f"{stem}.csv", _text_copy(source, notes)


@dataclass(frozen=True)
class _Notes:
    """What is written where: (result, reason) by row number, and the positions of both columns."""

    words: dict[int, tuple[str, str]]
    result_at: int
    reason_at: int
    stale: tuple[int, ...]  # what is left of an earlier copy's columns


def _notes(page: Page, headers: Headers, said: dict[int, list[Verdict]]) -> _Notes:
    general = "；".join(_reasons(said.get(headers.row, [])))
    words = {headers.row: (RESULT_HEADER, REASON_HEADER)}
    if general:
        words[headers.row] = (f"{RESULT_HEADER}（{_REFUSED}）", f"{REASON_HEADER}：{general}")
    free = 0
    for number, cells in page.rows():
        own = [
            at for at, raw in enumerate(cells) if at not in headers.verdicts and not is_blank(raw)
        ]
        if number < headers.row or not own:
            continue
        free = max(free, own[-1] + 1)
        if number > headers.row:
            words[number] = _row_words(said.get(number, []))
    if len(headers.verdicts) == 2:
        return _Notes(words, *headers.verdicts, stale=())
    return _Notes(words, free, free + 1, stale=tuple(at for at in headers.verdicts if at < free))


def _row_words(told: list[Verdict]) -> tuple[str, str]:
    if not told:
        return _NOT_CHECKED, ""
    result = _PASSED if all(verdict.ok for verdict in told) else _REFUSED
    return result, "；".join(_reasons(told))


def _reasons(verdicts: list[Verdict]) -> list[str]:
    seen = dict.fromkeys(verdict.message_zh.strip("；") for verdict in verdicts)
    return [message.rstrip("。") for message in seen if message]


def _text_copy(source: bytes, notes: _Notes) -> bytes:
    text = decode(source)
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=text.delimiter)
    for number, cells in enumerate(text.rows(), 1):
        line = [guarded(str(cell)) for cell in cells]
        if number in notes.words:
            line += [""] * (notes.reason_at + 1 - len(line))
            for at in notes.stale:
                line[at] = ""
            line[notes.result_at], line[notes.reason_at] = map(guarded, notes.words[number])
        writer.writerow(line)
    # With its mark, so that Excel opens UTF-8 as UTF-8.
    encoding = "utf-8-sig" if text.encoding == "utf-8" else text.encoding
    return out.getvalue().encode(encoding)


def _workbook_copy(
    source: bytes, title: str, headers: Headers, said: dict[int, list[Verdict]], notes: _Notes
) -> bytes:
    with workbook(source, read_only=False) as book:
        _disarm(book)
        sheet = book[title]
        for number, words in sorted(notes.words.items()):
            for at in notes.stale:
                _write_text(sheet.cell(row=number, column=at + 1), "")
            for at, text in zip((notes.result_at, notes.reason_at), words, strict=True):
                cell = sheet.cell(row=number, column=at + 1)
                _write_text(cell, text)
                cell.font = _FONTS.get(words[0], Font(bold=True))
                cell.alignment = Alignment(wrap_text=at == notes.reason_at, vertical="top")
            for verdict in said.get(number, []):
                _colour(sheet, number, verdict, headers)
        sheet.column_dimensions[get_column_letter(notes.result_at + 1)].width = 12
        sheet.column_dimensions[get_column_letter(notes.reason_at + 1)].width = 60
        out = io.BytesIO()
        try:
            book.save(out)
        except (ValueError, TypeError, KeyError, AttributeError) as trouble:
            raise broken_workbook() from trouble
    return out.getvalue()


def _colour(sheet: Worksheet, number: int, verdict: Verdict, headers: Headers) -> None:
    at = headers.position_of(verdict.column) if verdict.column and not verdict.ok else None
    if at is not None:
        cell = sheet.cell(row=number, column=at + 1)
        if isinstance(cell, Cell):
            cell.fill = _BAD_FILL


def _disarm(book: Workbook) -> None:
    """Turn formulas into text, drop links, and clear the colours of an earlier copy."""
    for sheet in book.worksheets:
        for cells in sheet.iter_rows():
            for cell in cells:
                if not isinstance(cell, Cell):
                    continue
                if cell.data_type == "f":
                    value = cell.value
                    text = value.text if isinstance(value, ArrayFormula) else str(value)
                    _write_text(cell, text or "")
                if cell.hyperlink is not None:
                    cell.hyperlink = None
                if cell.has_style and cell.fill.fgColor.rgb == _BAD_COLOUR:
                    cell.fill = PatternFill()


def _write_text(cell: object, text: str) -> None:
    """Write text that the spreadsheet program will not take for a formula."""
    if isinstance(cell, Cell):
        cell.value = text
        cell.data_type = "s"
        cell.quotePrefix = text.startswith("=")
