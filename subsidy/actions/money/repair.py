"""After a bank return: mend the account, have a second person confirm it, pay again; both stay on record."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.class_work.entry import entry_fault, note_deed
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible, same_person
from subsidy.actions.grounds.ticket_rows import close_when_mended
from subsidy.actions.money.approving import batch_row
from subsidy.actions.money.batches import FINANCE, Built, build_batches
from subsidy.actions.money.settling import refresh_state
from subsidy.actions.money.terms import UNIT
from subsidy.actions.providers import change_account, provider_row, read_account, verify_account
from subsidy.records.moves import NotMoved, move
from subsidy.records.moves.interactive import progress_of
from subsidy.records.people import read_field, save_person
from subsidy.records.tables import (
    Claim,
    ClaimProgress,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    Person,
    ReviewAct,
)
from subsidy.rules.identity import check_account
from subsidy.rules.verdict import NO_CLAUSE, Finding

MACHINE = "person"
"""Name under which the history keeps deeds on persons; they have no chart."""
ENTERED, CONFIRMED = "change_account", "verify_account"
ACCOUNT_CODES = ("E801", "E802", "E803")
"""Tickets that another, confirmed account mends. E804 is cleared with the bank, by a person."""
ROLES = ("finance", "clerk")


def correct_account(
    session: Session, act: Act, *, claim_id: int, account: str, account_name: str = ""
) -> Outcome:
    """Put the payee's new account on file after a return. Nothing is paid before it is confirmed.

    `account_name` is the holder of a unit's account. The account that was returned is refused,
    unless the bank's ground was the holder's name and that name is what changed.
    """
    line = _returned_line(session, claim_id)
    if line is None:
        return Outcome.refused(_not_returned(session, act, claim_id), subject_id=claim_id)
    claim = session.get_one(Claim, claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=ROLES)
    holder = "unit" if line.payee_kind == UNIT else "person"
    checked = check_account(account, holder="unit" if holder == "unit" else "person")
    if checked.fault is not None:
        faults.append(entry_fault(act, "E106", column="account", fault=checked.fault))
    elif _is_the_same(session, act, line, checked.number, account_name):
        faults.append(_not_mended(act))
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    if line.payee_kind == UNIT:
        name = account_name or provider_row(session, line.payee_id).account_name
        entered = change_account(
            session, act, provider_id=line.payee_id, account_name=name, account=checked.number
        )
        if not entered.done:
            return entered
    else:
        _seal(session, act, line.payee_id, checked.number)
    for returned in _returned_claims(session, line):
        _note(session, act, returned, "account_changed")
    return Outcome(True, claim_id, note="待第二人核验")


def confirm_account(session: Session, act: Act, *, claim_id: int) -> Outcome:
    """Confirm the new account as a second person: the tickets of all the payee's returns close."""
    line = _returned_line(session, claim_id)
    if line is None:
        return Outcome.refused(_not_returned(session, act, claim_id), subject_id=claim_id)
    claim = session.get_one(Claim, claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=ROLES)
    returned = _returned_claims(session, line)
    entered = _entered_by(session, returned)
    if not entered:
        faults.append(_not_mended(act))
    if act.actor in entered:
        faults.append(same_person(act, step="账户核验", earlier="账户录入"))
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    if line.payee_kind == UNIT:
        verified = verify_account(session, act, provider_id=line.payee_id)
        if not verified.done:
            return verified
    else:
        note_deed(session, act, machine=MACHINE, subject_id=line.payee_id, event=CONFIRMED)
    closed: list[int] = []
    for mended in returned:
        _note(session, act, mended, "account_confirmed")
        closed += close_when_mended(session, act, claim_id=mended, codes=ACCOUNT_CODES)
    return Outcome(True, claim_id, note=f"关闭{len(closed)}张工单")


def reissue(session: Session, act: Act, *, claim_ids: Sequence[int]) -> Outcome:
    """Make returned claims payable once more; those with an open ticket stay, with the reason."""
    moved: dict[str, int] = {}
    left: list[tuple[int, tuple[str, ...]]] = []
    rules = PackRules(session, act)
    batches: set[int] = set()
    for claim_id in sorted(set(claim_ids)):
        claim = session.get_one(Claim, claim_id)
        faults = outside_of(session, act, area_id=claim.area_id, roles=FINANCE)
        if faults:
            left.append((claim_id, tuple(fault.code for fault in faults)))
            continue
        line = _returned_line(session, claim_id)
        made = move(session, claim_id=claim_id, event="reissue", moment=act.moment(), rules=rules)
        if isinstance(made, NotMoved):
            left.append((claim_id, made.guards or (f"state_is_{made.source}",)))
            continue
        moved[made.target] = moved.get(made.target, 0) + 1
        if line is not None:
            batches.add(line.batch_id)
    for batch_id in sorted(batches):
        refresh_state(session, act, batch_row(session, batch_id))
    return Outcome(bool(moved) or not left, moved=moved, left=left)


