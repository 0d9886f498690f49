"""Every ending of the played autumn, by state, date and amount."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.keys import load_keys
from subsidy.office import SealSigner
from subsidy.papers.spreadsheets import read_rows, sheet_columns
from subsidy.records import ledger
from subsidy.records.seals import verify
from subsidy.records.tables import (
    ClassChange,
    Deadline,
    LedgerEntry,
    Objection,
    PaymentBatch,
    PaymentItem,
    PublicNotice,
    TrainingClass,
)
from subsidy.scenario.reading import Step
from subsidy.scenario.stage import DEEDS
from subsidy.scenario.weekly import open_player
from subsidy.settings import load_settings
from tests.scenario.autumn import Autumn

pytestmark = pytest.mark.slow
YUAN = 100


def test_the_class_across_national_day_is_paid_but_for_the_objection_and_the_drop_out(
    autumn: Autumn, books: Session
) -> None:
    assert autumn.endings(books, "care") == {"paid": 38, "rejected": 1, "withdrawn": 1}
    assert autumn.paid_fen(books, "care") == (37 * 1500 + 1100) * YUAN


def test_a_wrong_check_digit_comes_back_marked_and_the_mended_row_is_taken(
    autumn: Autumn, books: Session
) -> None:
    folder = autumn.player.settings.files_folder / "uploads"
    verdicts = sorted(p.name for p in folder.glob("20200901-XH2020-001-roster*"))
    assert len(verdicts) == 2, "the upload and its verdict copy"
    assert autumn.ending(books, "care", 7).state == "paid"


def test_the_same_roster_again_changes_nothing(autumn: Autumn, books: Session) -> None:
    assert len(autumn.claims(books, "care")) == 40


def test_a_drop_out_withdraws_that_person_alone(autumn: Autumn, books: Session) -> None:
    assert autumn.ending(books, "care", 12).state == "withdrawn"
    assert autumn.days(books, "care", 12)["withdraw"] == [date(2020, 9, 21)]


def test_a_change_of_teacher_makes_a_new_version_of_the_filed_class(
    autumn: Autumn, books: Session
) -> None:
    row = autumn.player.stage.class_row(books, "care")
    assert row.teacher == "替班教师"
    changes = books.exec(select(ClassChange).where(ClassChange.class_id == row.id)).all()
    assert {c.kind: c.status for c in changes} == {"teacher": "granted", "drop_out": "granted"}


def test_low_attendance_holds_until_a_clerk_settles_it_and_pays_the_days_attended(
    autumn: Autumn, books: Session
) -> None:
    assert autumn.tickets(books, "care", 20)["E214"] == "resolved"
    assert autumn.ending(books, "care", 20).approved_fen == 1100 * YUAN


def test_a_failed_trainee_passes_the_resit_and_is_paid(autumn: Autumn, books: Session) -> None:
    days = autumn.days(books, "care", 15)
    assert days["fail_assessment"] == [date(2020, 10, 12)]
    assert days["pass_assessment"] == [date(2020, 10, 19)]
    assert autumn.ending(books, "care", 15).state == "paid"


def test_certificates_registered_late_are_a_ticket_and_no_lapse(
    autumn: Autumn, books: Session
) -> None:
    assert "E402" in autumn.tickets(books, "care", 1)
    assert autumn.ending(books, "care", 1).state == "paid"


def test_a_correction_stops_the_clock_of_the_review_for_two_working_days(
    autumn: Autumn, books: Session
) -> None:
    claims = autumn.claims(books, "care")
    due = {
        row: books.exec(
            select(Deadline.due_on).where(
                Deadline.claim_id == claims[row], Deadline.window == "review"
            )
        ).one()
        for row in (1, 4)
    }
    assert due == {1: date(2020, 11, 11), 4: date(2020, 11, 13)}


def test_an_objection_upheld_ends_in_a_refusal_and_one_refused_goes_on_to_payment(
    autumn: Autumn, books: Session
) -> None:
    claims = autumn.claims(books, "care")
    outcomes = {
        row: books.exec(select(Objection.outcome).where(Objection.claim_id == claims[row])).one()
        for row in (2, 8)
    }
    assert outcomes == {2: "upheld", 8: "refused"}
    assert autumn.ending(books, "care", 2).state == "rejected"
    assert autumn.ending(books, "care", 8).state == "paid"


def test_nothing_is_ordered_before_the_day_after_the_notice(autumn: Autumn, books: Session) -> None:
    notices = books.exec(select(PublicNotice).where(PublicNotice.kind == "grant")).all()
    first = min(n.last_day for n in notices if n.last_day)
    assert first == date(2020, 11, 16)
    assert min(autumn.days(books, "care", 1)["order"]) == date(2020, 11, 18)


def test_a_unit_payment_that_the_bank_returned_is_paid_again_once(
    autumn: Autumn, books: Session
) -> None:
    days = autumn.days(books, "care", 1)
    assert days["bank_return"] == [date(2020, 11, 19)]
    assert days["order"] == [date(2020, 11, 18), date(2020, 11, 23)]
    claim = autumn.claims(books, "care")[1]
    items = books.exec(select(PaymentItem.status).where(PaymentItem.claim_id == claim)).all()
    assert sorted(items) == ["paid", "returned"]


def test_a_person_whose_card_was_closed_is_paid_to_the_new_one(
    autumn: Autumn, books: Session
) -> None:
    days = autumn.days(books, "cook", 6)
    assert days["bank_return"] == [date(2020, 12, 2)]
    assert days["settle"] == [date(2020, 12, 10)]


def test_certificate_training_waited_for_its_payee_and_was_released_by_the_setting(
    autumn: Autumn, books: Session
) -> None:
    assert autumn.tickets(books, "cook", 1)["E604"] == "resolved"
    assert autumn.days(books, "cook", 1)["adopt_settings"] == [date(2020, 11, 16)]
    assert autumn.endings(books, "cook") == {"paid": 20}
    assert autumn.paid_fen(books, "cook") == 20 * 1500 * YUAN


def test_a_class_filed_one_day_late_starts_on_the_first_lawful_day(
    autumn: Autumn, books: Session
) -> None:
    row = autumn.player.stage.class_row(books, "live")
    assert (row.filed_on, row.file_by) == (date(2020, 9, 27), date(2020, 9, 27))
    assert (row.starts_on, row.ends_on) == (date(2020, 10, 13), date(2020, 10, 26))


def test_an_application_on_the_last_lawful_day_is_paid_and_one_a_day_after_lapses(
    autumn: Autumn, books: Session
) -> None:
    assert autumn.days(books, "live", 1)["apply"] == [date(2020, 12, 7)]
    assert autumn.endings(books, "live") == {"paid": 28, "lapsed": 2}
    for row in (11, 12):
        assert autumn.ending(books, "live", row).state == "lapsed"
        assert autumn.days(books, "live", row)["lapse"] == [date(2020, 12, 8)]


def test_the_district_of_xiaoshan_pays_its_own_class(autumn: Autumn, books: Session) -> None:
    claim = autumn.claims(books, "live")[1]
    batch = books.exec(
        select(PaymentBatch).where(
            col(PaymentBatch.area_id)
            == autumn.player.stage.area(books, "hz-xiaoshan", city="hangzhou")
        )
    ).one()
    assert batch.state == "settled"
    assert batch.total_fen == 28 * 1000 * YUAN
    assert claim


def test_a_fourth_training_in_the_year_is_refused_with_its_clause(
    autumn: Autumn, books: Session
) -> None:
    assert "E301" in autumn.tickets(books, "tea", 25)
    assert autumn.ending(books, "tea", 25).state == "rejected"


def test_somebody_who_was_subsidised_for_the_same_project_is_not_enrolled_again(
    autumn: Autumn, books: Session
) -> None:
    assert len(autumn.claims(books, "again")) == 11
    folder = autumn.player.settings.files_folder / "uploads"
    sheet = read_rows(folder / "20201104-XH2020-003-roster.xlsx", columns=sheet_columns("roster"))
    assert len(sheet.rows) == 12


def test_a_certificate_number_of_somebody_else_is_not_registered_twice(
    autumn: Autumn, books: Session
) -> None:
    late = autumn.ending(books, "baby", 3)
    assert (late.state, late.certificate_pending) == ("applied", 1)


def test_an_absent_trainee_is_held_and_lapses_when_the_time_to_apply_is_over(
    autumn: Autumn, books: Session
) -> None:
    assert autumn.days(books, "baby", 30)["hold"] == [date(2020, 10, 26)]
    assert autumn.ending(books, "baby", 30).state == "lapsed"


def test_a_window_into_a_year_not_yet_published_becomes_final_with_the_notice(
    autumn: Autumn, books: Session
) -> None:
    claim = autumn.claims(books, "house")[1]
    window = books.exec(
        select(Deadline).where(Deadline.claim_id == claim, Deadline.window == "application")
    ).one()
    assert window.anchor_on == date(2020, 11, 20)
    assert (window.due_on, window.final) == (date(2021, 1, 4), True)


def test_a_class_under_a_draft_waits_for_its_rate_and_is_never_paid(
    autumn: Autumn, books: Session
) -> None:
    assert autumn.endings(books, "weaving") == {"result_publicised": 10}
    one = autumn.ending(books, "weaving", 1)
    assert (one.amount_fen, one.approved_fen) == (0, 0)
    assert {"E603", "E604"} <= set(autumn.tickets(books, "weaving", 1))
    assert not books.exec(
        select(LedgerEntry).where(LedgerEntry.city == "cixi", LedgerEntry.credit == "ordered")
    ).all()


def test_what_is_left_for_people_waits_in_the_queues(autumn: Autumn, books: Session) -> None:
    assert autumn.endings(books, "tea") == {"reviewed": 23, "applied": 1, "rejected": 1}
    assert autumn.tickets(books, "tea", 5)["E213"] == "opened"
    assert autumn.tickets(books, "baby", 9)["E214"] == "opened"


def test_the_books_reconcile_to_the_fen(autumn: Autumn, books: Session) -> None:
    for city in ("hangzhou", "cixi"):
        assert ledger.check(books, city=city).ok
    paid = sum(autumn.paid_fen(books, c.key) for c in autumn.player.story.classes)
    settled = sum(
        b.balance_fen for b in ledger.balances(books, city="hangzhou") if b.stage == "paid"
    )
    assert (
        settled
        == paid
        == (37 * 1500 + 1100 + 20 * 1500 + 37 * 1000 + 28 * 1000 + 30 * 1000 + 11 * 1500) * YUAN
    )


def test_the_seals_hold_over_the_whole_history(autumn: Autumn, books: Session) -> None:
    signer = SealSigner(load_keys(autumn.player.settings.keys_folder))
    seen = verify(books, signer)
    assert seen.links > 50
    assert not seen.faults


def test_every_class_ended_or_is_under_way_as_told(autumn: Autumn, books: Session) -> None:
    states = books.exec(select(TrainingClass.number, TrainingClass.state)).all()
    assert dict(states) == {c.number: "completed" for c in autumn.player.story.classes}


def test_a_player_that_was_stopped_goes_on_behind_the_last_day(autumn: Autumn) -> None:
    assert autumn.player.days_left() == []


def test_mail_went_to_the_folder_and_names_nobody(autumn: Autumn) -> None:
    letters = list(Path(autumn.player.settings.mail_folder).rglob("*.eml"))
    assert len(letters) > 100


def test_after_the_story_a_user_clears_the_rest_and_sees_it_paid(
    autumn: Autumn, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    shutil.copytree(autumn.player.settings.home, home)
    player = open_player(load_settings(flags={"home": home, "demo": True}, environ={}))
    after = Autumn(player)

    def deed(do: str, by: str | tuple[str, ...], **details: object) -> None:
        DEEDS[do](player.stage, Step.model_validate({"do": do, "by": by, **details}))

    tea = {"class": "tea"}
    deed("resolve_ticket", "sc-clerk", row=5, code="E213", outcome="人工核对证书原件无误", **tea)
    deed("review_class", "sc-clerk", **tea)
    deed("approve_class", "city-leader", **tea)
    deed("post_grant_notice", "city-clerk", area="hangzhou")
    for _ in range(6):
        player.next_working_day()
    deed("pay", ("city-finance", "city-finance2"))
    player.next_working_day()
    with player.database.reading() as books:
        assert after.endings(books, "tea") == {"paid": 24, "rejected": 1}
        assert ledger.check(books, city="hangzhou").ok
    player.database.dispose()
