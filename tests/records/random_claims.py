"""Random claims in every state, with roads, deadlines, stopped clocks and tickets around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlmodel import Session

from states.chart import FAR, Edge, Guard
from states.claim import CLAIM, CLOSED
from subsidy.records.database import Database
from subsidy.records.moves import Moment, OpenTicket, OpenWindow
from subsidy.records.tables import (
    METADATA,
    Area,
    Claim,
    ClaimClosed,
    ClaimHistory,
    ClaimProgress,
    ClockEntry,
    Deadline,
    Entitlement,
    LedgerEntry,
    Outbox,
    Provider,
    Road,
    Ticket,
    WindowRule,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.clocks import Run
from subsidy.rules.clocks.run import stopped_days

DAY = date(2020, 10, 30)
AT = datetime(2020, 10, 30, 8, 30, 15, 123_456, tzinfo=UTC)
GIVEN = {
    "certificate_issued": date(2020, 9, 25),
    "applied_on": date(2020, 9, 30),
    "notice_last_day": date(2020, 10, 10),
}
ROADS: dict[int, tuple[str, int, str]] = {
    1: ("listed enrolled filed completed assessed certified applied reviewed approved "
        "grant_publicised payable paying paid", 2, ""),
    2: ("listed enrolled filed completed assessed certified applied approved grant_publicised "
        "payable paying paid", 1, "assessed>applied"),
    3: ("listed enrolled filed completed assessed certified result_publicised applied reviewed "
        "approved payable paying paid", 3, ""),
    4: ("filed completed applied approved counted", 1, "filed>applied"),
    5: ("listed enrolled filed completed assessed result_publicised reviewed approved payable "
        "paying paid", 2, ""),
    6: ("completed assessed result_publicised approved grant_publicised payable paying paid", 1, ""),
    7: ("assessed certified applied reviewed approved counted", 2, ""),
    8: ("applied reviewed approved payable paying paid", 2, ""),
    9: ("approved grant_publicised payable paying paid", 1, ""),
}  # fmt: skip
WINDOWS = sorted(
    {"filing_before_start"}
    | {window for edge in CLAIM.all_edges() for window, _ in edge.effects.opens}
)
NEAR = st.sampled_from([DAY - timedelta(40), DAY - timedelta(1), DAY, DAY + timedelta(1), FAR])
COUNT = st.integers(0, 3)
FEN = st.sampled_from([0, 1, 80_000, 150_000])
STAGE = st.sampled_from(sorted(CLAIM.labels))
COLUMNS = set(ClaimProgress.model_fields)
MOSTLY_NONE = st.sampled_from([0, 0, 0, 1])
MOSTLY_ONE = st.sampled_from([1, 1, 1, 0])


class OddRules:
    """Windows, tickets and resumed clocks that differ by road and day, some of them unset."""

    def window(self, *, road_id: int, window: str, anchor: date) -> OpenWindow | None:
        """Unset on one road; able to end a claim on another."""
        place = WINDOWS.index(window)
        if (road_id + place) % 5 == 0:
            return None
        due = anchor + timedelta(days=place + road_id)
        lapses = due if (road_id + place) % 3 == 0 else FAR
        told, version = due - timedelta(days=road_id % 2), f"v{anchor.day}"
        return OpenWindow(road_id, due, told, lapses, due + timedelta(1), place % 2 == 0, version)

    def ticket(self, *, code: str, today: date) -> OpenTicket:
        """One of the codes blocks, the other does not."""
        return OpenTicket(code, "late", code == "E302", today + timedelta(3), "三（二）")

    def resumed(
        self, *, road_id: int, window: str, anchor: date, run: Run, today: date
    ) -> OpenWindow | None:
        """Later by the days stopped; unset on one road."""
        if road_id == 4:
            return None
        due = anchor + timedelta(10 + len(stopped_days(run.stops, today)))
        return OpenWindow(road_id, due, due - timedelta(2), FAR, due, True, "resumed")


@dataclass(frozen=True)
class World:
    """Rows of one example, by table, ready to insert."""

    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    def add(self, model: type[Any], row: dict[str, Any]) -> None:
        """Keep one row; columns that it leaves out take the model's defaults."""
        full = model(**row).model_dump()
        self.rows.setdefault(table_of(model).name, []).append(full)

    def claim_ids(self) -> list[int]:
        """Every claim of the example."""
        return [row["id"] for row in self.rows.get("claim", [])]


