"""Building payment batches: payable claims, grouped as one office pays one kind of payee.

A batch is a proposal: its claims stay `payable` until it is sent. Each claim's facts are frozen as a
hash, so that what was approved is what is sent.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import func, insert, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.money.terms import UNIT, Terms, chunks, load_terms, lock_claims, terms_of
from subsidy.records.ledger import paid_so_far
from subsidy.records.tables import (
    Area,
    ClaimProgress,
    LedgerEntry,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.verdict import Finding

FINANCE = ("finance",)
RECORDED_ONLY = ("department_own", "enterprise")
CHANNELS = {UNIT: "treasury", "person": "bank"}
"""Units are paid by the treasury's central payment, persons by the bank's batch transfer."""
DEAD = ("returned", "dissolved")


@dataclass(frozen=True, slots=True)
class BuiltBatch:
    """One batch, built and not yet approved. Amounts in fen."""

    batch_id: int
    number: str
    area_id: int
    fund: str
    payee_kind: str
    channel: str
    lines: int
    claims: int
    total_fen: int


@dataclass(frozen=True, slots=True)
class Built:
    """The batches that were built, and every payable claim that got into none, with its reasons."""

    done: bool
    batches: tuple[BuiltBatch, ...] = ()
    left: tuple[tuple[int, tuple[str, ...]], ...] = ()
    findings: tuple[Finding, ...] = ()
    note: str = ""


Group = tuple[int, str, str]
"""Paying office, fund, payee kind; the channel follows from the kind."""


def build_batches(
    session: Session,
    act: Act,
    *,
    area_id: int | None = None,
    fund: str | None = None,
    claim_ids: Sequence[int] | None = None,
    follows_batch_id: int | None = None,
) -> Built:
    """Put the payable claims of an office (or of all the actor's offices) into batches.

    One batch for each (paying office, fund, payee kind), one line for each payee. Claims that are
    in a batch already stay there; building again builds only what is new.
    """
    faults = outside_of(session, act, area_id=_any_area(session, act, area_id), roles=FINANCE)
    if faults:
        return Built(False, findings=tuple(faults))
    _lock_payable(session, act, claim_ids)
    found = _payable(session, act, claim_ids)
    live = _in_a_batch(session, [terms.claim_id for terms in found])
    dues = _Dues(session, [terms.claim_id for terms in found])
    groups: dict[Group, list[Terms]] = {}
    left: list[tuple[int, tuple[str, ...]]] = []
    for terms in found:
        if terms.claim_id in live or not _asked(act, terms, area_id, fund):
            continue
        reasons = (*why_not(act, terms), *dues.faults(terms))
        if reasons or terms.office_id is None:
            left.append((terms.claim_id, reasons or ("E606",)))
        else:
            key = (terms.office_id, terms.fund, terms.payee_kind)
            groups.setdefault(key, []).append(terms)
    built = [
        _build(session, act, group, groups[group], follows_batch_id) for group in sorted(groups)
    ]
    note = f"{len(live)}件已在其他批次中" if live else ""
    return Built(True, tuple(built), tuple(left), note=note)


def why_not(act: Act, terms: Terms) -> tuple[str, ...]:
    """Codes and guards that keep a claim out of every batch; empty if it may be paid."""
    checks = (
        (terms.state == "payable", f"state_is_{terms.state}"),
        (terms.may_pay == 1, "E603"),
        (terms.fund != "", "E604"),
        (terms.fund not in RECORDED_ONLY, "E905"),
        (terms.blocks == 0, "nothing_blocks_it"),
        (terms.notice_last_day < act.today, "E704"),
        (terms.approved_fen > 0, "something_is_due"),
        (terms.approved_fen == terms.amount_fen, "E1211"),
        (terms.payee_id is not None or bool(terms.gaps), "E106"),
        (terms.payee_id is None or bool(terms.account_mark), "E106"),
        (terms.payee_id is None or terms.account_verified, "E106"),
    )
    codes = [finding.code for finding in terms.gaps]
    return tuple(dict.fromkeys([*codes, *(code for holds, code in checks if not holds)]))


def facts_hash(terms: Terms) -> str:
    """SHA-256 over what an approver approves of one claim; says nothing about the person."""
    facts = [
        terms.claim_id,
        terms.version,
        terms.approved_fen,
        terms.fund,
        terms.office_id,
        terms.payee,
        terms.payee_id,
        terms.payee_name,
        terms.account_mark,
        terms.notice_last_day.isoformat(),
    ]
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False).encode()).hexdigest()


def changed_claims(
    session: Session, act: Act, *, batch_id: int
) -> list[tuple[int, tuple[str, ...]]]:
    """Claims of a batch that are not as they were when it was built, with what stands in the way."""
    frozen = dict(
        session.exec(
            select_rows(PaymentItem.claim_id, PaymentItem.facts_hash)
            .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
            .where(PaymentLine.batch_id == batch_id, PaymentItem.status == "built")
        ).all()
    )
    ids = sorted(frozen)
    lock_claims(session, ids)
    now = {terms.claim_id: terms for terms in terms_of(session, act, claim_ids=ids)}
    changed: list[tuple[int, tuple[str, ...]]] = []
    for claim_id in ids:
        terms = now.get(claim_id)
        if terms is None:
            changed.append((claim_id, ("state_is_closed",)))
        elif reasons := why_not(act, terms):
            changed.append((claim_id, reasons))
        elif facts_hash(terms) != frozen[claim_id]:
            changed.append((claim_id, ("changed_since",)))
    return changed


def _any_area(session: Session, act: Act, area_id: int | None) -> int:
    """The area asked for; without one, an area of the actor, for the question of rights."""
    if area_id is not None:
        return area_id
    if act.areas:
        return min(act.areas)
    return city_area(session, act.city).id or 0


class _Dues:
    """Due = entitlement − history: what is approved and still stands there, for many claims."""

    def __init__(self, session: Session, claim_ids: Sequence[int]) -> None:
        self._paid: dict[int, int] = {}
        self._approved: dict[int, int] = {}
        e = table_of(LedgerEntry).c
        for part in chunks(claim_ids):
            self._paid |= paid_so_far(session, claim_ids=part)
            into = select(e.claim_id, func.sum(e.amount_fen)).where(e.claim_id.in_(part))
            for sign, side in ((1, e.credit), (-1, e.debit)):
                for claim_id, amount in session.execute(
                    into.where(side == "approved").group_by(e.claim_id)
                ):
                    self._approved[claim_id] = self._approved.get(claim_id, 0) + sign * int(amount)

    def faults(self, terms: Terms) -> tuple[str, ...]:
        """E906 unless exactly the approved amount is due and stands approved in the ledger."""
        due = terms.approved_fen - self._paid.get(terms.claim_id, 0)
        fits = due == terms.approved_fen == self._approved.get(terms.claim_id, 0)
        return () if fits else ("E906",)


def _asked(act: Act, terms: Terms, area_id: int | None, fund: str | None) -> bool:
    if fund is not None and terms.fund != fund:
        return False
    if area_id is not None:
        return terms.office_id in (area_id, None)
    return act.areas is None or terms.office_id is None or terms.office_id in act.areas


def _payable(session: Session, act: Act, claim_ids: Sequence[int] | None) -> list[Terms]:
    if claim_ids is not None:
        return terms_of(session, act, claim_ids=claim_ids)
    return load_terms(session, act, where=[table_of(ClaimProgress).c.state == "payable"])


def _lock_payable(session: Session, act: Act, claim_ids: Sequence[int] | None) -> None:
    """On PostgreSQL lock the claims, so that two builders cannot both find them free."""
    office = city_area(session, act.city)
    session.exec(select_rows(Area).where(Area.id == office.id).with_for_update()).one()
    if claim_ids is not None:
        lock_claims(session, claim_ids)


def _in_a_batch(session: Session, claim_ids: Sequence[int]) -> set[int]:
    item = table_of(PaymentItem).c
    return {
        claim_id
        for part in chunks(claim_ids)
        for (claim_id,) in session.execute(
            select(item.claim_id).where(item.claim_id.in_(part), item.status.not_in(DEAD))
        )
    }


def _build(
    session: Session, act: Act, group: Group, claims: list[Terms], follows: int | None
) -> BuiltBatch:
    office, fund, kind = group
    by_payee: dict[int, list[Terms]] = {}
    for terms in claims:
        assert terms.payee_id is not None
        by_payee.setdefault(terms.payee_id, []).append(terms)
    batch = PaymentBatch(
        city=act.city,
        number=_number(session, act),
        area_id=office,
        fund=fund,
        payee_kind=kind,
        channel=CHANNELS[kind],
        total_fen=sum(terms.approved_fen for terms in claims),
        lines=len(by_payee),
        built_on=act.today,
        built_by=act.actor,
        follows_batch_id=follows,
    )
    session.add(batch)
    session.flush()
    assert batch.id is not None
    _write_lines(session, batch, by_payee)
    return BuiltBatch(
        batch_id=batch.id,
        number=batch.number,
        area_id=office,
        fund=fund,
        payee_kind=kind,
        channel=batch.channel,
        lines=batch.lines,
        claims=len(claims),
        total_fen=batch.total_fen,
    )


def _write_lines(session: Session, batch: PaymentBatch, by_payee: dict[int, list[Terms]]) -> None:
    payees = sorted(by_payee)
    session.execute(
        insert(table_of(PaymentLine)),
        [_line(batch, at, payee, by_payee[payee]) for at, payee in enumerate(payees, start=1)],
    )
    line = table_of(PaymentLine).c
    found = session.execute(select(line.payee_id, line.id).where(line.batch_id == batch.id))
    ids = {payee: line_id for payee, line_id in found}  # noqa: C416
    items = [
        {
            "city": batch.city,
            "line_id": ids[payee],
            "claim_id": terms.claim_id,
            "amount_fen": terms.approved_fen,
            "status": "built",
            "facts_hash": facts_hash(terms),
        }
        for payee in payees
        for terms in by_payee[payee]
    ]
    session.execute(insert(table_of(PaymentItem)), items)


def _line(batch: PaymentBatch, at: int, payee: int, claims: Iterable[Terms]) -> dict[str, object]:
    mine = list(claims)
    return {
        "city": batch.city,
        "batch_id": batch.id,
        "position": at,
        "payee_kind": batch.payee_kind,
        "payee_id": payee,
        "payee_name": mine[0].payee_name,
        "account_tail": "",
        "amount_fen": sum(terms.approved_fen for terms in mine),
        "result": "",
    }


def _number(session: Session, act: Act) -> str:
    """Next number of the day; the city's area row is locked, so two builders never share one."""
    stem = f"BF{act.today:%Y%m%d}-"
    used = session.exec(
        select_rows(func.count())
        .select_from(PaymentBatch)
        .where(PaymentBatch.city == act.city, col(PaymentBatch.number).startswith(stem))
    ).one()
    return f"{stem}{used + 1:03d}"
