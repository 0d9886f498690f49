"""Review level by level: pass, approve, send down, send back once with everything, reject, hold.

A level belongs to an office (district or city) and a role. Nobody decides two consecutive levels of one
claim; the acts on record (`review_act`) are the proof. Every refusal names all its reasons.
"""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from subsidy.actions.acting import Act, Outcome, PackRules
from subsidy.actions.decisions import decide_claims, forget
from subsidy.actions.grounds.clauses import is_in_force
from subsidy.actions.grounds.levels import (
    DESK,
    desk_faults,
    in_the_way,
    level_faults,
)
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible
from subsidy.actions.grounds.ticket_rows import REJECTED, close_all, open_codes
from subsidy.actions.training import catch_up
from subsidy.records.moves import Moved, NotMoved, move
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, ReviewAct

FOR_APPLICANT = ("documents", "identity")
"""Queues of what an applicant can mend."""
NOTHING_TO_DO = "无需"
"""How remedies begin that ask nothing of the applicant."""
APPLICANTS = ("provider", "clerk")


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
    faults = level_faults(session, act, claim, row)
    if faults:
        return Outcome.refused(
            *faults, *in_the_way(session, act, claim_id, event), subject_id=claim_id
        )
    if not row.decision_current:
        decide_claims(session, act, claim_ids=[claim_id])
    return _do(session, act, claim, event=event, did=did, level=row.levels_done + 1, note=note)


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
    wrong = in_the_way(session, act, claim.id, event)
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim.id)
    moved = move(
        session,
        claim_id=claim.id,
        event=event,
        moment=act.moment(brief),
        rules=PackRules(session, act),
    )
    if isinstance(moved, NotMoved):
        return Outcome.refused(not_possible(act, moved), subject_id=claim.id)
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
    """Send the claim back for correction with one complete list of faults; its clocks stop.

    What the rules found and the applicant can mend is added to what the reviewer lists, so that the
    applicant hears everything at once (一次性告知).
    """
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    named = [text.strip() for text in faults if text.strip()]
    listed = list(dict.fromkeys([*named, *_to_mend(session, act, claim_id)]))
    wrong = level_faults(session, act, claim, row)
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


def _to_mend(session: Session, act: Act, claim_id: int) -> list[str]:
    """What open tickets ask of the applicant: papers and identity, not the office's own work."""
    decided = decide_claims(session, act, claim_ids=[claim_id])
    standing = open_codes(session, claim_id=claim_id)
    return [
        found.message_zh
        for each in decided
        for found in each.findings
        if found.effect != "warn"
        and found.code in standing
        and found.queue in FOR_APPLICANT
        and not found.remedy_zh.startswith(NOTHING_TO_DO)
    ]


def resubmit(session: Session, act: Act, *, claim_id: int, note: str = "") -> Outcome:
    """The applicant hands the correction in: clocks run on, the claim is decided anew.

    What its class did in the meantime is caught up first.
    """
    claim = session.get_one(Claim, claim_id)
    wrong = outside_of(session, act, area_id=claim.area_id, roles=APPLICANTS)
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    done = _do(session, act, claim, event="resubmit", did="resubmitted", level=0, note=note)
    if done.done:
        catch_up(session, act, claim_id=claim_id)
        forget(session, claim_ids=[claim_id])
        decide_claims(session, act, claim_ids=[claim_id])
    return done


def send_down(session: Session, act: Act, *, claim_id: int, reason: str) -> Outcome:
    """Return the claim to the level below; versions and earlier acts stay on record."""
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    wrong = desk_faults(session, act, claim, row)
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
    """Decide not to pay, with a letter. A refusal cites a clause: the decision's own, or `clause`.

    `clause` is one of the city's rules in force (四（三）) or names its document (《…》, …〔2020〕43号).
    Whoever decides at the claim's level may reject it; after approval that is the last level.
    """
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    wrong = level_faults(session, act, claim, row)
    listed = [text.strip() for text in reasons if text.strip()]
    if not listed:
        wrong.append(missing(act, "不予补贴的理由"))
    if clause.strip() and not is_in_force(act.pack, clause=clause, on=act.today):
        wrong.append(missing(act, f"现行文件中的条款“{clause.strip()}”"))
    if not clause.strip() and not _decision_refuses(session, act, claim_id):
        wrong.append(missing(act, "不予补贴所依据的条款"))
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    cited = f"（依据：{clause.strip()}）" if clause.strip() else ""
    done = _do(
        session,
        act,
        claim,
        event="reject",
        did="rejected",
        level=row.levels_done + 1,
        note="\n".join(listed) + cited,
    )
    if done.done:
        close_all(session, act, claim_ids=[claim_id], outcome=REJECTED)
    return done


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
    """Put a held claim back where it stood; refused while something still blocks it.

    Whoever decides at the level where it stood may release it; what its class did is caught up.
    """
    row = progress_of(session, claim_id, lock=True)
    claim = session.get_one(Claim, claim_id)
    wrong = desk_faults(session, act, claim, row)
    if wrong:
        return Outcome.refused(*wrong, subject_id=claim_id)
    done = _do(session, act, claim, event="release", did="released", level=0, note=note)
    if done.done:
        catch_up(session, act, claim_id=claim_id)
    return done
