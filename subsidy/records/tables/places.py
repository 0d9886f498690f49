"""Areas (districts of a city), roads (how one track runs for claims of one route), packs as they were."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import key, moment


class Area(SQLModel, table=True):
    """A district or town that handles claims; the city itself is an area too (its bureau)."""

    __table_args__ = (UniqueConstraint("city", "code"),)

    id: int | None = key()
    city: str
    code: str
    """Division id of config/divisions, e.g. `hz-xiaoshan`; the city's own row has the city's id."""
    name: str
    is_city: bool = False


class Road(SQLModel, table=True):
    """One version of a track's order of stages for one route, as the pack had it."""

    __table_args__ = (UniqueConstraint("city", "pack_version", "track", "route"),)

    id: int | None = key()
    city: str
    track: str
    route: str
    pack_version: str
    stages: str
    """Stages in order, separated by blanks."""
    levels: int = 0
    """Levels of review and approval; 0 while the pack leaves them unset."""
    early: str = ""
    """`assessed>applied` where an application may come before the certificate."""
    needs_notice: bool = True
    fund: str = ""
    unit: str = "person"


class WindowRule(SQLModel, table=True):
    """The rule behind deadlines: one window of one road, so that a deadline row stays small."""

    __tablename__ = "window_rule"
    __table_args__ = (UniqueConstraint("road_id", "name"),)

    id: int | None = key()
    city: str
    road_id: int = Field(foreign_key="road.id")
    name: str
    n: int
    unit: str
    direction: str
    first_day_counts: bool = False
    """The day it counts from is day 1; otherwise the day after it is."""
    clause: str
    document: str
    assumed: str = ""
    at_end: str = "remind"
    """What happens at the end, separated by blanks: remind, ticket, block, lapse, leader."""
    remind_at: str = "3 1"
    """Working days before the end on which a reminder goes out, separated by blanks."""
    escalate_at: str = ""
    """Working days behind the end on which an undone matter goes one desk higher, separated by blanks."""


class PackVersion(SQLModel, table=True):
    """What one version of a city's pack and settings said, kept once. Append-only."""

    __tablename__ = "pack_version"

    city: str = Field(primary_key=True)
    version: str = Field(primary_key=True)
    content: str
    """JSON, from which the pack is built again; the version is the hash of what it says."""
    first_seen_at: datetime = moment()
