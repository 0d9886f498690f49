"""Several messages in one letter: reminders as lines of a digest, decisions whole, one below the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from subsidy.papers.messages import (
    CalendarChanged,
    CertificatesLate,
    DeadlineEscalated,
    DeadlineMissed,
    DeadlineReminder,
    Digest,
    DigestLine,
    Letter,
    Section,
)
from subsidy.papers.notices import Message
from subsidy.papers.wording import day_short

DaysLeft = Callable[[date], int]
"""Working days from the day of the digest to a day; below zero for one that is over."""
PROVISIONAL = "该期限跨越尚未公布放假安排的日期，如有变化另行通知，不会提前"


def foldable(message: object) -> bool:
    """Whether a message may become lines of a digest: a reminder that decides nothing."""
    if isinstance(message, DeadlineMissed):
        return not message.remedies
    return isinstance(
        message, DeadlineReminder | CertificatesLate | CalendarChanged | DeadlineEscalated
    )


def lines_of(messages: Iterable[object], *, days_left: DaysLeft) -> tuple[DigestLine, ...]:
    """Return the lines of reminders, the most urgent first. Raises TypeError for a decision."""
    lines = [line for message in messages for line in _lines(message, days_left)]
    return tuple(sorted(lines, key=lambda line: (line.days_left, line.due_on, line.number)))


def digest_values(
    messages: Sequence[Any], *, day: date, where: str, most: int | None, days_left: DaysLeft
) -> dict[str, object]:
    """Return the values of the digest of reminders, with at most `most` lines."""
    lines = lines_of(messages, days_left=days_left)
    shown = lines if most is None else lines[:most]
    made = Digest(
        office=messages[0].office,
        office_phone=messages[0].office_phone,
        day=day,
        lines=shown,
        more=len(lines) - len(shown),
        where=where,
    )
    return made.model_dump()


def letter_values(messages: Sequence[Any], rendered: Sequence[Message]) -> dict[str, object]:
    """Return the values of the letter that holds messages in full, in their order."""
    made = Letter(
        office=messages[0].office,
        office_phone=messages[0].office_phone,
        sections=tuple(Section(subject=one.subject, text=one.text) for one in rendered),
    )
    return made.model_dump()


def _lines(message: object, days_left: DaysLeft) -> Sequence[DigestLine]:
    match message:
        case CalendarChanged():
            return [
                DigestLine(
                    number=moved.number,
                    matter=moved.matter,
                    due_on=moved.now,
                    days_left=days_left(moved.now),
                    remark=f"原告知{day_short(moved.was)}，按{message.notice}调整",
                )
                for moved in message.moved
            ]
        case CertificatesLate():
            return [
                DigestLine(
                    number=message.class_code,
                    matter=f"证书登记（{message.class_name}）",
                    due_on=message.due_on,
                    days_left=-message.working_days_late,
                    remark=f"尚有{message.missing}份未登记，请尽快登记并说明原因",
                    basis=_basis(message),
                )
            ]
        case DeadlineReminder() | DeadlineMissed() | DeadlineEscalated():
            left, remark = _left(message, days_left)
            return [
                DigestLine(
                    number=message.number,
                    matter=message.matter,
                    due_on=message.due_on,
                    days_left=left,
                    remark=remark,
                    basis=_basis(message),
                )
            ]
    raise TypeError(f"{type(message).__name__} goes out in full, not as a line of a digest")


def _left(
    message: DeadlineReminder | DeadlineMissed | DeadlineEscalated, days_left: DaysLeft
) -> tuple[int, str]:
    if isinstance(message, DeadlineReminder):
        return message.working_days_left, "" if message.final else PROVISIONAL
    if isinstance(message, DeadlineMissed):
        return days_left(message.due_on), message.consequence
    return -message.working_days_over, f"涉及{message.count}件，第{message.step}次督办"


def _basis(message: Any) -> str:
    return f"{message.document} {message.clause}".strip()
