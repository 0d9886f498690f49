"""The first move of a claim that hangs on no class: onto its road, where its track begins."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.class_work.together import Together, change_facts, move_together
from subsidy.actions.deadlines.opening.claim_rows import open_claim_windows
from subsidy.actions.decisions import decide_claims
from subsidy.records.tables import ClaimProgress
from subsidy.rules.policy import Track


def enter_road(session: Session, act: Act, *, claim_ids: Sequence[int], track: Track) -> Together:
    """Move new claims to the first stage of their road; decide those that begin applied or approved."""
    first = track.stages[0]
    if not claim_ids or first == "listed":
        return Together()
    if (
        first == "approved"
    ):  # somebody approves the list, on record; until then it stays where it is
        decide_claims(session, act, claim_ids=claim_ids)
        open_claim_windows(session, act, claim_ids, "review", anchor=act.today)
        return Together()
    if first == "filed":
        _filing_windows(session, act, claim_ids)
    event = "apply" if first == "applied" else "enter"
    moment = act.moment(applied_on=act.today)
    done = move_together(
        session, act, event=event, moment=moment, rows=standing(session, claim_ids), target=first
    )
    if first == "applied":
        decide_claims(session, act, claim_ids=claim_ids)
    return done


def _filing_windows(session: Session, act: Act, claim_ids: Sequence[int]) -> None:
    """The last day for filing, where there is a first day of training; the first move ends it."""
    starts: dict[date, list[int]] = {}
    for row in standing(session, claim_ids):
        if row.training_starts != FAR:
            starts.setdefault(row.training_starts, []).append(row.claim_id)
    for day, ids in starts.items():
        open_claim_windows(session, act, ids, "filing_before_start", anchor=day)


def standing(session: Session, claim_ids: Sequence[int]) -> list[ClaimProgress]:
    """Where these claims stand, those that are open, in id order."""
    query = (
        select(ClaimProgress)
        .where(col(ClaimProgress.claim_id).in_(list(claim_ids)))
        .order_by(col(ClaimProgress.claim_id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query).all())


def facts_changed(session: Session, act: Act, claim_ids: Sequence[int]) -> None:
    """A fact of these claims changed: they are no longer decided, and decided anew where they stand."""
    change_facts(session, claim_ids)
    decide_claims(session, act, claim_ids=claim_ids)
