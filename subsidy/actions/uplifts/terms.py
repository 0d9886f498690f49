"""What the clause says on a day, the reasons against a request, and the claims that hang on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.deadlines.opening.class_rows import (
    UPLIFT,
    close_class_windows,
    keep_class_window,
)
from subsidy.actions.decisions import forget
from subsidy.records.tables import (
    Application,
    Claim,
    ClaimProgress,
    TrainingClass,
    UpliftApproval,
)
from subsidy.rules.verdict import Finding, source_of

KEY = "uplift_percent"
STATES = {"asked": "待审核", "approved": "审核同意", "refused": "不予同意", "withdrawn": "已撤回"}
STANDING = ("asked", "approved")
CHUNK = 500


def limit_on(act: Act, day: date) -> int | None:
    """The highest percentage that may be asked for on a day; None where the clause does not hold."""
    if KEY not in act.pack.dated:
        return None
    limit = act.pack.value(KEY, on=day)
    return None if limit.unset else int(limit.value)


def still_open(act: Act, *, track: str, starts_on: date) -> int | None:
    """The highest percentage that may be asked for now; None where it is too late or not foreseen."""
    known = act.pack.tracks.get(track)
    if known is None or known.spec.amount.uplift == "no" or act.today >= starts_on:
        return None
    return limit_on(act, act.today)


def keep_uplift_window(session: Session, act: Act, row: TrainingClass) -> None:
    """Let the last day for asking follow the plan of a class, as long as nobody has asked.

    It runs only where the clause holds on that day. Nobody has to ask, so its end is no fault.
    """
    if row.state == "cancelled" or limit_on(act, row.starts_on - timedelta(1)) is None:
        return
    query = select(UpliftApproval.id).where(
        UpliftApproval.class_id == row.id, col(UpliftApproval.state).in_(STANDING)
    )
    if session.exec(query.limit(1)).first() is None:
        keep_class_window(session, act, row, UPLIFT)
    else:
        close_class_windows(session, act, row, UPLIFT)


def against(act: Act, fault: str, *, on: date) -> Finding:
    """The refusal of an uplift with the clause that stands against it."""
    dated = act.pack.dated[KEY]
    held = [value for value in dated.values if not value.unset and value.since <= on]
    source = source_of(held[-1] if held else dated.values[0])
    return act.pack.book.finding("E609", effect="refuse", source=source, facts={"fault": fault})


def percent_faults(act: Act, percent: int, *, on: date, what: str) -> list[Finding]:
    """Whether a percentage lies within what the clause gives on the day of the request."""
    limit = limit_on(act, on)
    if limit is None:
        return [against(act, "不在政策期限内", on=on)]
    if percent <= 0:
        return [entry_fault(act, "E524", faults=f"{what}须大于零")]
    return [against(act, f"{what}超过上限", on=on)] if percent > limit else []


def let_go(session: Session, act: Act, row: UpliftApproval) -> None:
    """Let go of the decisions that the request bears on; they are decided again.

    The last day for asking stops with a request, and runs again when it falls away before the start.
    """
    session.flush()
    training = session.get(TrainingClass, row.class_id) if row.class_id is not None else None
    if training is not None:
        keep_uplift_window(session, act, training)
    ids = _open_claims(session, row)
    for start in range(0, len(ids), CHUNK):
        forget(session, claim_ids=ids[start : start + CHUNK])


def _open_claims(session: Session, row: UpliftApproval) -> Sequence[int]:
    query = (
        select(ClaimProgress.claim_id)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .where(ClaimProgress.decision_current == 1)
        .order_by(col(ClaimProgress.claim_id))
    )
    if row.class_id is not None:
        query = query.where(Claim.class_id == row.class_id)
    else:
        query = query.join(Application, col(Application.id) == Claim.application_id).where(
            Application.city == row.city,
            Application.provider_id == row.unit_id,
            Application.track == row.track,
            Application.starts_on == row.starts_on,
        )
        if row.item_id is not None:
            query = query.where(Application.item_id == row.item_id)
    return session.exec(query).all()
