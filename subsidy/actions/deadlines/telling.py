"""Messages about deadlines: one for all claims of a class that share window, day and addressee."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import (
    OFFICE,
    Addressee,
    Desks,
    Running,
    document_of,
    means_of,
)
from subsidy.actions.grounds.outbox_rows import put
from subsidy.records.tables import Claim, Deadline
from subsidy.rules.workdays import working_days_between

REMINDER, MISSED, CERTIFICATES_LATE = "deadline_reminder", "deadline_missed", "certificates_late"
CALENDAR = "calendar_changed"
OPEN = ("open", "stopped")


@dataclass(frozen=True, slots=True)
class Group:
    """Claims whose deadlines are told of in one message: one of them, and how many they are."""

    one: Running
    to: Addressee
    count: int
    day: date
    """The day that people are told."""

    @property
    def subject(self) -> str:
        """The class, or the claim that belongs to none."""
        return "claim" if self.one.claim.class_id is None else "class"

    @property
    def subject_id(self) -> int:
        """Id of the class or claim."""
        return self.one.claim.class_id or self.one.row.of_claim


def in_groups(
    session: Session, desks: Desks, rows: Iterable[Running], *, status: Iterable[str] = OPEN
) -> list[Group]:
    """Group by class, window, day told and addressee; single claims stay alone.

    The count is of all such deadlines in one of `status`, in this batch or not, so that a class
    that is cut by the end of a batch is still told of once and in full.
    """
    first: dict[tuple[int | None, int, str, date, Addressee], Running] = {}
    for one in rows:
        alone = one.row.of_claim if one.claim.class_id is None else 0
        key = (one.claim.class_id, alone, one.row.window, one.row.told_by, desks.addressee(one))
        first.setdefault(key, one)
    return [
        Group(one, key[4], _how_many(session, one, tuple(status)), key[3])
        for key, one in first.items()
    ]


def _how_many(session: Session, one: Running, status: tuple[str, ...]) -> int:
    if one.claim.class_id is None:
        return 1
    return session.exec(
        select(func.count())
        .select_from(Deadline)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(
            Claim.class_id == one.claim.class_id,
            Deadline.window == one.row.window,
            Deadline.told_by == one.row.told_by,
            col(Deadline.status).in_(status),
        )
    ).one()


def remind(session: Session, act: Act, desks: Desks, rows: Iterable[Running]) -> int:
    """Remind whoever must act; return how many messages were put into the outbox."""
    sent = 0
    for group in in_groups(session, desks, rows):
        row = group.one.row
        left = working_days_between(act.calendar, after=act.today, through=group.day)
        sent += _tell(
            session,
            act,
            group,
            template=REMINDER,
            occasion=_occasion(group, act.today),
            values={
                "number": _number(desks, group),
                "matter": _matter(act, desks, group),
                "due_on": group.day,
                "working_days_left": left,
                "final": row.final,
                **_grounds(act, group),
            },
        )
    return sent


def tell_missed(session: Session, act: Act, desks: Desks, rows: Iterable[Running]) -> int:
    """Tell whoever should have acted that the end has passed; return how many messages."""
    sent = 0
    for group in in_groups(session, desks, rows, status=("missed",)):
        row = group.one.row
        if row.window == "certificate_registration" and group.subject == "class":
            training = desks.training(group.subject_id)
            late = working_days_between(act.calendar, after=row.due_on, through=act.today)
            template, values = CERTIFICATES_LATE, {
                "class_code": training.number,
                "class_name": training.title,
                "missing": group.count,
                "due_on": row.due_on,
                "working_days_late": late,
            }  # fmt: skip
        else:
            template, values = MISSED, {
                "number": _number(desks, group),
                "matter": _matter(act, desks, group),
                "due_on": row.due_on,
                "consequence": "转工作人员核查；尚未作废，请尽快办理并说明原因",
                "remedies": [],
            }  # fmt: skip
        values |= _grounds(act, group)
        occasion = _occasion(group, row.due_on)
        sent += _tell(session, act, group, template=template, occasion=occasion, values=values)
    return sent


def tell_moved(
    session: Session, act: Act, desks: Desks, rows: Iterable[tuple[Running, date]]
) -> int:
    """Tell that a holiday notice moved the day that was told (the second of each pair)."""
    was = {one.row.id: day for one, day in rows}
    notice = max(act.calendar.notices, key=lambda n: n.published)
    sent = 0
    for group in in_groups(session, desks, [one for one, _ in rows]):
        moved = {
            "matter": _matter(act, desks, group),
            "number": _number(desks, group),
            "was": was[group.one.row.id],
            "now": group.day,
        }
        sent += _tell(
            session,
            act,
            group,
            template=CALENDAR,
            occasion=f"{_occasion(group, act.today)}:{act.calendar.version}",
            values={"notice": notice.number, "year": notice.year, "moved": [moved]},
        )
    return sent


def _occasion(group: Group, day: date) -> str:
    """Names the message: the deadline of a single claim, or window and day told for a class."""
    row = group.one.row
    which = str(row.id) if group.subject == "claim" else f"{row.window}:{group.day}"
    return f"deadline:{which}:{day}"


def _number(desks: Desks, group: Group) -> str:
    if group.subject == "class":
        return desks.training(group.subject_id).number
    return group.one.claim.number


def _matter(act: Act, desks: Desks, group: Group) -> str:
    """`补贴申领期限（养老护理第一期，40人）`."""
    means = means_of(act, track=group.one.claim.track, window=group.one.row.window)
    if group.subject == "claim":
        return means
    return f"{means}（{desks.training(group.subject_id).title}，{group.count}人）"


def _grounds(act: Act, group: Group) -> dict[str, object]:
    rule = group.one.rule
    return {
        "clause": rule.clause or rule.assumed,
        "document": document_of(act, rule.document),
    }


def _tell(
    session: Session,
    act: Act,
    group: Group,
    *,
    template: str,
    occasion: str,
    values: dict[str, object],
) -> int:
    """Put one message into the outbox; one of the same subject and occasion goes out once."""
    new = put(
        session,
        act,
        subject=group.subject,
        subject_id=group.subject_id,
        template=template,
        occasion=occasion,
        to_kind=group.to.kind,
        to_id=group.to.id,
        **values,
    )
    return int(new)


def for_applicants(desks: Desks, rows: Iterable[Running]) -> list[Running]:
    """Those in which somebody outside the office had to act."""
    return [one for one in rows if desks.addressee(one).kind != OFFICE]
