"""Deciding claims: facts frozen, rules asked, a receipt written, the guard columns and tickets set.

A receipt (`decision` row) can be replayed: it holds the facts without personal data, every finding
with its clause, and the versions of pack, calendar and code.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, update
from sqlmodel import Session, col, select

from states.claim import SIDE
from subsidy import __version__
from subsidy.actions.acting import Act, keep_pack
from subsidy.actions.grounds.facts_of import gather
from subsidy.actions.grounds.levels import unapplied, waits_for_level
from subsidy.actions.grounds.outside.questions import log_questions
from subsidy.actions.grounds.ticket_rows import (
    NOT_JUDGED,
    TicketFacts,
    as_text,
    close_when_mended,
    open_ticket,
)
from subsidy.records.tables import ApplicationLine, Claim, ClaimProgress, Decision, Person, Ticket
from subsidy.records.tables.claims import ProgressColumns
from subsidy.records.tables.types import table_of
from subsidy.rules.checks.across import cross_city_answers
from subsidy.rules.decide import decide, decision_json
from subsidy.rules.facts import FACTS, Facts
from subsidy.rules.verdict import Decision as Verdict
from subsidy.rules.verdict import Finding

DECIDABLE = ("applied", "reviewed", "approved", "grant_publicised", "payable")
"""States whose claims are decided: applied for, and not yet on the way to the bank.

