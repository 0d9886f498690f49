"""Review level by level: pass, approve, send down, send back once with everything, reject, hold.

A level belongs to an office (district or city) and a role. Nobody decides two consecutive levels of one
claim; the acts on record (`review_act`) are the proof. Every refusal names all its reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.decisions import decide_claims, forget
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import missing, not_possible, same_person, still_stands
from subsidy.actions.grounds.ticket_rows import open_codes
from subsidy.actions.training import catch_up
from subsidy.records.moves import Moved, NotMoved, move
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, ReviewAct, Road
from subsidy.records.tables.claims import ProgressColumns
from subsidy.rules.policy import Level
from subsidy.rules.verdict import Finding

PASSED = ("reviewed", "approved")
APPLICANTS = ("provider", "clerk")
DESK = ("clerk",)
"""Roles at a desk; section heads and leaders stand above them."""


def review(session: Session, act: Act, *, claim_id: int, note: str = "") -> Outcome:
    """Pass one level that is not the last one."""
    return _pass_level(session, act, claim_id, event="review", did="reviewed", note=note)


def approve(session: Session, act: Act, *, claim_id: int, note: str = "") -> Outcome:
    """Pass the last level: the claim is approved, its money leaves the budget."""
    return _pass_level(session, act, claim_id, event="approve", did="approved", note=note)


def _pass_level(
    session: Session, act: Act, claim_id: int, *, event: str, did: str, note: str
) -> Outcome:
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    faults = _level_faults(session, act, claim, row)
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    if not row.decision_current:
        decide_claims(session, act, claim_ids=[claim_id])
    return _do(session, act, claim, event=event, did=did, level=row.levels_done + 1, note=note)


def level_of(session: Session, act: Act, row: ProgressColumns) -> Level | None:
    """The level that the claim waits for, from its road's pack; None where levels are unset."""
    road = session.get_one(Road, row.road_id)
    levels = act.pack.tracks[road.track].levels(road.route) or ()
    return levels[row.levels_done] if row.levels_done < len(levels) else None


def office_of(session: Session, claim: Claim, level: Level) -> int:
    """The area whose office decides a level."""
    if level.office != "city":
        return claim.area_id
    area = city_area(session, claim.city).id
    assert area is not None
    return area


def _level_faults(session: Session, act: Act, claim: Claim, row: ProgressColumns) -> list[Finding]:
    level = level_of(session, act, row)
    if level is None:
        return []  # the guards say what is missing: no level follows, or the policy leaves it open
    faults = outside_of(session, act, area_id=office_of(session, claim, level), roles=(level.role,))
    assert claim.id is not None
    before = last_pass(session, claim.id)
    if before is not None and before.level == row.levels_done and before.actor == act.actor:
        faults.append(same_person(act, step=level.name, earlier="上一级审核"))
    return faults


def last_pass(session: Session, claim_id: int) -> ReviewAct | None:
    """The newest level that was passed on this claim."""
    return session.exec(
        select(ReviewAct)
        .where(ReviewAct.claim_id == claim_id, col(ReviewAct.act).in_(PASSED))
        .order_by(col(ReviewAct.id).desc())
        .limit(1)
    ).first()


def _do(
    session: Session,
    act: Act,
    claim: Claim,
    *,
    event: str,
    did: str,
    level: int,
    note: str = "",
    brief: str = "",
) -> Outcome:
    """Move the claim and put the act on record; `brief` is what the history may repeat."""
    assert claim.id is not None
    moved = move(
        session,
        claim_id=claim.id,
        event=event,
        moment=act.moment(brief),
        rules=PackRules(session, act),
    )
    if isinstance(moved, NotMoved):
        standing = sorted(open_codes(session, claim_id=claim.id))
        why = [still_stands(act, code=code) for code in standing]
        return Outcome.refused(not_possible(act, moved), *why, subject_id=claim.id)
    record_act(session, act, claim_id=claim.id, did=did, level=level, moved=moved, note=note)
    return Outcome(True, claim.id, moved={moved.target: 1})


