"""A project of the catalogue: filed by a district, examined by the city, listed."""

from __future__ import annotations

from datetime import date

import pytest
from sqlmodel import Session, select

from subsidy.actions import catalogue, projects
from subsidy.records.database import Database
from subsidy.records.tables import CatalogueItem, SubjectHistory
from tests import builders
from tests.builders import CLERK, HEAD, act, codes, done, form


def filed(session: Session, code: str = "P-002", **changed: object) -> int:
    outcome = catalogue.file_project(
        session,
        act("set_up", actor=CLERK),
        area_id=builders.area(session),
        code=code,
        track=builders.TRACK,
        form=form(**changed),
    )
    return done(outcome)


def test_a_project_is_filed_approved_and_listed_with_its_dates(database: Database) -> None:
    with database.transaction() as session:
        item_id = filed(session)
        head = act("listed", actor=HEAD)
        done(catalogue.decide_project(session, head, item_id=item_id, decision="approve"))
        done(catalogue.publish_project(session, head, item_id=item_id, ends_on=date(2022, 1, 1)))
        item = session.get_one(CatalogueItem, item_id)
        assert (item.state, item.version) == ("published", 3)
        assert (item.listed_on, item.ends_on) == (date(2020, 7, 20), date(2022, 1, 1))
        events = session.exec(
            select(SubjectHistory.event).where(
                SubjectHistory.machine == "catalogue_item", SubjectHistory.subject_id == item_id
            )
        ).all()
        assert events == ["submit", "approve", "publish"]


def test_an_incomplete_form_comes_back_with_every_missing_field(database: Database) -> None:
    with database.transaction() as session:
        outcome = catalogue.file_project(
            session,
            act("set_up", actor=CLERK),
            area_id=builders.area(session),
            code="P-002",
            track=builders.TRACK,
            form=form(survey_note="", days=0, assessment_mode=""),
        )
        assert not outcome.done
        [finding] = outcome.findings
        assert finding.code == "E521"
        assert finding.facts["fields"] == "考核方式、培训时长（天）、需求调查说明"
        assert session.exec(select(CatalogueItem)).all()[-1].code == builders.PROJECT


def test_an_occupation_with_a_qualification_certificate_needs_an_explained_exception(
    database: Database,
) -> None:
    with database.transaction() as session:
        area_id = builders.area(session)
        clerk = act("set_up", actor=CLERK)
        barred = form(has_qualification_certificate=True)
        outcome = catalogue.file_project(
            session, clerk, area_id=area_id, code="P-002", track=builders.TRACK, form=barred
        )
        assert codes(outcome) == {"E212"}
        assert outcome.findings[0].clause == "三（三）1（2）"
        filed(session, has_qualification_certificate=True, exception_reason="市里同意试点")


def test_a_project_that_the_city_returns_is_mended_and_filed_again(database: Database) -> None:
    with database.transaction() as session:
        item_id = filed(session)
        head = act("listed", actor=HEAD)
        silent = catalogue.decide_project(session, head, item_id=item_id, decision="send_back")
        assert codes(silent) == {"E1209"}
        done(
            catalogue.decide_project(
                session, head, item_id=item_id, decision="send_back", opinion="培训时长过短"
            )
        )
        assert filed(session, days=12) == item_id
        item = session.get_one(CatalogueItem, item_id)
        assert (item.state, item.days, item.opinion) == ("submitted", 12, "培训时长过短")


def test_a_refused_project_is_not_filed_again(database: Database) -> None:
    with database.transaction() as session:
        item_id = filed(session)
        head = act("listed", actor=HEAD)
        done(
            catalogue.decide_project(
                session, head, item_id=item_id, decision="refuse", opinion="与目录重复"
            )
        )
        outcome = catalogue.file_project(
            session,
            act("set_up", actor=CLERK),
            area_id=builders.area(session),
            code="P-002",
            track=builders.TRACK,
            form=form(days=12),
        )
        assert codes(outcome) == {"E1105"}


def test_whoever_filed_a_project_does_not_examine_it(database: Database) -> None:
    with database.transaction() as session:
        outcome = catalogue.file_project(
            session,
            act("set_up", actor=HEAD),
            area_id=builders.area(session),
            code="P-002",
            track=builders.TRACK,
            form=form(),
        )
        examined = catalogue.decide_project(
            session, act("listed", actor=HEAD), item_id=done(outcome), decision="approve"
        )
        assert codes(examined) == {"E1207"}


