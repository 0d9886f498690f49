"""Applying for claims, withdrawing and reopening them, and taking over what a setting has filled."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from sqlalchemy import and_, or_
from sqlmodel import Session, col, select

from states.claim import CLAIM
from subsidy.actions.acting import Act, Outcome, PackRules, sync_roads
from subsidy.actions.applications.vouchers import redeem
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.together import change_facts, claims_of, move_together
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.overrides_of import REOPEN_ASKED, REOPENED
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person
from subsidy.actions.grounds.ticket_rows import WITHDRAWN, close_all
from subsidy.actions.training import catch_up
from subsidy.records.moves import NotMoved, move
from subsidy.records.moves.interactive import progress_of
from subsidy.records.moves.roads import order_for
from subsidy.records.moves.switching import switch_road
from subsidy.records.tables import (
    Area,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Deadline,
    Enrolment,
    ReviewAct,
    Road,
    TrainingClass,
)
from subsidy.records.tables.claims import ProgressColumns
from subsidy.rules.verdict import Finding, Source

APPLICANTS = ("provider", "clerk")
DECIDERS = ("section_head",)
LATE = "E403"
NOT_OPEN_HERE = "not_open_in_class"
"""Why a claim was left: it is not of this class, or has ended."""


def apply_for_class(
    session: Session,
    act: Act,
    *,
    class_id: int,
    claim_ids: Sequence[int] = (),
    commitment_on: date | None = None,
) -> Outcome:
    """Apply for the claims of a class (all, or `claim_ids`), with the signed commitment.

    Claims move to `applied` and are decided at once. One that comes after the last lawful day stays
    and is in `left` with the code of lateness; its clause is in the findings. Applying again for
    claims that are applied for moves nothing. Where the road knows no application, the commitment is
    kept and the claim stays where it is.
    """
    row = class_row(session, class_id, lock=True)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if commitment_on is not None and commitment_on > act.today:
        faults.append(missing(act, "不晚于今天的承诺日期"))
    if faults:
        return Outcome.refused(*faults, subject_id=class_id)
    here = claims_of(session, class_id=class_id)
    asked = set(claim_ids) or {r.claim_id for r in here}
    late = {r.claim_id: r for r in here if r.claim_id in asked and _is_late(r, act)}
    wanted = [r for r in here if r.claim_id in asked and r.claim_id not in late]
    if commitment_on is not None:
        _commit(session, [r.claim_id for r in wanted], commitment_on)
    only_kept = [r.claim_id for r in wanted if commitment_on and _unasked(session, r)]
    moment = act.moment(applied_on=act.today)
    rows = [r for r in wanted if r.claim_id not in only_kept]
    done = move_together(session, act, event="apply", moment=moment, rows=rows, target="applied")
    applied = session.exec(
        select(ClaimProgress.claim_id).where(
            col(ClaimProgress.claim_id).in_([r.claim_id for r in wanted]),
            ClaimProgress.state == "applied",
        )
    ).all()
    redeem(session, act, claim_ids=list(applied))
    decide_claims(session, act, claim_ids=[*applied, *only_kept])
    strange = asked - {r.claim_id for r in here}
    ended = _ended(session, strange)
    strange -= {claim_id for claim_id, _ in ended}
    left = (
        *((i, (LATE,)) for i in late),
        *ended,
        *((i, (NOT_OPEN_HERE,)) for i in sorted(strange)),
        *done.left,
    )
    too_late = [*late, *(i for i, why in ended if why == (LATE,))]
    findings = [_too_late(session, act, row, too_late[0])] if too_late else []
    note = "按规定无须申领，承诺已登记" if only_kept else ""
    return Outcome(bool(done.moved) or not left, class_id, findings, done.moved, left, note)


def _unasked(session: Session, row: ProgressColumns) -> bool:
    """Whether the claim's road goes from the result to review without an application."""
    return "applied" not in order_for(session, row.road_id).next_of


def _is_late(row: ClaimProgress, act: Act) -> bool:
    return row.lapses_after < act.today and (row.state, "lapse") in CLAIM.edges


def _ended(session: Session, claim_ids: Iterable[int]) -> list[tuple[int, tuple[str, ...]]]:
    """Claims asked for that have ended: lapsed ones are late, the others name their state."""
    rows = session.exec(
        select(ClaimClosed)
        .where(col(ClaimClosed.claim_id).in_(sorted(claim_ids)))
        .order_by(col(ClaimClosed.claim_id))
    ).all()
    return [(r.claim_id, (LATE,) if r.state == "lapsed" else (f"state:{r.state}",)) for r in rows]


def _too_late(session: Session, act: Act, row: TrainingClass, claim_id: int) -> Finding:
    window = act.pack.tracks[row.track].window("application", on=row.starts_on)
    due = session.exec(
        select(col(Deadline.due_on))
        .where(Deadline.claim_id == claim_id, Deadline.window == "application")
        .order_by(col(Deadline.id).desc())
    ).first()
    return act.pack.book.finding(
        LATE,
        effect="refuse",
        source=Source(window.clause, window.document, window.assumed),
        facts={"due": due, "applied": act.today},
    )


