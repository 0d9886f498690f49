"""A stage is added to the lifecycle while classes are under way: nothing is lost, and all are paid."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, col, select

from subsidy.actions import reviews
from subsidy.actions.acting import Act, PackRules
from subsidy.actions.policy_change import Choice, candidates, move_to_pack
from subsidy.records.database import Database
from subsidy.records.migrate import VERSIONS, upgrade
from subsidy.records.migrations.chart_change import ChartChangeError
from subsidy.records.moves import NotMoved, OtherChartError, move, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import METADATA, ClaimClosed, ClaimHistory, ClaimProgress
from tests import builders
from tests.actions import payday
from tests.actions.desk import steps
from tests.actions.desk.offices import office_with
from tests.actions.policy_change import next_chart
from tests.acts import CLERK, LEADER, act

INSPECTED_ON = date(2020, 10, 27)
STAGE = "      - {state: assessed, clause: 三（三）2（2）②, document: hz-2020-43}\n"
WITH_STAGE = "      - {state: inspected, assumed: 结业后抽查到课情况}\n" + STAGE
REVISION = """
from datetime import UTC, date, datetime

from alembic import op

from subsidy.records.migrations.chart_change import ChartChange, allow_states, move_claims

revision = "0002"
down_revision = "0001"
OPEN = {open!r}
CHANGE = ChartChange(
    old=1, new=2, goes_to={goes_to!r}, states=frozenset({states!r}),
    note="增加抽查环节", actor="migration:0002",
)


def upgrade():
    allow_states(op.get_bind(), "claim_progress", OPEN)
    move_claims(
        op.get_bind(), CHANGE, at=datetime(2020, 10, 26, 4, tzinfo=UTC), today=date(2020, 10, 26)
    )
"""


BOTH = ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)]


@pytest.fixture(params=BOTH)
def migrated(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A city whose database was made by the revisions, as an installation's is."""
    is_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'subsidy.db'}" if is_sqlite else None
    database = Database(url or request.getfixturevalue("postgres_url"))
    upgrade(database)
    builders.set_up_city(database)
    yield database
    database.dispose()


def revisions(folder: Path, **goes_to: str) -> Path:
    """The shipped revisions, and the one that brings the new chart."""
    chart = next_chart.declared().CLAIM
    shutil.copytree(VERSIONS, folder)
    old = {state: state for state in chart.labels if state != next_chart.INSPECTED}
    closed = {"paid", "counted", "rejected", "lapsed", "withdrawn", "recovered"}
    (folder / "r0002_inspected.py").write_text(
        REVISION.format(
            open=[s for s in chart.labels if s not in closed],
            goes_to=old | goes_to,
            states=sorted(chart.labels),
        ),
        encoding="utf-8",
    )
    return folder


def put(session: Session, number: str, *, to: str, first: int) -> int:
    """A class of one person that has come as far as `to`; returns its claim."""
    class_id = builders.class_of(session, number, heads=1, first=first)
    if to != "enrolled":
        builders.drive(session, class_id, to=to, heads=1, first=first)
    return builders.claims(session, class_id)[0].claim_id


def everywhere(session: Session) -> dict[str, int]:
    """One claim in each state that a class reaches, one held, one withdrawn: state → claim."""
    names = ("enrolled", "filed", "completed", "assessed", "certified")
    found = {
        to: put(session, f"XS2020-01{at}", to=to, first=10 * at) for at, to in enumerate(names)
    }
    found["held"] = put(session, "XS2020-017", to="completed", first=70)
    found["withdrawn"] = put(session, "XS2020-018", to="filed", first=80)
    who = act("completed")
    for claim, event in (("held", "hold"), ("withdrawn", "withdraw")):
        rules = PackRules(session, who)
        moved = move(session, claim_id=found[claim], event=event, moment=who.moment(), rules=rules)
        assert not isinstance(moved, NotMoved)
    return found


def history(session: Session, claim_id: int) -> list[tuple[str, str, str]]:
    query = select(ClaimHistory).where(ClaimHistory.claim_id == claim_id)
    rows = session.exec(query.order_by(col(ClaimHistory.version))).all()
    return [(row.event, row.source, row.target) for row in rows]


def checks(database: Database) -> set[str]:
    from sqlalchemy import inspect

    return {
        c["name"] or "" for c in inspect(database.engine).get_check_constraints("claim_progress")
    }


def with_inspection(tmp_path: Path, who: Act) -> Act:
    """The act under a pack whose road passes the new stage."""
    return replace(who, office=office_with(tmp_path / "new", policy=(STAGE, WITH_STAGE)))


def test_one_migration_takes_claims_in_every_state_along_and_says_so(
    migrated: Database, tmp_path: Path
) -> None:
    with migrated.transaction() as session:
        found = everywhere(session)
        before = {state: steps.at(session, i).version for state, i in found.items()}
    names = checks(migrated)
    upgrade(migrated, versions=revisions(tmp_path / "versions"))
    assert checks(migrated) == names
    with migrated.transaction() as session:
        for state, claim_id in found.items():
            row = steps.at(session, claim_id)
            assert (row.state, row.chart_version) == (state, 2)
            moved = state != "withdrawn"
            assert row.version == before[state] + moved
            assert (history(session, claim_id)[-1] == ("migrated", state, state)) is moved


