"""The review desk: claims at the caller's level, passed or sent back one by one or many at once."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from subsidy.actions import claims, reviews
from subsidy.actions.acting import Act, Outcome
from subsidy.actions.decisions import decide_claims
from subsidy.actions.views.casework.review_queue import (
    area_of_claims,
    numbers_of_claims,
    waiting_for_me,
)
from subsidy.actions.views.claim_page import claim_view
from subsidy.console.answers import done_or_refused, go, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.routes.claims import head_of
from subsidy.console.visits import Entering, FieldError, Visit
from subsidy.rules.verdict import Finding

doors = Doors()


@dataclass(frozen=True)
class Stayed:
    """A claim that a bulk deed left where it was, with every reason."""

    claim_id: int
    number: str
    findings: tuple[Finding, ...]


@doors.get("/review", "claims.review")
def desk(visit: Entering) -> Response:
    """Claims that wait for a level of mine, oldest first."""
    query = visit.query
    after, class_id = query.get("after", ""), query.get("class", "")
    with visit.reading() as session:
        rows, more, count = waiting_for_me(
            session,
            visit.act(),
            areas=visit.areas,
            class_id=int(class_id) if class_id.isdigit() else None,
            after=int(after) if after.isdigit() else None,
        )
    bare = {k: v for k, v in query.items() if k != "after"}
    return page(
        visit,
        "review.html",
        rows=rows,
        count=count,
        query=query,
        first_page=link("/review", **bare),
        next_page=link("/review", **bare, after=more) if more else "",
    )


@doors.post("/review", "claims.review")
def many(visit: Entering) -> Response:
    """Pass or send back the chosen claims; what cannot is listed, the rest goes on."""
    chosen, deed = visit.wholes("claim"), visit.text("deed")
    if deed not in ("pass", "send_back"):
        raise FieldError("deed", N_("choose one of the answers"))
    if not chosen:
        raise FieldError("claim", N_("choose at least one row"))
    faults = [line.strip() for line in visit.text("faults").splitlines() if line.strip()]
    with visit.reading() as session:
        areas = area_of_claims(session, city=visit.city, claim_ids=chosen)
        numbers = numbers_of_claims(session, claim_ids=list(areas))
    passed: dict[str, int] = {}
    stayed: list[Stayed] = []
    for claim_id, area_id in sorted(areas.items()):
        if area_id not in visit.areas:
            continue
        outcome = _one(visit, claim_id, area_id, deed, faults)
        for state in outcome.moved:
            passed[state] = passed.get(state, 0) + 1
        if not outcome.done:
            stayed.append(Stayed(claim_id, numbers[claim_id], tuple(outcome.findings)))
    return page(visit, "reviewed.html", passed=passed, stayed=stayed)


def _one(visit: Visit, claim_id: int, area_id: int, deed: str, faults: list[str]) -> Outcome:
    """One claim in a transaction of its own: its refusal undoes nothing of the others."""
    act = visit.act(area_id=area_id)
    with visit.writing() as session:
        if deed == "send_back":
            return reviews.send_back(session, act, claim_id=claim_id, faults=faults)
        view = claim_view(session, city=visit.city, claim_id=claim_id)
        last = view is not None and view.head.levels - view.head.levels_done <= 1
        step = reviews.approve if last else reviews.review
        return step(session, act, claim_id=claim_id, note=visit.text("note"))


@doors.post("/claims/{claim_id}/review", "claims.review")
def pass_level(visit: Entering, claim_id: int) -> Response:
    """Pass one level that is not the last."""
    return _deed(visit, claim_id, "review", note=visit.text("note"))


@doors.post("/claims/{claim_id}/approve", "claims.approve")
def approve(visit: Entering, claim_id: int) -> Response:
    """Pass the last level."""
    return _deed(visit, claim_id, "approve", note=visit.text("note"))


@doors.post("/claims/{claim_id}/send_back", "claims.send_back")
def send_back(visit: Entering, claim_id: int) -> Response:
    """Send the claim back with one complete list of faults."""
    return _deed(visit, claim_id, "send_back", faults=visit.text("faults").splitlines())


@doors.post("/claims/{claim_id}/send_down", "claims.send_down")
def send_down(visit: Entering, claim_id: int) -> Response:
    """Return the claim to the level below."""
    return _deed(visit, claim_id, "send_down", reason=visit.text("reason"))


@doors.post("/claims/{claim_id}/resubmit", "claims.resubmit")
def resubmit(visit: Entering, claim_id: int) -> Response:
    """Hand the correction in at the counter."""
    return _deed(visit, claim_id, "resubmit", note=visit.text("note"))


@doors.post("/claims/{claim_id}/hold", "claims.hold")
def hold(visit: Entering, claim_id: int) -> Response:
    """Take the claim off the road until the matter is settled."""
    return _deed(visit, claim_id, "hold", reason=visit.text("reason"))


@doors.post("/claims/{claim_id}/release", "claims.hold")
def release(visit: Entering, claim_id: int) -> Response:
    """Put a held claim back where it stood."""
    return _deed(visit, claim_id, "release", note=visit.text("note"))


@doors.post("/claims/{claim_id}/reject", "claims.reject")
def reject(visit: Entering, claim_id: int) -> Response:
    """Decide not to pay, with reasons and the clause."""
    return _deed(
        visit,
        claim_id,
        "reject",
        reasons=visit.text("reasons").splitlines(),
        clause=visit.text("clause"),
    )


@doors.post("/claims/{claim_id}/withdraw", "claims.withdraw")
def withdraw(visit: Entering, claim_id: int) -> Response:
    """Withdraw for the applicant, at the counter."""
    act = visit.act(area_id=head_of(visit, claim_id).area_id)
    with visit.writing() as session:
        outcome = claims.withdraw(session, act, claim_id=claim_id, reason=visit.text("reason"))
    return _told(visit, claim_id, outcome)


@doors.post("/claims/{claim_id}/ask_reopen", "claims.ask_reopen")
def ask_reopen(visit: Entering, claim_id: int) -> Response:
    """Ask to reopen an ended claim under the number of a decision."""
    act = visit.act(area_id=head_of(visit, claim_id).area_id)
    with visit.writing() as session:
        outcome = claims.ask_reopen(
            session,
            act,
            claim_id=claim_id,
            decision=visit.text("decision"),
            reason=visit.text("reason"),
        )
    return _told(visit, claim_id, outcome)


@doors.post("/claims/{claim_id}/reopen", "claims.reopen")
def reopen(visit: Entering, claim_id: int) -> Response:
    """Reopen the claim as the second person."""
    act = visit.act(area_id=head_of(visit, claim_id).area_id)
    with visit.writing() as session:
        outcome = claims.reopen(session, act, claim_id=claim_id)
    return _told(visit, claim_id, outcome)


@doors.post("/claims/{claim_id}/decide", "claims.decide")
def decide(visit: Entering, claim_id: int) -> Response:
    """Decide the claim again on the facts of now."""
    act = visit.act(area_id=head_of(visit, claim_id).area_id)
    with visit.writing() as session:
        decided = decide_claims(session, act, claim_ids=[claim_id])
    note = N_("Decided on the facts of now.") if decided else N_("Nothing is to be decided now.")
    return go(visit, f"/claims/{claim_id}", visit.say(note))


def apply_for(visit: Visit, act: Act, class_id: int, *, back: str) -> Response:
    """Apply for what can be applied for, and list the rest with its reasons."""
    with visit.writing() as session:
        outcome = claims.apply_for_class(
            session, act, class_id=class_id, commitment_on=visit.day_or_none("commitment_on")
        )
        numbers = numbers_of_claims(session, claim_ids=[claim for claim, _ in outcome.left])
    return page(visit, "applied.html", outcome=outcome, numbers=numbers, back=back)


def _deed(visit: Visit, claim_id: int, name: str, **details: object) -> Response:
    """Do one of the reviews' deeds to one claim."""
    act = visit.act(area_id=head_of(visit, claim_id).area_id)
    if visit.text("version") and visit.text("version") != str(head_of(visit, claim_id).version):
        return go(
            visit,
            f"/claims/{claim_id}",
            visit.say(N_("The claim has moved since you opened the page; look again.")),
            bad=True,
        )
    with visit.writing() as session:
        outcome: Outcome = getattr(reviews, name)(session, act, claim_id=claim_id, **details)
    return _told(visit, claim_id, outcome)


def _told(visit: Visit, claim_id: int, outcome: Outcome) -> Response:
    return done_or_refused(visit, outcome, to=f"/claims/{claim_id}", note=visit.say(N_("Done.")))