def moment(**more: Any) -> Moment:
    """The act that all examples are moved by."""
    return Moment(DAY, AT, "user:7", "说明", given=GIVEN, **more)


def build_surroundings(database: Database) -> None:
    """Areas, roads, rules, a provider and an entitlement, committed once for all examples."""
    with database.transaction() as session:
        session.add(Area(id=1, city="hangzhou", code="hz-xiaoshan", name="萧山区"))
        session.add(Entitlement(id=1, city="hangzhou", track="t", subject="s"))
        session.flush()
        session.add(Provider(id=1, city="hangzhou", area_id=1, name="甲", credit_code="1"))
        for number, (stages, levels, early) in ROADS.items():
            session.add(
                Road(
                    id=number,
                    city="hangzhou",
                    track="t",
                    route=f"route {number}",
                    pack_version="p",
                    stages=stages,
                    levels=levels,
                    early=early,
                )
            )
        session.flush()
        for number in ROADS:
            session.add(
                WindowRule(
                    id=number,
                    city="hangzhou",
                    road_id=number,
                    name="any",
                    n=1,
                    unit="working",
                    direction="after",
                    clause="三",
                    document="d",
                )
            )


@st.composite
def worlds(draw: st.DrawFn, *, event: str, size: int = 8) -> World:
    """Claims of which most stand where `event` starts from and many pass its guards."""
    world = World()
    edges = CLAIM.edges_of(event)
    for claim_id in range(1, draw(st.integers(1, size)) + 1):
        aim = draw(st.sampled_from(edges))
        elsewhere = draw(st.sampled_from([False] * 7 + [True]))
        state = draw(STAGE) if elsewhere else aim.source
        passing = {} if draw(st.sampled_from([False, False, True])) else opening(aim)
        _claim(draw, world, claim_id, state=state, passing=passing)
    return world


CANDIDATES = (0, 1, 2, 3, 150_000, DAY - timedelta(1), DAY, FAR, *CLAIM.labels)


def opening(edge: Edge) -> dict[str, Any]:
    """Values of guard columns with which every guard of the edge holds, found by trying."""
    found: dict[str, Any] = {}
    for guard in edge.guards:
        (column,) = {*guard.test.__code__.co_names, *_free(guard)} & COLUMNS
        kind = ClaimProgress.model_fields[column].annotation
        fitting = [v for v in CANDIDATES if type(v) is kind]
        found[column] = next(v for v in fitting if _holds(guard, column, v))
    return found


def _free(guard: Guard) -> list[str]:
    """Texts that a made guard closes over: one of them may be the name of its column."""
    cells = [cell.cell_contents for cell in guard.test.__closure__ or ()]
    return [c for c in cells if isinstance(c, str)]


def _holds(guard: Guard, column: str, value: object) -> bool:
    return guard.holds(SimpleNamespace(**{column: value}), moment())


def _claim(
    draw: st.DrawFn, world: World, claim_id: int, *, state: str, passing: dict[str, Any]
) -> None:
    road_id = draw(st.sampled_from(sorted(ROADS)))
    world.add(
        Claim,
        {
            "id": claim_id,
            "city": "hangzhou",
            "number": str(claim_id),
            "entitlement_id": 1,
            "period": str(claim_id),
            "area_id": 1,
            "road_id": road_id,
            "track": "t",
            "provider_id": draw(st.sampled_from([1, 1, None])),
            "fund": draw(st.sampled_from(["special", "employment"])),
            "created_on": DAY,
        },
    )
    version = draw(st.integers(0, 4))
    days = {name: draw(NEAR) for name in _DAYS}
    counts = {name: draw(COUNT) for name in ("levels", "levels_left", "levels_done")}
    money = {f"{name}_fen": draw(FEN) for name in ("planned", "reserved", "amount", "approved")}
    world.add(
        ClaimClosed if state in CLOSED else ClaimProgress,
        {
            "claim_id": claim_id,
            "road_id": road_id,
            "area_id": 1,
            "state": state,
            "version": version,
            "since": DAY - timedelta(9),
            "next_stage": draw(STAGE),
            "early_stage": draw(st.sampled_from(["", "applied"])),
            "resume_to": draw(STAGE),
            "review_from": draw(st.sampled_from(["applied", "result_publicised", "listed"])),
            "blocks": draw(MOSTLY_NONE),
            "gaps": draw(MOSTLY_NONE),
            "decision_current": draw(MOSTLY_ONE),
            "certificate_pending": draw(MOSTLY_NONE),
            "may_pay": draw(MOSTLY_ONE),
            **counts,
            **money,
            **days,
            **passing,
        },
    )
    _deadlines(draw, world, claim_id, version)
    for code in draw(st.lists(st.sampled_from(["E301", "E302"]), max_size=2)):
        _ticket(world, claim_id, code, draw(st.sampled_from(["opened", "assigned", "resolved"])))


