"""Letters about time: what is due, what was missed, what a new holiday notice moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func
from sqlmodel import col, select

from states.chart import FAR
from subsidy.actions.messages.source import GroundsMissingError, Source, Values
from subsidy.records.tables import Area, Claim, ClaimProgress, Deadline, WindowRule
from subsidy.rules.workdays import working_days_between

LAPSED = "本次申领按逾期处理，不再受理；确有不可抗力等正当理由的，可向经办机构说明。"
LATE = "已转工作人员核查，不因此直接取消申领资格，请尽快办理并说明原因。"
RUNNING = ("open", "stopped", "missed")


def deadline_reminder(source: Source) -> Values:
    """What is due, on the day that people are told, with the working days that are left."""
    found, rule = _deadline(source)
    calendar = source.act.calendar
    return _head(source, found) | {
        "matter": matter(source, found.window),
        "due_on": found.told_by,
        "working_days_left": max(
            0, working_days_between(calendar, after=source.on, through=found.told_by)
        ),
        "final": found.final,
        "clause": rule.clause,
        "document": source.document(rule.document),
    }


def deadline_missed(source: Source) -> Values:
    """What was due and what follows: the claim lapsed by clause, or a person looks at it."""
    found, rule = _deadline(source, missed=True)
    lapsed = source.row.subject == "claim" and source.progress.state == "lapsed"
    area = source.area(found.area_id)
    return _head(source, found) | {
        "matter": matter(source, found.window),
        "due_on": found.lapses_after if found.lapses_after != FAR else found.due_on,
        "consequence": LAPSED if lapsed else LATE,
        "clause": rule.clause,
        "document": source.document(rule.document),
        "remedies": source.remedies(area) if lapsed else [],
    }


def certificates_late(source: Source) -> Values:
    """How many certificates of a class are still not registered, and since when."""
    training, unit = source.training, source.provider
    if training is None:
        raise GroundsMissingError(f"outbox row {source.row.id} is about no class")
    found, rule = _deadline(source, window="certificate_registration", missed=True)
    pending = source.session.exec(
        select(func.count())
        .select_from(ClaimProgress)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .where(
            Claim.class_id == training.id,
            ClaimProgress.certificate_pending == 1,
            ClaimProgress.certificate_issued != FAR,
        )
    ).one()
    days = working_days_between(source.act.calendar, after=found.due_on, through=source.on)
    return _office(source, source.area(training.area_id)) | {
        "provider": unit.name if unit else "",
        "class_code": training.number,
        "class_name": training.title,
        "missing": pending,
        "due_on": found.due_on,
        "working_days_late": max(days, 0),
        "clause": rule.clause,
        "document": source.document(rule.document),
    }


def deadline_escalated(source: Source) -> Values:
    """What is still undone days after its end; the sweep wrote matter, days and step."""
    return _office(source, source.area(source.row.to_id))


def calendar_changed(source: Source) -> Values:
    """Which days a new holiday notice moved; the action that loaded it wrote notice, year and days."""
    return _office(source, source.city_area)


def matter(source: Source, window: str) -> str:
    """What a deadline is about, in Chinese."""
    return source.track.window_means(window)


def _office(source: Source, area: Area) -> Values:
    office = source.office(area)
    return {"office": office.name, "office_phone": office.phone}


def _head(source: Source, found: Deadline) -> Values:
    training = source.training
    if source.row.subject == "class" and training is not None:
        number = training.number
    else:
        number = source.claim.number
    return _office(source, source.area(found.area_id)) | {"number": number}


def _deadline(
    source: Source, *, window: str = "", missed: bool = False
) -> tuple[Deadline, WindowRule]:
    """The deadline that the row names, or else the one of its claim or class that fits best."""
    found: Sequence[Deadline]
    if (named := source.given.get("deadline_id")) is not None:
        one = source.session.get(Deadline, named)
        found = [one] if one is not None else []
    else:
        found = _candidates(source, window or str(source.given.get("window", "")))
    ordered = sorted(found, key=lambda d: _fit(d, source.on, missed=missed))
    if not ordered:
        raise GroundsMissingError(f"outbox row {source.row.id} names no deadline")
    rule = source.session.get_one(WindowRule, ordered[0].rule_id)
    return ordered[0], rule


def _candidates(source: Source, window: str) -> Sequence[Deadline]:
    query = select(Deadline)
    if source.row.subject == "class":
        query = query.join(Claim, col(Claim.id) == Deadline.claim_id).where(
            Claim.class_id == source.row.subject_id
        )
    else:
        query = query.where(Deadline.claim_id == source.claim.id)
    if window:
        query = query.where(Deadline.window == window)
    return source.session.exec(query.order_by(col(Deadline.id).desc())).all()


def _fit(found: Deadline, on: date, *, missed: bool) -> tuple[bool, bool, int]:
    """Sort key: for a miss the deadline that ended last before the day, else the next one to end."""
    if missed:
        ended = found.lapses_after if found.lapses_after != FAR else found.due_on
        return (ended >= on, found.lapses_after == FAR, abs((on - ended).days))
    return (found.status not in RUNNING, found.due_on < on, abs((found.due_on - on).days))
