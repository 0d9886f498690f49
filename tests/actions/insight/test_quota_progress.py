"""Progress of training targets: who is counted, in which row, and what is honestly left over."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions.catalogue import open_area
from subsidy.actions.insight.quota_progress import (
    NO_DEPARTMENT,
    NO_END,
    NO_PEOPLE,
    NO_ROW,
    OTHER_DEPARTMENT,
    SEVERAL_ORIGINS,
    Progress,
    YearReport,
    percent_of,
    quota_progress,
    years_of,
)
from subsidy.actions.insight.training_counts import Tally, certificates
from subsidy.records.database import Database
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Area,
    CatalogueItem,
    Claim,
    ClaimProgress,
    Road,
)
from subsidy.rules.packs.divisions import load_divisions
from subsidy.rules.packs.quotas import load_quotas
from tests import builders
from tests.builders import CLERK, act, done

CONFIG = Path(__file__).parents[3] / "config"
TODAY = date(2020, 11, 9)
AFTER_THE_MERGER = date(2021, 4, 9)


def report_of(
    session: Session,
    *,
    city: str = "hangzhou",
    year: int = 2020,
    on: date = TODAY,
    tracks: Sequence[str] = (),
) -> YearReport:
    divisions = load_divisions(CONFIG / "divisions" / f"{city}.yaml")
    quotas = load_quotas(CONFIG / "quotas" / f"{city}.yaml", divisions=divisions)
    return quota_progress(
        session, quotas=quotas, divisions=divisions, year=year, on=on, tracks=tracks
    )


def table(report: YearReport, series: str) -> Progress:
    [found] = [item for item in report.tables if item.series.id == series]
    return found


def done_in(found: Progress) -> dict[str, int]:
    """Rows in which something was done."""
    return {line.row.name: line.done for line in found.lines if line.done}


def left(found: Progress) -> dict[tuple[str, str], int]:
    return {(item.reason, item.what): item.number for item in found.left_over}


def moved_to(session: Session, class_id: int, code: str, name: str) -> None:
    """Let the claims of a class belong to another division."""
    area_id = done(open_area(session, act("set_up", actor=CLERK), code=code, name=name))
    for claim in builders.claims(session, class_id):
        claim.area_id = area_id
    session.flush()


def trained(session: Session, number: str = "XS2020-001", *, to: str = "certified") -> int:
    class_id = builders.class_of(session, number, heads=3)
    builders.drive(session, class_id, to=to)
    return class_id


@pytest.mark.parametrize(("state", "number"), [("filed", 0), ("completed", 3), ("certified", 3)])
def test_a_class_counts_from_the_end_of_its_training_on(
    database: Database, state: str, number: int
) -> None:
    with database.transaction() as session:
        trained(session, to=state)
        assert table(report_of(session), "city").done == number


def test_a_district_has_what_was_trained_in_it_and_its_share_of_the_plan(
    database: Database,
) -> None:
    with database.transaction() as session:
        trained(session)
        found = table(report_of(session), "districts")
        assert done_in(found) == {"萧山区": 3}
        [line] = [line for line in found.lines if line.row.name == "萧山区"]
        assert line.planned == 25_400
        assert line.percent == Decimal("0.0")
        assert (found.done, found.planned, left(found)) == (3, 167_350, {})


def test_without_a_department_on_the_project_nobody_is_given_the_count(
    database: Database,
) -> None:
    with database.transaction() as session:
        trained(session)
        found = table(report_of(session), "departments")
        assert done_in(found) == {}
        assert left(found) == {(NO_DEPARTMENT, ""): 3}


@pytest.mark.parametrize("written", ["市民政局", " 市民政局 "])
def test_the_department_of_the_project_gets_the_count(database: Database, written: str) -> None:
    with database.transaction() as session:
        session.exec(select(CatalogueItem)).one().department = written
        trained(session)
        found = table(report_of(session), "departments")
        assert done_in(found) == {"市民政局": 3}
        assert left(found) == {}


def test_a_department_that_the_annex_does_not_name_is_left_over(database: Database) -> None:
    with database.transaction() as session:
        session.exec(select(CatalogueItem)).one().department = "市林水局"
        trained(session)
        found = table(report_of(session), "departments")
        assert left(found) == {(OTHER_DEPARTMENT, "市林水局"): 3}


def test_the_year_is_that_in_which_the_training_ended_and_is_marked_as_assumed(
    database: Database,
) -> None:
    with database.transaction() as session:
        trained(session)
        report = report_of(session, year=2021)
        assert table(report, "city").done == 0
        assert "培训结束" in report.quotas.year_basis
        assert {item.series.id for item in report.tables} == {"city", "departments"}


def test_a_training_without_an_end_on_record_stands_beside_the_table(database: Database) -> None:
    with database.transaction() as session:
        class_id = trained(session)
        first = builders.claims(session, class_id)[0]
        first.training_ends = date(9999, 12, 31)
        session.flush()
        found = table(report_of(session), "city")
        assert found.done == 2
        assert left(found) == {(NO_END, ""): 1}


@pytest.mark.parametrize(
    ("state", "resume_to", "number"),
    [
        ("held", "certified", 1),
        ("held", "filed", 0),
        ("correcting", "applied", 1),
        ("failed", "", 1),
        ("bank_returned", "paying", 1),
        ("enrolled", "", 0),
    ],
)
def test_a_claim_aside_counts_by_where_it_comes_back_to(
    database: Database, state: str, resume_to: str, number: int
) -> None:
    with database.transaction() as session:
        class_id = builders.class_of(session, heads=1)
        claim = builders.claims(session, class_id)[0]
        assert isinstance(claim, ClaimProgress)
        claim.state, claim.resume_to = state, resume_to
        session.flush()
        assert table(report_of(session), "city").done == number


def test_advances_and_allowances_are_no_further_trainings(database: Database) -> None:
    with database.transaction() as session:
        class_id = trained(session)
        query = select(Claim).where(Claim.class_id == class_id)
        for claim, kind in zip(
            session.exec(query).all(), ("main", "advance", "allowance"), strict=True
        ):
            claim.kind = kind
        session.flush()
        assert table(report_of(session), "city").done == 1


def test_an_award_without_any_training_is_no_training(database: Database) -> None:
    with database.transaction() as session:
        class_id = trained(session)
        for road in session.exec(select(Road)).all():
            road.stages = "applied reviewed approved payable paying paid"
        for claim in builders.claims(session, class_id):
            claim.training_ends = date(9999, 12, 31)
        session.flush()
        found = table(report_of(session), "city")
        assert (found.done, left(found)) == (0, {})


def test_a_claim_of_a_whole_programme_counts_its_heads_and_says_where_it_has_none(
    database: Database,
) -> None:
    with database.transaction() as session:
        class_id = trained(session)
        query = select(Claim).where(Claim.class_id == class_id).order_by(col(Claim.id))
        whole, *others = session.exec(query).all()
        people = [claim.person_id or 0 for claim in others]
        row = Application(
            city="hangzhou", number="QY-1", track=whole.track, area_id=whole.area_id,
            lodged_on=TODAY, lodged_by="user:4", item_id=session.exec(select(CatalogueItem.id)).one(),
        )  # fmt: skip
        session.add(row)
        session.flush()
        for claim in (whole, *others):
            claim.person_id, claim.class_id, claim.application_id = None, None, row.id
        session.flush()
        assert left(table(report_of(session), "city")) == {(NO_PEOPLE, ""): 3}
        session.add_all(
            ApplicationLine(
                city="hangzhou", application_id=row.id or 0, claim_id=whole.id or 0, person_id=one
            )
            for one in people
        )
        session.flush()
        found = table(report_of(session), "districts")
        assert done_in(found) == {"萧山区": 2}
        assert left(found) == {(NO_PEOPLE, ""): 2}


def test_an_ended_district_names_who_took_over(database: Database) -> None:
    with database.transaction() as session:
        found = table(report_of(session, on=AFTER_THE_MERGER), "districts")
        now = {line.row.name: line.now for line in found.lines if line.now}
        assert now == {
            "下城区": ("拱墅区",),
            "江干区": ("上城区", "钱塘区"),
            "钱塘新区": ("钱塘区",),
        }
        before = table(report_of(session, on=TODAY), "districts")
        assert not any(line.now for line in before.lines)


@pytest.mark.parametrize(
    ("code", "name", "row", "reason"),
    [
        ("hz-linping", "临平区", "余杭区", ""),
        ("hz-qiantang", "钱塘区", "", SEVERAL_ORIGINS),
        ("hz-jianggan", "江干区", "江干区", ""),
    ],
)
def test_a_new_district_counts_for_the_one_row_it_came_from_or_is_left_over(
    database: Database, code: str, name: str, row: str, reason: str
) -> None:
    with database.transaction() as session:
        moved_to(session, trained(session), code, name)
        found = table(report_of(session), "districts")
        assert done_in(found) == ({row: 3} if row else {})
        assert left(found) == ({(reason, name): 3} if reason else {})


def test_what_the_city_itself_trained_stands_in_no_district(database: Database) -> None:
    with database.transaction() as session:
        class_id = trained(session)
        city = session.exec(select(Area).where(Area.is_city)).one()
        for claim in builders.claims(session, class_id):
            claim.area_id = city.id or 0
        session.flush()
        found = table(report_of(session), "districts")
        assert left(found) == {(NO_ROW, "hangzhou"): 3}


def test_every_table_has_its_own_total_and_names_what_it_overlaps(database: Database) -> None:
    with database.transaction() as session:
        report = report_of(session)
        assert {item.series.id: item.planned for item in report.tables} == {
            "city": 150_000,
            "districts": 167_350,
            "departments": 130_750,
        }
        assert "全市职业技能提升行动分部门培训计划" in table(report, "districts").overlaps


def test_placeholders_have_neither_share_nor_zero(database: Database) -> None:
    with database.transaction() as session:
        found = table(report_of(session, city="zhumadian"), "programmes")
        assert (found.planned, found.done, found.percent) == (None, None, None)
        for line in found.lines:
            assert line.done is None
            assert line.percent is None
            assert (line.planned is None) == bool(line.row.placeholder)


def test_apprentices_are_counted_only_where_the_city_runs_the_track(database: Database) -> None:
    with database.transaction() as session:
        without = table(report_of(session, city="cixi"), "apprentices")
        assert (without.done, without.why_uncounted) == (None, "not_recorded")
        running = table(report_of(session, city="cixi", tracks=["apprenticeship"]), "apprentices")
        assert running.done == 0


def test_certificates_are_counted_by_the_year_of_issue(database: Database) -> None:
    with database.transaction() as session:
        trained(session)
        assert certificates(session, city="hangzhou") == [Tally("hz-xiaoshan", "", 2020, 3)]
        assert certificates(session, city="cixi") == []
        towns = table(report_of(session, city="cixi"), "town-certificates")
        assert (towns.planned, towns.done) == (3_600, 0)


def test_a_share_is_cut_so_that_nearly_done_is_not_done() -> None:
    assert percent_of(9_999, 10_000) == Decimal("99.9")
    assert percent_of(10_000, 10_000) == Decimal("100.0")
    assert percent_of(12_000, 10_000) == Decimal("120.0")
    assert percent_of(5, None) is None
    assert percent_of(None, 5) is None


def test_the_years_to_choose_from_are_those_of_the_tables() -> None:
    quotas = load_quotas(CONFIG / "quotas" / "changchun.yaml")
    assert years_of(quotas) == (2019, 2020, 2021)