def test_a_clerk_of_one_district_neither_approves_nor_lists(database: Database) -> None:
    with database.transaction() as session:
        item_id = filed(session)
        own = frozenset({builders.area(session)})
        clerk = act("listed", actor="user:9", roles=("clerk",), areas=own)
        outcome = catalogue.decide_project(session, clerk, item_id=item_id, decision="approve")
        assert codes(outcome) == {"E1208"}
        assert codes(catalogue.publish_project(session, clerk, item_id=item_id)) == {"E1208"}


@pytest.mark.parametrize("again", ["file", "approve", "publish", "area", "procurement"])
def test_a_step_done_twice_changes_nothing(database: Database, again: str) -> None:
    with database.transaction() as session:
        head = act("listed", actor=HEAD)
        item_id = filed(session)
        steps = {
            "file": lambda: filed(session),
            "approve": lambda: done(
                catalogue.decide_project(session, head, item_id=item_id, decision="approve")
            ),
            "publish": lambda: done(catalogue.publish_project(session, head, item_id=item_id)),
            "area": lambda: done(
                catalogue.open_area(session, head, code="hz-yuhang", name="余杭区")
            ),
            "procurement": lambda: done(
                catalogue.record_procurement(
                    session, act("listed", actor=CLERK), item_id=item_id, record="萧采2020-020"
                )
            ),
        }
        if again == "publish":
            steps["approve"]()
        first = steps[again]()
        version = session.get_one(CatalogueItem, item_id).version
        assert steps[again]() == first
        assert session.get_one(CatalogueItem, item_id).version == version


def test_a_project_that_is_closed_names_the_first_day_off_the_list(database: Database) -> None:
    with database.transaction() as session:
        item = session.exec(select(CatalogueItem)).one()
        head = act(date(2020, 12, 1), actor=HEAD)
        done(catalogue.close_project(session, head, item_id=item.id or 0, reason="需求不足"))
        assert (item.state, item.ends_on) == ("closed", date(2020, 12, 1))


def _of_track(session: Session, *, area_id: int, track: str, kind: str = "") -> int:
    outcome = catalogue.file_project(
        session,
        act("set_up", actor=CLERK),
        area_id=area_id,
        code=f"{track}-001",
        track=track,
        form=form(certificate_kind=kind),
    )
    return done(outcome)


def test_a_special_operations_project_is_examined_by_the_bureau_of_its_own_level(
    database: Database,
) -> None:
    with database.transaction() as session:
        own = builders.area(session)  # Xiaoshan pays for itself
        item_id = _of_track(
            session, area_id=own, track="special_operations", kind="special_operation"
        )
        head = act("listed", actor="user:9", roles=("section_head",), areas=frozenset({own}))
        done(catalogue.decide_project(session, head, item_id=item_id, decision="approve"))
        item = session.get_one(CatalogueItem, item_id)
        assert (item.approved_by, item.approved_on) == ("district", date(2020, 7, 20))
        assert codes(catalogue.publish_project(session, head, item_id=item_id)) == {"E1208"}


def test_in_the_main_city_a_district_does_not_examine_special_operations(
    database: Database,
) -> None:
    with database.transaction() as session:
        place = act("set_up", actor=CLERK)
        own = done(catalogue.open_area(session, place, code="hz-xihu", name="西湖区"))
        item_id = _of_track(
            session, area_id=own, track="special_operations", kind="special_operation"
        )
        head = act("listed", actor="user:9", roles=("section_head",), areas=frozenset({own}))
        outcome = catalogue.decide_project(session, head, item_id=item_id, decision="approve")
        assert codes(outcome) == {"E1208"}
        city = act("listed", actor=HEAD)
        done(catalogue.decide_project(session, city, item_id=item_id, decision="approve"))
        assert session.get_one(CatalogueItem, item_id).approved_by == "city"


def test_a_competition_that_a_district_approved_goes_to_the_city_to_be_listed(
    database: Database,
) -> None:
    with database.transaction() as session:
        own = builders.area(session)
        item_id = _of_track(session, area_id=own, track="competition")
        head = act("listed", actor="user:9", roles=("section_head",), areas=frozenset({own}))
        done(catalogue.decide_project(session, head, item_id=item_id, decision="approve"))
        later = act(date(2020, 11, 2), actor=HEAD)
        done(catalogue.publish_project(session, later, item_id=item_id))
        item = session.get_one(CatalogueItem, item_id)
        assert (item.approved_by, item.approved_on) == ("district", date(2020, 7, 20))
        assert item.listed_on == date(2020, 11, 2)


