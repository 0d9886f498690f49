"""Whether a message about time is still true when it goes out, and with which days.

A reminder of what was done meanwhile is not sent. One that goes later than it was written (quiet hours,
a mail server that was away) says the day and the days left as they are when it goes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.deadlines.mending import undone_claims
from subsidy.actions.messages.source import Values
from subsidy.records.tables import Claim, Deadline, Outbox
from subsidy.rules.workdays import working_days_between

REMINDERS = ("deadline_reminder", "calendar_changed")
"""They stand as long as the deadline runs."""
AFTER_THE_END = ("deadline_missed", "certificates_late", "deadline_escalated")
"""They stand as long as the missed matter is undone."""
RUNNING = ("open", "stopped")
ONE = re.compile(r"deadline:(\d+):")
OF_CLASS = re.compile(r"deadline:([a-z_]+):(\d{4}-\d\d-\d\d):")
HEADS = re.compile(r"，\d+人）$")
STOPPED = "stopped_"
"""Begins the reason of a cancelled message: stopped_met, stopped_waived, stopped_closed, …"""


@dataclass(frozen=True)
class Standing:
    """Why a message is not sent any more (empty: it is), and values that changed since."""

    stopped: str = ""
    fresh: Values = field(default_factory=dict)


def standing(session: Session, act: Act, row: Outbox) -> Standing:
    """Look at the deadlines behind a message as they are now; other messages always stand."""
    if row.template not in REMINDERS + AFTER_THE_END:
        return Standing()
    given: Mapping[str, Any] = json.loads(row.values or "{}")
    behind = _behind(session, row, given)
    if not behind:
        return Standing()
    if row.template in REMINDERS:
        still = [one for one in behind if one.status in RUNNING]
    else:
        still = _undone(session, behind)
    if not still:
        return Standing(STOPPED + _why(row.template, behind))
    return Standing(fresh=_fresh(act, row, given, still))


def _behind(session: Session, row: Outbox, given: Mapping[str, Any]) -> Sequence[Deadline]:
    """The deadlines that the message was written for, newest state."""
    named = given.get("deadline_id")
    if named is None and (one := ONE.match(row.occasion)):
        named = int(one[1])
    if named is not None:
        found = session.get(Deadline, named)
        return [found] if found is not None else []
    group = OF_CLASS.match(row.occasion)
    if group is None or row.subject != "class":
        return []
    of_window = session.exec(
        select(Deadline)
        .join(Claim, col(Claim.id) == Deadline.claim_id)
        .where(Claim.class_id == row.subject_id, Deadline.window == group[1])
        .order_by(col(Deadline.id))
    ).all()
    told = date.fromisoformat(group[2])
    # More time moves the day; then whatever of the window is left is what the message was about.
    return [one for one in of_window if one.told_by == told] or of_window


def _undone(session: Session, behind: Sequence[Deadline]) -> list[Deadline]:
    missed = [one for one in behind if one.status == "missed"]
    if not missed:
        return []
    of_class = [one for one in missed if one.claim_id is None]
    if of_class:
        return of_class
    undone = undone_claims(session, [(one.id or 0, one.window) for one in missed])
    return [one for one in missed if one.id in undone]


def _why(template: str, behind: Sequence[Deadline]) -> str:
    """What became of the deadlines: the word of most weight where they ended differently."""
    found = {one.status for one in behind}
    if template in AFTER_THE_END and "missed" in found:
        return "done"
    for word in ("missed", "waived", "met", "closed"):
        if word in found:
            return word
    return "moved"


def _fresh(act: Act, row: Outbox, given: Mapping[str, Any], still: Sequence[Deadline]) -> Values:
    """Day, days left and number of heads as they are now; only what the row itself carries."""
    first = min(still, key=lambda one: one.told_by)
    last = first.told_by if row.template in REMINDERS else first.due_on
    new: Values = {}
    if row.template == "deadline_reminder":
        left = working_days_between(act.calendar, after=act.today, through=last)
        new = {"due_on": last, "working_days_left": max(left, 0), "final": first.final}
    else:
        over = max(working_days_between(act.calendar, after=last, through=act.today), 0)
        new = {"working_days_over": over, "working_days_late": over, "count": len(still)}
        new["missing"] = len(still)
    if HEADS.search(matter := str(given.get("matter", ""))):
        new["matter"] = HEADS.sub(f"，{len(still)}人）", matter)
    return {name: value for name, value in new.items() if name in given}
