"""Each level of review has a time limit of its own, however many levels a road has."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col, select

from subsidy.actions.acting import PackRules
from subsidy.records.database import Database
from subsidy.records.moves import move
from subsidy.records.tables import ClaimProgress, Deadline
from subsidy.records.tables.types import table_of
from tests import builders
from tests.actions import payday

DAYS = (date(2020, 11, 16), date(2020, 11, 18), date(2020, 11, 20))


def test_three_levels_are_three_time_limits_and_each_ends_with_its_own_step(
    tmp_path: Path,
) -> None:
    database = Database(f"sqlite:///{tmp_path / 'money.db'}")
    builders.make_schema(database)
    with database.transaction() as session:
        payday.city(session)
        claim_id = payday._claim(
            session,
            0,
            track=payday.UNITS,
            district=payday.XIAOSHAN,
            provider=1,
            amount_fen=payday.AMOUNT,
            account=True,
            may_pay=1,
        )
        levels = update(table_of(ClaimProgress)).values(
            state="certified", next_stage="applied", levels=3, notice_last_day=date(2020, 11, 1)
        )
        session.execute(levels)
        session.expire_all()
        given = {"applied_on": DAYS[0]}
        steps = (("apply", DAYS[0]), ("review", DAYS[0]), ("review", DAYS[1]), ("approve", DAYS[2]))
        for event, day in steps:
            act = payday.act(day, payday.LEADER)
            move(
                session,
                claim_id=claim_id,
                event=event,
                moment=act.moment(**given),
                rules=PackRules(session, act),
            )
        rows = session.exec(
            select(Deadline)
            .where(col(Deadline.window).in_(["review", "approval"]))
            .order_by(col(Deadline.id))
        ).all()
        assert [(r.window, r.anchor_on, r.closed_on, r.status) for r in rows] == [
            ("review", DAYS[0], DAYS[0], "met"),
            ("approval", DAYS[0], DAYS[1], "met"),
            ("approval", DAYS[1], DAYS[2], "met"),
        ]
    database.dispose()