_DAYS = (
    *("file_by", "training_starts", "training_ends", "certificate_issued", "applied_on"),
    *("notice_last_day", "lapses_after"),
)


def _deadlines(draw: st.DrawFn, world: World, claim_id: int, version: int) -> None:
    for place in range(draw(st.integers(0, 3))):
        deadline_id = claim_id * 10 + place
        status = draw(st.sampled_from(["open", "open", "stopped", "met", "missed"]))
        due = DAY + timedelta(days=draw(st.integers(-5, 20)))
        world.add(
            Deadline,
            {
                "id": deadline_id,
                "city": "hangzhou",
                "area_id": 1,
                "claim_id": claim_id,
                "rule_id": 1,
                "window": draw(st.sampled_from(WINDOWS)),
                "anchor_on": DAY - timedelta(30),
                "opened_on": DAY - timedelta(29),
                "due_on": due,
                "told_by": due - timedelta(draw(st.integers(0, 2))),
                "lapses_after": draw(st.sampled_from([due, FAR])),
                "next_on": due,
                "status": status,
                "opened_version": draw(st.integers(0, version)),
            },
        )
        for days in draw(st.lists(st.integers(1, 9), max_size=2)) if status == "stopped" else ():
            _entry(world, deadline_id, DAY - timedelta(days), due)


def _entry(world: World, deadline_id: int, on: date, due: date) -> None:
    number = len(world.rows.get("clock_entry", [])) + 1
    world.add(
        ClockEntry,
        {
            "id": number,
            "city": "hangzhou",
            "deadline_id": deadline_id,
            "entry": "stopped",
            "on": on,
            "due_before": due,
            "due_after": due,
            "actor": "user:1",
        },
    )


def _ticket(world: World, claim_id: int, code: str, state: str) -> None:
    number = len(world.rows.get("ticket", [])) + 1
    world.add(
        Ticket,
        {
            "id": number,
            "city": "hangzhou",
            "area_id": 1,
            "queue": "late",
            "code": code,
            "claim_id": claim_id,
            "opened_on": DAY,
            "due_on": DAY,
            "state": state,
            "opened_at": AT,
        },
    )


def put(session: Session, world: World) -> None:
    """Insert the rows of an example, parents first; new numbers begin high above them."""
    for table in METADATA.sorted_tables:
        if rows := world.rows.get(table.name):
            session.execute(insert(table), rows)
    if session.get_bind().dialect.name == "postgresql":
        for name in ("deadline", "clock_entry", "ticket"):
            session.connection().exec_driver_sql(
                f"SELECT setval(pg_get_serial_sequence('{name}', 'id'), 1000000)"
            )


SURROGATES = {"id", "batch"}


WRITTEN = (
    *(ClaimProgress, ClaimClosed, ClaimHistory, LedgerEntry, Outbox, Deadline, ClockEntry, Ticket),
)


def everything(session: Session) -> dict[str, list[str]]:
    """Every row that a move may write, without surrogate numbers, in an order both paths share."""
    found = {}
    for table in map(table_of, WRITTEN):
        columns = [c for c in table.columns if c.name not in SURROGATES]
        rows: Sequence[Any] = session.execute(select(*columns)).all()
        found[table.name] = sorted(repr(tuple(row)) for row in rows)
    return found
