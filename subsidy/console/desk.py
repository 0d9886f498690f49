"""What the console is opened with: settings, database, rules, keys, the permission table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING

from argon2 import PasswordHasher

from subsidy.actions.access.passwords import COSTLY
from subsidy.actions.access.permissions import Permissions, load_permissions
from subsidy.actions.acting import Office
from subsidy.clock import now
from subsidy.console.pages import Pages
from subsidy.console.throttle import Throttle
from subsidy.keys import load_keys
from subsidy.office import SealSigner, business_day_in, load_office, open_database
from subsidy.records.database import Database
from subsidy.records.seals import Signer
from subsidy.settings import Settings

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True)
class Desk:
    """One console; shared by every request."""

    settings: Settings
    database: Database
    office: Office
    permissions: Permissions
    pages: Pages
    secret: bytes = field(repr=False)
    """Signs what visitors without a session carry."""
    throttle: Throttle
    clock: Callable[[], datetime] = now
    hasher: PasswordHasher = COSTLY
    signer: Signer | None = field(default=None, repr=False)
    """Checks the seals behind a posting; None where this console holds no key."""

    def business_date(self, session: Session, city: str, *, at: datetime | None = None) -> date:
        """The day that rules for a city: in the demo the one the story has reached, else today."""
        return business_day_in(session, self.settings, city=city, at=at)

    @property
    def secure_cookies(self) -> bool:
        """Cookies travel over TLS only, where people reach us over TLS."""
        return self.settings.console_url.startswith("https:")


def open_desk(settings: Settings) -> Desk:
    """Read rules and keys and open the database. Raises what the loaders raise, each naming its file."""
    keys = load_keys(settings.keys_folder)
    return Desk(
        settings=settings,
        database=open_database(settings),
        office=load_office(settings, keys=keys, live=True),
        permissions=load_permissions(settings.config_file("permissions.yaml")),
        pages=Pages(),
        secret=keys.session,
        throttle=Throttle(),
        signer=SealSigner(keys),
    )
