"""Every route against every role: the permission table is what the pages do, cell by cell."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute

from subsidy.actions.access.permissions import Permissions
from subsidy.console.routes import ROUTES
from tests.console.conftest import ROLES, Person

UNATTENDED = {"/healthz", "/readyz"}
FIRST = {
    "claim_id": "1", "class_id": "1", "ticket_id": "1", "notice_id": "1", "batch_id": "1",
    "item_id": "1", "account_id": "1", "change_id": "1", "objection_id": "1", "deadline_id": "1",
    "message_id": "1", "file_id": "1", "uplift_id": "1", "application_id": "1",
    "number": "XS2020-001-001", "kind": "roster", "token": "verdict-nothing", "wanted": "en",
}  # fmt: skip


def routes(app: FastAPI) -> list[tuple[str, str, str]]:
    """(method, path with example values, permission) of every route of ours."""
    found = []
    for route in all_routes(app):
        path = re.sub(r"{(\w+)}", lambda m: FIRST[m.group(1)], route.path)
        extra = route.openapi_extra or {}
        found += [(m, path, extra.get("x-permission", "")) for m in route.methods]
    return found


def all_routes(app: FastAPI) -> list[APIRoute]:
    """The routes of the application, those of its routers included."""
    from subsidy.console import app as module
    from subsidy.console.api import API

    groups = (module.health, *ROUTES, *API)
    return [r for g in groups for r in g.router.routes if isinstance(r, APIRoute)]


def test_every_route_stands_behind_a_row_of_the_table(
    app: FastAPI, permissions: Permissions
) -> None:
    told = routes(app)
    assert len(told) > 80
    assert not [r for r in told if r[2] not in permissions.entries]


def test_no_row_of_the_table_is_without_a_route(app: FastAPI, permissions: Permissions) -> None:
    used = {permission for _, _, permission in routes(app)}
    assert set(permissions.entries) - used == {"payments.file"} - used


def test_nothing_of_ours_is_reached_outside_the_doors(app: FastAPI) -> None:
    paths = {getattr(r, "path", "") for r in app.routes}
    assert "/docs" not in paths
    assert "/openapi.json" not in paths


def test_a_visitor_without_log_in_reaches_only_the_public_rows(
    app: FastAPI, permissions: Permissions, visitor: Person
) -> None:
    for method, path, permission in routes(app):
        if (method, path) == ("POST", "/login"):
            continue
        open_ = permissions[permission].who == "everyone"
        status = _ask(visitor, method, path)
        if open_:
            assert status not in (401, 403, 500), (method, path, status)
        elif path.startswith("/api/"):
            assert status == 401, (method, path, status)
        else:
            assert status == 303, (method, path, status)


@pytest.mark.parametrize("role", ROLES)
def test_a_role_opens_its_doors_and_no_others(
    app: FastAPI, permissions: Permissions, log_in: Callable[[str], Person], role: str
) -> None:
    person = log_in(role)
    for method, path, permission in routes(app):
        if path == "/logout" or (method, path) == ("POST", "/login"):
            continue
        entry = permissions[permission]
        allowed = entry.who in ("everyone", "signed_in") or role in entry.roles
        status = _ask(person, method, path)
        if allowed:
            assert status not in (401, 403, 500), (role, method, path, status)
        else:
            assert status == 403, (role, method, path, status)


def test_an_engineer_has_no_door_to_business_data(permissions: Permissions) -> None:
    business = {name for name, entry in permissions.entries.items() if "engineer" in entry.roles}
    known = {"system.show", "system.accounts", "runs.show", "outbox.state"}
    assert business == known | {"calendar.show", "calendar.load"}


def test_an_auditor_changes_nothing_but_tickets_of_the_audit_queue(
    app: FastAPI, permissions: Permissions
) -> None:
    posts = {
        permission
        for method, path, permission in routes(app)
        if method == "POST" and "auditor" in permissions[permission].roles
    }
    assert posts == {"people.full_view", "tickets.work"}


def test_whoever_reviews_has_no_door_to_sending_money(permissions: Permissions) -> None:
    reviewers = permissions["claims.review"].roles
    assert not reviewers & permissions["payments.send"].roles
    assert not reviewers & permissions["payments.build"].roles


def _ask(person: Person, method: str, path: str) -> int:
    """Status of a request with a right word and an empty form."""
    if method == "GET":
        return person.client.get(path, follow_redirects=False).status_code
    return person.post(path)[0]