Where nobody applies, those whose first level of review comes next are decided as well.
"""
ASIDE = ("correcting", "held", "objected")
"""Beside the road; decided only if the claim had applied when it stepped aside."""
APPROVED = ("approved", "grant_publicised", "payable")
SEVERITY = ("refuse", "gap", "hold")
"""Findings that open a blocking ticket; a warning is only shown."""


@dataclass(frozen=True)
class Decided:
    """What one claim was decided to be."""

    claim_id: int
    decision_id: int
    payable: bool
    amount_fen: int | None
    findings: tuple[Finding, ...]
    """Refusals, gaps, holds and warnings, the gravest first."""
    tickets: tuple[int, ...]
    """Open tickets that this decision stands behind."""


def decide_claims(session: Session, act: Act, *, claim_ids: Sequence[int]) -> list[Decided]:
    """Decide the claims that are up for review and not yet ordered; others are passed over.

    The persons' rows are locked in id order first, so that of two sessions that each bring the
    fourth claim of a year only one can pass (四（三）); claims that the same people applied for on the
    same day are decided with them, because the order of filing says which one counts. Deciding again
    on the same facts writes a new receipt only if something differs.
    """
    standing = _standing(session, claim_ids)
    asked = set(standing)
    people = _lock_people(session, standing)
    standing |= _same_day(session, act, people, standing)
    facts = gather(session, act, claim_ids=list(standing))
    before = latest_decisions(session, claim_ids=list(standing))
    released = _released(session, list(standing))
    if facts:
        keep_pack(session, act)
    done, across = [], {}
    for claim_id, known in facts.items():
        verdict = decide(known, pack=act.pack, today=act.today, calendar=act.calendar)
        row = _receipt(session, act, claim_id, known, verdict, before.get(claim_id))
        if row is not before.get(claim_id):
            across[claim_id] = cross_city_answers(known, pack=act.pack, anchor=verdict.anchor)
        _set_columns(session, act, claim_id, verdict, track=known.track)
        _mark_heads(session, verdict)
        found = _tickets(session, act, claim_id, verdict, before.get(claim_id), released)
        _watch_amount(session, act, claim_id, verdict, standing[claim_id])
        assert row.id is not None
        if claim_id not in asked:
            continue
        done.append(
            Decided(
                claim_id,
                row.id,
                verdict.payable,
                verdict.amount_fen,
                tuple(verdict.findings()),
                tuple(found),
            )
        )
    log_questions(session, act, across)
    return done


def preview(session: Session, act: Act, *, claim_ids: Sequence[int]) -> dict[int, Verdict]:
    """What the decision would be on the facts of now; nothing is written."""
    return {
        claim_id: decide(known, pack=act.pack, today=act.today, calendar=act.calendar)
        for claim_id, known in gather(session, act, claim_ids=claim_ids).items()
    }


def forget(session: Session, *, claim_ids: Sequence[int]) -> None:
    """A fact of these claims changed: their decision is no longer current."""
    table = table_of(ClaimProgress)
    session.execute(
        update(table).where(table.c.claim_id.in_(list(claim_ids))).values(decision_current=0)
    )
    session.expire_all()


def stale_claims(session: Session, *, after: int = 0, limit: int = 500) -> list[int]:
    """Claims to be decided again, in id order behind `after`."""
    query = (
        select(ClaimProgress.claim_id)
        .where(
            col(ClaimProgress.claim_id) > after,
            ClaimProgress.decision_current == 0,
            _is_decidable(),
        )
        .order_by(col(ClaimProgress.claim_id))
        .limit(limit)
    )
    return list(session.exec(query).all())


def is_decidable(row: ProgressColumns) -> bool:
    """Whether the claim stands on the road where it is decided."""
    return row.state in DECIDABLE or waits_for_level(row.state, row.next_stage)


def _on_road() -> ColumnElement[bool]:
    return or_(col(ClaimProgress.state).in_(DECIDABLE), unapplied())


def _is_decidable() -> ColumnElement[bool]:
    aside = or_(col(ClaimProgress.resume_to).in_(DECIDABLE), unapplied(aside=True))
    return or_(_on_road(), and_(col(ClaimProgress.state).in_(ASIDE), aside))


def latest_decisions(session: Session, *, claim_ids: Sequence[int]) -> dict[int, Decision]:
    """The newest receipt of each claim."""
    query = (
        select(Decision)
        .where(col(Decision.claim_id).in_(list(claim_ids)))
        .order_by(col(Decision.id))
    )
    return {row.claim_id: row for row in session.exec(query).all()}


def codes_of(row: Decision | None, *, effects: Collection[str] = SEVERITY) -> set[str]:
    """Codes of the findings in a receipt with one of these effects."""
    if row is None:
        return set()
    result = json.loads(row.result)
    listed = [*result["refusals"], *result["gaps"], *result["holds"], *result["warnings"]]
    return {item["code"] for item in listed if item["effect"] in effects}


def _standing(session: Session, claim_ids: Sequence[int]) -> dict[int, ClaimProgress]:
    query = (
        select(ClaimProgress)
        .where(
            col(ClaimProgress.claim_id).in_(list(claim_ids)),
            _is_decidable(),
        )
        .order_by(col(ClaimProgress.claim_id))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {row.claim_id: row for row in session.exec(query).all()}


def _lock_people(session: Session, standing: Collection[int]) -> list[int]:
    """Lock the people behind the claims; return their ids."""
    from_claims = _people_of(session, standing)
    if from_claims:
        session.exec(
            select(Person.id)
            .where(col(Person.id).in_(from_claims))
            .order_by(col(Person.id))
            .with_for_update()
        ).all()
    return from_claims


def _same_day(
    session: Session, act: Act, people: Sequence[int], standing: Mapping[int, ClaimProgress]
) -> dict[int, ClaimProgress]:
    """Other claims of the people, decided already, that were applied for on the same days.

    One that another session holds is passed over: that session decides after us, and sees ours.
    """
    days = {row.applied_on for row in standing.values()}
    query = (
        select(ClaimProgress)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .where(
            col(Claim.person_id).in_(people),
            Claim.city == act.city,
            col(ClaimProgress.claim_id).not_in(list(standing)),
            _on_road(),
            col(ClaimProgress.applied_on).in_(days),
            ClaimProgress.decision_current == 1,
        )
        .order_by(col(ClaimProgress.claim_id))
        .with_for_update(of=ClaimProgress, skip_locked=True)
    )
    return {row.claim_id: row for row in session.exec(query).all()} if people else {}


def _people_of(session: Session, claim_ids: Collection[int]) -> list[int]:
    """The persons of the claims, and those whom a claim of a class or programme counts as heads."""
    own = select(Claim.person_id).where(col(Claim.id).in_(list(claim_ids)))
    heads = select(ApplicationLine.person_id).where(
        col(ApplicationLine.claim_id).in_(list(claim_ids))
    )
    found = {*session.exec(own).all(), *session.exec(heads).all()}
    return sorted(i for i in found if i is not None)


def _receipt(
    session: Session, act: Act, claim_id: int, facts: Facts, verdict: Verdict, last: Decision | None
) -> Decision:
    """Write the receipt, unless the last one says the same from the same facts and rules."""
    row = Decision(
        city=act.city,
        claim_id=claim_id,
        decided_on=act.today,
        decided_at=act.recorded_at,
        payable=verdict.payable,
        amount_fen=verdict.amount_fen,
        payee=verdict.payee or "",
        facts=FACTS.dump_json(facts).decode(),
        result=decision_json(verdict),
        pack_version=verdict.pack_version,
        calendar_version=verdict.calendar_version,
        code_version=__version__,
    )
    if last is not None and _says_the_same(last, row):
        return last
    session.add(row)
    session.flush()
    return row


def _says_the_same(last: Decision, row: Decision) -> bool:
    same = ("facts", "result", "pack_version", "calendar_version", "code_version", "decided_on")
    return all(getattr(last, name) == getattr(row, name) for name in same)


def _set_columns(
    session: Session, act: Act, claim_id: int, verdict: Verdict, *, track: str
) -> None:
    table = table_of(ClaimProgress)
    may_pay = verdict.anchor is not None and act.pack.may_pay(anchor=verdict.anchor, track=track)
    session.execute(
        update(table)
        .where(table.c.claim_id == claim_id)
        .values(
            amount_fen=verdict.amount_fen or 0,
            gaps=len(verdict.gaps),
            decision_current=1,
            may_pay=int(may_pay),
        )
    )


def _mark_heads(session: Session, verdict: Verdict) -> None:
    """Keep beside each head whether it counts: a person's other claims are limited by it."""
    for head in verdict.heads:
        line = session.get(ApplicationLine, int(head.ref.removeprefix("line:")))
        if line is not None and line.counted != head.counted:
            line.counted = head.counted
            session.add(line)