def follow_up(session: Session, act: Act, *, batch_id: int) -> Built:
    """Pay again what a batch got back and what is mended: `reissue`, then a batch that follows it.

    The rest of the returned claims are in `left`. Asking again builds only what was mended since.
    """
    batch = session.get(PaymentBatch, batch_id)
    if batch is None:
        raise LookupError(f"no payment batch has the id {batch_id}")
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    if faults:
        return Built(False, findings=tuple(faults))
    returned = _claims_returned_by(session, batch_id)
    waiting = [c for c in returned if progress_of(session, c).state == "bank_returned"]
    again = reissue(session, act, claim_ids=waiting)
    ready = [c for c in returned if progress_of(session, c).state == "payable"]
    built = build_batches(session, act, claim_ids=ready, follows_batch_id=batch_id)
    left = (*((c, tuple(why)) for c, why in again.left), *built.left)
    return Built(built.done, built.batches, left, built.findings, built.note)


def _returned_line(session: Session, claim_id: int) -> PaymentLine | None:
    """The newest line of a claim that stands `bank_returned`."""
    return session.exec(
        select_rows(PaymentLine)
        .join(PaymentItem, col(PaymentItem.line_id) == col(PaymentLine.id))
        .join(ClaimProgress, col(ClaimProgress.claim_id) == PaymentItem.claim_id)
        .where(
            PaymentItem.claim_id == claim_id,
            PaymentItem.status == "returned",
            ClaimProgress.state == "bank_returned",
        )
        .order_by(col(PaymentItem.id).desc())
    ).first()


def _returned_claims(session: Session, line: PaymentLine) -> list[int]:
    """Every claim of the line's payee that stands `bank_returned`."""
    rows = session.exec(
        select_rows(PaymentItem.claim_id)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .join(ClaimProgress, col(ClaimProgress.claim_id) == PaymentItem.claim_id)
        .where(
            PaymentLine.city == line.city,
            PaymentLine.payee_kind == line.payee_kind,
            PaymentLine.payee_id == line.payee_id,
            PaymentItem.status == "returned",
            ClaimProgress.state == "bank_returned",
        )
        .distinct()
    )
    return sorted(rows.all())


def _claims_returned_by(session: Session, batch_id: int) -> list[int]:
    rows = session.exec(
        select_rows(PaymentItem.claim_id)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .where(PaymentLine.batch_id == batch_id, PaymentItem.status == "returned")
    )
    return sorted(rows.all())


def _is_the_same(
    session: Session, act: Act, line: PaymentLine, number: str, account_name: str
) -> bool:
    vault = act.office.vault
    if line.payee_kind == UNIT:
        unit = provider_row(session, line.payee_id)
        holder_kept = account_name in ("", unit.account_name)
        return read_account(vault, unit) == number and holder_kept
    person = session.get_one(Person, line.payee_id)
    return read_field(vault, person, "account") == number


def _seal(session: Session, act: Act, person_id: int, number: str) -> None:
    person = session.get_one(Person, person_id)
    vault = act.office.vault
    save_person(
        session,
        vault,
        id_number=read_field(vault, person, "id_number"),
        name=read_field(vault, person, "name"),
        phone=None,
        account=number,
        masked_name=person.masked_name,
        masked_id=person.masked_id,
        now=act.recorded_at,
    )
    note_deed(session, act, machine=MACHINE, subject_id=person_id, event=ENTERED)


def _note(session: Session, act: Act, claim_id: int, what: str) -> None:
    """Whoever touched the account may not approve or send the next payment of the claim."""
    session.add(
        ReviewAct(
            city=act.city,
            claim_id=claim_id,
            level=0,
            act=what,
            actor=act.actor,
            acted_on=act.today,
            claim_version=progress_of(session, claim_id).version,
        )
    )
    session.flush()


def _entered_by(session: Session, claim_ids: Sequence[int]) -> set[str]:
    """Who entered the account that is now to be confirmed, since the claims came back."""
    found: set[str] = set()
    for claim_id in claim_ids:
        row = session.exec(
            select_rows(ReviewAct.actor)
            .where(
                ReviewAct.claim_id == claim_id,
                ReviewAct.act == "account_changed",
                ReviewAct.claim_version == progress_of(session, claim_id).version,
            )
            .order_by(col(ReviewAct.id).desc())
        ).first()
        if row is not None:
            found.add(row)
    return found


def _not_returned(session: Session, act: Act, claim_id: int) -> Finding:
    failed = NotMoved(claim_id, "correct_account", progress_of(session, claim_id).state, ())
    return not_possible(act, failed)


def _not_mended(act: Act) -> Finding:
    return act.pack.book.finding("E805", effect="refuse", source=NO_CLAUSE)
