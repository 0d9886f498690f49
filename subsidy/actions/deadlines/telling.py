"""Messages about deadlines: one for all claims of a class that share window, day and addressee."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlmodel import Session, col

from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import (
    OFFICE,
    Addressee,
    Desks,
    document_of,
    means_of,
)
from subsidy.actions.deadlines.opening.class_rows import FILING
from subsidy.actions.deadlines.sweeping.rows import Due, due_rows
from subsidy.actions.grounds.outbox_rows import Wanted, put_all
from subsidy.records.among import among
from subsidy.records.tables import Claim, Deadline
from subsidy.rules.eligibility import first_lawful_start_of
from subsidy.rules.workdays import working_days_between

REMINDER, MISSED, CERTIFICATES_LATE = "deadline_reminder", "deadline_missed", "certificates_late"
CALENDAR, ESCALATED = "calendar_changed", "deadline_escalated"
OPEN = ("open", "stopped")
NOT_LAPSED = "转工作人员核查；尚未作废，请尽快办理并说明原因"
NOT_FILED = "未备案，不能按原定日期开班；今日备案的，最早可于{first}开班，请变更开班日期后备案"


@dataclass(frozen=True, slots=True)
class Group:
    """Deadlines that are told of in one message: one of them, and how many they are."""

    one: Due
    to: Addressee
    count: int

    @property
    def day(self) -> date:
        """The day that people are told."""
        return self.one.told_by

    @property
    def subject(self) -> str:
        """The class, or the claim that belongs to none."""
        return "claim" if self.one.group_class is None else "class"

    @property
    def subject_id(self) -> int:
        """Id of the class or claim."""
        return self.one.group_class or self.one.claim_ids[0]


def in_groups(
    session: Session, desks: Desks, rows: Iterable[Due], *, status: Sequence[str] = OPEN
) -> list[Group]:
    """Group by class, window, day told and addressee; single claims stay alone.

    The count is of all such deadlines in one of `status`, in this batch or not, so that a class
    that is cut by the end of a batch is still told of once and in full.
    """
    first: dict[tuple[int | None, int | None, str, date, Addressee], Due] = {}
    for one in rows:
        alone = one.claim_ids[0] if one.group_class is None else None
        key = (one.group_class, alone, one.window, one.told_by, desks.addressee(one))
        first.setdefault(key, one)
    classes = {one.of_class for one in first.values() if one.of_class is not None}
    counts = _counts(session, classes, status)
    desks.read_classes({key[0] for key in first if key[0] is not None})
    return [
        Group(one, key[4], counts.get((one.of_class, one.window, one.told_by), 1))
        for key, one in first.items()
    ]


def _counts(
    session: Session, classes: Iterable[int], status: Sequence[str]
) -> dict[tuple[int | None, str, date], int]:
    key = (col(Claim.class_id), col(Deadline.window), col(Deadline.told_by))
    rows = session.execute(
        select(*key, func.count())
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(among(session, col(Claim.class_id), classes), col(Deadline.status).in_(status))
        .group_by(*key)
    )
    return {(class_id, window, told_by): n for class_id, window, told_by, n in rows.all()}


def remind(session: Session, act: Act, desks: Desks, rows: Iterable[Due]) -> int:
    """Remind whoever must act; return how many messages were put into the outbox."""
    return put_all(session, act, _reminders(session, act, desks, rows))


def _reminders(session: Session, act: Act, desks: Desks, rows: Iterable[Due]) -> Iterator[Wanted]:
    for group in in_groups(session, desks, rows):
        yield _wanted(
            act,
            desks,
            group,
            template=REMINDER,
            occasion=_occasion(group, act.today),
            values={
                "due_on": group.day,
                "working_days_left": working_days_between(
                    act.calendar, after=act.today, through=group.day
                ),
                "final": group.one.final,
            },
        )


def tell_missed(
    session: Session, act: Act, desks: Desks, rows: Iterable[Due], *, again: bool = False
) -> int:
    """Tell whoever should have acted that the end has passed; return how many messages.

    It is told once; `again` tells it anew, once a day.
    """
    return put_all(session, act, _missed(session, act, desks, rows, again=again))


def _missed(
    session: Session, act: Act, desks: Desks, rows: Iterable[Due], *, again: bool
) -> Iterator[Wanted]:
    for group in in_groups(session, desks, rows, status=("missed",)):
        one = group.one
        occasion = _occasion(group, act.today if again else one.due_on)
        if one.window == "certificate_registration" and group.subject == "class":
            training = desks.training(group.subject_id)
            values: dict[str, object] = {
                "class_code": training.number,
                "class_name": training.title,
                "missing": group.count,
                "due_on": one.due_on,
                "working_days_late": working_days_between(
                    act.calendar, after=one.due_on, through=act.today
                ),
                **_grounds(act, desks, one),
            }
            yield _message(group, CERTIFICATES_LATE, occasion, values)
            continue
        values = {
            "due_on": one.due_on,
            "consequence": _what_follows(act, desks, one),
            "remedies": [],
        }
        yield _wanted(act, desks, group, template=MISSED, occasion=occasion, values=values)


def _what_follows(act: Act, desks: Desks, one: Due) -> str:
    """A class that a clause keeps from starting is told when it may; else a person looks at it."""
    if one.window != FILING or not desks.ends_with(one.rule_id, "block"):
        return NOT_LAPSED
    first = first_lawful_start_of(
        track=one.track, pack=act.pack, filed_on=act.today, calendar=act.calendar
    )
    return NOT_LAPSED if first is None else NOT_FILED.format(first=first)


def tell_moved(session: Session, act: Act, desks: Desks, was: Mapping[int, date]) -> int:
    """Tell that a holiday notice moved the day that was told: deadline → the day told before."""
    if not was:
        return 0
    return put_all(session, act, _moved(session, act, desks, was))


def _moved(session: Session, act: Act, desks: Desks, was: Mapping[int, date]) -> Iterator[Wanted]:
    notice = max(act.calendar.notices, key=lambda n: n.published)
    for group in in_groups(session, desks, due_rows(session, was)):
        moved = {
            "matter": _matter(act, desks, group),
            "number": _number(desks, group),
            "was": min(was[each] for each in group.one.ids),
            "now": group.day,
        }
        occasion = f"{_occasion(group, act.today)}:{act.calendar.version}"
        values = {"notice": notice.number, "year": notice.year, "moved": [moved]}
        yield _message(group, CALENDAR, occasion, values)


def tell_escalated(session: Session, act: Act, desks: Desks, rows: Iterable[Due]) -> int:
    """Take an undone matter one desk higher: 1 the section head, 2 the leader; return how many."""
    return put_all(session, act, _escalated(session, act, desks, rows))


def _escalated(session: Session, act: Act, desks: Desks, rows: Iterable[Due]) -> Iterator[Wanted]:
    for group in in_groups(session, desks, rows, status=("missed",)):
        one = group.one
        desk = Group(one, Addressee(OFFICE, desks.office(one)), group.count)
        step = one.escalated + 1
        yield _wanted(
            act,
            desks,
            desk,
            template=ESCALATED,
            occasion=f"{_occasion(group, one.due_on)}:escalated:{step}",
            values={
                "due_on": one.due_on,
                "working_days_over": working_days_between(
                    act.calendar, after=one.due_on, through=act.today
                ),
                "step": step,
                "count": group.count,
            },
        )


def _occasion(group: Group, day: date) -> str:
    """Names the message: the deadline of a single claim, or window and day told for a class.

    Where claims of one class wait at two desks, each desk is told.
    """
    one = group.one
    if group.subject == "claim":
        return f"deadline:{one.id}:{day}"
    desk = f":{group.to.id}" if group.to.kind == OFFICE else ""
    return f"deadline:{one.window}:{group.day}:{day}{desk}"


def _number(desks: Desks, group: Group) -> str:
    if group.subject == "class":
        return desks.training(group.subject_id).number
    return group.one.number


def _matter(act: Act, desks: Desks, group: Group) -> str:
    """`补贴申领期限（养老护理第一期，40人）`."""
    means = means_of(act, track=group.one.track, window=group.one.window)
    if group.subject == "claim":
        return means
    title = desks.training(group.subject_id).title
    return f"{means}（{title}）" if group.one.class_id else f"{means}（{title}，{group.count}人）"


def _grounds(act: Act, desks: Desks, one: Due) -> dict[str, object]:
    window = desks.window(one.rule_id)
    return {
        "clause": window.clause or window.assumed or "",
        "document": document_of(act, window.document),
    }


def _wanted(
    act: Act,
    desks: Desks,
    group: Group,
    *,
    template: str,
    occasion: str,
    values: dict[str, object],
) -> Wanted:
    """A message with number, matter, clause and document beside its own values."""
    head = {"number": _number(desks, group), "matter": _matter(act, desks, group)}
    own = {"deadline_id": group.one.id} if group.one.class_id else {}
    values = {**head, **own, **values, **_grounds(act, desks, group.one)}
    return _message(group, template, occasion, values)


def _message(group: Group, template: str, occasion: str, values: dict[str, object]) -> Wanted:
    """One of the same subject and occasion goes out once."""
    return Wanted(
        group.subject, group.subject_id, template, occasion, group.to.kind, group.to.id, values
    )


def for_applicants(desks: Desks, rows: Iterable[Due]) -> list[Due]:
    """Those in which somebody outside the office had to act."""
    return [one for one in rows if desks.addressee(one).kind != OFFICE]
