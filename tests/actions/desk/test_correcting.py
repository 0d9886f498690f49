"""Correction: one complete list of faults, the clocks stand still, and the claim comes back decided."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, select

from subsidy.actions import claims, reviews
from subsidy.records.database import Database
from subsidy.records.tables import ClockEntry, Deadline, ReviewAct
from tests import builders
from tests.actions.desk import steps
from tests.builders import CLERK, LEADER, act, codes, done

SENT_BACK = date(2020, 11, 12)
RESUBMITTED = date(2020, 11, 19)
"""Five working days later."""


def sent_back(session: Session, claim_id: int, *faults: str) -> None:
    """Send the claim back as the district's clerk."""
    clerk = act(SENT_BACK, actor=CLERK)
    done(reviews.send_back(session, clerk, claim_id=claim_id, faults=faults))


def window(session: Session, claim_id: int, name: str) -> Deadline:
    """A deadline of the claim."""
    query = select(Deadline).where(Deadline.claim_id == claim_id, Deadline.window == name)
    return session.exec(query.execution_options(populate_existing=True)).one()


def listed(session: Session, claim_id: int) -> list[str]:
    """What the applicant was told to mend."""
    query = select(ReviewAct).where(ReviewAct.claim_id == claim_id, ReviewAct.act == "sent_back")
    return session.exec(query).one().note.split("\n")


def test_a_correction_stops_the_clock_and_lets_it_run_on_by_the_days_it_stood(
    database: Database,
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        before = window(session, claim_id, "review").due_on
        sent_back(session, claim_id, "证书照片模糊，请重新上传")
        stopped = window(session, claim_id, "review")
        assert (stopped.status, stopped.due_on) == ("stopped", before)
        done(reviews.resubmit(session, act(RESUBMITTED), claim_id=claim_id))
        running = window(session, claim_id, "review")
        calendar = builders.office().calendars.seen_on(RESUBMITTED, city=builders.CITY)
        days = [d for d in _days(before, running.due_on) if calendar.is_working(d)]
        assert (running.status, len(days)) == ("open", 5)
        query = select(ClockEntry.entry).where(ClockEntry.deadline_id == running.id)
        assert list(session.exec(query).all()) == ["stopped", "resumed"]


def test_the_applicant_has_a_window_of_its_own_to_mend(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        sent_back(session, claim_id, "缺少授课计划签字页")
        assert steps.at(session, claim_id).state == "correcting"
        assert window(session, claim_id, "correction").status == "open"
        assert "correction_needed" in steps.letters(session, claim_id)
        done(reviews.resubmit(session, act(RESUBMITTED), claim_id=claim_id))
        assert window(session, claim_id, "correction").status == "met"


def test_a_correction_needs_a_list_of_faults(database: Database) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        clerk = act(SENT_BACK, actor=CLERK)
        outcome = reviews.send_back(session, clerk, claim_id=claim_id, faults=[" "])
        assert codes(outcome) == {"E1209"}
        assert steps.at(session, claim_id).state == "applied"


def test_what_the_rules_found_is_told_with_what_the_reviewer_saw(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, real_name="mismatch")
        done(claims.apply_for_class(session, act(steps.APPLIED), class_id=class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        sent_back(session, claim_id, "证书照片模糊")
        told = listed(session, claim_id)
        assert told[0] == "证书照片模糊"
        assert "未上传已签署的补贴申领告知承诺书" in told
        assert any("实名核验" in line for line in told)


def test_the_office_s_own_work_is_not_asked_of_the_applicant(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1, death="unavailable")
        done(steps.apply(session, class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert steps.open_tickets(session, claim_id) == {"E208"}
        sent_back(session, claim_id, "证书照片模糊")
        assert listed(session, claim_id) == ["证书照片模糊"]


def test_a_corrected_claim_comes_back_to_the_level_that_sent_it(database: Database) -> None:
    with database.transaction() as session:
        claim_id = steps.reviewed(session)
        leader = act(steps.APPROVED, actor=LEADER)
        done(reviews.send_back(session, leader, claim_id=claim_id, faults=["补充采购合同"]))
        done(reviews.resubmit(session, act(RESUBMITTED), claim_id=claim_id))
        row = steps.at(session, claim_id)
        assert (row.state, row.levels_done, row.decision_current) == ("reviewed", 1, 1)
        done(reviews.approve(session, act(RESUBMITTED, actor=LEADER), claim_id=claim_id))


def test_the_commitment_that_was_missing_frees_the_claim(database: Database) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        steps.answer(session, class_id, heads=1)
        done(claims.apply_for_class(session, act(steps.APPLIED), class_id=class_id))
        claim_id = builders.claims(session, class_id)[0].claim_id
        sent_back(session, claim_id, "请签署承诺书")
        claims.apply_for_class(
            session, act(RESUBMITTED), class_id=class_id, commitment_on=RESUBMITTED
        )
        done(reviews.resubmit(session, act(RESUBMITTED), claim_id=claim_id))
        assert steps.open_tickets(session, claim_id) == set()
        assert steps.ticket_of(session, claim_id, "E502").outcome == "mended"
        assert steps.at(session, claim_id).blocks == 0


def _days(after: date, through: date) -> list[date]:
    return [date.fromordinal(n) for n in range(after.toordinal() + 1, through.toordinal() + 1)]
