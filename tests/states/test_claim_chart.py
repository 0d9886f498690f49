"""The life of a claim: both Hangzhou tracks, exclusive edges, ends that can be reopened, money."""

from __future__ import annotations

from collections import Counter
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from states.chart import Blocked, Edge, Guard, Source
from states.claim import CLAIM, CLOSED
from tests.states.stub import HANGZHOU, Day, StubClaim
from tests.states.test_guards import COLUMNS

EVENTS = CLAIM.events()
WHERE_APPROVED_MONEY_IS = {
    "paying": "ordered",
    "paid": "paid",
    "recovering": "paid",
    "bank_returned": "returned",
    "recovered": "recovered",
}


def walk(claim: StubClaim, events: str) -> StubClaim:
    for event in events.split():
        edge = claim.take(event, Day())
        assert isinstance(edge, Edge), edge
    return claim


def test_a_certificate_claim_of_hangzhou_gets_from_the_catalogue_to_the_payment() -> None:
    claim = StubClaim(stages=HANGZHOU["certificate"], levels=2)
    walk(
        claim,
        "enrol file complete pass_assessment issue_certificate certify apply review approve "
        "publicise_grant clear_notice order settle",
    )
    assert claim.state == "paid"
    assert claim.ledger == Counter(budget=-150_000, paid=150_000)


def test_a_project_claim_of_hangzhou_may_apply_before_its_certificate() -> None:
    claim = StubClaim(stages=HANGZHOU["pass_certificate"], early={"assessed": "applied"}, levels=1)
    walk(claim, "enrol file complete pass_assessment apply")
    blocked = claim.take("approve", Day())
    assert isinstance(blocked, Blocked)
    assert blocked.guards == ("certificate_is_registered",)
    walk(claim, "attach_certificate approve publicise_grant clear_notice order settle")
    assert claim.state == "paid"


def test_all_faults_of_a_refused_event_are_told_at_once() -> None:
    claim = StubClaim(state="applied", levels_left=1, blocks=2, gaps=1, decision_current=0)
    refused = CLAIM.choose(claim, "approve", Day())
    assert isinstance(refused, Blocked)
    assert refused.guards == (
        "nothing_blocks_it",
        "the_policy_is_complete",
        "decision_is_current",
        "certificate_is_registered",
    )


def test_an_event_that_a_state_does_not_know_names_no_guard() -> None:
    assert CLAIM.choose(StubClaim(state="listed"), "order", Day()) == Blocked("order", "listed", ())


@pytest.mark.parametrize(
    "key", [k for k, group in CLAIM.edges.items() if len(group) > 1], ids=lambda k: f"{k[0]}-{k[1]}"
)
def test_edges_of_one_state_and_event_exclude_each_other(key: tuple[str, str]) -> None:
    for first, second in combinations(CLAIM.edges[key], 2):
        assert any(_contradict(a, b) for a in first.guards for b in second.guards), (first, second)


def _contradict(a: Guard, b: Guard) -> bool:
    """One is the other's opposite, or both want the same column to be a different text."""
    if a.test.__name__ == b.test.__name__:
        return a.expected is not b.expected
    if not (a.expected and b.expected):
        return False
    mine, theirs = _wanted(a), _wanted(b)
    return bool(mine and theirs and mine[0] == theirs[0] and not mine[1] & theirs[1])


def _wanted(guard: Guard) -> tuple[str, frozenset[str]] | None:
    """(column, texts) of a guard that asks for one of several texts."""
    cells = dict(
        zip(
            guard.test.__code__.co_freevars,
            [c.cell_contents for c in guard.test.__closure__ or ()],
            strict=True,
        )
    )
    if "stage" in cells:
        column = next(n for n in guard.test.__code__.co_names if n in COLUMNS)
        return column, frozenset([cells["stage"]])
    if "wanted" in cells:
        return cells["column"], frozenset(cells["wanted"])
    return None


