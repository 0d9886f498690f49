"""Open the office: packs, calendar and keys of one installation, and its database.

The console, the flows and the commands all begin here. It stands outside the rooms, as the settings do:
it reads the folders that the settings name and hands plain values on.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from cryptography.exceptions import InvalidSignature
from sqlmodel import Session

from subsidy.actions.acting import Office
from subsidy.actions.views.places import business_date
from subsidy.calendars.live import LiveCalendars, load_calendars
from subsidy.clock import business_day
from subsidy.keys import Keys, load_keys
from subsidy.records.database import Database
from subsidy.rules.packs.contacts import Contacts, load_contacts
from subsidy.rules.packs.divisions import Divisions, load_divisions
from subsidy.rules.packs.faults import Fault, PolicyError
from subsidy.rules.packs.occupations import load_occupations
from subsidy.rules.packs.quotas import Quotas, load_quotas
from subsidy.rules.policy import Pack, load_pack
from subsidy.settings import Settings

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

log = logging.getLogger("subsidy.office")


def load_office(settings: Settings, *, keys: Keys | None = None, live: bool = False) -> Office:
    """Read every city's pack with the bureau's settings over it, the calendar and the keys.

    Files in the home's `config/` stand in for shipped ones of the same name. Raises PolicyError or
    CalendarFileError with every fault of all files, SetupError where keys are missing. `live` is for
    a process that stays up: its packs and its calendar follow their files.
    """
    return Office(
        packs=LivePacks(settings) if live else load_all_packs(settings),
        calendars=LiveCalendars(settings) if live else load_calendars(settings),
        vault=keys or load_keys(settings.keys_folder),
        contacts=load_all_contacts(settings),
        occupations=load_occupations(settings.config_file("occupations.yaml")),
    )


def load_all_contacts(settings: Settings) -> dict[str, Contacts]:
    """Every city's offices with the remedies, by city id. Raises PolicyError naming file and key."""
    remedies = settings.config_file("remedies.yaml")
    return {
        path.stem: load_contacts(path, remedies=remedies)
        for path in settings.config_files("offices/*.yaml").values()
    }


def load_all_packs(settings: Settings) -> dict[str, Pack]:
    """Every city's pack, by city id. Raises PolicyError with the faults of all files together."""
    overlays = settings.config_files("settings/*.yaml")
    exceptions = settings.config_file("exceptions.yaml")
    packs: dict[str, Pack] = {}
    faults: list[Fault] = []
    for name, path in settings.config_files("policies/*.yaml").items():
        overlay = overlays.get(name.replace("policies/", "settings/", 1))
        try:
            packs[path.stem] = load_pack(path, settings=overlay, exceptions=exceptions)
        except PolicyError as error:
            faults += error.faults
    if faults:
        raise PolicyError(faults)
    return packs


class LivePacks(Mapping[str, Pack]):
    """The packs of a process that stays up: read anew when a pack or the bureau's settings change.

    A fault in a changed file keeps the packs that were in use and is logged; `subsidy policy check`
    names it. Shared by threads.
    """

    def __init__(self, settings: Settings) -> None:
        """Read the packs once. Raises PolicyError as `load_all_packs` does."""
        self._settings = settings
        self._lock = threading.Lock()
        self._stamp = self._now()
        self._packs = load_all_packs(settings)

    def _now(self) -> tuple[tuple[str, int], ...]:
        files = [
            *self._settings.config_files("policies/*.yaml").values(),
            *self._settings.config_files("settings/*.yaml").values(),
            self._settings.config_file("exceptions.yaml"),
        ]
        return tuple((str(path), path.stat().st_mtime_ns) for path in files if path.exists())

    def _current(self) -> dict[str, Pack]:
        stamp = self._now()
        with self._lock:
            if stamp != self._stamp:
                self._stamp = stamp
                try:
                    self._packs = load_all_packs(self._settings)
                except PolicyError:
                    log.exception("changed policy files have faults; the packs in use stay")
            return self._packs

    def __getitem__(self, city: str) -> Pack:
        """The pack of a city as its files are now."""
        return self._current()[city]

    def __iter__(self) -> Iterator[str]:
        """City ids."""
        return iter(self._current())

    def __len__(self) -> int:
        """How many cities."""
        return len(self._current())


@dataclass(frozen=True)
class Targets:
    """A city's planned figures with its divisions."""

    quotas: Quotas
    divisions: Divisions


def load_targets(settings: Settings, *, city: str) -> Targets | None:
    """The planned figures of a city as its files are now; None for a city without any.

    Raises PolicyError with every fault; `subsidy policy check` names the same ones.
    """
    figures = settings.config_file(f"quotas/{city}.yaml")
    places = settings.config_file(f"divisions/{city}.yaml")
    if not (figures.exists() and places.exists()):
        return None
    return _targets(figures, places, figures.stat().st_mtime_ns, places.stat().st_mtime_ns)


@lru_cache(maxsize=16)
def _targets(figures: Path, places: Path, *_changed: int) -> Targets:
    divisions = load_divisions(places)
    return Targets(load_quotas(figures, divisions=divisions), divisions)


def open_database(settings: Settings, *, pool_size: int = 5) -> Database:
    """The business database; nothing is connected or created yet."""
    return Database(settings.database_url, pool_size=pool_size)


def business_day_in(
    session: Session, settings: Settings, *, city: str, at: datetime | None = None
) -> date:
    """The day that rules in a city: the override of the settings, in the demo the day that the story
    has reached (setting `business_date:<city>`), else the day in Shanghai at this moment or now.
    """
    chosen = settings.business_date
    if chosen is None and settings.demo:
        chosen = business_date(session, city=city)
    return chosen or business_day(settings, at=at)


def day_of(settings: Settings, *, city: str, at: datetime | None = None) -> date:
    """As `business_day_in`; opens the database only where it is the one to say the day."""
    if settings.business_date is not None or not settings.demo:
        return business_day(settings, at=at)
    database = open_database(settings)
    try:
        with database.reading() as session:
            return business_day_in(session, settings, city=city, at=at)
    finally:
        database.dispose()


class SealSigner:
    """Signs the seals of the history with the key of this home."""

    def __init__(self, keys: Keys) -> None:
        """Hold the keys; the signing key is derived when it is first needed."""
        self._keys = keys

    @cached_property
    def _private(self) -> Ed25519PrivateKey:
        return self._keys.signing_key()

    def sign(self, message: bytes) -> str:
        """Return the signature as hexadecimal text."""
        return self._private.sign(message).hex()

    def verify(self, message: bytes, signature: str) -> bool:
        """Return whether the signature fits."""
        try:
            self._private.public_key().verify(bytes.fromhex(signature), message)
        except (InvalidSignature, ValueError):
            return False
        return True
