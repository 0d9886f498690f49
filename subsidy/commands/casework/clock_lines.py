"""Deadlines as lines of text: a table that fits a terminal, and one record with its days drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from subsidy.actions.deadlines import DeadlineClock
    from subsidy.actions.views.deadlines.deadline_list import DeadlineLine

STATUSES = {
    "open": "计时中",
    "stopped": "已暂停",
    "met": "按期办结",
    "missed": "已逾期",
    "waived": "已免除",
    "closed": "已结束",
}
ENTRIES = {
    "started": "开始计时",
    "stopped": "因补正暂停",
    "resumed": "恢复计时",
    "recomputed": "重新计算",
    "extension_asked": "申请延期",
    "waiver_asked": "申请免除",
    "extended": "延期",
    "waived": "免除",
    "reminded": "催办",
}
WHO = {"provider": "培训单位", "trainee": "学员", "office": "经办机构"}
HEAD = ("编号", "截止", "剩余", "期限", "对象", "区域", "应由", "依据")
MOST = (8, 11, 11, 24, 22, 10, 8, 20)
"""Columns of a terminal that each field may take; 120 with the blanks between."""


def due_table(lines: Sequence[DeadlineLine]) -> list[str]:
    """A header and one row for each line; a provisional day is marked with ?."""
    rows = [HEAD, *(_cells(line) for line in lines)]
    widths = [min(max(_width(row[n]) for row in rows), most) for n, most in enumerate(MOST)]
    return [
        "  ".join(_padded(_cut(cell, w), w) for cell, w in zip(row, widths, strict=True)).rstrip()
        for row in (rows if lines else rows[:1])
    ]


def _cells(line: DeadlineLine) -> tuple[str, ...]:
    about = line.claim_number or line.class_number
    if line.count > 1:
        about += f" {line.count}人"
    left = line.working_days_left
    mark = "" if line.status == "open" else f"（{STATUSES.get(line.status, line.status)}）"
    return (
        f"#{line.id}",
        f"{line.told_by}{'' if line.final else '?'}",
        f"{left}工作日" if left >= 0 else f"超{-left}工作日",
        line.means + mark,
        about,
        line.area,
        WHO.get(line.who, line.who),
        line.clause or f"设定：{line.assumed}",
    )


def record_lines(clock: DeadlineClock, *, full: bool = False) -> Iterator[str]:
    """One line for the deadline and its sentence; in full also its record and its days drawn."""
    end = f"{clock.due_on}"
    if not clock.final:
        end = f"{clock.told_by}（暂定{clock.due_on}，{clock.low}至{clock.high}之间）"
    source = clock.clause or f"设定：{clock.assumed}"
    words = f"  {clock.words}" if clock.words else ""
    status = STATUSES.get(clock.status, clock.status)
    yield f"期限  #{clock.id} {clock.means}至{end}  {status}{words}  {source}"
    if full:
        yield f"规则  {clock.rule.zh}  {clock.document}".rstrip()
        yield f"起算  {clock.anchor_on}  {_opened(clock)}".rstrip()
        yield f"到期后  {clock.at_end.zh}" + (
            f"；已上报{clock.escalated}级" * bool(clock.escalated)
        )
        yield f"日历  {clock.calendar_version or '—'}"
    yield from (f"  {line}" for line in _entry_lines(clock, full=full))
    if full and clock.strip is not None:
        from subsidy.rules.strips.strip_words import strip_lines

        yield from strip_lines(clock.strip)


def _opened(clock: DeadlineClock) -> str:
    start = clock.start
    state = f"{start.state_name}（{start.event}）" if start.event else ""
    return "  ".join(word for word in (state, f"{start.on}", start.actor) if word)


def _entry_lines(clock: DeadlineClock, *, full: bool) -> Iterator[str]:
    for entry in clock.entries if full else clock.entries[1:]:
        moved = "" if entry.due_before == entry.due_after else f"{entry.due_before} → "
        who = " + ".join(word for word in (entry.actor, entry.second_person) if word)
        words = (entry.clause, entry.reason)
        name = ENTRIES.get(entry.entry, entry.entry)
        yield _joined((f"{entry.on}", name, f"{moved}{entry.due_after}", who, *words))


def _joined(words: Iterable[str]) -> str:
    return "  ".join(word for word in words if word)


def _width(text: str) -> int:
    return sum(2 if ord(char) > 0x2E7F else 1 for char in text)


def _padded(text: str, columns: int) -> str:
    return text + " " * (columns - _width(text))


def _cut(text: str, columns: int) -> str:
    while _width(text) > columns:
        text = text.removesuffix("…")[:-1] + "…"
    return text
