"""Approving a batch, changing one that is not sent, and keeping those who decided away from the money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import func, insert, literal, select, union, update
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.payment_batch import PAYMENT_BATCH
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, no_permission, not_possible, same_person
from subsidy.actions.money.batches import FINANCE, changed_claims
from subsidy.records.moves import NotMoved, move_subject
from subsidy.records.tables import (
    ClaimClosed,
    ClaimProgress,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    ReviewAct,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.packs.bands import approvals_needed
from subsidy.rules.verdict import NO_CLAUSE, Finding

APPROVERS = ("finance", "leader")
HARMLESS = ("ordered", "account_confirmed")
"""Acts on a claim that do not keep a person away from paying it."""


def approve_batch(session: Session, act: Act, *, batch_id: int) -> Outcome:
    """Approve a built batch. Above the bureau's bands of amounts several persons must do so.

    The approver is a person who neither built it nor decided on any of its claims. Refused, with the
    claims in `left`, when a claim is no longer as it was when the batch was built.
    """
    batch = batch_row(session, batch_id)
    if batch.state == "approved" or act.actor in batch.approved_by.split():
        return Outcome(True, batch_id, note="此前已批准")
    faults = _may_approve(session, act, batch)
    if faults:
        return Outcome.refused(*faults, subject_id=batch_id)
    if changed := changed_claims(session, act, batch_id=batch_id):
        return no_longer_as_built(act, batch_id, changed)
    approvers = [*batch.approved_by.split(), act.actor]
    batch.approved_by = " ".join(approvers)
    note_payers(session, act, batch_id)
    needed = approvals_needed(act.pack, total_fen=batch.total_fen, on=act.today).needed
    if len(approvers) < needed:
        session.flush()
        return Outcome(True, batch_id, note=f"还需{needed - len(approvers)}人批准")
    move_subject(session, chart=PAYMENT_BATCH, row=batch, event="approve", moment=act.moment())
    return Outcome(True, batch_id, note="已批准")


def dissolve_batch(session: Session, act: Act, *, batch_id: int, reason: str) -> Outcome:
    """Give up a batch that is not sent; its claims are free for another one."""
    batch = batch_row(session, batch_id)
    if batch.state == "dissolved":
        return Outcome(True, batch_id, note="此前已作废")
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    if not reason.strip():
        faults.append(missing(act, "作废理由"))
    if batch.state not in ("built", "approved"):
        failed = NotMoved(batch_id, "dissolve", batch.state, ())
        faults.append(not_possible(act, failed, machine="payment_batch"))
    if faults:
        return Outcome.refused(*faults, subject_id=batch_id)
    _dissolve_items(session, batch_id)
    moment = act.moment(reason)
    move_subject(session, chart=PAYMENT_BATCH, row=batch, event="dissolve", moment=moment)
    return Outcome(True, batch_id)


def drop_claims(
    session: Session, act: Act, *, batch_id: int, claim_ids: Sequence[int], reason: str
) -> Outcome:
    """Take claims out of a batch that nobody has approved yet; the rest of it goes on."""
    batch = batch_row(session, batch_id)
    faults = outside_of(session, act, area_id=batch.area_id, roles=FINANCE)
    if not reason.strip():
        faults.append(missing(act, "移出理由"))
    if batch.state != "built" or batch.approved_by:
        failed = NotMoved(batch_id, "drop", batch.state, ())
        faults.append(not_possible(act, failed, machine="payment_batch"))
    if faults:
        return Outcome.refused(*faults, subject_id=batch_id)
    _dissolve_items(session, batch_id, claim_ids)
    _sum_again(session, batch)
    return Outcome(True, batch_id, note=f"余{batch.lines}笔")


def batch_row(session: Session, batch_id: int) -> PaymentBatch:
    """The batch, locked. Raises LookupError if there is none."""
    row = session.get(PaymentBatch, batch_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise LookupError(f"no payment batch has the id {batch_id}")
    return row


def no_longer_as_built(
    act: Act, batch_id: int, changed: Sequence[tuple[int, tuple[str, ...]]]
) -> Outcome:
    """The refusal for a batch whose claims are not as they were, with every such claim."""
    fault = act.pack.book.finding(
        "E907", effect="refuse", source=NO_CLAUSE, facts={"count": len(changed)}
    )
    return replace(Outcome.refused(fault, subject_id=batch_id), left=tuple(changed))


def decided_on_it(session: Session, act: Act, batch_id: int) -> bool:
    """Whether the actor reviewed, decided an objection to, or changed the account of a claim in it."""
    found = session.exec(
        select_rows(ReviewAct.id)
        .join(PaymentItem, col(PaymentItem.claim_id) == ReviewAct.claim_id)
        .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
        .where(
            PaymentLine.batch_id == batch_id,
            PaymentItem.status != "dissolved",
            ReviewAct.actor == act.actor,
            col(ReviewAct.act).not_in(HARMLESS),
        )
        .limit(1)
    ).first()
    return found is not None


def note_payers(session: Session, act: Act, batch_id: int) -> None:
    """Write for each claim of the batch that the actor had a hand in paying it; once a person."""
    item, line, act_row = table_of(PaymentItem).c, table_of(PaymentLine).c, table_of(ReviewAct).c
    standing = union(
        *(
            select(table_of(m).c.claim_id, table_of(m).c.version)
            for m in (ClaimProgress, ClaimClosed)
        )
    ).subquery()
    known = (
        select(act_row.id)
        .where(
            act_row.claim_id == item.claim_id,
            act_row.actor == act.actor,
            act_row.act == "ordered",
            act_row.note == str(batch_id),
        )
        .exists()
    )
    source = (
        select(
            item.city,
            item.claim_id,
            literal(0),
            literal("ordered"),
            literal(act.actor),
            literal(act.today),
            literal(str(batch_id)),
            standing.c.version,
        )
        .join_from(table_of(PaymentItem), table_of(PaymentLine), item.line_id == line.id)
        .join(standing, standing.c.claim_id == item.claim_id)
        .where(line.batch_id == batch_id, item.status != "dissolved", ~known)
        .order_by(item.claim_id)
    )
    names = "city claim_id level act actor acted_on note claim_version"
    session.execute(insert(table_of(ReviewAct)).from_select(names.split(), source))


def _may_approve(session: Session, act: Act, batch: PaymentBatch) -> list[Finding]:
    assert batch.id is not None
    faults = outside_of(session, act, area_id=batch.area_id, roles=APPROVERS)
    if act.actor.startswith("flow:"):
        faults.append(no_permission(act, needs=APPROVERS))
    if act.actor == batch.built_by:
        faults.append(same_person(act, step="批准拨付", earlier="编制批次"))
    if decided_on_it(session, act, batch.id):
        faults.append(same_person(act, step="批准拨付", earlier="审核、异议处理或账户更正"))
    if batch.state != "built":
        failed = NotMoved(batch.id, "approve", batch.state, ())
        faults.append(not_possible(act, failed, machine="payment_batch"))
    return faults


def _dissolve_items(
    session: Session, batch_id: int, claim_ids: Sequence[int] | None = None
) -> None:
    item, line = table_of(PaymentItem), table_of(PaymentLine).c
    mine = select(line.id).where(line.batch_id == batch_id)
    change = update(item).where(item.c.line_id.in_(mine), item.c.status == "built")
    if claim_ids is not None:
        change = change.where(item.c.claim_id.in_(list(claim_ids)))
    session.execute(change.values(status="dissolved"))
    session.expire_all()


def _sum_again(session: Session, batch: PaymentBatch) -> None:
    """Amounts of lines and batch after claims were taken out; an empty line stays with zero."""
    item, line = table_of(PaymentItem).c, table_of(PaymentLine)
    left = (
        select(func.coalesce(func.sum(item.amount_fen), 0))
        .where(item.line_id == line.c.id, item.status != "dissolved")
        .scalar_subquery()
    )
    session.execute(update(line).where(line.c.batch_id == batch.id).values(amount_fen=left))
    count, total = session.execute(
        select(func.count(), func.coalesce(func.sum(line.c.amount_fen), 0)).where(
            line.c.batch_id == batch.id, line.c.amount_fen > 0
        )
    ).one()
    session.refresh(batch)
    batch.lines, batch.total_fen = int(count), int(total)
    session.flush()
