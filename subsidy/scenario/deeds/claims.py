"""Deeds on claims: application, review level by level, correction, settings that fill a gap."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from subsidy.actions import claims, reviews, tickets
from subsidy.actions.acting import Act, Outcome
from subsidy.records.tables import ClaimProgress, Ticket
from subsidy.scenario.reading import Step
from subsidy.scenario.stage import Stage, StoryError, deed


@deed
def apply(stage: Stage, step: Step) -> None:
    """Apply for the class, for some rows, or for all but some."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    with stage.deed(step) as (session, act):
        row = stage.class_row(session, part.key)
        here = stage.claims(session, part.key)
        rows = set(step.get("rows") or here) - set(step.get("all_but", ()))
        assert row.id is not None
        done = claims.apply_for_class(
            session,
            act,
            class_id=row.id,
            claim_ids=[here[n] for n in sorted(rows & set(here))],
            commitment_on=stage.today,
        )
        if step.expect == "refused":
            if done.moved:
                raise StoryError(f"{stage.today} apply {part.key}: {dict(done.moved)} moved")
            stage.told.append(f"apply {part.key} refused")
            return
        stage.check(step, done)


@deed
def ask_registers(stage: Stage, step: Step) -> None:
    """Take in what the outside registers say about everybody who has applied, or need not apply."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    odd = {o["row"]: (o["register"], o["answer"]) for o in step.get("odd", ())}
    with stage.deed(step) as (session, act):
        here = stage.claims(session, part.key)
        applied = session.exec(
            select(ClaimProgress.claim_id).where(
                col(ClaimProgress.claim_id).in_(list(here.values())),
                col(ClaimProgress.state).in_(["applied", "result_publicised"]),
            )
        ).all()
        rows = [n for n, claim in sorted(here.items()) if claim in set(applied)]
        content = stage.cast.register_sheet(part, rows, on=stage.today, odd=odd)
        stage.upload(step, session, act, kind="registers", content=content)


@deed
def review_class(stage: Stage, step: Step) -> None:
    """Pass one level for every claim of the class that can pass it; send some back first."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    with stage.deed(step) as (session, act):
        here = stage.claims(session, part.key)
        for back in step.get("send_back", ()):
            claim = here[back["row"]]
            done = reviews.send_back(session, act, claim_id=claim, faults=back["faults"])
            stage.check(step, done)
        _each(stage, step, session, act, here.values(), event="review")


@deed
def approve_class(stage: Stage, step: Step) -> None:
    """Approve every claim of the class that stands at the last level."""
    part = stage.part(step.get("class"))
    step = step.model_copy(update={"city": part.city})
    with stage.deed(step) as (session, act):
        here = stage.claims(session, part.key)
        _each(stage, step, session, act, here.values(), event="approve")


def _each(
    stage: Stage, step: Step, session: Session, act: Act, ids: Iterable[int], *, event: str
) -> None:
    standing = session.exec(
        select(ClaimProgress.claim_id)
        .where(
            col(ClaimProgress.claim_id).in_(list(ids)),
            col(ClaimProgress.state).in_(("applied", "reviewed")),
        )
        .order_by(col(ClaimProgress.claim_id))
    ).all()
    take = reviews.review if event == "review" else reviews.approve
    results: list[Outcome] = [take(session, act, claim_id=claim) for claim in standing]
    moved = sum(1 for r in results if r.done)
    refused = sorted({f.code for r in results if not r.done for f in r.findings})
    if bool(moved) != (step.expect == "done"):
        raise StoryError(
            f"{stage.today} {step.do} {step.get('class')}: {moved} of {len(results)} moved, "
            f"expected {step.expect}; {' '.join(refused)}"
        )
    left = f", {len(results) - moved} stayed ({' '.join(refused)})" if len(results) > moved else ""
    stage.told.append(f"{event} {step.get('class')}: {moved}{left}")


@deed
def resubmit(stage: Stage, step: Step) -> None:
    """The applicant hands the correction in."""
    with stage.deed(step) as (session, act):
        here = stage.claims(session, step.get("class"))
        for row in step.get("rows"):
            stage.check(step, reviews.resubmit(session, act, claim_id=here[row]))


@deed
def resolve_ticket(stage: Stage, step: Step) -> None:
    """A clerk settles one open ticket of a person and says how."""
    with stage.deed(step) as (session, act):
        claim = stage.claims(session, step.get("class"))[step.get("row")]
        ticket = session.exec(
            select(Ticket.id).where(
                Ticket.claim_id == claim,
                Ticket.code == step.get("code"),
                col(Ticket.state).in_(("opened", "assigned")),
            )
        ).one()
        assert ticket is not None
        done = tickets.resolve(session, act, ticket_id=ticket, outcome=step.get("outcome"))
        stage.check(step, done)


@deed
def reject_claim(stage: Stage, step: Step) -> None:
    """Decide not to pay one person, with reasons and clause."""
    with stage.deed(step) as (session, act):
        claim = stage.claims(session, step.get("class"))[step.get("row")]
        done = reviews.reject(
            session, act, claim_id=claim, reasons=step.get("reasons"), clause=step.get("clause")
        )
        stage.check(step, done)


@deed
def adopt_settings(stage: Stage, step: Step) -> None:
    """Claims that waited for a value take the rules that now have it."""
    with stage.deed(step) as (session, act):
        stage.check(step, claims.adopt_settings(session, act))
