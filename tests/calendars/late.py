"""An installation of two cities whose calendar lacks notices that were published later.

Claims wait for their application; the days that their windows end on are counted with what was known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, Office, PackRules, sync_roads
from subsidy.calendars.live import LiveCalendars
from subsidy.calendars.loading import Handed, Loading
from subsidy.records.database import Database
from subsidy.records.tables import (
    Area,
    Claim,
    ClaimProgress,
    ClockEntry,
    Deadline,
    Entitlement,
    Outbox,
    Provider,
    Road,
    WindowRule,
)
from subsidy.settings import Settings, load_settings
from tests import builders

MAY_HOLIDAY = "国办发明电〔2019〕3号"
SPRING_2020 = "国办发明电〔2020〕1号"
HANGZHOU_2020 = "杭政发电〔2020〕1号"
KNOWN_FROM = date(2019, 3, 22)
"""The day on which the holiday of May 2019 was lengthened."""
LATER, EARLIER, SAME = date(2019, 3, 20), date(2019, 3, 19), date(2019, 3, 11)
"""Days whose thirtieth working day moves from 3 to 5 May, from 2 May to 30 April, and not at all."""
SHIPPED = builders.CONFIG / "calendar"


@dataclass
class Installation:
    """A home without some notices, its database, and the office that follows its files."""

    settings: Settings
    database: Database
    office: Office

    def act(self, on: date, *, city: str = "hangzhou", actor: str = "flow:tests") -> Act:
        """A deed of the business day."""
        at = datetime(on.year, on.month, on.day, 4, tzinfo=UTC)
        return Act(self.office, city, on, at, actor)

    def handed(self, text: str, on: date, *, name: str = "notice.yaml") -> Handed:
        """A file that is handed in on a business day."""
        return Handed(name, text.encode(), self.act(on), as_of=on)

    @property
    def loading(self) -> Loading:
        """What loads notices here."""
        return Loading(self.settings, self.database)

    def load(self, text: str, on: date, *, name: str = "notice.yaml") -> int:
        """Load a notice and count with it; return how many deadlines moved."""
        plan = self.loading.load(self.handed(text, on, name=name))
        return sum(done.moved for _, done in self.loading.rounds(plan))

    def rows(self, city: str = "hangzhou") -> list[Deadline]:
        """Deadlines of a city, by id."""
        with self.database.reading() as session:
            query = select(Deadline).where(Deadline.city == city).order_by(col(Deadline.id))
            return list(session.exec(query).all())

    def entries(self) -> list[ClockEntry]:
        """Every entry of every clock, by id."""
        with self.database.reading() as session:
            return list(session.exec(select(ClockEntry).order_by(col(ClockEntry.id))).all())

    def letters(self) -> list[Outbox]:
        """Every message that tells of a changed calendar, by id."""
        with self.database.reading() as session:
            query = select(Outbox).where(Outbox.template == "calendar_changed")
            return list(session.exec(query.order_by(col(Outbox.id))).all())


def installation(folder: Path, *, without: Mapping[str, str]) -> Installation:
    """Make one whose own calendar files lack the notices: file → number of its first missing one."""
    home = folder / "home"
    for name, number in without.items():
        own = home / "config" / "calendar" / name
        own.parent.mkdir(parents=True, exist_ok=True)
        own.write_text(before(name, number), encoding="utf-8")
    url = f"sqlite:///{folder / 'subsidy.db'}"
    settings = load_settings(flags={"home": home, "demo": True, "database_url": url}, environ={})
    database = Database(url)
    builders.make_schema(database)
    builders.set_up_city(database)
    office = replace(builders.office(), calendars=LiveCalendars(settings))
    made = Installation(settings, database, office)
    with database.transaction() as session:
        _second_city(session)
    return made


def before(name: str, number: str) -> str:
    """A shipped calendar file up to the notice of this number."""
    text = (SHIPPED / name).read_text(encoding="utf-8")
    head = text.split(f"  - number: {number}")[0]
    return head if "- number" in head else head.replace("notices:", "notices: []")


def alone(name: str, number: str) -> str:
    """A file that holds just this notice of a shipped one."""
    text = (SHIPPED / name).read_text(encoding="utf-8")
    head = "\n".join(line for line in text.splitlines() if line.startswith(("year:", "city:")))
    notice = text.split(f"  - number: {number}")[1].split("\n  - number:")[0]
    return f"{head}\nnotices:\n  - number: {number}{notice}".rstrip() + "\n"


def waiting(
    made: Installation,
    anchors: list[date],
    *,
    on: date,
    city: str = "hangzhou",
    class_id: int | None = None,
) -> list[int]:
    """Claims that wait for their application, one for each anchor; return their deadlines."""
    with made.database.transaction() as session:
        act = made.act(on, city=city)
        road = _road(session, act)
        area = session.exec(select(Area).where(Area.city == city, Area.is_city == False)).first()  # noqa: E712
        assert area is not None
        assert area.id is not None
        unit = session.exec(select(Provider).where(Provider.city == city)).first()
        made_now = []
        for anchor in anchors:
            claim = _claim(session, road, area.id, unit.id if unit else None, class_id)
            made_now.append(_deadline(session, act, claim, road, anchor))
        return made_now


def _road(session: Session, act: Act) -> Road:
    roads = sync_roads(session, act)
    for (_, _), road_id in sorted(roads.items()):
        query = select(WindowRule).where(
            WindowRule.road_id == road_id,
            WindowRule.name == "application",
            WindowRule.unit == "working",
            WindowRule.n == 30,
            col(WindowRule.at_end).contains("lapse"),
        )
        if session.exec(query).first() is not None:
            return session.get_one(Road, road_id)
    road = session.get_one(Road, next(iter(roads.values())))
    session.add(
        WindowRule(
            city=act.city, road_id=road.id or 0, name="application", n=30, unit="working",
            direction="after", clause="三", document="", at_end="ticket lapse", remind_at="5 1",
        )
    )  # fmt: skip
    session.flush()
    return road


def _claim(
    session: Session, road: Road, area_id: int, unit: int | None, class_id: int | None
) -> Claim:
    number = len(session.exec(select(Claim.id)).all()) + 1
    owner = Entitlement(city=road.city, track=road.track, subject=f"late-{number}")
    session.add(owner)
    session.flush()
    claim = Claim(
        city=road.city,
        number=f"{road.city[:2].upper()}-{number:05d}",
        entitlement_id=owner.id or 0,
        area_id=area_id,
        road_id=road.id or 0,
        track=road.track,
        class_id=class_id,
        provider_id=unit,
        created_on=date(2019, 3, 1),
    )
    session.add(claim)
    session.flush()
    progress = ClaimProgress(
        claim_id=claim.id,
        road_id=road.id,
        area_id=area_id,
        state="certified",
        next_stage="applied",
        since=date(2019, 3, 1),
        decision_current=1,
    )
    session.add(progress)
    session.flush()
    return claim


def _deadline(session: Session, act: Act, claim: Claim, road: Road, anchor: date) -> int:
    end = PackRules(session, act).window(road_id=road.id or 0, window="application", anchor=anchor)
    assert end is not None
    row = Deadline(
        city=act.city,
        area_id=claim.area_id,
        claim_id=claim.id,
        rule_id=end.rule_id,
        window="application",
        anchor_on=anchor,
        due_on=end.due_on,
        told_by=end.told_by,
        lapses_after=end.lapses_after,
        next_on=end.next_on,
        final=end.final,
        calendar_version=end.calendar_version,
        opened_version=1,
        opened_on=act.today,
    )
    session.add(row)
    progress = session.get_one(ClaimProgress, claim.id)
    progress.lapses_after = min(end.lapses_after, FAR)
    session.add(progress)
    session.flush()
    return row.id or 0


def _second_city(session: Session) -> None:
    for code, name, is_city in (("changchun", "长春市", True), ("cc-chaoyang", "朝阳区", False)):
        session.add(Area(city="changchun", code=code, name=name, is_city=is_city))
    session.flush()
    area = session.exec(select(Area).where(Area.code == "changchun")).one()
    session.add(
        Provider(city="changchun", area_id=area.id or 0, name="长春某校", credit_code="cc-1")
    )
    session.flush()
