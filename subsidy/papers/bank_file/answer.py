"""Read the bank's answer to a payment file, line by line, each line once.

An answer is taken whole or not at all: a wrong batch, check sum, count or total refuses the file
and names what differs, so that no half-read file ever moves a payment.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from subsidy.papers.bank_file.layouts import CoverKey, Layout, Outcome
from subsidy.papers.bank_file.payment import Format, csv_file, xlsx_file
from subsidy.papers.spreadsheets import ExportColumn, Fault, Limits, Row, read_rows
from subsidy.papers.spreadsheets.book import open_pages
from subsidy.papers.spreadsheets.shapes import UnreadableFileError
from subsidy.papers.spreadsheets.values import plain_text
from subsidy.papers.wording import yuan, yuan_plain

LIMITS = Limits(rows=200_000, cells=4_000_000, file_bytes=40_000_000, unzipped_bytes=200_000_000)
_ANSWERED = ("line_no", "amount_fen", "code", "reason", "booked_on", "bank_reference")
_CHECKED: tuple[CoverKey, ...] = ("batch_number", "digest", "count", "total_fen")


@dataclass(frozen=True)
class Expected:
    """What was sent, from our own books: the answer is checked against it."""

    batch_number: str
    digest: str
    amounts_fen: Mapping[int, int]  # line number -> amount


@dataclass(frozen=True)
class ReturnLine:
    """What the bank says about one line. `bank_words` is its own wording, for the ticket."""

    line_no: int
    outcome: Outcome
    amount_fen: int | None
    booked_on: date | None
    bank_reference: str
    bank_words: str


@dataclass(frozen=True)
class ReturnFile:
    """The whole answer. With refusals there are no results: nothing of the file may be used."""

    batch_number: str
    results: tuple[ReturnLine, ...] = ()
    refusals: tuple[Fault, ...] = ()
    repeated: tuple[int, ...] = ()  # lines that the bank reported more than once
    unanswered: tuple[int, ...] = ()  # lines sent and not in the answer
    row_faults: tuple[Fault, ...] = field(default=())

    @property
    def ok(self) -> bool:
        """True when the answer may be booked."""
        return not self.refusals


def read_return(
    source: Path | bytes, *, layout: Layout, expected: Expected | None = None
) -> ReturnFile:
    """Read an answer in this layout; without `expected` only the file's own sums are checked."""
    content = source.read_bytes() if isinstance(source, Path) else source
    sheet = read_rows(content, columns=layout.returns.columns, limits=LIMITS)
    if not sheet.usable:
        blocking = tuple(fault for fault in sheet.faults if fault.blocking)
        return ReturnFile(batch_number="", refusals=blocking)
    cover = _read_cover(content, layout)
    row_faults = tuple(fault for row in sheet.rows for fault in row.faults)
    by_line: dict[int, list[ReturnLine]] = defaultdict(list)
    for row in sheet.rows:
        line = _line_of(row, layout)
        if line is not None:
            by_line[line.line_no].append(line)
    batch_number = cover.get("batch_number", "")
    refusals = [
        *_cover_refusals(cover, layout=layout, expected=expected),
        *_sum_refusals(cover, layout=layout, by_line=by_line),
        *_line_refusals(sheet.rows, by_line=by_line, expected=expected),
    ]
    if refusals:
        return ReturnFile(batch_number, refusals=tuple(refusals), row_faults=row_faults)
    sent = expected.amounts_fen if expected else {}
    return ReturnFile(
        batch_number,
        results=tuple(
            _one_of(by_line[number], sent_fen=sent.get(number)) for number in sorted(by_line)
        ),
        repeated=tuple(sorted(number for number, lines in by_line.items() if len(lines) > 1)),
        unanswered=tuple(sorted(set(sent) - set(by_line))),
        row_faults=row_faults,
    )


def write_return(
    results: Sequence[ReturnLine],
    *,
    layout: Layout,
    batch_number: str,
    digest: str,
    file_format: Format = "csv",
) -> bytes:
    """Return an answer as a bank of this layout would write it: for rehearsals and the demo."""
    words = {outcome: words[0] for outcome, words in layout.returns.outcomes.items()}
    rows: list[dict[str, object]] = [
        {
            "line_no": line.line_no,
            "amount_fen": line.amount_fen or 0,
            "code": words.get(line.outcome, line.bank_words),
            "reason": "" if line.outcome is Outcome.PAID else line.bank_words,
            "booked_on": line.booked_on.isoformat() if line.booked_on else "",
            "bank_reference": line.bank_reference,
        }
        for line in results
    ]
    values = {
        "batch_number": batch_number,
        "count": str(len(rows)),
        "total_fen": yuan_plain(sum(line.amount_fen or 0 for line in results)),
        "digest": digest,
    }
    cover = [(label, values[key]) for key, label in layout.cover.items() if key in values]
    columns = [
        ExportColumn(
            column.key, column.header_zh, "money" if column.key == "amount_fen" else "text"
        )
        for column in layout.returns.columns
        if column.key in _ANSWERED
    ]
    if file_format == "csv":
        return csv_file(cover, rows, columns=columns, encoding=layout.encoding)
    return xlsx_file(cover, rows, columns=columns)


