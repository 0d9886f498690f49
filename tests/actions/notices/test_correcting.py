"""A corrected list: what changes begins its days anew, the rest keeps them, and nothing is lost."""

from datetime import date

from sqlalchemy import update
from sqlmodel import Session, select

from subsidy.actions import notices
from subsidy.actions.notices import Comparison
from subsidy.actions.views.notice_papers import objections_of, versions_of
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import ClaimProgress, Outbox, PublicNotice
from tests import builders
from tests.actions import payday

CORRECTED, AGAIN = date(2020, 11, 20), date(2020, 11, 23)
ANEW, LATER = date(2020, 11, 27), date(2020, 11, 30)
"""Last days of lines corrected on these days: five working days after."""


def corrected(session: Session, notice_id: int, *, day: date = CORRECTED) -> int:
    """Correct a list and return the new one."""
    outcome = notices.correct_notice(
        session, payday.act(day), notice_id=notice_id, reason="姓名录入有误"
    )
    return builders.done(outcome)


def days(session: Session, notice_id: int) -> dict[int, date]:
    return {line.claim_id: line.last_day for line in payday.shown(session, notice_id)}


def test_the_preview_names_kept_changed_and_gone_lines_and_writes_nothing(
    session: Session,
) -> None:
    first, second, third = payday.approved(session, 3)
    notice_id = payday.posted(session, [first, second, third])
    payday.rename(session, first, "更正后")
    session.execute(
        update(ClaimProgress).where(ClaimProgress.claim_id == third).values(state="reviewed")
    )
    found = notices.compare_notice(session, payday.act(CORRECTED), notice_id=notice_id)
    assert isinstance(found, Comparison)
    assert ([*found.changed], [line.claim_id for line in found.gone]) == ([first], [third])
    assert found.changed[first].masked_name != found.lines[0].masked_name == "更**"
    assert found.last_day == ANEW
    session.flush()
    assert len(session.exec(select(PublicNotice)).all()) == 1
    assert set(days(session, notice_id).values()) == {payday.LAST_DAY}


def test_a_corrected_list_is_corrected_once_more_and_every_version_is_linked(
    session: Session,
) -> None:
    ids = payday.approved(session, 3)
    first = payday.posted(session, ids)
    payday.rename(session, ids[0], "更正后")
    second = corrected(session, first)
    payday.rename(session, ids[1], "再更正")
    third = corrected(session, second, day=AGAIN)
    assert days(session, third) == {ids[0]: ANEW, ids[1]: LATER, ids[2]: payday.LAST_DAY}
    for notice_id in (first, second, third):
        found = versions_of(session, notice_id=notice_id)
        assert [v.id for v in found] == [first, second, third]
        assert [v.number for v in found] == ["2020-G0001", "2020-G0002", "2020-G0003"]
        assert [v.state for v in found] == ["replaced", "replaced", "posted"]
    assert {line.last_day for line in payday.shown(session, first)} == {payday.LAST_DAY}
    assert len({payday.notice(session, n).list_hash for n in (first, second, third)}) == 3


def test_a_line_under_objection_stays_under_it_and_its_objection_follows(
    session: Session,
) -> None:
    ids = payday.approved(session, 2)
    notice_id = payday.posted(session, ids)
    got = notices.file_objection(
        session, payday.act(CORRECTED, "public", roles=()), notice_id=notice_id,
        claim_id=ids[0], words="姓名不对",
    )  # fmt: skip
    payday.rename(session, ids[0], "更正后")
    new = corrected(session, notice_id)
    assert [line.status for line in payday.shown(session, new)] == ["objected", "shown"]
    assert [o.receipt for o in objections_of(session, notice_id=new)] == [got.receipt]
    assert payday.states(session, ids) == ["objected", "grant_publicised"]
    refused = notices.decide_objection(
        session, payday.act(AGAIN, payday.LEADER), objection_id=got.objection_id or 0,
        outcome="refused", reasons="已更正",
    )  # fmt: skip
    assert refused.done
    assert progress_of(session, ids[0]).notice_last_day == ANEW
    notices.close_notices(session, payday.act(payday.OPENS))
    assert payday.states(session, ids) == ["grant_publicised", "payable"]
    notices.close_notices(session, payday.act(LATER))
    assert payday.states(session, ids) == ["payable", "payable"]


def test_an_objection_may_be_filed_until_the_new_last_day_of_a_corrected_line(
    session: Session,
) -> None:
    ids = payday.approved(session, 2)
    notice_id = payday.posted(session, ids)
    payday.rename(session, ids[0], "更正后")
    new = corrected(session, notice_id)
    who = payday.act(ANEW, "public", roles=())
    late = notices.file_objection(session, who, notice_id=new, claim_id=ids[1], words="有误")
    assert [finding.code for finding in late.findings] == ["E705"]
    assert notices.file_objection(session, who, notice_id=new, claim_id=ids[0], words="有误").done


def test_claims_that_went_on_when_their_line_was_over_stay_listed_and_are_paid(
    session: Session,
) -> None:
    ids = payday.approved(session, 3)
    notice_id = payday.posted(session, ids)
    payday.rename(session, ids[0], "更正后")
    second = corrected(session, notice_id)
    notices.close_notices(session, payday.act(payday.OPENS))
    assert payday.states(session, ids) == ["grant_publicised", "payable", "payable"]
    payday.rename(session, ids[0], "再更正")
    third = corrected(session, second, day=date(2020, 11, 26))
    assert [line.claim_id for line in payday.shown(session, third)] == ids
    payday.sent(session, day=date(2020, 11, 26))
    assert payday.states(session, ids) == ["grant_publicised", "paying", "paying"]


def test_only_the_units_of_changed_lines_are_told_of_the_correction(session: Session) -> None:
    one = payday.approved(session, 1, provider=1)
    other = payday.approved(session, 1, provider=2)
    notice_id = payday.posted(session, [*one, *other])
    payday.rename(session, one[0], "更正后")
    new = corrected(session, notice_id)
    told = session.exec(select(Outbox.to_id).where(Outbox.template == "notice_posted",
                                                   Outbox.subject_id == new)).all()  # fmt: skip
    assert told == [payday.unit(session, 1)]


def test_a_list_without_a_reason_or_no_longer_on_show_is_not_corrected(session: Session) -> None:
    ids = payday.approved(session, 1)
    notice_id = payday.posted(session, ids)
    payday.rename(session, ids[0], "更正后")
    who = payday.act(CORRECTED)
    bare = notices.correct_notice(session, who, notice_id=notice_id, reason=" ")
    assert builders.codes(bare) == {"E1209"}
    notices.close_notices(session, payday.act(payday.OPENS))
    late = notices.correct_notice(session, who, notice_id=notice_id, reason="更正")
    assert builders.codes(late) == {"E1105"}