def test_a_pass_certificate_project_is_examined_by_the_city_alone(database: Database) -> None:
    with database.transaction() as session:
        item_id = filed(session)
        own = frozenset({builders.area(session)})
        head = act("listed", actor="user:9", roles=("section_head",), areas=own)
        outcome = catalogue.decide_project(session, head, item_id=item_id, decision="approve")
        assert codes(outcome) == {"E1208"}


def test_annex_3_has_no_number_of_persons_and_annex_5_has_one(database: Database) -> None:
    with database.transaction() as session:
        for track, kind, wanted in (
            ("special_operations", "special_operation", set()),
            ("competition", "", {"E521"}),
        ):
            outcome = catalogue.file_project(
                session,
                act("set_up", actor=CLERK),
                area_id=builders.area(session),
                code=f"{track}-002",
                track=track,
                form=form(certificate_kind=kind, planned_heads=0),
            )
            assert codes(outcome) == wanted


def test_what_a_district_approved_is_filed_with_the_city_by_the_citys_bureau(
    database: Database,
) -> None:
    with database.transaction() as session:
        own = builders.area(session)
        item_id = _of_track(session, area_id=own, track="competition")
        here = act("listed", actor="user:9", roles=("section_head",), areas=frozenset({own}))
        city = act(date(2020, 8, 3), actor=CLERK)
        early = projects.record_city_filing(session, city, item_id=item_id, record="杭备1号")
        assert codes(early) == {"E524"}
        done(catalogue.decide_project(session, here, item_id=item_id, decision="approve"))
        own_clerk = act(date(2020, 8, 3), actor="user:8", roles=("clerk",), areas=frozenset({own}))
        barred = projects.record_city_filing(session, own_clerk, item_id=item_id, record="杭备1号")
        assert codes(barred) == {"E1208"}
        silent = projects.record_city_filing(session, city, item_id=item_id, record="")
        assert codes(silent) == {"E1209"}
        ahead = projects.record_city_filing(
            session, city, item_id=item_id, record="杭备1号", filed_on=date(2020, 8, 4)
        )
        assert codes(ahead) == {"E524"}
        for _ in range(2):
            done(projects.record_city_filing(session, city, item_id=item_id, record="杭备1号"))
        item = session.get_one(CatalogueItem, item_id)
        assert (item.city_filed_on, item.city_filed_record) == (date(2020, 8, 3), "杭备1号")


def test_a_project_that_the_city_approved_is_not_filed_with_it_again(database: Database) -> None:
    with database.transaction() as session:
        item_id = filed(session)
        done(
            catalogue.decide_project(
                session, act("listed", actor=HEAD), item_id=item_id, decision="approve"
            )
        )
        city = act(date(2020, 8, 3), actor=CLERK)
        outcome = projects.record_city_filing(session, city, item_id=item_id, record="杭备1号")
        assert codes(outcome) == {"E524"}


def test_the_form_says_which_authority_proposed_the_standard(database: Database) -> None:
    with database.transaction() as session:
        area_id = builders.area(session)
        clerk = act("set_up", actor=CLERK)
        outcome = catalogue.file_project(
            session,
            clerk,
            area_id=area_id,
            code="P-003",
            track="special_operations",
            form=form(certificate_kind="special_operation", standard_by="province"),
        )
        assert codes(outcome) == {"E524"}
        item_id = done(
            catalogue.file_project(
                session,
                clerk,
                area_id=area_id,
                code="P-003",
                track="special_operations",
                form=form(certificate_kind="special_operation", standard_by="district"),
            )
        )
        assert session.get_one(CatalogueItem, item_id).standard_by == "district"
        silent = projects.record_standard(session, clerk, item_id=item_id, level="city", record="")
        assert codes(silent) == {"E1209"}
        done(
            projects.record_standard(
                session, clerk, item_id=item_id, level="city", record="杭应急〔2020〕8号"
            )
        )
        assert session.get_one(CatalogueItem, item_id).standard_by == "city"
