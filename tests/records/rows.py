"""Plain rows for tests of the record room: claims that wait somewhere on the road."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from states.chart import FAR
from subsidy.records.database import Database
from subsidy.records.moves import Moment, OpenTicket, OpenWindow, move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.tables import (
    Area,
    Claim,
    ClaimProgress,
    Entitlement,
    Provider,
    Road,
    WindowRule,
)
from subsidy.rules.clocks import Run
from subsidy.rules.clocks.run import stopped_days

DAY = date(2020, 10, 30)
AT = datetime(2020, 10, 30, 8, 30, 15, tzinfo=UTC)
GIVEN = {
    "certificate_issued": date(2020, 9, 25),
    "applied_on": date(2020, 9, 30),
    "notice_last_day": date(2020, 10, 10),
}
STAGES = (
    "listed enrolled filed completed assessed certified applied approved grant_publicised payable "
    "paying paid"
)


class PlainSigner:
    """Signs by naming the message; enough to see that a signature is looked at."""

    def __init__(self, name: str = "key") -> None:
        self.name = name

    def sign(self, message: bytes) -> str:
        return f"{self.name}:{message.hex()}"

    def verify(self, message: bytes, signature: str) -> bool:
        return signature == self.sign(message)


class PlainRules:
    """Every window lasts thirty calendar days; applications that miss theirs lapse."""

    def window(self, *, road_id: int, window: str, anchor: date) -> OpenWindow | None:
        due = anchor + timedelta(days=30)
        lapses = due if window == "application" else FAR
        return OpenWindow(1, due, due, lapses, due + timedelta(1), True, "c1")

    def ticket(self, *, code: str, today: date) -> OpenTicket:
        return OpenTicket(code, "late", True, today + timedelta(5))

    def resumed(
        self, *, road_id: int, window: str, anchor: date, run: Run, today: date
    ) -> OpenWindow | None:
        due = anchor + timedelta(10 + len(stopped_days(run.stops, today)))
        return OpenWindow(1, due, due, FAR, due, True, "c1")


def moment(at: datetime = AT, *, today: date = DAY, **more: Any) -> Moment:
    """An act of user 7."""
    return Moment(today, at, "user:7", given=GIVEN, **more)


def put_claims(
    database: Database, count: int, *, state: str = "listed", stages: str = STAGES, **columns: Any
) -> None:
    """Put `count` claims of one road into a new database, numbered from 1, in one state."""
    with database.transaction() as session:
        _surroundings(session, stages)
        names = stages.split() if stages.startswith("listed") else ["listed", *stages.split()]
        following = [*names, "end"][names.index(state) + 1] if state in names else "applied"
        for number in range(1, count + 1):
            session.add(
                Claim(
                    id=number,
                    city="hangzhou",
                    number=str(number),
                    entitlement_id=1,
                    period=str(number),
                    area_id=1,
                    road_id=1,
                    track="pass_certificate",
                    provider_id=1,
                    fund="special",
                    created_on=DAY,
                )
            )
        session.flush()
        ready: dict[str, Any] = {
            "levels": 1,
            "decision_current": 1,
            "certificate_pending": 1,
            "planned_fen": 200_000,
            "amount_fen": 150_000,
            "training_ends": date(2020, 9, 20),
            "next_stage": following,
        } | columns
        for number in range(1, count + 1):
            session.add(
                ClaimProgress(
                    claim_id=number, road_id=1, area_id=1, state=state, since=DAY, **ready
                )
            )


def _surroundings(session: Session, stages: str) -> None:
    session.add(Area(id=1, city="hangzhou", code="hz-xiaoshan", name="萧山区"))
    session.add(Entitlement(id=1, city="hangzhou", track="t", subject="s"))
    session.flush()
    session.add(Provider(id=1, city="hangzhou", area_id=1, name="甲", credit_code="1"))
    session.add(
        Road(
            id=1,
            city="hangzhou",
            track="pass_certificate",
            route="main_city",
            pack_version="p",
            stages=stages,
            levels=1,
            early="assessed>applied",
            fund="special",
        )
    )
    session.flush()
    session.add(
        WindowRule(
            id=1,
            city="hangzhou",
            road_id=1,
            name="application",
            n=30,
            unit="calendar",
            direction="after",
            clause="三",
            document="d",
        )
    )
    session.flush()


def sweeping(event: str) -> Any:
    """What a bulk run of one event does in each window."""

    def apply(session: Session, low: int, high: int, batch: int, at: datetime) -> dict[str, int]:
        scope, act = Scope.window(low, high), moment(at, window_batch=batch)
        return move_all(session, event=event, scope=scope, moment=act, rules=PlainRules())

    return apply
