"""Guards: one comparison each, and the same answer on a row and in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, select

from states.chart import FAR, Guard, one_of
from states.charts import CHARTS
from states.claim import CLAIM
from subsidy.records.tables import METADATA, ClaimProgress
from subsidy.records.tables.types import table_of
from tests.states.guard_forms import wrong_form
from tests.states.stub import Day

DAY = date(2020, 10, 30)
GUARDS = {g.name: g for edge in CLAIM.all_edges() for g in edge.guards}
NEAR = st.sampled_from([DAY - timedelta(1), DAY, DAY + timedelta(1), FAR])
COUNT = st.integers(0, 3)
STAGE = st.sampled_from(sorted(CLAIM.labels))
COLUMNS: dict[str, st.SearchStrategy[Any]] = {
    "next_stage": STAGE,
    "early_stage": STAGE,
    "resume_to": STAGE,
    "review_from": st.sampled_from(["applied", "result_publicised", "listed"]),
    **dict.fromkeys(("levels_left", "levels_done", "blocks", "gaps"), COUNT),
    **dict.fromkeys(("decision_current", "certificate_pending", "may_pay"), st.integers(0, 1)),
    "amount_fen": st.sampled_from([0, 1, 100_000]),
    **dict.fromkeys(("notice_last_day", "lapses_after", "training_ends", "file_by"), NEAR),
}


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = create_engine("sqlite://")
    METADATA.create_all(made, tables=[table_of(ClaimProgress)])
    yield made
    made.dispose()


def test_every_guard_is_one_comparison() -> None:
    tests = {g.test for chart in CHARTS.values() for e in chart.all_edges() for g in e.guards}
    wrong = {test.__name__: fault for test in tests if (fault := wrong_form(test))}
    assert len(tests) > 20
    assert not wrong


@pytest.mark.parametrize(
    "form",
    [
        lambda c, p: c.blocks == 0 and c.gaps == 0,
        lambda c, p: c.blocks == 0 or c.gaps == 0,
        lambda c, p: not c.blocks,
        lambda c, p: ~c.blocks,
        lambda c, p: c.state in ("listed", "filed"),
        lambda c, p: c.state not in ("listed",),
        lambda c, p: 0 < c.blocks < 3,
        lambda c, p: c.blocks is None,
        lambda c, p: c.blocks,
        lambda c, p: bool(c.blocks == 0),
        lambda c, p: c.blocks + c.gaps == 0,
        lambda c, p: len(c.state) == 3,
        lambda c, p: p.today > c.notice_last_day,
    ],
)
def test_every_other_form_of_a_guard_is_found(form: Any) -> None:
    assert wrong_form(form) is not None


def test_the_forms_that_mean_the_same_in_sql_pass() -> None:
    assert wrong_form(lambda c, p: c.blocks == 0) is None
    assert wrong_form(lambda c, p: c.lapses_after < p.today) is None
    assert wrong_form(one_of("resume_to", ["applied"])) is None


def test_guard_columns_are_never_null() -> None:
    columns = table_of(ClaimProgress).columns
    for guard in GUARDS.values():
        used = {n for n in guard.test.__code__.co_names if n in columns}
        assert all(not columns[name].nullable for name in used), guard.name


@given(values=st.fixed_dictionaries(COLUMNS))
def test_a_guard_says_the_same_on_a_row_and_in_sql(engine: Engine, values: dict[str, Any]) -> None:
    row = ClaimProgress(claim_id=1, road_id=1, area_id=1, state="listed", since=DAY, **values)
    day = Day(today=DAY)
    asked = [guard.test(ClaimProgress, day) for guard in GUARDS.values()]
    with engine.begin() as connection:
        connection.execute(table_of(ClaimProgress).delete())
        connection.execute(table_of(ClaimProgress).insert(), row.model_dump())
        told = connection.execute(select(*asked)).one()
    for (name, guard), answer in zip(GUARDS.items(), told, strict=True):
        assert (bool(answer) is guard.expected) == guard.holds(row, day), name


def test_a_negated_guard_is_named_so() -> None:
    def nothing_blocks_it(claim: Any, p: Any) -> Any:
        return claim.blocks == 0

    assert Guard(nothing_blocks_it, True).name == "nothing_blocks_it"
    assert Guard(nothing_blocks_it, False).name == "not nothing_blocks_it"
