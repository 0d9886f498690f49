"""One request: who comes, through which door, on which business day, and what was handed in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData, UploadFile

from subsidy.actions.access import sessions
from subsidy.actions.access.permissions import Entry
from subsidy.actions.access.sessions import Present
from subsidy.actions.acting import Act
from subsidy.actions.views.places import AreaName, areas_of
from subsidy.console.desk import Desk
from subsidy.console.language.words import N_, language_of, translations
from subsidy.console.throttle import Limit

if TYPE_CHECKING:
    from sqlmodel import Session

SESSION_COOKIE = "subsidy_session"
VISITOR_COOKIE = "subsidy_visitor"
LANGUAGE_COOKIE = "subsidy_language"
CITY_COOKIE = "subsidy_city"
CSRF_FIELD = "csrf"
CSRF_HEADER = "x-csrf-token"
LARGEST_FILE = 8 * 1024 * 1024


class NotLoggedInError(Exception):
    """The door needs a log-in; the page of it is shown."""


class NotAllowedError(Exception):
    """The caller's roles do not open this door; ask an administrator for the role."""


class ForgedError(Exception):
    """The form did not come from our page, or the page is older than the session: load it again."""


class NotFoundError(Exception):
    """No such thing, or none that the caller may see: the two look the same."""


class FieldError(Exception):
    """A field of a form cannot be read; `field` names it and `why` says what to enter."""

    def __init__(self, field: str, why: str) -> None:
        """Keep which field, and why, in English; the page translates it."""
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


class TooManyTriesError(Exception):
    """Too many tries in a while; `seconds` later the next one is taken."""

    def __init__(self, seconds: int = 900) -> None:
        """Keep how long to wait."""
        super().__init__(f"wait {seconds} s")
        self.seconds = seconds


@dataclass
class Visit:
    """What a route is given."""

    request: Request
    desk: Desk
    door: str
    entry: Entry
    present: Present | None
    city: str
    today: date
    now: datetime
    language: str
    csrf: str
    form: FormData
    all_areas: tuple[AreaName, ...] = ()
    sets_visitor: str | None = None
    """A new visitor's cookie, to be set with the answer."""
    notes: dict[str, str] = field(default_factory=dict)

    # ------------------------------------------------------------------ who and what for
    @property
    def who(self) -> Present:
        """The caller; only behind doors that need a log-in."""
        if self.present is None:
            raise NotLoggedInError
        return self.present

    @property
    def provider_id(self) -> int:
        """The caller's own unit. Raises NotAllowedError for an account without one."""
        if self.who.provider_id is None:
            raise NotAllowedError
        return self.who.provider_id

    @cached_property
    def roles(self) -> frozenset[str]:
        """Every role the caller holds in this city."""
        if self.present is None:
            return frozenset()
        return frozenset(h.role for h in self.present.held if h.city == self.city)

    @cached_property
    def areas(self) -> frozenset[int]:
        """Areas in which the caller holds one of this door's roles."""
        return self.areas_behind(self.door)

    def areas_behind(self, door: str) -> frozenset[int]:
        """Areas in which the caller holds one of the roles that open `door`."""
        wanted = self.desk.permissions[door].roles
        found: set[int] = set()
        for held in self.present.held if self.present else ():
            if held.city == self.city and held.role in wanted:
                if held.whole_city:
                    return frozenset(area.id for area in self.all_areas)
                found.add(held.area_id)
        return frozenset(found)

    def may(self, door: str, *, area_id: int | None = None) -> bool:
        """Whether the caller may pass another door (in one area), for links and forms."""
        entry = self.desk.permissions[door]
        if not entry.opens_for(self.roles, signed_in=self.present is not None):
            return False
        return area_id is None or not entry.roles or area_id in self.areas_behind(door)

    def roles_in(self, area_id: int) -> frozenset[str]:
        """The caller's roles within one area."""
        return frozenset(
            h.role
            for h in (self.present.held if self.present else ())
            if h.city == self.city and (h.whole_city or h.area_id == area_id)
        )

    def act(self, *, area_id: int | None = None) -> Act:
        """The deed of this request; with an area only the roles held there count."""
        only_there = area_id is not None and self.entry.scope == "area"
        roles = self.roles_in(area_id or 0) if only_there else self.roles
        return Act(
            office=self.desk.office,
            city=self.city,
            today=self.today,
            recorded_at=self.now,
            actor=f"user:{self.who.account_id}" if self.present else "public:page",
            roles=roles,
            areas=self._areas_of_act(area_id),
        )

    def _areas_of_act(self, area_id: int | None) -> frozenset[int]:
        """Where the deed may be done: a unit's own matters may lie in any area."""
        if self.entry.scope == "own":
            every = frozenset(area.id for area in self.all_areas)
            return every if area_id is None else frozenset({area_id})
        return self.areas if self.present else frozenset()

    def need_area(self, area_id: int) -> None:
        """Raise NotFoundError for a subject outside the caller's areas: it is not theirs to see."""
        if area_id not in self.areas:
            raise NotFoundError

    def within(self, what: str, limit: Limit, *, who: str | None = None) -> None:
        """Count one try by address (or by `who`). Raises TooManyTriesError, saying how long to wait."""
        throttle, key = self.desk.throttle, self.address if who is None else who
        if not throttle.allows(what, key, limit):
            raise TooManyTriesError(throttle.waits(what, key, limit))

    # ------------------------------------------------------------------ database
    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for looking."""
        with self.desk.database.reading() as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """A session that commits at the end of the block, before the answer is sent."""
        with self.desk.database.transaction() as session:
            yield session

    # ------------------------------------------------------------------ what was handed in
    def text(self, name: str, *, needed: bool = False) -> str:
        """A text field, trimmed."""
        raw = self.form.get(name, "")
        value = raw.strip() if isinstance(raw, str) else ""
        if needed and not value:
            raise FieldError(name, N_("enter a value"))
        return value

    def whole(self, name: str) -> int:
        """A whole number. Raises FieldError."""
        try:
            return int(self.text(name, needed=True))
        except ValueError:
            raise FieldError(name, N_("enter a whole number")) from None

    def day(self, name: str) -> date:
        """A date. Raises FieldError."""
        found = self.day_or_none(name)
        if found is None:
            raise FieldError(name, N_("enter a date such as 2020-10-12"))
        return found

    def day_or_none(self, name: str) -> date | None:
        """A date, or None where the field is empty. Raises FieldError."""
        text = self.text(name)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            raise FieldError(name, N_("enter a date such as 2020-10-12")) from None

    def wholes(self, name: str) -> list[int]:
        """The chosen numbers of a list of boxes, each once, in order. Raises FieldError."""
        try:
            return sorted({int(str(value)) for value in self.form.getlist(name)})
        except ValueError:
            raise FieldError(name, N_("choose rows of the list")) from None

    def file(self, name: str) -> tuple[str, bytes]:
        """(name, content) of an uploaded file. Raises FieldError."""
        given = self.form.get(name)
        if not isinstance(given, UploadFile) or not given.filename:
            raise FieldError(name, N_("choose a file"))
        content = given.file.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            raise FieldError(name, N_("the file is larger than 8 MB; split it"))
        return given.filename, content

    @property
    def query(self) -> dict[str, str]:
        """The address's own fields, empty ones left out."""
        return {k: v.strip() for k, v in self.request.query_params.items() if v.strip()}

    @property
    def address(self) -> str:
        """Where the request comes from, for limits."""
        return self.request.client.host if self.request.client else ""

    def say(self, text: str) -> str:
        """A text in the visitor's language."""
        return translations(self.language).gettext(text)


