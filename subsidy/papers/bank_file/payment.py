"""Write the payment file of an approved batch, with its totals and a check sum over every line."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from typing import Literal

import xlsxwriter
from stdnum import luhn

from subsidy.papers.bank_file.layouts import Layout
from subsidy.papers.spreadsheets import ExportColumn
from subsidy.papers.spreadsheets.export import write_list
from subsidy.papers.wording import yuan_plain

Format = Literal["csv", "xlsx"]
COVER_SHEET, LIST_SHEET = "封面", "明细"
_MADE = datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)  # same lines, same bytes
_BATCH_NUMBER = re.compile(r"[0-9A-Za-z_-]{1,60}")
_STARTS_FORMULA = tuple("=+-@\t\r＝＋－＠'")
_MEDIA_TYPES = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class PaymentLine:
    """One transfer. `reference` is the payment's own number here; it comes back unchanged."""

    line_no: int  # from 1, unique in the batch
    payee: str
    account: str
    bank: str
    amount_fen: int
    purpose: str
    reference: str


@dataclass(frozen=True)
class Batch:
    """What the cover says about the batch besides its sums."""

    batch_number: str
    city: str
    fund: str
    payer: str
    made_on: date


@dataclass(frozen=True)
class PaymentFile:
    """The finished file and the sums its cover shows; keep `digest` to check the answer by."""

    name: str
    content: bytes
    media_type: str
    count: int
    total_fen: int
    digest: str


@dataclass(frozen=True)
class LineFault:
    """Why a line cannot go to the bank; no name and no account in the text."""

    line_no: int
    code: str
    message_zh: str


class BankFileError(Exception):
    """A batch cannot be written: run `check_lines` first and hold the lines it names."""


def digest_of(lines: Sequence[PaymentLine], *, batch_number: str) -> str:
    """Return the SHA-256 over the batch number and every line in line order, in hex."""
    total = hashlib.sha256(f"{batch_number}\n".encode())
    for line in sorted(lines, key=lambda line: line.line_no):
        parts = (line.line_no, line.payee, line.account, line.amount_fen, line.reference)
        total.update(("\t".join(map(str, parts)) + "\n").encode())
    return total.hexdigest()


def check_lines(lines: Sequence[PaymentLine], *, layout: Layout) -> list[LineFault]:
    """Return every reason why a line cannot be written in this layout."""
    faults: list[LineFault] = []
    seen: set[int] = set()
    for line in lines:
        if line.line_no in seen:
            faults.append(_fault(line, "line_twice", "行号重复，请重新编号"))
        seen.add(line.line_no)
        faults += _line_faults(line, layout=layout)
    return faults


def write(
    lines: Sequence[PaymentLine], *, layout: Layout, batch: Batch, file_format: Format = "csv"
) -> PaymentFile:
    """Return the payment file; the same lines always give the same bytes.

    Raises BankFileError for an empty batch, a batch number unfit for a file name, or lines that
    `check_lines` refuses; the text names line numbers only.
    """
    if not lines or not _BATCH_NUMBER.fullmatch(batch.batch_number):
        msg = "a payment file needs lines and a batch number of letters, digits, - and _"
        raise BankFileError(msg)
    if faults := check_lines(lines, layout=layout):
        named = ", ".join(f"{fault.line_no} ({fault.code})" for fault in faults[:20])
        msg = f"batch {batch.batch_number}: {len(faults)} faults in lines {named}; hold these lines"
        raise BankFileError(msg)
    ordered = sorted(lines, key=lambda line: line.line_no)
    total_fen = sum(line.amount_fen for line in ordered)
    digest = digest_of(ordered, batch_number=batch.batch_number)
    cover = _cover(layout, batch, count=len(ordered), total_fen=total_fen, digest=digest)
    rows = [asdict(line) for line in ordered]
    if file_format == "csv":
        content = csv_file(cover, rows, columns=_columns(layout), encoding=layout.encoding)
    else:
        content = xlsx_file(cover, rows, columns=_columns(layout))
    return PaymentFile(
        name=f"{batch.batch_number}-{layout.name}.{file_format}",
        content=content,
        media_type=_MEDIA_TYPES[file_format],
        count=len(ordered),
        total_fen=total_fen,
        digest=digest,
    )