def _read_cover(content: bytes, layout: Layout) -> dict[CoverKey, str]:
    keys = {label: key for key, label in layout.cover.items()}
    found: dict[CoverKey, str] = {}
    try:
        with open_pages(content, limits=LIMITS) as pages:
            for page in pages:
                for _, cells in page.top():
                    label = plain_text(cells[0]) if cells else ""
                    if label in keys and len(cells) > 1:
                        found.setdefault(keys[label], plain_text(cells[1]))
    except UnreadableFileError:
        return {}
    return found


def _cover_refusals(
    cover: Mapping[CoverKey, str], *, layout: Layout, expected: Expected | None
) -> list[Fault]:
    refusals = []
    for key in _CHECKED:
        if not cover.get(key):
            text = f"回执缺少“{layout.cover[key]}”。请向银行索取带有该项的完整回执。"
            refusals.append(Fault(f"no_{key}", text))
    if expected is None:
        return refusals
    for key, sent in (("batch_number", expected.batch_number), ("digest", expected.digest)):
        told = cover.get(key, "")
        if told and told != sent:
            label = layout.cover[key]
            text = f"“{label}”不符：本批为 {sent}，回执为 {told[:80]}。"
            text += "请核对是否选错批次，或文件被改动。"
            refusals.append(Fault(f"wrong_{key}", text))
    return refusals


def _sum_refusals(
    cover: Mapping[CoverKey, str], *, layout: Layout, by_line: Mapping[int, list[ReturnLine]]
) -> list[Fault]:
    """Compare the cover's sums with the list; a line sent twice may be counted once or twice."""
    every = [line for lines in by_line.values() for line in lines]
    once = [lines[0] for lines in by_line.values()]
    refusals = []
    told_count = cover.get("count", "")
    if told_count and told_count not in {str(len(every)), str(len(once))}:
        text = f"“{layout.cover['count']}”不符：封面为 {told_count}，明细为 {len(once)} 笔。"
        refusals.append(Fault("wrong_count", f"{text}请向银行索取完整回执。"))
    told_total = cover.get("total_fen", "").replace(",", "").removesuffix("元")
    sums = [sum(line.amount_fen or 0 for line in lines) for lines in (every, once)]
    if told_total and told_total not in {form for fen in sums for form in _forms(fen)}:
        text = f"“{layout.cover['total_fen']}”不符：封面为 {told_total}，明细合计 {yuan(sums[1])}。"
        refusals.append(Fault("wrong_total_fen", f"{text}请向银行索取完整回执。"))
    return refusals


def _forms(amount_fen: int) -> set[str]:
    """Return the ways a program may print a sum: 1500.00, 1500.0, 1500."""
    plain = yuan_plain(amount_fen)
    return {plain, plain.removesuffix("0"), plain.removesuffix(".00")}


def _line_refusals(
    rows: Sequence[Row], *, by_line: Mapping[int, list[ReturnLine]], expected: Expected | None
) -> list[Fault]:
    refusals = [
        Fault(
            "line_unreadable", f"回执第 {row.number} 行没有可识别的行号。请核对文件。", row.number
        )
        for row in rows
        if not row.values["line_no"]
    ]
    foreign = sorted(set(by_line) - set(expected.amounts_fen)) if expected else []
    if foreign:
        named = "、".join(map(str, foreign[:20]))
        text = f"回执含有本批没有的行号：{named}。请核对是否选错批次。"
        refusals.append(Fault("foreign_lines", text))
    return refusals


def _line_of(row: Row, layout: Layout) -> ReturnLine | None:
    values = row.values
    if not values["line_no"]:
        return None
    word, reason = values["code"], values["reason"]
    booked_on = date.fromisoformat(values["booked_on"]) if values["booked_on"] else None
    return ReturnLine(
        line_no=int(values["line_no"]),
        outcome=layout.returns.outcome(word),
        amount_fen=int(values["amount_fen"]) if values["amount_fen"] else None,
        booked_on=booked_on,
        bank_reference=values["bank_reference"],
        bank_words="；".join(part for part in (word, reason) if part),
    )


def _one_of(lines: list[ReturnLine], *, sent_fen: int | None) -> ReturnLine:
    """Return the one result of a line: alike answers are one, answers that differ are UNKNOWN."""
    line = lines[0]
    if len({(other.outcome, other.amount_fen) for other in lines}) > 1:
        words = " / ".join(other.bank_words for other in lines)
        return replace(line, outcome=Outcome.UNKNOWN, bank_words=f"同一行回执不一致：{words}")
    if line.outcome is Outcome.PAID and sent_fen is not None and line.amount_fen != sent_fen:
        return replace(line, outcome=Outcome.AMOUNT_MISMATCH)
    return line
