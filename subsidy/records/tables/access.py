"""Accounts of people who log in, their sessions, and what the system itself remembers."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from subsidy.records.tables.types import key, moment


class Account(SQLModel, table=True):
    """Someone who logs in. Business rights are roles within areas, in `grant`."""

    id: int | None = key()
    login: str = Field(unique=True)
    display_name: str
    password_hash: str
    provider_id: int | None = Field(default=None, foreign_key="provider.id")
    active: bool = True
    failures: int = 0
    locked_until: datetime | None = moment(default=None)
    created_at: datetime = moment()


class Grant(SQLModel, table=True):
    """A role held within one area (its city's own area means the whole city)."""

    __tablename__ = "role_grant"
    __table_args__ = (UniqueConstraint("account_id", "role", "city", "area_id"),)

    id: int | None = key()
    account_id: int = Field(foreign_key="account.id", index=True)
    role: str
    city: str
    area_id: int = Field(foreign_key="area.id")


class LoginSession(SQLModel, table=True):
    """A session of the console: the cookie holds a random token, the row its hash."""

    __tablename__ = "login_session"

    token_hash: str = Field(primary_key=True)
    account_id: int = Field(foreign_key="account.id", index=True)
    created_at: datetime = moment()
    seen_at: datetime = moment()
    csrf: str


class Setting(SQLModel, table=True):
    """Facts the system keeps about itself: business date of the demo, schema of the data, cursors."""

    name: str = Field(primary_key=True)
    value: str


class ImportedFile(SQLModel, table=True):
    """A spreadsheet that was taken in: the same one again changes nothing."""

    __tablename__ = "imported_file"
    __table_args__ = (UniqueConstraint("city", "kind", "subject", "sha256"),)

    id: int | None = key()
    city: str
    kind: str
    subject: str
    sha256: str
    rows_good: int
    rows_bad: int
    actor: str
    at: datetime = moment()


class FlowReport(SQLModel, table=True):
    """What one run of a flow did, in counts, for the console's page of runs."""

    __tablename__ = "flow_report"

    id: int | None = key()
    city: str
    flow: str
    business_date: str
    run_id: str = ""
    status: str
    counts: str = "{}"
    started_at: datetime = moment()
    finished_at: datetime | None = moment(default=None)


class CalendarLoad(SQLModel, table=True):
    """A holiday notice that was taken in here: who, when, and what it moved. Append-only."""

    __tablename__ = "calendar_load"

    id: int | None = key()
    city: str
    """Empty for a national notice."""
    number: str
    title: str
    year: int
    published: date
    file: str
    sha256: str
    """Of the file as it was handed in."""
    versions: str
    """JSON: city → [calendar version before, after] on the business date."""
    moved: str
    """JSON: city → counts of the running deadlines, as the preview had them."""
    actor: str
    on: date
    at: datetime = moment()