@given(values=st.fixed_dictionaries(COLUMNS), state=st.sampled_from(sorted(CLAIM.labels)))
def test_never_are_two_edges_open_for_one_event(values: dict[str, Any], state: str) -> None:
    claim = StubClaim(state=state, **values)
    for (source, _), group in CLAIM.edges.items():
        if source == state:
            open_ = [e for e in group if all(g.holds(claim, Day()) for g in e.guards)]
            assert len(open_) <= 1, open_


def ways_into(end: str) -> set[str]:
    """What `resume_to` a claim can hold in an end: where it left the road."""
    left: dict[str, set[str]] = {}
    for edge in CLAIM.all_edges():
        if isinstance(edge.effects.sets.get("resume_to"), Source):
            left.setdefault(edge.target, set()).add(edge.source)
    for edge in CLAIM.all_edges():
        if edge.target == end and "resume_to" not in edge.effects.sets:
            left.setdefault(end, set()).update(left.get(edge.source, set()))
    return left.get(end, set())


@pytest.mark.parametrize("end", ["rejected", "lapsed", "withdrawn", "counted"])
def test_an_end_is_reopened_where_the_claim_left_the_road(end: str) -> None:
    assert ways_into(end)
    for stage in sorted(ways_into(end)):
        claim = StubClaim(state=end, resume_to=stage)
        edge = claim.take("reopen", Day())
        assert isinstance(edge, Edge), (end, stage)
        assert edge.target in (stage, "applied")


def test_the_other_ends_lead_on_by_an_event_of_their_own() -> None:
    assert CLAIM.edges["failed", "pass_assessment"]
    assert CLAIM.edges["paid", "start_recovery"]
    assert CLAIM.edges["paid", "bank_return"]
    assert CLAIM.arrows()["recovered"] == frozenset(), "recovered money is the last word"


@pytest.mark.parametrize("stage", sorted(ways_into("rejected") | ways_into("lapsed")))
def test_a_claim_that_is_held_comes_back_to_where_it_stood(stage: str) -> None:
    claim = StubClaim(state=stage)
    if (stage, "hold") in CLAIM.edges:
        walk(claim, "hold")
        assert claim.state == "held"
        walk(claim, "release")
        assert claim.state == stage


@given(events=st.lists(st.sampled_from(EVENTS), max_size=60), levels=st.integers(1, 3))
def test_columns_and_ledger_tell_the_same_money_on_any_walk(events: list[str], levels: int) -> None:
    claim = StubClaim(levels=levels, early={"assessed": "applied"})
    for event in events:
        claim.decision_current = 1
        claim.take(event, Day())
        check_money(claim)


@given(data=st.data())
def test_money_stays_told_on_walks_that_always_go_on(data: st.DataObject) -> None:
    claim = StubClaim(levels=data.draw(st.integers(1, 2)), early={"assessed": "applied"})
    for _ in range(40):
        claim.decision_current = 1
        going = [e for e in CLAIM.events_from(claim.state) if is_open(claim, e)]
        if not going:
            break
        claim.take(data.draw(st.sampled_from(sorted(going))), Day())
        check_money(claim)


def is_open(claim: StubClaim, event: str) -> bool:
    return isinstance(CLAIM.choose(claim, event, Day()), Edge)


def check_money(claim: StubClaim) -> None:
    held = +claim.ledger
    assert sum(claim.ledger.values()) == 0
    assert all(n >= 0 for stage, n in claim.ledger.items() if stage != "budget"), claim
    assert held["reserved"] == claim.reserved_fen, claim
    place = WHERE_APPROVED_MONEY_IS.get(claim.state, "approved")
    others = {"approved", "ordered", "paid", "returned"} - {place}
    if claim.state != "recovered":
        assert held[place] == claim.approved_fen, claim
    assert not any(held[stage] for stage in others), claim
    if claim.state in CLOSED and claim.state not in ("paid", "recovered"):
        assert not held, claim
