"""The menu: the pages that the caller's roles open, grouped by the trade."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from subsidy.console.language.words import N_
from subsidy.console.visits import Visit

ITEMS: tuple[tuple[str, str, str], ...] = (
    ("home", "/overview", N_("Overview")),
    ("claims.list", "/claims", N_("Claims")),
    ("deadlines.list", "/deadlines", N_("Deadlines")),
    ("claims.review", "/review", N_("Review desk")),
    ("tickets.list", "/tickets", N_("Exceptions")),
    ("classes.list", "/classes", N_("Classes")),
    ("applications.list", "/applications", N_("Applications")),
    ("vouchers.list", "/vouchers", N_("Vouchers")),
    ("catalogue.list", "/projects", N_("Projects")),
    ("uplifts.list", "/uplifts", N_("Higher rate")),
    ("notices.list", "/notices", N_("Notices")),
    ("payments.list", "/payments", N_("Payments")),
    ("outbox.list", "/outbox", N_("Messages")),
    ("registers.list", "/registers", N_("Outside registers")),
    ("quotas.show", "/quotas", N_("Training targets")),
    ("own.show", "/own", N_("My unit")),
    ("own.show", "/own/applications", N_("My applications")),
    ("own.show", "/own/claims", N_("My claims")),
    ("calendar.show", "/calendar", N_("Working calendar")),
    ("runs.show", "/runs", N_("Runs")),
    ("policy.show", "/policy", N_("Policy")),
    ("policy.compare", "/policy/compare", N_("Compare cities")),
    ("policy.coverage", "/policy/coverage", N_("Coverage")),
    ("system.show", "/system", N_("System")),
    ("outbox.state", "/outbox/state", N_("Messages")),
    ("system.accounts", "/system/accounts", N_("Accounts")),
)
PUBLIC: tuple[tuple[str, str, str], ...] = (
    ("public.notices", "/public", N_("Public notices")),
    ("public.catalogue", "/public/catalogue", N_("Subsidy catalogue")),
    ("public.claim", "/public/claim", N_("My own claim")),
)


@dataclass(frozen=True)
class Item:
    """One entry of the menu."""

    path: str
    title: str
    here: bool


def menu_of(visit: Visit) -> list[Item]:
    """What the caller may open; the public pages for visitors."""
    items = ITEMS if visit.present else PUBLIC
    path = visit.request.url.path
    shown = [(p, visit.say(title)) for door, p, title in items if visit.may(door)]
    best = max((p for p, _ in shown if _covers(p, path)), key=len, default="")
    return [Item(p, title, p == best) for p, title in shown]


def start_page(visit: Visit) -> str:
    """Where a log-in leads: the first page of the menu."""
    found = menu_of(visit)
    return found[0].path if found else "/public"


def _covers(item: str, path: str) -> bool:
    return path == item or (item != "/" and path.startswith(item + "/"))


def role_titles(visit: Visit) -> Mapping[str, str]:
    """Role → title in the visitor's language."""
    chinese = visit.language == "zh_CN"
    return {
        name: role.title_zh if chinese else role.title_en
        for name, role in visit.desk.permissions.roles.items()
    }
