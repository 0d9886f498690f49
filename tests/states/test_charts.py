"""House patterns of every chart: each fault of every edge is told at once."""

from __future__ import annotations

import re
from datetime import date

import pytest
from sqlalchemy import Date

from states.chart import Chart, Column, Const, Edge, Given, Plus, Source
from states.charts import CHARTS
from states.claim import CLAIM, CLOSED, ENDS, ROAD, SIDE
from states.diagrams import diagram
from subsidy.commands.upkeep.charts import DIAGRAMS
from subsidy.records.tables import ClaimProgress
from subsidy.records.tables.money import STAGES
from subsidy.records.tables.types import table_of

COLUMNS = table_of(ClaimProgress).columns
KEPT_BY_MOVES = {"claim_id", "road_id", "area_id", "state", "version", "since", "next_stage"}
GIVEN = {"certificate_issued", "applied_on", "notice_last_day"}
OPENED_BY_ACTIONS = {"filing_before_start", "recovery_instalment"}
CHART = pytest.mark.parametrize("chart", CHARTS.values(), ids=CHARTS.keys())


def faults_of(edge: Edge, chart: Chart) -> list[str]:
    """Everything about an edge that breaks a pattern of the house."""
    effects = edge.effects
    found = [
        (edge.target in chart.labels, "leads to no state"),
        (bool(re.fullmatch(r"[a-z]+(_[a-z]+)*", edge.event)), "its event is no verb in snake case"),
        (len({g.name for g in edge.guards}) == len(edge.guards), "asks the same guard twice"),
        (not (effects.stops and effects.resumes), "stops and resumes clocks"),
        (all(g.test.__doc__ or "<locals>" in g.test.__qualname__ for g in edge.guards),
         "a guard says nothing of itself"),
    ]  # fmt: skip
    for name, value in effects.sets.items():
        found += [
            (
                name in COLUMNS and name not in KEPT_BY_MOVES,
                f"sets {name}, which is not its to set",
            ),
            (not isinstance(value, Column) or value.name in COLUMNS, f"copies no column to {name}"),
            (not isinstance(value, Given) or value.name in GIVEN, f"is given an unknown {name}"),
            (isinstance(value, Const | Plus | Column | Source | Given), f"sets {name} oddly"),
        ]
    for post in effects.posts:
        found += [
            ({post.debit, post.credit} <= set(STAGES), f"posts to no stage: {post}"),
            (post.debit != post.credit, f"posts to itself: {post}"),
            (post.amount in COLUMNS and post.amount.endswith("_fen"), f"posts no money: {post}"),
        ]
    for window, anchor in effects.opens:
        is_day = anchor == "today" or isinstance(COLUMNS[anchor].type, Date)
        found.append((is_day, f"opens {window} from {anchor}, which is no day"))
    found += [(t.to in ("trainee", "provider", "office"), f"tells {t.to}") for t in effects.tells]
    return [f"{edge.event}: {edge.source} → {edge.target}: {what}" for ok, what in found if not ok]


@CHART
def test_every_edge_follows_the_patterns_of_the_house(chart: Chart) -> None:
    faults = [fault for edge in chart.all_edges() for fault in faults_of(edge, chart)]
    assert not faults, "\n".join(faults)


@CHART
def test_every_state_can_be_reached_and_has_a_chinese_name_of_its_own(chart: Chart) -> None:
    reached, open_ = {chart.initial}, [chart.initial]
    arrows = chart.arrows()
    while open_:
        for target in arrows[open_.pop()] - reached:
            reached.add(target)
            open_.append(target)
    assert reached == set(chart.labels)
    assert len(set(chart.labels.values())) == len(chart.labels)
    assert all(re.search(r"[\u4e00-\u9fff]", label) for label in chart.labels.values())
    assert chart.ends <= set(chart.labels)


@CHART
def test_a_state_that_is_no_end_can_be_left(chart: Chart) -> None:
    stuck = [s for s, to in chart.arrows().items() if s not in chart.ends and not to - {s}]
    assert not stuck


def test_every_window_that_an_edge_closes_is_opened_by_another_and_the_other_way_round() -> None:
    opened = {window for e in CLAIM.all_edges() for window, _ in e.effects.opens}
    closed = {window for e in CLAIM.all_edges() for window in e.effects.closes} - {"*"}
    assert closed - opened == OPENED_BY_ACTIONS
    ended_only = opened - closed
    assert ended_only == {"payment"}, "a payment window ends when the claim is paid"


def test_states_of_a_claim_are_on_the_road_beside_it_or_ends() -> None:
    assert set(CLAIM.labels) == {*ROAD, *SIDE, *ENDS}
    assert set(CLOSED) == set(ENDS) - {"failed"}
    assert set(CLOSED) | {"failed"} == CLAIM.ends


def test_the_diagrams_in_the_documents_are_those_of_the_charts() -> None:
    for name, chart in CHARTS.items():
        page = DIAGRAMS / f"{name}.md"
        assert page.exists(), "run subsidy charts diagrams"
        assert page.read_text(encoding="utf-8") == diagram(chart), "run subsidy charts diagrams"
    assert {p.stem for p in DIAGRAMS.glob("*.md")} == set(CHARTS)


def test_a_diagram_shows_states_events_guards_and_money() -> None:
    page = diagram(CLAIM)
    assert "payable : payable 待拨付" in page
    assert "[*] --> listed" in page
    assert "enrolled --> filed : file" in page
    row = next(line for line in page.splitlines() if line.startswith("| payable | order |"))
    assert "notice is over" in row
    assert "approved→ordered (approved_fen)" in row


def test_dates_of_charts_are_days() -> None:
    assert all(
        isinstance(value.value, int | str | date)
        for edge in CLAIM.all_edges()
        for value in edge.effects.sets.values()
        if isinstance(value, Const)
    )