def _commit(session: Session, claim_ids: Sequence[int], on: date) -> None:
    rows = session.exec(
        select(Enrolment)
        .join(
            Claim,
            and_(
                col(Claim.class_id) == Enrolment.class_id,
                col(Claim.person_id) == Enrolment.person_id,
            ),
        )
        .where(col(Claim.id).in_(list(claim_ids)), col(Enrolment.commitment_on).is_(None))
    ).all()
    for row in rows:
        row.commitment_on = on
        session.add(row)
    session.flush()
    change_facts(session, [r.claim_id for r in rows if r.claim_id is not None])


def withdraw(session: Session, act: Act, *, claim_id: int, reason: str) -> Outcome:
    """The applicant takes the claim back; what people were to look at in it is settled by that."""
    claim = session.get_one(Claim, claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=APPLICANTS)
    if not reason.strip():
        faults.append(missing(act, "撤回理由"))
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    done = _moved(session, act, claim_id, event="withdraw", note="")
    if done.done:
        _put_on_record(session, act, claim_id, "withdrawn", reason.strip())
        close_all(session, act, claim_ids=[claim_id], outcome=WITHDRAWN)
    return done


def ask_reopen(session: Session, act: Act, *, claim_id: int, decision: str, reason: str) -> Outcome:
    """Ask to reopen an ended claim: number of the decision (reconsideration, court, error)."""
    claim = session.get_one(Claim, claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=("clerk",))
    faults += [missing(act, what) for what, text in _needs(decision, reason) if not text.strip()]
    state = progress_of(session, claim_id).state
    if (state, "reopen") not in CLAIM.edges:
        faults.append(not_possible(act, NotMoved(claim_id, "reopen", state, ())))
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    _put_on_record(session, act, claim_id, REOPEN_ASKED, f"{decision.strip()}\n{reason.strip()}")
    return Outcome(True, claim_id, note="待第二人确认")


def _needs(decision: str, reason: str) -> tuple[tuple[str, str], ...]:
    return (("决定文号", decision), ("重新办理的理由", reason))


def reopen(session: Session, act: Act, *, claim_id: int) -> Outcome:
    """Reopen as the second person: the claim goes back to where it left the road."""
    claim = session.get_one(Claim, claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=DECIDERS)
    asked = session.exec(
        select(ReviewAct)
        .where(ReviewAct.claim_id == claim_id, ReviewAct.act == REOPEN_ASKED)
        .order_by(col(ReviewAct.id).desc())
    ).first()
    version = progress_of(session, claim_id).version
    if asked is None or asked.claim_version != version:
        faults.append(missing(act, "重新办理的申请"))
    elif asked.actor == act.actor:
        faults.append(same_person(act, step="确认重新办理", earlier="申请重新办理"))
    if faults or asked is None:
        return Outcome.refused(*faults, subject_id=claim_id)
    done = _moved(session, act, claim_id, event="reopen", note=asked.note.partition("\n")[0])
    if done.done:
        _put_on_record(session, act, claim_id, REOPENED, asked.note)
        catch_up(session, act, claim_id=claim_id)
        decide_claims(session, act, claim_ids=[claim_id])
    return done


def _put_on_record(session: Session, act: Act, claim_id: int, did: str, note: str) -> None:
    session.add(
        ReviewAct(
            city=act.city,
            claim_id=claim_id,
            level=0,
            act=did,
            actor=act.actor,
            acted_on=act.today,
            note=note,
            claim_version=progress_of(session, claim_id).version,
        )
    )
    session.flush()


def _moved(session: Session, act: Act, claim_id: int, *, event: str, note: str) -> Outcome:
    rules = PackRules(session, act)
    moved = move(session, claim_id=claim_id, event=event, moment=act.moment(note), rules=rules)
    if isinstance(moved, NotMoved):
        return Outcome.refused(not_possible(act, moved), subject_id=claim_id)
    return Outcome(True, claim_id, moved={moved.target: 1})


def adopt_settings(session: Session, act: Act) -> Outcome:
    """Claims that wait in a policy gap take the pack of now; those it fills are released.

    Claims on a road whose levels were open take it as well, applied for or not: nobody could ever
    review them. Every other open claim stays on the version it began with.
    """
    city = city_area(session, act.city)
    assert city.id is not None
    faults = outside_of(session, act, area_id=city.id, roles=DECIDERS)
    if faults:
        return Outcome.refused(*faults)
    roads = sync_roads(session, act)
    waiting = session.exec(
        select(ClaimProgress, Road)
        .join(Road, col(Road.id) == ClaimProgress.road_id)
        .join(Area, col(Area.id) == ClaimProgress.area_id)
        .where(Area.city == act.city, or_(col(ClaimProgress.gaps) > 0, col(Road.levels) == 0))
        .order_by(col(ClaimProgress.claim_id))
    ).all()
    switched: list[int] = []
    for row, old in waiting:
        if (old.track, old.route) not in roads:
            continue
        new = session.get_one(Road, roads[old.track, old.route])
        moment = act.moment(new.pack_version)
        if switch_road(
            session, claim_id=row.claim_id, road=new, event="adopt_settings", moment=moment
        ):
            switched.append(row.claim_id)
    decided = decide_claims(session, act, claim_ids=[row.claim_id for row, _ in waiting])
    freed = sum(1 for d in decided if not any(f.effect == "gap" for f in d.findings))
    return Outcome(True, moved={"adopted": len(switched), "released": freed})