async def handed_in(request: Request) -> AsyncIterator[FormData]:
    """The form of a POST, closed with its files at the end; nothing for other methods and JSON."""
    kind = request.headers.get("content-type", "")
    if request.method != "POST" or not kind.startswith(
        ("application/x-www-form-urlencoded", "multipart/form-data")
    ):
        yield FormData()
        return
    async with request.form(max_files=4, max_fields=5000, max_part_size=LARGEST_FILE) as form:
        yield form


def enter(request: Request, form: Annotated[FormData, Depends(handed_in)]) -> Visit:
    """Let a request in, or raise what keeps it out. Every route stands behind this."""
    desk: Desk = request.app.state.desk
    door = door_of(request)
    entry = desk.permissions[door]
    token = request.cookies.get(SESSION_COOKIE)
    moment = desk.clock()
    with desk.database.reading() as session:
        present = sessions.present(session, token=token, now=moment) if token else None
        city = _city(request, desk, present)
        visit = Visit(
            request=request,
            desk=desk,
            door=door,
            entry=entry,
            present=present,
            city=city,
            today=desk.business_date(session, city, at=moment),
            now=moment,
            language=language_of(request.cookies.get(LANGUAGE_COOKIE), desk.settings.language),
            csrf=present.csrf if present else "",
            form=form,
            all_areas=areas_of(session, city=city),
        )
    if present is None:
        _know_visitor(visit)
    if not entry.opens_for(visit.roles, signed_in=present is not None):
        raise NotAllowedError if present else NotLoggedInError
    if request.method not in ("GET", "HEAD"):
        _check_form(visit)
    if present is not None and present.stale and token:
        with desk.database.transaction() as session:
            sessions.touch(session, token=token, now=moment)
    return visit


def door_of(request: Request) -> str:
    """The permission that the matched route stands behind; a route without one opens for nobody."""
    extra = getattr(request.scope.get("route"), "openapi_extra", None) or {}
    return str(extra["x-permission"])


def _city(request: Request, desk: Desk, present: Present | None) -> str:
    """The city of the visit: the one chosen, among those the caller works for."""
    mine = [h.city for h in present.held] if present else []
    wanted = request.cookies.get(CITY_COOKIE)
    choices = mine or [c for c in desk.settings.cities if c in desk.office.packs]
    choices = choices or sorted(desk.office.packs)
    return wanted if wanted in choices else choices[0]


def _know_visitor(visit: Visit) -> None:
    """Bind the forms of somebody without a session to a cookie of their own."""
    known = visit.request.cookies.get(VISITOR_COOKIE, "")
    if len(known) < 20:
        known = visit.sets_visitor = secrets.token_urlsafe(24)
    visit.csrf = visitor_word(visit.desk.secret, known)


def visitor_word(secret: bytes, visitor: str) -> str:
    """The word that forms of a visitor without a session carry."""
    return hmac.new(secret, f"visitor:{visitor}".encode(), hashlib.sha256).hexdigest()


def _check_form(visit: Visit) -> None:
    """Refuse a POST that our own page of this session did not send."""
    given = visit.form.get(CSRF_FIELD) or visit.request.headers.get(CSRF_HEADER, "")
    site = visit.request.headers.get("sec-fetch-site", "same-origin")
    if site not in ("same-origin", "none"):
        raise ForgedError
    if not isinstance(given, str) or not hmac.compare_digest(given.encode(), visit.csrf.encode()):
        raise ForgedError


Entering = Annotated[Visit, Depends(enter)]
"""What every route takes first."""
