"""Open claims follow a new version of the pack, or stay with a reason; nobody loses a day or an approval."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlmodel import Session, col, select

from subsidy.actions import decisions, reviews
from subsidy.actions.acting import Act
from subsidy.actions.policy_change import Choice, Plan, may_migrate, migrate, move_to_pack, survey
from subsidy.actions.policy_change.choosing import candidates
from subsidy.office import SealSigner
from subsidy.records.database import Database
from subsidy.records.moves import move
from subsidy.records.seals import verify
from subsidy.records.tables import (
    METADATA,
    ClaimHistory,
    ClaimProgress,
    ClockEntry,
    Deadline,
    Road,
)
from tests import builders
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.acts import CLERK, HEAD, LEADER, act, keys
from tests.records.rows import PlainRules

ON = date(2020, 11, 17)
WHY = "新方案施行"
DEARER = ('value: "100", clause: 四（二）', 'value: "130", clause: 四（二）')
APPLY_30 = "2020-07-01: {value: 30, clause: 三（三）2（2）③"
APPLY_40 = (APPLY_30, APPLY_30.replace("30,", "40,"))
APPLY_9 = (APPLY_30, APPLY_30.replace("30,", "9,"))
NOT_CERTIFIED = ("      - {state: certified, clause: 三（三）2（2）②, document: hz-2020-43}\n", "")
THREE_LEVELS = (
    "              - {name: 区、县（市）核定, office: district, role: leader}\n"
    "            clause: 三（三）2（2）③④",
    "              - {name: 区、县（市）复核, office: district, role: section_head}\n"
    "              - {name: 区、县（市）核定, office: district, role: leader}\n"
    "            clause: 三（三）2（2）③④",
)
REVIEW_5 = ("windows.review: {value: 10,", "windows.review: {value: 5,")

Changing = Callable[..., Act]


@pytest.fixture
def changed(tmp_path: Path) -> Changing:
    """An act under a pack in which one text was replaced by another."""

    def make(*policy: str, settings: tuple[str, str] = ("", ""), by: str = HEAD) -> Act:
        pair = (policy[0], policy[1]) if policy else ("", "")
        office = office_with(tmp_path / "new", policy=pair, settings=settings)
        return replace(act(ON, actor=by), office=office)

    return make


def moved(session: Session, who: Act, **how: Any) -> dict[str, int]:
    chosen = candidates(session, who, how.get("choice", Choice()))
    return move_to_pack(session, who, chosen, reason=WHY)


def looked_at(session: Session, who: Act, choice: Choice = Choice()) -> Plan:
    return survey(session, who, choice)


def window(session: Session, claim_id: int, name: str) -> Deadline:
    query = select(Deadline).where(Deadline.claim_id == claim_id, Deadline.window == name)
    return session.exec(query.order_by(col(Deadline.id).desc())).all()[0]


def dump(database: Database) -> dict[str, list[Any]]:
    with database.engine.connect() as link:
        return {
            name: [tuple(row) for row in link.execute(text(f'SELECT * FROM "{name}"'))]
            for name in METADATA.tables
        }


def test_a_survey_says_how_many_what_changes_and_writes_nothing(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        steps.applied(session, heads=2)
        builders.drive(
            session, builders.class_of(session, "XS2020-009", heads=2, first=9), to="filed",
            heads=2, first=9,
        )  # fmt: skip
    before, who = dump(database), changed(*DEARER)
    with database.reading() as session:
        plan = looked_at(session, who)
    assert dump(database) == before
    groups = {(g.track, g.route, g.state): g for g in plan.groups}
    applied = groups["pass_certificate", "district", "applied"]
    assert (applied.claims, applied.decided) == (2, 2)
    assert applied.amount_fen == (200_000, 260_000)
    assert applied.new_version == who.pack.version != applied.old_version
    filed = groups["pass_certificate", "district", "filed"]
    assert (filed.claims, filed.decided) == (2, 0)
    assert (plan.claims, dict(plan.staying)) == (4, {})


def test_a_refusal_that_only_the_new_pack_makes_is_foretold(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        steps.applied(session, heads=2)
        plan = looked_at(session, changed(*APPLY_9))
        (group,) = plan.groups
        assert dict(group.new_refusals) == {"E403": 2}
        assert group.amount_fen == (200_000, 0)
        assert group.windows == {"application": ("30 working", "9 working")}


def test_claims_that_move_say_so_in_their_history_and_are_decided_anew(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        before = steps.at(session, claim_id)
        version, old = before.version, session.get_one(Road, before.road_id).pack_version
        who = changed(*DEARER)
        assert moved(session, who) == {"applied": 1}
        row = steps.at(session, claim_id)
        assert session.get_one(Road, row.road_id).pack_version == who.pack.version
        assert (row.state, row.version, row.decision_current) == ("applied", version + 1, 0)
        last = session.get_one(ClaimHistory, (claim_id, version + 1))
        assert (last.event, last.source, last.target) == ("migrated", "applied", "applied")
        assert last.note == f"{old} -> {who.pack.version}：{WHY}"
        assert last.actor == HEAD
        decisions.decide_claims(session, who, claim_ids=[claim_id])
        assert steps.at(session, claim_id).amount_fen == 130_000
        assert moved(session, who) == {}


def test_a_longer_window_gives_more_days_and_the_clock_says_why(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        claim_id = builders.claims(session, class_id)[0].claim_id
        assert window(session, claim_id, "application").due_on == steps.LAST_DAY
        moved(session, changed(*APPLY_40))
        row = window(session, claim_id, "application")
        assert (row.due_on, row.told_by, row.final) == (
            date(2020, 12, 18),
            date(2020, 12, 18),
            True,
        )
        assert steps.at(session, claim_id).lapses_after == date(2020, 12, 18)
        entry = session.exec(select(ClockEntry).where(ClockEntry.deadline_id == row.id)).one()
        assert (entry.entry, entry.due_before) == ("recomputed", steps.LAST_DAY)
        assert WHY in entry.reason


def test_a_shorter_window_takes_no_day_from_anybody_who_was_told_one(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        claim_id = builders.claims(session, class_id)[0].claim_id
        moved(session, changed(*APPLY_9))
        row = window(session, claim_id, "application")
        assert (row.due_on, row.told_by) == (steps.LAST_DAY, steps.LAST_DAY)
        assert steps.at(session, claim_id).lapses_after == steps.LAST_DAY


def test_an_office_window_that_shortens_keeps_its_told_day_and_its_number_of_days_follows(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        told = window(session, claim_id, "review").told_by
        moved(session, changed(settings=REVIEW_5))
        assert window(session, claim_id, "review").told_by == told


def test_a_window_that_would_newly_end_claims_does_not_do_so_for_those_under_way(
    database: Database, changed: Changing
) -> None:
    ends = ("at_end: [ticket]  # 条款未写逾期后果", "at_end: [ticket, lapse]")
    with database.transaction() as session:
        class_id = steps.certified(session, heads=1)
        claim_id = builders.claims(session, class_id)[0].claim_id
        row = window(session, claim_id, "certificate_registration")
        row.status = "open"
        session.add(row)
        session.flush()
        rule = row.rule_id
        moved(session, changed(*ends))
        assert window(session, claim_id, "certificate_registration").rule_id == rule


def test_a_claim_whose_state_is_not_on_the_new_road_stays_and_is_named(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        class_id = steps.certified(session, heads=2)
        early = builders.class_of(session, "XS2020-009", heads=1, first=9)
        builders.drive(session, early, to="filed", heads=1, first=9)
        who = changed(*NOT_CERTIFIED)
        plan = looked_at(session, who)
        assert {(k[2], k[4]): n for k, n in plan.staying.items()} == {
            ("certified", "state_not_on_road"): 2
        }
        assert plan.as_dict()["staying"][0]["meaning"]
        assert moved(session, who) == {"filed": 1}
        ids = [row.claim_id for row in builders.claims(session, class_id)]
        assert all(not history_has(session, i, "migrated") for i in ids)


def history_has(session: Session, claim_id: int, event: str) -> bool:
    query = select(ClaimHistory.event).where(ClaimHistory.claim_id == claim_id)
    return event in session.exec(query).all()


def test_another_level_of_review_waits_for_claims_under_review_and_not_for_approved_ones(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        approved = steps.approved(session)
        (under_review,) = steps.applied(session, heads=1, first=5, number="XS2020-005")
        done = reviews.review(session, act(ON, actor=CLERK), claim_id=under_review)
        assert done.done, done.findings
        assert steps.at(session, under_review).levels_left == 1
        moved(session, changed(*THREE_LEVELS))
        row = steps.at(session, under_review)
        assert (row.state, row.levels, row.levels_done, row.levels_left) == ("reviewed", 3, 1, 2)
        row = steps.at(session, approved)
        assert (row.state, row.levels, row.levels_left) == ("approved", 3, 0)


def test_a_claim_beside_its_road_moves_and_comes_back_to_the_new_one(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        (claim_id,) = steps.applied(session)
        who = changed(*DEARER)
        move(session, claim_id=claim_id, event="hold", moment=who.moment(), rules=PlainRules())
        (group,) = looked_at(session, who).groups
        assert (group.state, group.place, group.amount_fen) == (
            "held",
            "applied",
            (100_000, 130_000),
        )
        assert moved(session, who) == {"held": 1}
        row = steps.at(session, claim_id)
        assert (row.state, row.resume_to, row.next_stage) == ("held", "applied", "reviewed")


def test_money_on_its_way_is_settled_under_the_pack_it_was_ordered_by(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        claim_id = steps.approved(session)
        table = METADATA.tables["claim_progress"]
        session.execute(table.update().values(state="paying", next_stage="paid"))
        session.expire_all()
        plan = looked_at(session, changed(*DEARER))
        assert [key[4] for key in plan.staying] == ["money_on_the_way"]
        assert steps.at(session, claim_id).state == "paying"


def test_fewer_claims_are_chosen_by_track_or_number(database: Database, changed: Changing) -> None:
    with database.transaction() as session:
        steps.applied(session, heads=2)
        who = changed(*DEARER)
        (first, second) = candidates(session, who, Choice())
        assert looked_at(session, who, Choice(track="certificate")).claims == 0
        assert moved(session, who, choice=Choice(numbers=(second.number,))) == {"applied": 1}
        assert [c.number for c in candidates(session, who, Choice())] == [first.number]


def test_only_a_section_head_or_leader_moves_claims_and_says_why(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        found = may_migrate(session, changed(*DEARER, by=CLERK), reason=" ")
        assert {f.code for f in found} == {"E1208", "E1209"}
        assert may_migrate(session, replace(act(ON, actor=LEADER)), reason=WHY) == []


def test_a_migration_runs_in_sealed_windows_and_again_does_nothing(
    database: Database, changed: Changing
) -> None:
    with database.transaction() as session:
        steps.applied(session, heads=3)
    signer, who = SealSigner(keys()), changed(*DEARER)
    assert migrate(database, who, signer, Choice(), reason=WHY, size=2) == {"applied": 3}
    with database.reading() as session:
        rows = session.exec(select(ClaimHistory).where(ClaimHistory.event == "migrated")).all()
        assert len({row.batch for row in rows}) == 2
        assert all(row.batch > 0 for row in rows)
        assert not verify(session, signer).faults
        assert session.exec(select(ClaimProgress.decision_current)).all() == [0, 0, 0]
    later = replace(who, recorded_at=act(date(2020, 11, 18)).recorded_at)
    assert migrate(database, later, signer, Choice(), reason=WHY) == {}


@pytest.mark.postgres
def test_claims_move_in_sealed_windows_on_postgresql_too(
    request: pytest.FixtureRequest, changed: Changing
) -> None:
    database = Database(request.getfixturevalue("postgres_url"))
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as session:
        steps.applied(session, heads=2)
    signer, who = SealSigner(keys()), changed(*APPLY_40)
    with database.reading() as session:
        assert looked_at(session, who).claims == 2
    assert migrate(database, who, signer, Choice(), reason=WHY, size=1) == {"applied": 2}
    with database.reading() as session:
        assert not verify(session, signer).faults
        versions = session.exec(
            select(Road.pack_version).join(ClaimProgress, col(ClaimProgress.road_id) == Road.id)
        ).all()
        assert set(versions) == {who.pack.version}
    database.dispose()
