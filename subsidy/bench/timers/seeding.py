"""Fills a database with deadlines that wait and deadlines that are due, by its own row generator."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from sqlalchemy import text
from sqlmodel import Session, select

from subsidy.actions.acting import Act, sync_roads
from subsidy.actions.calendar_change import recount_round
from subsidy.bench.seeding import settle
from subsidy.bench.timers.layout import CITY, CLASS, KINDS, ROUTE, TRACK, VARIANTS, Layout
from subsidy.records.database import Database
from subsidy.records.tables import Area, CatalogueItem, Entitlement, Provider, WindowRule

CHUNK = 200_000
AREAS, PROVIDERS = 13, 50
PER_CLAIM = 4
"""Deadlines of one claim among those that are not due."""
SERIES = (
    "WITH RECURSIVE series(i) AS (SELECT CAST(:low AS BIGINT) UNION ALL "
    "SELECT i + 1 FROM series WHERE i + 1 < :high) "
)
CLASSES = (
    "INSERT INTO training_class (id, city, number, area_id, provider_id, item_id, road_id, track, title, "
    "starts_on, ends_on, lesson_days, teacher, room, planned_heads, state, version, file_by, stated) "
    + SERIES
    + "SELECT i, :city, 'K' || i, 1 + i % 13, 1 + i % 50, 1, :road, :track, '培训班' || i, :day, :day, "
    "'', '', '', 40, 'completed', 3, :day, '{{}}' FROM series"
)
CLAIMS = (
    "INSERT INTO claim (id, city, number, entitlement_id, kind, period, area_id, road_id, track, "
    "class_id, provider_id, fund, created_on) "
    + SERIES
    + "SELECT i, :city, 'B' || i, 1, 'main', CAST(i AS VARCHAR), {area}, :road, :track, {of_class}, "
    "{provider}, 'special_account', :day FROM series"
)
PROGRESS = (
    "INSERT INTO claim_progress (claim_id, road_id, area_id, state, version, since, next_stage, "
    "early_stage, resume_to, review_from, levels, levels_left, levels_done, blocks, gaps, "
    "decision_current, certificate_pending, may_pay, planned_fen, reserved_fen, lapses_after, "
    "chart_version) "
    + SERIES
    + "SELECT i, :road, {area}, {state}, 5, :day, 'certified', '', '', 'applied', 2, 2, 0, 0, 0, 1, 0, 1, "
    "200000, 200000, {lapses}, {chart} FROM series"
)
DUE = (
    'INSERT INTO deadline (id, city, area_id, claim_id, rule_id, "window", anchor_on, due_on, told_by, '
    "lapses_after, next_on, final, calendar_version, status, escalated, opened_version, opened_on) "
    + SERIES
    + "SELECT i * {stride}, :city, {area}, i, {rule}, {window}, {anchor}, {due}, {due}, {lapses}, {next}, "
    "{true}, :calendar, 'open', 0, 5, {anchor} FROM series"
)
WAITING = (
    'INSERT INTO deadline (id, city, area_id, claim_id, rule_id, "window", anchor_on, due_on, told_by, '
    "lapses_after, next_on, final, calendar_version, status, escalated, opened_version, opened_on) "
    + SERIES
    + "SELECT i, :city, 1 + i % 13, {claim}, {rule}, 'review', {today}, {later}, {later}, {far}, {later}, "
    "{true}, :calendar, 'open', 0, 5, {today} FROM series WHERE i % {stride} <> 0 OR i / {stride} > {due}"
)


class Seeding:
    """Writes one layout into one migrated, empty database."""

    def __init__(self, database: Database, layout: Layout, act: Act) -> None:
        """`act` is of the city and day of the layout."""
        self.database, self.layout, self.act = database, layout, act
        self.rules: dict[str, int] = {}
        self.road = 0

    def fill(self) -> None:
        """Write everything and let the database know its rows."""
        with self.database.transaction() as session:
            self._surroundings(session)
        due, classes = self.layout.due, self.layout.classes
        others = (self.layout.n - due + PER_CLAIM - 1) // PER_CLAIM
        self._run(CLASSES, 1, classes + 1)
        area, of_class = f"1 + ((i - 1) / {CLASS} + 1) % 13", f"(i - 1) / {CLASS} + 1"
        self._run(
            CLAIMS, 1, due + 1, area=area, of_class=of_class, provider=f"1 + ({of_class}) % 50"
        )
        if others:
            self._run(
                CLAIMS,
                due + 1,
                due + others + 1,
                area="1 + i % 13",
                of_class="NULL",
                provider="NULL",
            )
        lapses = self._by_case(lambda kind, end: end if kind == "lapse" else date.max)
        state = self._by_kind({"remind": "assessed", "miss": "applied", "lapse": "assessed"})
        self._run(PROGRESS, 1, due + 1, area=area, state=state, lapses=lapses, chart=_chart())
        self._deadlines(area, lapses, due)
        settle(self.database)

    def _deadlines(self, area: str, lapses: str, due: int) -> None:
        stride = self.layout.stride
        days = self.layout.cases
        self._run(
            DUE,
            1,
            due + 1,
            area=area,
            stride=stride,
            rule=self._by_kind(
                {"remind": self.rules["application"], "miss": self.rules["review"],
                 "lapse": self.rules["application"]}
            ),
            window=self._by_kind({"remind": "application", "miss": "review", "lapse": "application"}),
            anchor=self._case({key: case.anchor_on for key, case in days.items()}),
            due=self._case({key: case.due_on for key, case in days.items()}),
            next=self._case({key: case.next_on for key, case in days.items()}),
            lapses=lapses,
            true=self._true,
        )  # fmt: skip
        today = self._day(self.act.today)
        self._run(
            WAITING,
            1,
            self.layout.n + 1,
            stride=stride,
            due=due,
            claim=f"{due} + 1 + (i - i / {stride}) % {max((self.layout.n - due) // PER_CLAIM, 1)}",
            rule=self.rules["review"],
            today=today,
            far=self._day(date.max),
            later=self._plus(today, "1 + i % 200"),
            true=self._true,
        )

    @property
    def _true(self) -> str:
        return "1" if self.database.is_sqlite else "TRUE"

    def _plus(self, day: str, days: str) -> str:
        if self.database.is_sqlite:
            return f"date({day}, '+' || ({days}) || ' days')"
        return f"{day} + CAST({days} AS INTEGER)"

    def _day(self, day: date) -> str:
        return f"'{day}'" if self.database.is_sqlite else f"DATE '{day}'"

    def _case(self, days: dict[tuple[int, int], date]) -> str:
        """SQL that chooses the day of claim i by the number of its class."""
        k = f"((i - 1) / {CLASS} + 1)"
        whens = " ".join(
            f"WHEN {variant * len(KINDS) + remainder} THEN {self._day(day)}"
            for (remainder, variant), day in days.items()
        )
        return f"CASE {k} % {len(KINDS) * VARIANTS} {whens} END"

    def _by_case(self, choose: Callable[[str, date], date]) -> str:
        cases = self.layout.cases.items()
        return self._case({key: choose(case.kind, case.due_on) for key, case in cases})

    def _by_kind(self, values: dict[str, str | int]) -> str:
        k = f"((i - 1) / {CLASS} + 1) % {len(KINDS)}"
        whens = " ".join(f"WHEN {n} THEN {values[kind]!r}" for n, kind in enumerate(KINDS))
        return f"CASE {k} {whens} END"

    def _run(self, statement: str, low: int, high: int, **parts: object) -> None:
        given = {
            "city": CITY,
            "track": TRACK,
            "road": self.road,
            "calendar": self.act.calendar.version,
            "day": "2020-10-09" if self.database.is_sqlite else date(2020, 10, 9),
        }
        used = {name: value for name, value in given.items() if f":{name}" in statement}
        for start in range(low, high, CHUNK):
            with self.database.transaction() as session:
                session.execute(
                    text(statement.format(**parts)),
                    {"low": start, "high": min(start + CHUNK, high), **used},
                )

    def _surroundings(self, session: Session) -> None:
        for i in range(1, AREAS + 1):
            code = CITY if i == 1 else f"area-{i}"
            session.add(Area(id=i, city=CITY, code=code, name=f"area {i}", is_city=i == 1))
        session.flush()
        for i in range(1, PROVIDERS + 1):
            name = f"provider {i}"
            session.add(Provider(id=i, city=CITY, area_id=1, name=name, credit_code=f"B{i}"))
        session.add(Entitlement(id=1, city=CITY, track=TRACK, subject="bench"))
        session.add(
            CatalogueItem(
                id=1, city=CITY, code="B", area_id=1, track=TRACK, title="bench", occupation="bench"
            )
        )
        session.flush()
        self.road = sync_roads(session, self.act)[TRACK, ROUTE]
        found = session.exec(select(WindowRule).where(WindowRule.road_id == self.road)).all()
        self.rules = {rule.name: rule.id or 0 for rule in found}
        recount_round(session, self.act)  # the calendar is known; nothing waits to be counted anew


def _chart() -> int:
    from states.claim import CLAIM  # noqa: PLC0415

    return CLAIM.version
