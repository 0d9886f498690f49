"""Small spreadsheets for the tests of the reader."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook


def xlsx(rows: Iterable[Sequence[object]], *, title: str = "名册") -> bytes:
    """Return rows as a workbook, each value stored as the type it has."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def csv_text(rows: Iterable[Sequence[object]], *, encoding: str = "utf-8") -> bytes:
    """Return rows as a .csv."""
    out = io.StringIO(newline="")
    csv.writer(out).writerows(rows)
    return out.getvalue().encode(encoding)


def cells(content: bytes) -> list[list[object]]:
    """Return the values of the first sheet of a workbook."""
    from openpyxl import load_workbook

    sheet = load_workbook(io.BytesIO(content)).worksheets[0]
    return [list(row) for row in sheet.iter_rows(values_only=True)]
