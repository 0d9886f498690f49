"""A recovery in parts: ordered, agreed, received one after the other, posted when all is in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import money
from subsidy.actions.acting import Outcome
from subsidy.actions.deadlines import ask_extension, extend, watch
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import ClockEntry, Deadline, Ticket
from tests import builders
from tests.actions import payday
from tests.actions.payday import AMOUNT, BUILDER, CHECKER, CLERK, HEAD, LEADER
from tests.builders import codes, done

ORDERED = date(2020, 12, 1)
FIRST, SECOND = date(2020, 12, 15), date(2021, 1, 8)
LAST = date(2021, 1, 13)
"""Thirty working days behind 1 December 2020, as the notice for 2021 has them."""


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """The city of the money tests, within one transaction."""
    made = Database(f"sqlite:///{tmp_path / 'money.db'}")
    builders.make_schema(made)
    with made.transaction() as opened:
        payday.city(opened)
        yield opened
    made.dispose()


def recovering(session: Session, *, cause: str = "mistake") -> int:
    """A paid claim whose money is to come back."""
    [claim_id] = payday.ready(session, 1)
    payday.answered(session, payday.sent(session), {1: "paid"})
    outcome = money.order_recovery(
        session,
        payday.act(ORDERED, LEADER),
        claim_id=claim_id,
        cause=cause,  # type: ignore[arg-type]
        reason="重复计入",
        decision="萧人社追〔2020〕1号",
    )
    assert done(outcome) == claim_id
    return claim_id


def plan(session: Session, claim_id: int, *parts: tuple[date, int], on: date = ORDERED) -> Outcome:
    return money.plan_instalments(
        session,
        payday.act(on, CHECKER),
        claim_id=claim_id,
        cause="mistake",
        instalments=parts,
        reason="单位资金困难",
        decision="萧人社追〔2020〕1号",
    )


def receive(session: Session, claim_id: int, position: int, on: date, fen: int) -> Outcome:
    return money.record_instalment(
        session,
        payday.act(on, BUILDER),
        claim_id=claim_id,
        position=position,
        received_on=on,
        amount_fen=fen,
    )


def clocks(session: Session, claim_id: int, window: str = "recovery_instalment") -> list[Deadline]:
    query = (
        select(Deadline)
        .where(Deadline.claim_id == claim_id, Deadline.window == window)
        .order_by(col(Deadline.id))
        .execution_options(populate_existing=True)
    )
    return list(session.exec(query).all())


HALF = AMOUNT // 2


def test_a_recovery_is_ordered_by_a_decision_of_the_leaders(session: Session) -> None:
    claim_id = recovering(session)
    assert payday.states(session, [claim_id]) == ["recovering"]
    [row] = clocks(session, claim_id, "recovery")
    assert (row.status, row.due_on) == ("open", LAST)


def test_each_part_has_its_own_last_day_and_the_last_one_ends_the_recovery(
    session: Session,
) -> None:
    claim_id = recovering(session)
    done(plan(session, claim_id, (FIRST, HALF), (SECOND, HALF)))
    assert [(r.due_on, r.status) for r in clocks(session, claim_id)] == [
        (FIRST, "open"),
        (SECOND, "open"),
    ]
    done(receive(session, claim_id, 1, FIRST, HALF))
    assert [r.status for r in clocks(session, claim_id)] == ["met", "open"]
    assert payday.balance(session) == {"paid": AMOUNT}
    done(receive(session, claim_id, 2, date(2020, 12, 30), HALF))
    assert payday.states(session, [claim_id]) == ["recovered"]
    assert payday.balance(session) == {"recovered": AMOUNT}
    assert {r.status for r in clocks(session, claim_id)} == {"met"}
    assert [r.status for r in clocks(session, claim_id, "recovery")] == ["met"]


def test_the_agreed_day_is_an_entry_of_the_clock_and_a_day_of_rest_rolls(
    session: Session,
) -> None:
    claim_id = recovering(session)
    done(plan(session, claim_id, (date(2020, 12, 12), AMOUNT)))  # a Saturday
    [row] = clocks(session, claim_id)
    assert row.due_on == date(2020, 12, 14)
    entry = session.exec(select(ClockEntry).where(ClockEntry.deadline_id == row.id)).one()
    assert (entry.entry, entry.due_after) == ("agreed", date(2020, 12, 14))
    assert row.next_on == date(2020, 12, 7)  # five working days before


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([], "E940"),
        ([(FIRST, AMOUNT - 1)], "E940"),
        ([(FIRST, AMOUNT + 1), (SECOND, -1)], "E940"),
        ([(FIRST, HALF), (FIRST, HALF)], "E940"),
        ([(date(2020, 11, 30), AMOUNT)], "E940"),
        ([(date(2021, 1, 14), AMOUNT)], "E941"),
    ],
)
def test_a_plan_that_does_not_add_up_or_takes_too_long_is_refused(
    session: Session, parts: list[tuple[date, int]], code: str
) -> None:
    claim_id = recovering(session)
    outcome = plan(session, claim_id, *parts)
    assert not outcome.done
    assert codes(outcome) == {code}
    assert clocks(session, claim_id) == []


def test_with_an_extension_by_a_second_person_the_parts_may_take_longer(
    session: Session,
) -> None:
    claim_id = recovering(session)
    later = (date(2021, 1, 29), AMOUNT)
    assert not plan(session, claim_id, later).done
    [row] = clocks(session, claim_id, "recovery")
    assert row.id is not None
    done(
        ask_extension(
            session,
            payday.act(ORDERED, CLERK),
            deadline_id=row.id,
            until=date(2021, 1, 29),
            reason="单位资金困难",
            clause="萧人社追〔2020〕2号",
        )
    )
    done(extend(session, payday.act(ORDERED, HEAD), deadline_id=row.id))
    done(plan(session, claim_id, later))


def test_another_plan_replaces_what_has_not_come_in(session: Session) -> None:
    claim_id = recovering(session)
    done(plan(session, claim_id, (FIRST, HALF), (SECOND, HALF)))
    done(receive(session, claim_id, 1, FIRST, HALF))
    parts = [(date(2020, 12, 28), 20_000), (SECOND, 30_000)]
    done(plan(session, claim_id, *parts, on=date(2020, 12, 16)))
    assert [p.status for p in money.instalments_of(session, claim_id=claim_id)] == [
        *("received", "replaced", "planned", "planned"),
    ]
    assert [r.status for r in clocks(session, claim_id)] == ["met", "closed", "open", "open"]
    assert codes(receive(session, claim_id, 2, date(2020, 12, 28), HALF)) == {"E942"}
    done(receive(session, claim_id, 3, date(2020, 12, 28), 20_000))
    done(receive(session, claim_id, 4, SECOND, 30_000))
    assert payday.states(session, [claim_id]) == ["recovered"]


def test_a_part_that_does_not_come_opens_a_ticket_until_it_is_in(session: Session) -> None:
    claim_id = recovering(session)
    done(plan(session, claim_id, (FIRST, HALF), (SECOND, HALF)))
    late = date(2020, 12, 16)
    watch(session, payday.act(late, "flow:watch-deadlines"))
    assert [r.status for r in clocks(session, claim_id)] == ["missed", "open"]
    ticket = session.exec(select(Ticket).where(Ticket.code == "E409")).one()
    assert (ticket.state, ticket.blocks) == ("opened", False)
    assert progress_of(session, claim_id).state == "recovering"
    done(receive(session, claim_id, 1, late, HALF))
    session.refresh(ticket)
    assert ticket.state == "resolved"


def test_a_receipt_that_does_not_fit_is_refused_and_the_same_one_again_changes_nothing(
    session: Session,
) -> None:
    claim_id = recovering(session)
    done(plan(session, claim_id, (FIRST, HALF), (SECOND, HALF)))
    assert codes(receive(session, claim_id, 1, FIRST, HALF - 1)) == {"E942"}
    assert codes(receive(session, claim_id, 7, FIRST, HALF)) == {"E942"}
    done(receive(session, claim_id, 1, FIRST, HALF))
    assert "未作改动" in receive(session, claim_id, 1, FIRST, HALF).note


def test_nothing_is_planned_for_a_claim_that_is_not_being_recovered(session: Session) -> None:
    [claim_id] = payday.ready(session, 1)
    assert codes(plan(session, claim_id, (FIRST, AMOUNT))) == {"E1105"}
