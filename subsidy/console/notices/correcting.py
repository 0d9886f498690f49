"""Correcting a posted list: first what would change, then the new version."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.notices import Comparison, compare_notice, correct_notice
from subsidy.actions.views.notice_views import lines_of
from subsidy.console.answers import go, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.words import N_
from subsidy.console.notices.reach import own_notice
from subsidy.console.visits import Entering

doors = Doors()


@doors.get("/notices/{notice_id}/correct", "notices.correct")
def compare(visit: Entering, notice_id: int) -> Response:
    """What a correction would keep, change and take off today; nothing is written."""
    notice = own_notice(visit, notice_id)
    with visit.reading() as session:
        act = visit.act(area_id=notice.area_id)
        found = compare_notice(session, act, notice_id=notice_id)
        numbers = {
            line.claim_id: line.claim_number for line in lines_of(session, notice_id=notice_id)
        }
        if not isinstance(found, Comparison):
            return refused(visit, found, back=f"/notices/{notice_id}")
        return page(visit, "notice_correct.html", notice=notice, found=found, numbers=numbers)


@doors.post("/notices/{notice_id}/correct", "notices.correct")
def correct(visit: Entering, notice_id: int) -> Response:
    """Put the corrected list up; the version before stays readable."""
    notice = own_notice(visit, notice_id)
    with visit.writing() as session:
        act = visit.act(area_id=notice.area_id)
        outcome = correct_notice(session, act, notice_id=notice_id, reason=visit.text("reason"))
    if not outcome.done:
        return refused(visit, outcome.findings, back=f"/notices/{notice_id}/correct")
    told = N_("The corrected list hangs out.")
    if outcome.subject_id == notice_id:
        told = N_("Nothing on the list has changed; it stays as it is.")
    return go(visit, f"/notices/{outcome.subject_id}", visit.say(told))
