"""What the clause says on a day, the reasons against a request, and the claims that hang on one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.decisions import forget
from subsidy.records.tables import Application, Claim, ClaimProgress, UpliftApproval
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


def let_go(session: Session, row: UpliftApproval) -> None:
    """Let go of the decisions that the request bears on; they are decided again."""
    session.flush()
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