def test_a_state_that_goes_elsewhere_takes_those_along_that_come_back_to_it(
    migrated: Database, tmp_path: Path
) -> None:
    with migrated.transaction() as session:
        found = everywhere(session)
    upgrade(migrated, versions=revisions(tmp_path / "versions", completed="inspected"))
    with migrated.transaction() as session:
        assert steps.at(session, found["completed"]).state == "inspected"
        assert history(session, found["completed"])[-1] == ("migrated", "completed", "inspected")
        assert steps.at(session, found["held"]).resume_to == "inspected"
        # the old name stays readable where it was written
        assert ("complete", "filed", "completed") in history(session, found["completed"])


def test_a_state_without_a_new_place_stops_the_migration_and_changes_nothing(
    migrated: Database, tmp_path: Path
) -> None:
    with migrated.transaction() as session:
        claim_id = put(session, "XS2020-010", to="completed", first=0)
    folder = revisions(tmp_path / "versions")
    file = folder / "r0002_inspected.py"
    file.write_text(file.read_text("utf-8").replace("'completed': 'completed', ", ""), "utf-8")
    with pytest.raises(ChartChangeError, match="claims in completed go"):
        upgrade(migrated, versions=folder)
    with migrated.transaction() as session:
        assert steps.at(session, claim_id).chart_version == 1


def test_a_process_of_the_old_chart_moves_nothing_and_says_what_to_do(
    migrated: Database, tmp_path: Path
) -> None:
    with migrated.transaction() as session:
        claim_id = put(session, "XS2020-010", to="completed", first=0)
    upgrade(migrated, versions=revisions(tmp_path / "versions"))
    who = act("assessed")
    with migrated.transaction() as session:
        rules = PackRules(session, who)
        one: dict[str, Any] = {"event": "pass_assessment", "moment": who.moment(), "rules": rules}
        with pytest.raises(OtherChartError, match=r"under version 2 of the chart.*Restart"):
            move(session, claim_id=claim_id, **one)
        with pytest.raises(OtherChartError, match="this process knows version 1"):
            move_all(session, scope=Scope.claims([claim_id]), **one)
        assert history(session, claim_id)[-1] == ("migrated", "completed", "completed")


def test_the_triggers_and_the_states_are_still_guarded_after_the_migration(
    migrated: Database, tmp_path: Path
) -> None:
    with migrated.transaction() as session:
        put(session, "XS2020-010", to="completed", first=0)
    upgrade(migrated, versions=revisions(tmp_path / "versions"))
    table = METADATA.tables["claim_progress"]
    with migrated.transaction() as session:
        session.execute(table.update().values(state="inspected"))
    for wrong in ({"state": "imagined"}, {"version": -1}, {"amount_fen": -1}):
        with pytest.raises(DBAPIError, match=r"(?i)check"), migrated.transaction() as session:
            session.execute(table.update().values(**wrong))
    with pytest.raises(DBAPIError, match="append-only"), migrated.transaction() as session:
        session.execute(METADATA.tables["claim_history"].update().values(note="x"))


def test_a_class_under_way_is_inspected_and_driven_on_to_its_payment(
    migrated: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with migrated.transaction() as session:
        class_id = builders.class_of(session, "XS2020-001", heads=2)
        builders.drive(session, class_id, to="completed", heads=2)
    upgrade(migrated, versions=revisions(tmp_path / "versions"))
    module = next_chart.declared()
    next_chart.put_in_force(monkeypatch, module)
    with migrated.transaction() as session:
        ids = [row.claim_id for row in builders.claims(session, class_id)]
        who = with_inspection(tmp_path, act(INSPECTED_ON, actor=LEADER))
        chosen = candidates(session, who, Choice())
        assert move_to_pack(session, who, chosen, reason="增加抽查") == {"completed": 2}
        assert {steps.at(session, i).next_stage for i in ids} == {"inspected"}
        early = move(
            session, claim_id=ids[0], event="pass_assessment", moment=who.moment(),
            rules=PackRules(session, who),
        )  # fmt: skip
        assert isinstance(early, NotMoved)
        inspected = move_all(
            session, event="inspect", scope=Scope.claims(ids), moment=who.moment(),
            rules=PackRules(session, who),
        )  # fmt: skip
        assert inspected == {"inspected": 2}
        trainees = builders.people(2)
        builders._assess(session, class_id, trainees)
        builders._certify(session, class_id, trainees)
        _paid(session, class_id, ids)
        assert {steps.at(session, i).state for i in ids} == {"paid"}
        told = [event for event, _, _ in history(session, ids[0])]
        assert told.count("migrated") == 2
        assert told.index("complete") < told.index("inspect") < told.index("pass_assessment")
        assert session.exec(select(ClaimProgress)).all() == []
        assert {row.chart_version for row in session.exec(select(ClaimClosed)).all()} == {2}


def _paid(session: Session, class_id: int, ids: list[int]) -> None:
    """Apply, review, approve, publicise, pay: the shipped actions, each by the right person."""
    steps.answer(session, class_id, heads=2)
    builders.done(steps.apply(session, class_id))
    for claim_id in ids:
        clerk, leader = act(steps.REVIEWED, actor=CLERK), act(steps.APPROVED, actor=LEADER)
        builders.done(reviews.review(session, clerk, claim_id=claim_id))
        builders.done(reviews.approve(session, leader, claim_id=claim_id))
    payday.payable(session, ids)
    batch = payday.sent(session)
    lines = payday.lines(session, batch)
    payday.answered(session, batch, {line.position: "paid" for line in lines})
