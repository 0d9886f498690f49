"""One by one and all at once: both paths write the same rows into every table, for every event."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlmodel import Session

from states.chart import Chart, Edge, Effects, Tell
from states.claim import CLAIM, CLOSED
from subsidy.records.database import Database
from subsidy.records.moves import Moved, move, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import METADATA, Claim, ClaimProgress
from subsidy.records.tables.types import table_of
from tests.records.random_claims import (
    WRITTEN,
    OddRules,
    World,
    build_surroundings,
    everything,
    moment,
    put,
    worlds,
)

BULK_EVENTS = sorted({e.event for e in CLAIM.all_edges() if e.source not in CLOSED})
BOUNDED = settings(
    max_examples=max(6, settings().max_examples // 8), phases=[Phase.explicit, Phase.generate]
)
"""Shrinking a failure would take minutes; the rows that differ say enough."""


@pytest.fixture
def place(database: Database) -> Database:
    build_surroundings(database)
    return database


Tables = dict[str, list[str]]


def undone(
    database: Database, world: World, work: Callable[[Session], dict[str, int]]
) -> tuple[dict[str, int], Tables]:
    """Put the claims in, work on them, tell what every table holds then, and roll back."""
    with database.transaction(repeatable=True) as session:
        put(session, world)
        counts = work(session)
        session.flush()
        tables = everything(session)
        session.rollback()
    return counts, tables


def one_by_one(session: Session, world: World, event: str) -> dict[str, int]:
    counts: dict[str, int] = {}
    closed = {row["claim_id"] for row in world.rows.get("claim_closed", [])}
    for claim_id in world.claim_ids():
        if claim_id in closed:
            continue
        done = move(session, claim_id=claim_id, event=event, moment=moment(), rules=OddRules())
        if isinstance(done, Moved):
            counts[done.target] = counts.get(done.target, 0) + 1
    return counts


def all_at_once(session: Session, scope: Scope, event: str) -> dict[str, int]:
    return move_all(session, event=event, scope=scope, moment=moment(), rules=OddRules())


def same(place: Database, world: World, event: str, scope: Scope) -> dict[str, int]:
    counts, tables = undone(place, world, lambda s: one_by_one(s, world, event))
    bulk_counts, bulk_tables = undone(place, world, lambda s: all_at_once(s, scope, event))
    assert bulk_counts == counts
    for name, rows in tables.items():
        assert set(bulk_tables[name]) - set(rows) == set(), f"{name}: only in bulk"
        assert set(rows) - set(bulk_tables[name]) == set(), f"{name}: only one by one"
        assert bulk_tables[name] == rows, name
    return counts


@pytest.mark.slow
@pytest.mark.parametrize("event", BULK_EVENTS)
def test_a_set_moves_exactly_as_its_claims_would_one_by_one(place: Database, event: str) -> None:
    moved: dict[str, int] = {}

    @BOUNDED
    @given(world=worlds(event=event), by_ids=st.booleans())
    def check(world: World, by_ids: bool) -> None:
        scope = Scope.claims(world.claim_ids()) if by_ids else Scope.window(1, 100)
        for target, count in same(place, world, event, scope).items():
            moved[target] = moved.get(target, 0) + count

    check()
    assert moved, "no example moved anything: the comparison proved nothing"


EVERY_EFFECT = Effects(
    opens=(("application", "training_ends"), ("review", "today"), ("payment", "applied_on")),
    tickets=("E301", "E302"),
    tells=(Tell("a", "provider"), Tell("b", "office"), Tell("c", "trainee")),
    stops=True,
)


def with_every_effect(chart: Chart, event: str) -> Chart:
    """The chart with one event doing all that effects can do, on top of what it does."""

    def more(edge: Edge) -> Edge:
        e = edge.effects
        return replace(
            edge,
            effects=replace(
                e,
                opens=EVERY_EFFECT.opens,
                tickets=EVERY_EFFECT.tickets,
                tells=EVERY_EFFECT.tells,
                stops=not e.resumes,
            ),
        )

    edges = {
        key: tuple(more(e) if e.event == event else e for e in group)
        for key, group in chart.edges.items()
    }
    return replace(chart, edges=edges)


@pytest.mark.slow
@pytest.mark.parametrize("event", ["apply", "send_down", "resubmit", "reject", "fail_assessment"])
def test_every_kind_of_effect_is_the_same_on_both_paths(
    place: Database, event: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chart = with_every_effect(CLAIM, event)
    monkeypatch.setattr("subsidy.records.moves.interactive.CLAIM", chart)
    monkeypatch.setattr("subsidy.records.moves.bulk.CLAIM", chart)

    @BOUNDED
    @given(world=worlds(event=event))
    def check(world: World) -> None:
        same(place, world, event, Scope.window(1, 100))

    check()


@pytest.mark.parametrize("event", ["send_down", "review"])
def test_a_set_is_moved_once_by_an_event_that_leads_to_where_it_starts(
    place: Database, event: str
) -> None:
    @BOUNDED
    @given(world=worlds(event=event))
    def check(world: World) -> None:
        def twice_known(session: Session) -> dict[str, int]:
            first = all_at_once(session, Scope.window(1, 100), event)
            written = everything(session)["claim_history"]
            assert len(written) == sum(first.values())
            return first

        undone(place, world, twice_known)

    check()


def test_a_move_writes_to_no_table_that_the_comparison_leaves_out(place: Database) -> None:
    compared = {table_of(model).name for model in WRITTEN}
    with place.transaction() as session:
        before = _sizes(session)
        world = World()
        _approved(world)
        put(session, world)
        scope, given_day = Scope.window(1, 100), moment()
        move_all(session, event="publicise_grant", scope=scope, moment=given_day, rules=OddRules())
        move(session, claim_id=1, event="hold", moment=given_day, rules=OddRules())
        after = _sizes(session)
        session.rollback()
    changed = {name for name, count in after.items() if count != before[name]}
    assert changed <= compared | {"claim"}


def _sizes(session: Session) -> dict[str, int]:
    return {
        table.name: session.execute(select(func.count()).select_from(table)).scalar_one()
        for table in METADATA.sorted_tables
    }


def test_an_edge_that_needs_a_day_refuses_to_move_without_it(place: Database) -> None:
    def without(session: Session, **scope: Any) -> dict[str, int]:
        bare = replace(moment(), given={})
        return move_all(
            session, event="publicise_grant", scope=scope["of"], moment=bare, rules=OddRules()
        )

    def one_without(session: Session) -> dict[str, int]:
        bare = replace(moment(), given={})
        move(session, claim_id=1, event="publicise_grant", moment=bare, rules=OddRules())
        return {}

    world = World()
    _approved(world)
    with pytest.raises(KeyError, match="notice_last_day"):
        undone(place, world, lambda s: without(s, of=Scope.window(1, 100)))
    with pytest.raises(KeyError, match="notice_last_day"):
        undone(place, world, one_without)


def _approved(world: World) -> None:
    today = moment().today
    world.add(
        Claim,
        {
            "id": 1,
            "city": "hangzhou",
            "number": "1",
            "entitlement_id": 1,
            "area_id": 1,
            "road_id": 1,
            "track": "t",
            "created_on": today,
        },
    )
    world.add(
        ClaimProgress,
        {
            "claim_id": 1,
            "road_id": 1,
            "area_id": 1,
            "state": "approved",
            "since": today,
            "next_stage": "grant_publicised",
        },
    )
