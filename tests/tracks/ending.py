"""The end of every road: results and grants publicised, review level by level, payment, the bank's answer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions import money, notices, reviews, tickets
from subsidy.actions.advance import STEPS
from subsidy.actions.grounds.levels import level_of
from subsidy.records.moves.bulk import Scope
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Claim, Ticket
from subsidy.rules.policy import Track
from tests.tracks.town import CLERK, HEAD, LEADER, STARTS, Town, done

REVIEWED, POSTED, CLEARED = (date(2020, 11, n) for n in (19, 20, 30))
RESULTS_POSTED, RESULTS_OVER = date(2020, 11, 4), date(2020, 11, 17)
BY_THE_BUREAU = {"E605", "E607"}
"""Holds that a leader releases: a rate that the bureau chose, an uplift above a fixed amount."""
OFFICERS = {"clerk": (CLERK, "user:11"), "section_head": (HEAD, "user:12"), "leader": (LEADER,)}


def publicise_results(town: Town, track: Track, ids: Sequence[int]) -> None:
    if "result_publicised" not in track.stages:
        return
    _notice(town, track, ids, kind="result", posted=RESULTS_POSTED, over=RESULTS_OVER)


def _notice(
    town: Town, track: Track, ids: Sequence[int], *, kind: str, posted: date, over: date
) -> None:
    session, row = town.session, town.session.get_one(Claim, ids[0])
    pays = town.pack.tracks[row.track].value(f"pays.{_route(town, row)}", on=town.on(STARTS)).value
    office = town.city_area_id if pays == "city" and kind == "grant" else town.area_id
    act = town.act(posted, CLERK)
    prepared = notices.prepare_notice(session, act, area_id=office, track=track.code, kind=kind)
    notice_id = done(prepared)
    assert not prepared.left, prepared.left
    done(notices.post_notice(session, act, notice_id=notice_id))
    done(notices.close_notices(session, town.act(over, CLERK), notice_id=notice_id))


def _route(town: Town, row: Claim) -> str:
    return str(town.pack.value(f"routing.{town.district}", on=town.on(STARTS)).value)


def settle_tickets(town: Town, ids: Sequence[int], *, day: date = REVIEWED) -> None:
    """Release what the bureau's own choices hold; anything else that stands is a fault of the test."""
    session = town.session
    for row in _open_tickets(session, ids):
        assert row.code in BY_THE_BUREAU, (row.code, row.facts, row.clause)
        leader = town.act(day, LEADER, ("clerk", "section_head", "leader"))
        done(tickets.resolve(session, leader, ticket_id=row.id or 0, outcome="经研究同意"))


def _open_tickets(session: Session, ids: Sequence[int]) -> Sequence[Ticket]:
    return session.exec(
        select(Ticket).where(
            col(Ticket.claim_id).in_(list(ids)),
            col(Ticket.blocks),
            col(Ticket.state).not_in(["resolved", "closed"]),
        )
    ).all()


def to_the_end(town: Town, track: Track, ids: Sequence[int]) -> list[str]:
    """Review level by level, publicise, pay, and read the bank's answer; returns the states."""
    settle_tickets(town, ids)
    for claim_id in ids:
        _review(town, claim_id)
    if "grant_publicised" in track.stages:
        _notice(town, track, ids, kind="grant", posted=POSTED, over=CLEARED)
    for step in STEPS:
        step.apply(town.session, town.act(CLEARED, "flow:advance"), Scope(()), 0)
    if "payable" in track.stages:
        _pay(town)
    return [progress_of(town.session, claim_id).state for claim_id in ids]


def _review(town: Town, claim_id: int) -> None:
    session, day = town.session, REVIEWED
    for turn in range(5):
        row = progress_of(session, claim_id)
        if row.state == "approved":
            return
        level = level_of(session, town.act(day, CLERK), row)
        assert level is not None, (row.state, row.next_stage, row.levels_left)
        actors = OFFICERS[level.role]
        act = town.act(day, actors[turn % len(actors)], (level.role,))
        last = row.levels_left == 1 or row.state == "listed"
        step: Callable[..., object] = reviews.approve if last else reviews.review
        done(step(session, act, claim_id=claim_id))  # type: ignore[arg-type]
    raise AssertionError("more than five levels")


def _pay(town: Town) -> None:
    session = town.session
    builder = town.act(CLEARED, "user:21", ("finance",))
    built = money.build_batches(session, builder)
    assert built.done, built.findings
    assert not built.left, built.left
    for batch in built.batches:
        checker = town.act(CLEARED, "user:22", ("finance",))
        done(money.approve_batch(session, checker, batch_id=batch.batch_id))
        sent = money.send_batch(session, builder, batch_id=batch.batch_id)
        assert sent.order is not None, sent.findings
        size = len(sent.order.lines)
        done(
            money.record_sent_file(
                session,
                builder,
                batch_id=batch.batch_id,
                name="b.csv",
                sha256=f"out-{batch.batch_id}",
                digest="d",
                lines=size,
                total_fen=sent.order.total_fen,
            )
        )
        answers = [money.LineAnswer(at, "paid", None) for at in range(1, size + 1)]
        money.read_return(
            session,
            builder,
            batch_id=batch.batch_id,
            answers=answers,
            file_name="back.csv",
            sha256=f"back-{batch.batch_id}",
        )
