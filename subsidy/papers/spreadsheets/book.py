"""Open uploaded bytes as rows of raw cells, whether they are .xlsx or .csv.

An upload is hostile until shown otherwise: its size is bounded before it is unpacked, entities are
refused (openpyxl parses through defusedxml), and nothing in it is computed.
"""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from openpyxl import load_workbook

from subsidy.papers.spreadsheets.shapes import Fault, Limits, UnreadableFileError

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook

Cells = tuple[object, ...]
HEADER_SEARCH_ROWS = 12
_DELIMITERS = ",\t;"
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, and .xlsx files locked with a password


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook, or the whole text file: can be read from its top again and again."""

    title: str
    format: str  # xlsx or csv
    _rows: Callable[[], Iterable[Cells]]

    def rows(self) -> Iterator[tuple[int, Cells]]:
        """Give (row number from 1, raw cells), empty rows too."""
        yield from enumerate(self._rows(), start=1)

    def top(self) -> list[tuple[int, Cells]]:
        """Return the rows in which the header row is looked for."""
        return list(islice(self.rows(), HEADER_SEARCH_ROWS))


@dataclass(frozen=True)
class CsvText:
    """A decoded text file and how it was written, so that it can be written back alike."""

    text: str
    encoding: str
    delimiter: str

    def rows(self) -> Iterator[Cells]:
        """Give the cells of each record."""
        return (
            tuple(row)
            for row in csv.reader(io.StringIO(self.text, newline=""), delimiter=self.delimiter)
        )


def refuse(code: str, message_zh: str) -> UnreadableFileError:
    """Return the exception that turns down a whole file."""
    return UnreadableFileError(Fault(code=code, message_zh=message_zh))


def is_workbook(content: bytes) -> bool:
    """Tell an .xlsx file (a zip) from text, whatever the file is called."""
    return content.startswith(b"PK\x03\x04")


def check_size(content: bytes, *, limits: Limits) -> None:
    """Raise UnreadableFileError for a file that is empty, too large, or unpacks to too much."""
    if not content.strip():
        raise refuse("empty_file", "文件是空的。请选择已填写的表格后重新上传。")
    if len(content) > limits.file_bytes:
        size = limits.file_bytes // 1_000_000
        raise refuse("too_large", f"文件超过 {size} MB。请拆分成几个文件分别上传。")
    if content.startswith(_OLD_EXCEL):
        raise refuse(
            "old_format",
            "这是旧版 .xls 文件或加了密码的文件。"
            "请去掉密码，另存为“Excel 工作簿（.xlsx）”后重新上传。",
        )
    if is_workbook(content):
        _check_zip(content, limits=limits)


def _check_zip(content: bytes, *, limits: Limits) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            # zipfile reads no more of an entry than it declares: the sum is a true bound.
            unzipped = sum(entry.file_size for entry in packed.infolist())
            names = {entry.filename for entry in packed.infolist()}
    except (zipfile.BadZipFile, OSError, ValueError) as trouble:
        raise broken_workbook() from trouble
    if unzipped > limits.unzipped_bytes:
        size = limits.unzipped_bytes // 1_000_000
        raise refuse(
            "too_large",
            f"表格展开后超过 {size} MB。请删去多余的工作表、图片和空白格式行后重新上传。",
        )
    if "xl/workbook.xml" not in names and "[Content_Types].xml" not in names:
        raise refuse("not_a_spreadsheet", "这不是表格文件。请上传 .xlsx 或 .csv 文件。")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise refuse("macros", "文件带有宏。请另存为不带宏的“Excel 工作簿（.xlsx）”后重新上传。")


def broken_workbook() -> UnreadableFileError:
    """Return the refusal of a workbook that cannot be parsed."""
    return refuse(
        "broken_file", "表格文件已损坏，无法打开。请在 Excel 或 WPS 中打开后另存为 .xlsx 再上传。"
    )


@contextmanager
def workbook(content: bytes, *, read_only: bool) -> Iterator[Workbook]:
    """Open a workbook with formulas as text and links to other files left out."""
    with warnings.catch_warnings():
        # openpyxl warns of extensions that it drops (drop-down lists): nothing a reader needs.
        warnings.filterwarnings("ignore", module="openpyxl")
        try:
            book = load_workbook(
                io.BytesIO(content), read_only=read_only, data_only=False, keep_links=False
            )
        except Exception as trouble:  # hostile bytes raise nearly anything inside the parser
            raise broken_workbook() from trouble
        try:
            yield book
        finally:
            book.close()


@contextmanager
def open_pages(content: bytes, *, limits: Limits) -> Iterator[list[Page]]:
    """Give the visible sheets of a workbook, or the one page of a text file."""
    check_size(content, limits=limits)
    if not is_workbook(content):
        text = decode(content)
        yield [Page(title="", format="csv", _rows=text.rows)]
        return
    with workbook(content, read_only=True) as book:
        pages = []
        for sheet in book.worksheets:
            if sheet.sheet_state != "visible":
                continue
            # A declared size of A1:XFD1048576 would pad every row to 16,384 cells.
            sheet.reset_dimensions()
            pages.append(
                Page(
                    title=sheet.title,
                    format="xlsx",
                    _rows=partial(sheet.iter_rows, values_only=True),
                )
            )
        yield pages


def decode(content: bytes) -> CsvText:
    """Return the text of a .csv: UTF-8 with or without mark, UTF-16 with mark, else GB18030."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        tries = ["utf-16"]
    elif content.startswith(b"\xef\xbb\xbf"):
        tries = ["utf-8-sig"]
    else:
        tries = ["utf-8", "gb18030"]
    for encoding in tries:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return CsvText(text=text, encoding=encoding, delimiter=_delimiter(text))
    raise refuse(
        "unknown_encoding",
        "无法识别文件的文字编码。"
        "请在 Excel 中另存为“Excel 工作簿（.xlsx）”或“CSV UTF-8”后重新上传。",
    )


def _delimiter(text: str) -> str:
    top = "\n".join(text.splitlines()[:HEADER_SEARCH_ROWS])
    return max(_DELIMITERS, key=top.count)