def _tickets(
    session: Session,
    act: Act,
    claim_id: int,
    verdict: Verdict,
    last: Decision | None,
    released: Mapping[tuple[int, str], set[str]],
) -> list[int]:
    by_code: dict[str, list[Finding]] = {}
    for finding in [*verdict.refusals, *verdict.gaps, *verdict.holds]:
        by_code.setdefault(finding.code, []).append(finding)
    opened = []
    for code, findings in by_code.items():
        facts = ticket_facts(findings)
        only_held = all(f.effect == "hold" for f in findings)
        if only_held and as_text(facts) in released.get((claim_id, code), ()):
            continue  # somebody looked at exactly this and let it pass
        clause = "；".join(dict.fromkeys(f.clause or f.assumed or "" for f in findings))
        opened.append(
            open_ticket(session, act, code=code, claim_id=claim_id, facts=facts, clause=clause)
        )
    gone = codes_of(last) - set(by_code)
    if gone:
        close_when_mended(session, act, claim_id=claim_id, codes=gone)
    return opened


def ticket_facts(findings: Sequence[Finding]) -> TicketFacts:
    """Facts of a ticket: those of its finding, or `items` where several share the code."""
    if len(findings) == 1:
        return dict(findings[0].facts)
    return {"items": [dict(f.facts) for f in findings]}


def _released(session: Session, claim_ids: Sequence[int]) -> dict[tuple[int, str], set[str]]:
    """Facts of tickets that a person resolved: (claim, code) → the facts that were looked at."""
    query = select(Ticket).where(
        col(Ticket.claim_id).in_(list(claim_ids)),
        Ticket.state == "resolved",
        col(Ticket.outcome).not_in(NOT_JUDGED),
    )
    found: dict[tuple[int, str], set[str]] = {}
    for row in session.exec(query).all():
        assert row.claim_id is not None
        found.setdefault((row.claim_id, row.code), set()).add(row.facts)
    return found


def _watch_amount(
    session: Session, act: Act, claim_id: int, verdict: Verdict, row: ClaimProgress
) -> None:
    """An amount that changes after approval is nobody's to change silently: it goes back down."""
    place = row.resume_to if row.state in SIDE else row.state
    if place not in APPROVED or (verdict.amount_fen or 0) == row.approved_fen:
        close_when_mended(session, act, claim_id=claim_id, codes=["E1211"])
        return
    open_ticket(
        session,
        act,
        code="E1211",
        claim_id=claim_id,
        facts={"approved_fen": row.approved_fen, "amount_fen": verdict.amount_fen or 0},
    )