def csv_file(
    cover: Sequence[tuple[str, str]],
    rows: Sequence[dict[str, object]],
    *,
    columns: Sequence[ExportColumn],
    encoding: str,
) -> bytes:
    """Return cover lines, an empty line, the header row and the list as text."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerows(cover)
    writer.writerow([])
    writer.writerow([column.header for column in columns])
    for row in rows:
        values = ((row[column.key], column.kind) for column in columns)
        writer.writerow(
            [yuan_plain(int(str(value))) if kind == "money" else value for value, kind in values]
        )
    return out.getvalue().encode(encoding)


def xlsx_file(
    cover: Sequence[tuple[str, str]],
    rows: Sequence[dict[str, object]],
    *,
    columns: Sequence[ExportColumn],
) -> bytes:
    """Return a workbook with a cover sheet and a list sheet."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": _MADE})
        front = book.add_worksheet(COVER_SHEET)
        front.set_column(0, 0, 16)
        front.set_column(1, 1, 70)
        for number, (label, value) in enumerate(cover):
            front.write_string(number, 0, label, book.add_format({"bold": True}))
            front.write_string(number, 1, value)
        write_list(book, rows, columns=columns, sheet=LIST_SHEET)  # type: ignore[arg-type]
    return out.getvalue()


def _cover(
    layout: Layout, batch: Batch, *, count: int, total_fen: int, digest: str
) -> list[tuple[str, str]]:
    values = {
        "batch_number": batch.batch_number,
        "city": batch.city,
        "fund": batch.fund,
        "payer": batch.payer,
        "made_on": batch.made_on.isoformat(),
        "count": str(count),
        "total_fen": yuan_plain(total_fen),
        "digest": digest,
    }
    return [(label, values[key]) for key, label in layout.cover.items()]


def _columns(layout: Layout) -> list[ExportColumn]:
    kinds: dict[str, Literal["whole", "money"]] = {"line_no": "whole", "amount_fen": "money"}
    return [
        ExportColumn(column.key, column.header, kinds.get(column.key, "text"), width=24)
        for column in layout.columns
    ]


def _line_faults(line: PaymentLine, *, layout: Layout) -> list[LineFault]:
    faults = []
    if line.line_no < 1:
        faults.append(_fault(line, "line_number", "行号应从 1 开始"))
    if line.amount_fen <= 0:
        faults.append(_fault(line, "amount", "金额应大于零"))
    if not _account_fits(line.account, personal=layout.personal_accounts):
        faults.append(_fault(line, "account", "收款账号的位数或校验位不对，请与收款人核对"))
    for column in layout.columns:
        value = getattr(line, column.key)
        if not isinstance(value, str):
            continue
        if not value.strip() and column.key in ("payee", "reference"):
            faults.append(_fault(line, "blank", f"“{column.header}”为空"))
        if len(value) > column.longest:
            text = f"“{column.header}”超过银行允许的 {column.longest} 个字"
            faults.append(_fault(line, "too_long", text))
        # A bank file must carry the name as it is: nothing may be put before it.
        if value.startswith(_STARTS_FORMULA) or not value.isprintable():
            text = f"“{column.header}”含有不能写入银行文件的符号"
            faults.append(_fault(line, "characters", text))
    return faults


def _account_fits(account: str, *, personal: bool) -> bool:
    if not (account.isascii() and account.isdigit()):
        return False
    if personal:
        return 13 <= len(account) <= 19 and luhn.is_valid(account)
    return 8 <= len(account) <= 32


def _fault(line: PaymentLine, code: str, text: str) -> LineFault:
    return LineFault(line.line_no, code, f"第 {line.line_no} 行：{text}。")
