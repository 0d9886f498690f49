"""The subsidy catalogue, training providers and their agreements."""

from datetime import date

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from states.catalogue_item import CATALOGUE_ITEM
from subsidy.records.tables.types import fen, key, one_of


class CatalogueItem(SQLModel, table=True):
    """A project of the catalogue; for pass-certificate projects these are the fields of annex 4."""

    __tablename__ = "catalogue_item"
    __table_args__ = (
        UniqueConstraint("city", "code"),
        one_of("state", CATALOGUE_ITEM.labels),
    )

    id: int | None = key()
    city: str
    code: str
    area_id: int = Field(foreign_key="area.id")
    """The district that filed it; the city's own area for items of the city."""
    track: str
    title: str
    occupation: str
    """Occupation id of config/occupations, or the project's own id."""
    level: str = ""
    course: str = ""
    """Kind of course that rates go by (`online`, `eight_x`), where the track has such kinds."""
    training_mode: str = ""
    assessment_mode: str = ""
    certificate_name: str = ""
    certificate_kind: str = ""
    planned_heads: int = 0
    days: int = 0
    fee_fen: int = fen()
    rate_fen: int = fen()
    """Rate per day or per certificate as filed; the pack's rate rules payment."""
    survey_note: str = ""
    """Demand survey made before listing (五（一））."""
    procurement_record: str = ""
    department: str = ""
    """The department that trains and therefore supervises (三（五）); empty where none is named."""
    annex_entries: str = "{}"
    """JSON: what else the printed annex asks, by the annex's own names (undertaker, contents)."""
    state: str = CATALOGUE_ITEM.initial
    version: int = 0
    opinion: str = ""
    approved_on: date | None = None
    approved_by: str = ""
    """Level of the bureau whose opinion approved it: city or district; empty before."""
    standard_by: str = ""
    """Level of the industry authority that proposed the standard: city or district; empty: not said."""
    standard_record: str = ""
    """Letter in which the authority did so, where that came after the filing."""
    city_filed_on: date | None = None
    """Day on which what a district approved was filed with the city."""
    city_filed_record: str = ""
    listed_on: date | None = None
    ends_on: date | None = None
    """First day on which it is no longer listed."""


class Provider(SQLModel, table=True):
    """A training provider (organising unit) of one city."""

    __table_args__ = (UniqueConstraint("city", "credit_code"),)

    id: int | None = key()
    city: str
    area_id: int = Field(foreign_key="area.id")
    name: str
    credit_code: str
    contact: str = ""
    mailbox: str = ""
    account_name: str = ""
    account_sealed: bytes | None = None
    account_tail: str = ""
    """Last four digits of the unit account, for lists."""
    account_verified_on: date | None = None
    key_version: int = 1


class Agreement(SQLModel, table=True):
    """A signed training agreement: without a valid one no class may be filed (三（二）)."""

    id: int | None = key()
    city: str
    provider_id: int = Field(foreign_key="provider.id", index=True)
    number: str
    valid_from: date
    valid_until: date | None = None
    """First day on which it no longer holds."""
    scope: str = ""
    """Occupation ids, separated by blanks; empty means every item of the catalogue."""
