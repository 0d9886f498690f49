"""Logging in and out, the language, the city."""

from __future__ import annotations

from starlette.responses import RedirectResponse, Response

from subsidy.actions.access import sessions
from subsidy.actions.access.accounts import FAILURES_ALLOWED, LOCKED_FOR, authenticate
from subsidy.actions.access.demo import DemoLogin, demo_logins
from subsidy.console.answers import cookie_flags, go, known, page, safe_next
from subsidy.console.doors import Doors
from subsidy.console.language.words import LANGUAGES, N_
from subsidy.console.menu import role_titles, start_page
from subsidy.console.throttle import LOG_IN
from subsidy.console.visits import (
    CITY_COOKIE,
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    Entering,
    Visit,
)

doors = Doors()
STORY = "scenarios/hangzhou-autumn-2020.yaml"
YEAR_SECONDS = 365 * 24 * 3600


@doors.get("/", "start")
def start(visit: Entering) -> Response:
    """The first page that the caller's roles open."""
    return go(visit, start_page(visit))


@doors.get("/login", "session.log_in")
def ask(visit: Entering) -> Response:
    """The log-in page; somebody who is in already goes on."""
    if visit.present:
        return go(visit, safe_next(visit.query.get("next")))
    return _login_page(visit, 200, "")


@doors.post("/login", "session.log_in")
def log_in(visit: Entering) -> Response:
    """Check login and password, and start a session with a new token."""
    visit.within("log in", LOG_IN)
    login, password = visit.text("login"), str(visit.form.get("password", ""))
    with visit.writing() as session:
        account = authenticate(
            session, login=login, password=password, now=visit.now, hasher=visit.desk.hasher
        )
        if account is not None and account.id is not None:
            opened = sessions.open_session(
                session,
                account_id=account.id,
                now=visit.now,
                replaces=visit.request.cookies.get(SESSION_COOKIE),
            )
        else:
            opened = None
    if opened is None:
        return _login_page(visit, 401, login)
    answer = RedirectResponse(safe_next(visit.text("next") or None), status_code=303)
    answer.set_cookie(SESSION_COOKIE, opened.token, path="/", **cookie_flags(visit))
    return answer


@doors.post("/logout", "session.log_out")
def log_out(visit: Entering) -> Response:
    """End the session on both sides."""
    token = visit.request.cookies.get(SESSION_COOKIE)
    if token:
        with visit.writing() as session:
            sessions.close_session(session, token=token)
    answer = go(visit, "/login", visit.say(N_("You are logged out.")))
    answer.delete_cookie(SESSION_COOKIE, path="/")
    return answer


@doors.get("/language/{wanted}", "session.language")
def choose_language(visit: Entering, wanted: str) -> Response:
    """Remember the language and go back to the page."""
    answer = RedirectResponse(safe_next(visit.query.get("next")), status_code=303)
    if wanted in LANGUAGES:
        answer.set_cookie(
            LANGUAGE_COOKIE, wanted, max_age=YEAR_SECONDS, path="/", **cookie_flags(visit)
        )
    return known(visit, answer)


@doors.post("/city", "session.city")
def choose_city(visit: Entering) -> Response:
    """Work for another of the caller's cities."""
    answer = go(visit, "/")
    city = visit.text("city")
    if any(held.city == city for held in visit.who.held):
        answer.set_cookie(CITY_COOKIE, city, path="/", **cookie_flags(visit))
    return answer


def _login_page(visit: Visit, status: int, login: str) -> Response:
    return page(
        visit,
        "login.html",
        status,
        login=login,
        failed=status == 401,
        next=safe_next(visit.query.get("next") or visit.text("next") or None),
        demo_logins=_demo_logins(visit),
        roles=role_titles(visit),
        failures_allowed=FAILURES_ALLOWED,
        locked_minutes=int(LOCKED_FOR.total_seconds() // 60),
    )


def _demo_logins(visit: Visit) -> list[DemoLogin]:
    if not visit.desk.settings.demo:
        return []
    with visit.reading() as session:
        return demo_logins(session, story=visit.desk.settings.config_file(STORY))
