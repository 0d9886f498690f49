"""For the platform engineer: settings with their origin, keys, schema; accounts and their roles."""

from __future__ import annotations

from starlette.responses import Response

from subsidy.actions.access.accounts import (
    Change,
    create_account,
    grant_role,
    list_accounts,
    provider_choices,
    revoke_role,
    set_active,
    set_password,
)
from subsidy.console.answers import go, page
from subsidy.console.doors import Doors
from subsidy.console.language.words import CHINESE, N_
from subsidy.console.menu import role_titles
from subsidy.console.visits import Entering, NotFoundError, Visit
from subsidy.keys import key_report
from subsidy.supervisor.schema import read_schema

doors = Doors()
BACK = "/system/accounts"


@doors.get("/system", "system.show")
def show(visit: Entering) -> Response:
    """Settings and where each came from, keys, schema, rules loaded."""
    settings = visit.desk.settings
    return page(
        visit,
        "system.html",
        settings=settings.shown(),
        unknown=settings.unknown,
        keys=[(str(name), told) for name, told in key_report(settings.keys_folder)],
        schema=read_schema(settings.database_url),
        packs=[(p.city, p.name, p.version) for p in visit.desk.office.packs.values()],
        calendar=visit.act().calendar.version,
    )


@doors.get("/system/accounts", "system.accounts")
def accounts(visit: Entering) -> Response:
    """Accounts with their roles."""
    with visit.reading() as session:
        rows = list_accounts(session)
        providers = provider_choices(session, city=visit.city)
    return page(
        visit,
        "accounts.html",
        rows=rows,
        providers=providers,
        roles=role_titles(visit),
        areas=[(area.id, area.name) for area in visit.all_areas],
        now=visit.now,
    )


@doors.post("/system/accounts", "system.accounts")
def create(visit: Entering) -> Response:
    """Make an account without any role."""
    provider = visit.text("provider_id")
    with visit.writing() as session:
        change = create_account(
            session,
            login=visit.text("login").lower(),
            display_name=visit.text("display_name"),
            password=str(visit.form.get("password", "")),
            now=visit.now,
            provider_id=int(provider) if provider.isdigit() else None,
            hasher=visit.desk.hasher,
        )
    return _told(visit, change, N_("The account is made; give it a role."))


@doors.post("/system/accounts/{account_id}/grant", "system.accounts")
def grant(visit: Entering, account_id: int) -> Response:
    """Give a role within an area; refused where it clashes with one that is held."""
    role, area_id = visit.text("role", needed=True), visit.whole("area_id")
    if role not in visit.desk.permissions.roles or area_id not in {a.id for a in visit.all_areas}:
        raise NotFoundError
    with visit.writing() as session:
        change = grant_role(
            session, visit.desk.permissions, account_id=account_id, role=role, area_id=area_id
        )
    return _told(visit, change, N_("The role is given."))


@doors.post("/system/accounts/{account_id}/revoke", "system.accounts")
def revoke(visit: Entering, account_id: int) -> Response:
    """Take a role away."""
    with visit.writing() as session:
        change = revoke_role(session, grant_id=visit.whole("grant_id"))
    return _told(visit, change, N_("The role is taken away."))


@doors.post("/system/accounts/{account_id}/password", "system.accounts")
def password(visit: Entering, account_id: int) -> Response:
    """Give a new password; every session of the account ends."""
    with visit.writing() as session:
        change = set_password(
            session,
            account_id=account_id,
            password=str(visit.form.get("password", "")),
            hasher=visit.desk.hasher,
        )
    return _told(visit, change, N_("The password is changed."))


@doors.post("/system/accounts/{account_id}/active", "system.accounts")
def active(visit: Entering, account_id: int) -> Response:
    """Close an account, or open it again."""
    with visit.writing() as session:
        change = set_active(session, account_id=account_id, active=visit.text("active") == "1")
    return _told(visit, change, N_("The account is changed."))


def _told(visit: Visit, change: Change, note: str) -> Response:
    why = change.why_zh if visit.language == CHINESE else change.why_en
    return go(visit, BACK, why or visit.say(note), bad=not change.done)
