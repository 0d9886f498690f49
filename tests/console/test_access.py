"""Logging in, forged forms, lockout, roles that do not go together, headers."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from subsidy.actions.access.accounts import (
    FAILURES_ALLOWED,
    LOCKED_FOR,
    authenticate,
    create_account,
    grant_role,
    set_active,
    set_password,
)
from subsidy.actions.access.permissions import (
    PermissionFileError,
    Permissions,
    load_permissions,
)
from subsidy.actions.access.sessions import AT_MOST, IDLE_FOR, open_session, present
from subsidy.console.answers import safe_next
from subsidy.console.app import create_app
from subsidy.console.desk import Desk
from subsidy.console.throttle import Limit, Throttle
from subsidy.records.database import Database
from tests import builders
from tests.console.browsing import TestClient
from tests.console.conftest import PASSWORD, QUICK, Person, with_clock, word_of

NOW = datetime(2020, 11, 9, 1, tzinfo=UTC)


def test_a_form_without_its_word_is_refused(log_in: Callable[[str], Person]) -> None:
    clerk = log_in("clerk")
    answer = clerk.client.post("/claims/1/decide", data={}, follow_redirects=False)
    assert answer.status_code == 409
    answer = clerk.client.post("/claims/1/decide", data={"csrf": "x"}, follow_redirects=False)
    assert answer.status_code == 409


def test_the_word_of_another_session_is_refused(log_in: Callable[[str], Person]) -> None:
    one, two = log_in("clerk"), log_in("clerk2")
    answer = one.client.post("/claims/1/decide", data={"csrf": two.csrf}, follow_redirects=False)
    assert answer.status_code == 409


def test_a_form_sent_from_another_site_is_refused(log_in: Callable[[str], Person]) -> None:
    clerk = log_in("clerk")
    answer = clerk.client.post(
        "/claims/1/decide",
        data={"csrf": clerk.csrf},
        headers={"sec-fetch-site": "cross-site"},
        follow_redirects=False,
    )
    assert answer.status_code == 409


def test_a_log_in_form_of_nobody_is_refused(desk: Desk) -> None:
    client = TestClient(create_app(desk=desk))
    answer = client.post("/login", data={"login": "clerk", "password": PASSWORD})
    assert answer.status_code == 409


def test_logging_in_gives_a_new_session_and_ends_the_old_one(
    log_in: Callable[[str], Person],
) -> None:
    clerk = log_in("clerk")
    before = clerk.client.cookies["subsidy_session"]
    clerk.post("/login", login="clerk2", password=PASSWORD)
    after = clerk.client.cookies["subsidy_session"]
    assert before != after
    clerk.client.cookies.set("subsidy_session", before, domain="127.0.0.1")
    clerk.client.cookies.clear()
    clerk.client.cookies.set("subsidy_session", before)
    assert clerk.client.get("/claims", follow_redirects=False).status_code == 303


def test_the_session_cookie_is_out_of_reach_of_scripts_and_of_other_sites(
    visitor: Person,
) -> None:
    answer = visitor.client.post(
        "/login",
        data={"csrf": visitor.csrf, "login": "clerk", "password": PASSWORD},
        follow_redirects=False,
    )
    told = answer.headers["set-cookie"].lower()
    assert "httponly" in told
    assert "samesite=lax" in told


def test_logging_out_ends_the_session_on_both_sides(log_in: Callable[[str], Person]) -> None:
    clerk = log_in("clerk")
    token = clerk.client.cookies["subsidy_session"]
    assert clerk.post("/logout")[0] == 303
    clerk.client.cookies.set("subsidy_session", token)
    assert clerk.client.get("/claims", follow_redirects=False).status_code == 303


def test_five_wrong_tries_lock_an_account_even_for_the_right_password(desk: Desk) -> None:
    with desk.database.transaction() as session:
        for _ in range(FAILURES_ALLOWED):
            assert not authenticate(
                session, login="clerk", password="wrong-wrong", now=NOW, hasher=QUICK
            )
        late = NOW + LOCKED_FOR - timedelta(seconds=1)
        assert not authenticate(session, login="clerk", password=PASSWORD, now=late, hasher=QUICK)
        later = NOW + LOCKED_FOR
        assert authenticate(session, login="clerk", password=PASSWORD, now=later, hasher=QUICK)


def test_the_log_in_page_says_the_same_for_an_unknown_name_and_a_wrong_password(
    visitor: Person,
) -> None:
    known = visitor.post("/login", login="clerk", password="wrong-wrong")
    unknown = visitor.post("/login", login="nobody", password="wrong-wrong")
    assert known[0] == unknown[0] == 401
    assert (
        known[1].replace("clerk", "X") == unknown[1].replace("nobody", "X").replace("clerk", "X")
        or "登录名或密码不正确" in unknown[1]
    )


def test_a_session_that_nobody_uses_ends(desk: Desk) -> None:
    with desk.database.transaction() as session:
        opened = open_session(session, account_id=1, now=NOW)
        assert present(session, token=opened.token, now=NOW + IDLE_FOR)
        assert not present(session, token=opened.token, now=NOW + IDLE_FOR + timedelta(seconds=1))


def test_a_session_ends_after_a_working_day_though_it_is_used(desk: Desk) -> None:
    client = TestClient(create_app(desk=with_clock(desk, NOW)), base_url="http://127.0.0.1")
    word = word_of(client.get("/login").text)
    client.post("/login", data={"csrf": word, "login": "clerk", "password": PASSWORD})
    token = client.cookies["subsidy_session"]
    moment = NOW
    while moment < NOW + AT_MOST:
        app = create_app(desk=with_clock(desk, moment))
        again = TestClient(app, base_url="http://127.0.0.1", cookies={"subsidy_session": token})
        assert again.get("/claims", follow_redirects=False).status_code == 200
        moment += timedelta(minutes=110)
    late = with_clock(desk, NOW + AT_MOST + timedelta(seconds=1))
    over = TestClient(create_app(desk=late), cookies={"subsidy_session": token})
    assert over.get("/claims", follow_redirects=False).status_code == 303


def test_a_new_password_and_a_closed_account_end_every_session(desk: Desk) -> None:
    with desk.database.transaction() as session:
        first = open_session(session, account_id=1, now=NOW)
        set_password(session, account_id=1, password="another-long-1", hasher=QUICK)
        assert not present(session, token=first.token, now=NOW)
        second = open_session(session, account_id=1, now=NOW)
        set_active(session, account_id=1, active=False)
        assert not present(session, token=second.token, now=NOW)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [("clerk", "engineer"), ("clerk", "finance"), ("auditor", "leader"), ("provider", "clerk")],
)
def test_roles_that_do_not_go_together_are_not_given_to_one_account(
    desk: Desk, permissions: Permissions, held: str, wanted: str
) -> None:
    with desk.database.transaction() as session:
        account = create_account(
            session, login="both", display_name="某某", password=PASSWORD, now=NOW,
            provider_id=1, hasher=QUICK,
        )  # fmt: skip
        area = builders.area(session)
        give = lambda role: grant_role(  # noqa: E731
            session, permissions, account_id=account.account_id or 0, role=role, area_id=area
        )
        assert give(held).done
        refused = give(wanted)
        assert not refused.done
        assert refused.why_zh
        assert give(held).done


def test_a_role_of_a_provider_needs_an_account_of_one(desk: Desk, permissions: Permissions) -> None:
    with desk.database.transaction() as session:
        account = create_account(
            session, login="loose", display_name="某某", password=PASSWORD, now=NOW, hasher=QUICK
        )
        outcome = grant_role(
            session, permissions, account_id=account.account_id or 0, role="provider",
            area_id=builders.area(session),
        )  # fmt: skip
        assert not outcome.done


def test_an_account_needs_a_fit_login_and_a_long_password(desk: Desk) -> None:
    with desk.database.transaction() as session:
        for login, password in (("Bad Name", PASSWORD), ("good", "short"), ("clerk", PASSWORD)):
            made = create_account(
                session, login=login, display_name="某某", password=password, now=NOW,
                hasher=QUICK,
            )  # fmt: skip
            assert not made.done
            assert made.why_zh
            assert made.why_en


def test_every_page_carries_the_security_headers(visitor: Person) -> None:
    for path in ("/login", "/public", "/static/console.css", "/nowhere", "/claims"):
        headers = visitor.client.get(path, follow_redirects=False).headers
        policy = headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe-inline" not in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"


def test_a_request_that_is_too_large_is_refused_before_it_is_read(visitor: Person) -> None:
    answer = visitor.client.post(
        "/login", content=b"x", headers={"content-length": str(50 * 1024 * 1024)}
    )
    assert answer.status_code == 413


@pytest.mark.parametrize(
    "bad", ["https://elsewhere.example/", "//elsewhere.example", "/\\elsewhere.example", "", None]
)
def test_a_log_in_never_leads_to_another_site(bad: str | None) -> None:
    assert safe_next(bad) == "/"
    assert safe_next("/claims?state=paid") == "/claims?state=paid"


def test_the_throttle_lets_so_many_through_in_a_while() -> None:
    now = 0.0
    throttle = Throttle(clock=lambda: now)
    limit = Limit(2, 60)
    assert [throttle.allows("log in", "a", limit) for _ in range(3)] == [True, True, False]
    assert throttle.allows("log in", "b", limit)
    now = 61.0
    assert throttle.allows("log in", "a", limit)


def test_a_faulty_permission_table_is_refused_with_the_key(tmp_path: object) -> None:
    from pathlib import Path

    path = Path(str(tmp_path)) / "permissions.yaml"
    path.write_text("roles: {}\nincompatible: []\nentries: {home: {who: [nobody], scope: area}}\n")
    with pytest.raises(PermissionFileError, match="unknown roles nobody"):
        load_permissions(path)
    path.write_text("roles: {}\nincompatible: []\nentries: {home: {who: everyone}}\n")
    with pytest.raises(PermissionFileError, match=r"entries\.home\.scope"):
        load_permissions(path)


def test_readiness_waits_for_the_schema(desk: Desk) -> None:
    client = TestClient(create_app(desk=desk))
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503  # tables without a migration's mark


def test_a_database_is_not_needed_to_answer_that_the_process_lives(desk: Desk) -> None:
    from dataclasses import replace

    gone = replace(desk, database=Database("sqlite:////nowhere/at/all.db"))
    assert TestClient(create_app(desk=gone)).get("/healthz").text == "ok"
