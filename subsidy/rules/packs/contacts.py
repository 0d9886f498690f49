"""Who speaks to people in a city, and at which hours: offices with phone and mailboxes, remedies."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field

from subsidy.rules.packs.faults import PolicyError
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import Strict

_ONE_DAY = timedelta(days=1)
SHIPPED = Path(__file__).resolve().parents[3] / "config"


class _OfficeSpec(Strict):
    name: str
    phone: str = Field(pattern=r"^\d{3,4}-\d{7,8}$")
    reconsideration_at: str


class _QuietSpec(Strict):
    since: time = Field(alias="from")
    until: time
    rest_days: bool
    assumed: str = Field(min_length=4)


class _LinesSpec(Strict):
    value: int = Field(ge=1)
    assumed: str = Field(min_length=4)


class _LettersSpec(Strict):
    quiet_hours: _QuietSpec | None = None
    digest_lines: _LinesSpec | None = None


class _OfficesSpec(Strict):
    city: str
    court: str
    mail_domain: str
    sms_mail_domain: str | None = None
    role_mailboxes: dict[str, str] = Field(default_factory=dict)
    letters: _LettersSpec = _LettersSpec()
    offices: dict[str, _OfficeSpec] = Field(min_length=1)


class _RemedyValue(Strict):
    within: str
    clause: str
    document: str


class _RemedySpec(Strict):
    way: str
    at: Literal["reconsideration", "court"]
    values: dict[date, _RemedyValue] = Field(min_length=1)


class _RemediesSpec(Strict):
    remedies: list[_RemedySpec] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class PublicOffice:
    """The office that signs a message."""

    name: str
    phone: str
    reconsideration_at: str


@dataclass(frozen=True, slots=True)
class WayOut:
    """One way to contest a decision: what, before whom, within which time, by which clause."""

    way: str
    at: str
    within: str
    clause: str
    document: str


@dataclass(frozen=True, slots=True)
class QuietHours:
    """When people are not written to: from (inclusive) until (exclusive), local time of the city."""

    since: time
    until: time
    rest_days: bool
    """Whether rest days are quiet as a whole."""
    why: str
    """Why the bureau chose them; no document says so."""

    def open_from(self, local: datetime, *, works: Callable[[date], bool]) -> datetime:
        """The first moment, `local` itself or later, at which people may be written to.

        `works` says whether a day is a working day. Working days come again within weeks.
        """
        moment = local
        for _ in range(120):
            if self.rest_days and not works(moment.date()):
                moment = datetime.combine(moment.date() + _ONE_DAY, time(), moment.tzinfo)
            elif self._silent(moment.time()):
                over = moment.date() + (_ONE_DAY if moment.time() >= self.until else timedelta(0))
                moment = datetime.combine(over, self.until, moment.tzinfo)
            else:
                break
        return moment

    def _silent(self, at: time) -> bool:
        if self.since <= self.until:
            return self.since <= at < self.until
        return at >= self.since or at < self.until


@dataclass(frozen=True)
class Contacts:
    """The offices of one city and the remedies against what they decide."""

    city: str
    court: str
    offices: Mapping[str, PublicOffice]
    """By division id; the city's own office has the city's id."""
    mail_domain: str
    """The offices read their mail at `<division id>@` this domain."""
    sms_mail_domain: str | None = None
    """Domain of a gateway that turns mail into text messages; None where there is none."""
    quiet_hours: QuietHours | None = None
    """None: people are written to at any hour."""
    digest_lines: int | None = None
    """Most lines of a digest; None: every one."""
    role_mailboxes: Mapping[str, str] = field(default_factory=dict)
    """Role → ending of its mailbox in every office: `<division id>.<ending>@` the domain."""
    _remedies: tuple[_RemedySpec, ...] = field(default=(), repr=False)

    def office(self, area_code: str) -> PublicOffice:
        """The office of an area; the city's own where the area has none of its own."""
        return self.offices.get(area_code) or self.offices[self.city]

    def mailbox(self, area_code: str, *, role: str = "") -> str:
        """Where the office of an area reads its mail; with a role, where its holder there does.

        A role without a mailbox of its own is reached through its office.
        """
        office = area_code if area_code in self.offices else self.city
        ending = self.role_mailboxes.get(role)
        return f"{office}.{ending}@{self.mail_domain}" if ending else f"{office}@{self.mail_domain}"

    def remedies(self, office: PublicOffice, *, on: date) -> tuple[WayOut, ...]:
        """How a decision that this office takes on `on` can be contested."""
        found = []
        for remedy in self._remedies:
            starts = [day for day in remedy.values if day <= on]
            if starts:
                value = remedy.values[max(starts)]
                at = office.reconsideration_at if remedy.at == "reconsideration" else self.court
                found.append(WayOut(remedy.way, at, value.within, value.clause, value.document))
        return tuple(found)


def load_contacts(path: Path, *, remedies: Path) -> Contacts:
    """Read `config/offices/<city>.yaml` and `config/remedies.yaml`.

    Raises PolicyError with every fault; the city's own office must be among the offices.
    """
    source = SourceFile(path=path)
    spec = source.parse(_OfficesSpec)
    if spec.city not in spec.offices:
        missing = source.fault(
            ("offices",), f"The office of {spec.city} itself is missing.", "Add it."
        )
        raise PolicyError([missing])
    offices = {
        code: PublicOffice(each.name, each.phone, each.reconsideration_at)
        for code, each in spec.offices.items()
    }
    ways = SourceFile(path=remedies).parse(_RemediesSpec)
    return Contacts(
        city=spec.city,
        court=spec.court,
        offices=offices,
        mail_domain=spec.mail_domain,
        sms_mail_domain=spec.sms_mail_domain,
        quiet_hours=_quiet(spec.letters.quiet_hours),
        digest_lines=spec.letters.digest_lines.value if spec.letters.digest_lines else None,
        role_mailboxes=spec.role_mailboxes,
        _remedies=tuple(ways.remedies),
    )


def _quiet(spec: _QuietSpec | None) -> QuietHours | None:
    if spec is None:
        return None
    return QuietHours(spec.since, spec.until, spec.rest_days, spec.assumed)


@lru_cache(maxsize=1)
def shipped_contacts() -> Mapping[str, Contacts]:
    """The contacts of every city in the checkout's config."""
    remedies = SHIPPED / "remedies.yaml"
    return {
        path.stem: load_contacts(path, remedies=remedies)
        for path in sorted((SHIPPED / "offices").glob("*.yaml"))
    }
