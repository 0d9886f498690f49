"""What a list shows of a person is the pack's rule; what was posted can be proved."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text
from sqlmodel import Session, select

from subsidy.actions import notices
from subsidy.actions.acting import Act
from subsidy.office import SealSigner
from subsidy.records.people import read_field
from subsidy.records.seals import seal_minutes
from subsidy.records.tables import Claim, NoticeLine, Person, PublicNotice
from subsidy.records.triggers import create_triggers, drop_triggers
from subsidy.rules.masking.notices import FIRST, LAST, NAME, SHEET, Masking, sheet_is_public
from subsidy.rules.policy import Pack
from tests import builders
from tests.actions import payday

SIGNER = SealSigner(builders.keys())
LATE = payday.POSTED + timedelta(days=400)


def ruled(act: Act, **values: object) -> Act:
    """The act under a pack whose masking says something else."""
    pack = act.pack
    dated = dict(pack.dated)
    for key, value in values.items():
        old = dated[key].latest
        dated[key] = dated[key].replaced(values=[replace(old, value=value, unset=False)])
    changed: Pack = replace(pack, dated=dated)
    return replace(act, office=replace(act.office, packs={**act.office.packs, act.city: changed}))


def person_of(session: Session, claim_id: int) -> tuple[str, str]:
    """Name and ID number in clear."""
    person = session.get_one(Person, session.get_one(Claim, claim_id).person_id)
    keys = builders.keys()
    return read_field(keys, person, "name"), read_field(keys, person, "id_number")


def test_a_changed_rule_of_the_pack_masks_the_next_notice_and_not_the_posted_one(
    session: Session,
) -> None:
    first, second = payday.approved(session, 2, track=payday.PERSONS)
    before = payday.shown(session, payday.posted(session, [first]))[0]
    name, number = person_of(session, second)
    who = ruled(payday.act(payday.POSTED), **{NAME: "full", FIRST: 0, LAST: 2})
    made = notices.prepare_notice(
        session, who, area_id=payday.area(session), track=payday.PERSONS, claim_ids=[second]
    )
    (line,) = payday.shown(session, builders.done(made))
    assert (line.masked_name, line.payee) == (name, name)
    assert line.masked_id == "*" * 16 + number[-2:]
    assert before.masked_name.endswith("*")
    assert before.masked_id[3:14] == "*" * 11
    assert payday.notice(session, builders.done(made)).masking == "full 0 2"


def test_a_correction_masks_as_its_list_was_masked_whatever_the_pack_says_now(
    session: Session,
) -> None:
    ids = payday.approved(session, 2, track=payday.PERSONS)
    notice_id = payday.posted(session, ids)
    payday.rename(session, ids[0], "更正后")
    who = ruled(payday.act(date(2020, 11, 20)), **{NAME: "full"})
    new = builders.done(
        notices.correct_notice(session, who, notice_id=notice_id, reason="姓名有误")
    )
    lines = payday.shown(session, new)
    assert [line.corrected_on is not None for line in lines] == [True, False]
    assert lines[0].masked_name == "更**"


def test_a_number_in_the_title_of_a_class_is_masked_too() -> None:
    number = "330102199003074516"
    assert number not in Masking.free(f"张某{number}工作室")


def test_no_pack_shows_more_of_a_number_than_the_limit() -> None:
    pack = ruled(payday.act(payday.POSTED), **{FIRST: 17, LAST: 17}).pack
    rule = Masking.of_pack(pack, on=payday.POSTED)
    assert rule.id_number("330102199003074516") == "330102********4516"


def test_without_a_rule_in_the_pack_the_safe_pattern_holds_and_no_sheet_goes_out() -> None:
    pack = payday.act(payday.POSTED).pack
    bare = replace(
        pack, dated={k: v for k, v in pack.dated.items() if k not in (NAME, FIRST, LAST, SHEET)}
    )
    rule = Masking.of_pack(bare, on=payday.POSTED)
    assert (rule.text, bool(rule.assumed)) == ("surname 3 4", True)
    assert not sheet_is_public(bare, on=payday.POSTED)
    assert rule.name("欧阳小明") == "欧阳**"


def test_a_posting_is_proved_by_the_sealed_history(session: Session) -> None:
    notice_id = payday.posted(session, payday.approved(session, 2))
    waiting = notices.proof_of(session, SIGNER, notice_id=notice_id)
    assert waiting is not None
    assert (waiting.state, waiting.seal_number) == ("proof_waiting", None)
    seal_minutes(session, SIGNER, now=waiting.posted_at + timedelta(minutes=5))
    whole = notices.proof_of(session, SIGNER, notice_id=notice_id)
    assert whole is not None
    assert (whole.state, whole.faults) == ("proof_whole", ())
    assert whole.signature
    assert whole.list_hash == payday.notice(session, notice_id).list_hash


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE notice_line SET masked_name = '他*'",
        "UPDATE public_notice SET last_day = '2020-11-20'",
        "UPDATE public_notice SET list_hash = 'f'",
        "UPDATE subject_history SET note = 'sha256:f' WHERE event = 'post'",
        "UPDATE subject_history SET effective_on = '2020-11-01' WHERE event = 'post'",
        "UPDATE seal SET signature = '00' WHERE chain = 'subjects'",
    ],
)
def test_whatever_is_changed_behind_a_posting_breaks_its_proof(
    session: Session, change: str
) -> None:
    notice_id = payday.posted(session, payday.approved(session, 1))
    waiting = notices.proof_of(session, SIGNER, notice_id=notice_id)
    assert waiting is not None
    seal_minutes(session, SIGNER, now=waiting.posted_at + timedelta(minutes=5))
    drop_triggers(session.connection())
    session.execute(text(change))
    create_triggers(session.connection())
    session.expire_all()
    broken = notices.proof_of(session, SIGNER, notice_id=notice_id)
    assert broken is not None
    assert broken.state == "proof_broken"


def test_an_objection_and_a_correction_leave_the_proof_whole(session: Session) -> None:
    ids = payday.approved(session, 2)
    notice_id = payday.posted(session, ids)
    got = notices.file_objection(
        session, payday.act(payday.LAST_DAY, "public", roles=()), notice_id=notice_id,
        claim_id=ids[0], words="未参加",
    )  # fmt: skip
    notices.decide_objection(
        session, payday.act(payday.LAST_DAY, payday.LEADER), objection_id=got.objection_id or 0,
        outcome="upheld", reasons="属实",
    )  # fmt: skip
    payday.rename(session, ids[1], "更正后")
    notices.correct_notice(session, payday.act(payday.LAST_DAY), notice_id=notice_id, reason="更正")
    for row in session.exec(select(PublicNotice)).all():
        proof = notices.proof_of(session, SIGNER, notice_id=row.id or 0)
        assert proof is not None
        assert proof.faults == (), row.number


def test_numbers_go_on_after_the_highest_one_even_where_a_list_is_missing(
    session: Session,
) -> None:
    ids = payday.approved(session, 3)
    who, office = payday.act(payday.POSTED), payday.area(session)
    made = [
        builders.done(
            notices.prepare_notice(
                session, who, area_id=office, track=payday.UNITS, claim_ids=[claim_id]
            )
        )
        for claim_id in ids[:2]
    ]
    session.execute(text(f"DELETE FROM notice_line WHERE notice_id = {made[0]}"))
    session.execute(text(f"DELETE FROM public_notice WHERE id = {made[0]}"))
    last = notices.prepare_notice(
        session, who, area_id=office, track=payday.UNITS, claim_ids=[ids[2]]
    )
    assert last.note == "2020-G0003"
    assert session.exec(select(NoticeLine.notice_id)).all() == [made[1], builders.done(last)]
