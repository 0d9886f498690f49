"""What goes wrong, told as a page to people and as a problem (RFC 9457) to programs."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, RedirectResponse, Response

from subsidy.console.answers import problem
from subsidy.console.desk import Desk
from subsidy.console.language.words import N_, language_of, translations
from subsidy.console.visits import (
    LANGUAGE_COOKIE,
    FieldError,
    ForgedError,
    NotAllowedError,
    NotFoundError,
    NotLoggedInError,
    TooManyTriesError,
)

log = logging.getLogger("subsidy.console")

TEXTS: dict[int, tuple[str, str]] = {
    400: (
        N_("Something in the form cannot be read"),
        N_("Go back, mend the field and send again."),
    ),
    403: (
        N_("Your roles do not open this page"),
        N_("If you need it for your work, ask the administrator for the role."),
    ),
    404: (
        N_("There is no such page, or none that you may see"),
        N_("Check the address, or start from the list."),
    ),
    405: (N_("This address takes no such request"), N_("Start from the list.")),
    409: (
        N_("This form is older than your session, or did not come from this page"),
        N_("Load the page again and send it once more."),
    ),
    429: (
        N_("Too many tries in a short time"),
        N_("Nothing was taken. Wait a while and try again."),
    ),
    500: (
        N_("The system failed; nothing was changed"),
        N_("Tell the platform engineer the number below."),
    ),
}


def install(app: FastAPI) -> None:
    """Answer every exception that routes let through."""
    told: tuple[tuple[type[Exception], int], ...] = (
        (NotAllowedError, 403),
        (NotFoundError, 404),
        (ForgedError, 409),
    )
    for kind, status in told:
        app.exception_handler(kind)(_answering(status))
    app.exception_handler(TooManyTriesError)(_too_many)
    app.exception_handler(NotLoggedInError)(_to_login)
    app.exception_handler(FieldError)(_bad_field)
    app.exception_handler(HTTPException)(_http)
    app.exception_handler(RequestValidationError)(_answering(404))
    app.exception_handler(Exception)(_unforeseen)


def _answering(status: int) -> Callable[[Request, Exception], Response]:
    def answer(request: Request, error: Exception) -> Response:
        return tell(request, status)

    return answer


def _too_many(request: Request, error: Exception) -> Response:
    """Too many tries: how long to wait, for people in minutes and for programs as Retry-After."""
    assert isinstance(error, TooManyTriesError)
    minutes = -(-error.seconds // 60)
    told = _say(request, N_("The next one is taken in %(minutes)s minutes."))
    answer = tell(request, 429, detail=told % {"minutes": minutes})
    answer.headers["retry-after"] = str(error.seconds)
    return answer


def _to_login(request: Request, error: Exception) -> Response:
    if _is_api(request):
        return problem(401, "log in first")
    back = request.url.path if request.method == "GET" else "/"
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return RedirectResponse(f"/login?next={quote(back + query)}", status_code=303)


def _bad_field(request: Request, error: Exception) -> Response:
    assert isinstance(error, FieldError)
    return tell(request, 400, detail=f"{error.field}: {_say(request, error.why)}")


def _http(request: Request, error: Exception) -> Response:
    status = getattr(error, "status_code", 500)
    return tell(request, status if status in TEXTS else 404)


def _unforeseen(request: Request, error: Exception) -> Response:
    number = secrets.token_hex(4)
    # The type and the place are logged by the server; the text may hold data, so it is not.
    log.error("request failed", extra={"failure": number, "kind": type(error).__name__})
    return tell(request, 500, detail=number)


def tell(request: Request, status: int, *, detail: str = "") -> Response:
    """The failure as the asker can read it."""
    title, remedy = TEXTS[status]
    if _is_api(request):
        return problem(status, title, detail or remedy)
    desk: Desk = request.app.state.desk
    values: dict[str, Any] = {
        "title": _say(request, title),
        "remedy": _say(request, remedy),
        "detail": detail,
        "language": _language(request),
    }
    html = desk.pages.render("failure.html", values, language=_language(request))
    return HTMLResponse(html, status_code=status)


def _is_api(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _language(request: Request) -> str:
    desk: Desk = request.app.state.desk
    return language_of(request.cookies.get(LANGUAGE_COOKIE), desk.settings.language)


def _say(request: Request, text: str) -> str:
    return translations(_language(request)).gettext(text)