def record_act(
    session: Session, act: Act, *, claim_id: int, did: str, level: int, moved: Moved, note: str
) -> None:
    """Put one act of review on record."""
    session.add(
        ReviewAct(
            city=act.city,
            claim_id=claim_id,
            level=level,
            act=did,
            actor=act.actor,
            acted_on=act.today,
            note=note,
            claim_version=moved.version,
        )
    )
    session.flush()


def send_back(session: Session, act: Act, *, claim_id: int, faults: Sequence[str]) -> Outcome:
    """Send the claim back for correction with one complete list of faults; its clocks stop."""
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    listed = [text.strip() for text in faults if text.strip()]
    wrong = _level_faults(session, act, claim, row)
    if not listed:
        wrong.append(missing(act, "需补正的事项"))
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    return _do(
        session,
        act,
        claim,
        event="send_back",
        did="sent_back",
        level=row.levels_done + 1,
        note="\n".join(listed),
    )


def resubmit(session: Session, act: Act, *, claim_id: int, note: str = "") -> Outcome:
    """The applicant hands the correction in: clocks run on, the claim is decided anew."""
    claim = session.get_one(Claim, claim_id)
    wrong = outside_of(session, act, area_id=claim.area_id, roles=APPLICANTS)
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    done = _do(session, act, claim, event="resubmit", did="resubmitted", level=0, note=note)
    if done.done:
        forget(session, claim_ids=[claim_id])
        decide_claims(session, act, claim_ids=[claim_id])
    return done


def send_down(session: Session, act: Act, *, claim_id: int, reason: str) -> Outcome:
    """Return the claim to the level below; versions and earlier acts stay on record."""
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    level = level_of(session, act, row)
    area = office_of(session, claim, level) if level else claim.area_id
    wrong = outside_of(session, act, area_id=area, roles=(level.role,) if level else DESK)
    if not reason.strip():
        wrong.append(missing(act, "退回理由"))
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    return _do(
        session,
        act,
        claim,
        event="send_down",
        did="sent_down",
        level=row.levels_done,
        note=reason.strip(),
    )


def reject(
    session: Session, act: Act, *, claim_id: int, reasons: Sequence[str], clause: str = ""
) -> Outcome:
    """Decide not to pay, with a letter. A refusal cites a clause: the decision's own, or `clause`."""
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    wrong = outside_of(session, act, area_id=claim.area_id, roles=DESK)
    listed = [text.strip() for text in reasons if text.strip()]
    if not listed:
        wrong.append(missing(act, "不予补贴的理由"))
    if not clause.strip() and not _decision_refuses(session, act, claim_id):
        wrong.append(missing(act, "不予补贴所依据的条款"))
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    cited = f"（依据：{clause.strip()}）" if clause.strip() else ""
    return _do(
        session,
        act,
        claim,
        event="reject",
        did="rejected",
        level=row.levels_done + 1,
        note="\n".join(listed) + cited,
    )


def _decision_refuses(session: Session, act: Act, claim_id: int) -> bool:
    decided = decide_claims(session, act, claim_ids=[claim_id])
    return any(f.effect == "refuse" and f.clause for d in decided for f in d.findings)


def hold(session: Session, act: Act, *, claim_id: int, reason: str) -> Outcome:
    """Take the claim off the road until the matter is settled."""
    claim = session.get_one(Claim, claim_id)
    wrong = outside_of(session, act, area_id=claim.area_id, roles=DESK)
    if not reason.strip():
        wrong.append(missing(act, "挂起理由"))
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    return _do(session, act, claim, event="hold", did="held", level=0, note=reason.strip())


def release(session: Session, act: Act, *, claim_id: int, note: str = "") -> Outcome:
    """Put a held claim back where it stood; refused while something still blocks it."""
    claim = session.get_one(Claim, claim_id)
    wrong = outside_of(session, act, area_id=claim.area_id, roles=DESK)
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    done = _do(session, act, claim, event="release", did="released", level=0, note=note)
    if done.done:
        catch_up(session, act, claim_id=claim_id)
    return done
