"""Answers of the console: pages, redirects with a note, refusals with reasons, files, problems."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, urlsplit

from itsdangerous import BadSignature, URLSafeTimedSerializer
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from subsidy.actions.acting import Outcome
from subsidy.console.menu import menu_of
from subsidy.console.visits import VISITOR_COOKIE, Visit
from subsidy.rules.verdict import Finding

NOTE_COOKIE = "subsidy_note"
NOTE_SECONDS = 120


def page(visit: Visit, template: str, status: int = 200, /, **values: Any) -> Response:
    """A page of the console with its frame: who is here, the business date, the menu, a note."""
    note = read_note(visit)
    html = visit.desk.pages.render(
        template, {**frame_of(visit), "note": note, **values}, language=visit.language
    )
    answer = HTMLResponse(html, status_code=status)
    if note:
        answer.delete_cookie(NOTE_COOKIE, path="/")
    return known(visit, answer)


def frame_of(visit: Visit) -> dict[str, Any]:
    """What the layout itself needs."""
    return {
        "visit": visit,
        "csrf": visit.csrf,
        "today": visit.today,
        "city_name": next(
            (area.name for area in visit.all_areas if area.is_city),
            visit.desk.office.packs[visit.city].name,
        ),
        "cities": sorted({h.city for h in visit.present.held}) if visit.present else [],
        "menu": menu_of(visit),
        "demo": visit.desk.settings.demo,
        "here": visit.request.url.path,
        "language": visit.language,
    }


def go(visit: Visit, path: str, note: str = "", *, bad: bool = False) -> Response:
    """Send the browser on to `path`, where the note is shown once."""
    answer = RedirectResponse(path, status_code=303)
    if note:
        answer.set_cookie(
            NOTE_COOKIE,
            _signer(visit).dumps([note[:900], bad]),
            max_age=NOTE_SECONDS,
            path="/",
            **cookie_flags(visit),
        )
    return known(visit, answer)


def done_or_refused(visit: Visit, outcome: Outcome, *, to: str, note: str) -> Response:
    """After a deed: on to `to` with a note, or the page of reasons why it was not done."""
    if outcome.done:
        return go(visit, to, outcome.note or note)
    return refused(visit, outcome.findings, back=to, left=outcome.left)


def refused(
    visit: Visit,
    findings: Sequence[Finding],
    *,
    back: str,
    left: Sequence[tuple[int, tuple[str, ...]]] = (),
) -> Response:
    """Every reason why nothing was done, each with its number, clause and what to do."""
    return page(visit, "refused.html", 409, findings=findings, back=back, left=left)


def download(name: str, content: bytes, *, kind: str = "") -> Response:
    """A file to keep."""
    kinds = {
        "csv": "text/csv; charset=utf-8",
        "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "txt": "text/plain; charset=utf-8",
    }
    media = kind or kinds.get(name.rpartition(".")[2], "application/octet-stream")
    return Response(
        content,
        media_type=media,
        headers={"content-disposition": f"attachment; filename*=UTF-8''{quote(name)}"},
    )


def problem(status: int, title: str, detail: str = "", **more: object) -> Response:
    """An error of the JSON API (RFC 9457)."""
    body: Mapping[str, object] = {"type": "about:blank", "title": title, "status": status, **more}
    if detail:
        body = {**body, "detail": detail}
    return JSONResponse(body, status_code=status, media_type="application/problem+json")


def safe_next(path: str | None, default: str = "/") -> str:
    """Where to go after a log-in: a path of ours, never another site."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\")):
        return default
    parts = urlsplit(path)
    return default if parts.netloc or parts.scheme else path


def cookie_flags(visit: Visit) -> dict[str, Any]:
    """How every cookie of ours is kept: out of reach of scripts and of other sites."""
    return {"httponly": True, "samesite": "lax", "secure": visit.desk.secure_cookies}


def known(visit: Visit, answer: Response) -> Response:
    """Let a new visitor keep the cookie that binds the forms we gave."""
    if visit.sets_visitor:
        answer.set_cookie(VISITOR_COOKIE, visit.sets_visitor, path="/", **cookie_flags(visit))
    return answer


def read_note(visit: Visit) -> tuple[str, bool] | None:
    """(text, whether it is bad news) of the note that the last deed left; None without one."""
    raw = visit.request.cookies.get(NOTE_COOKIE)
    if not raw:
        return None
    try:
        text, bad = _signer(visit).loads(raw, max_age=NOTE_SECONDS)
    except (BadSignature, ValueError):
        return None
    return str(text), bool(bad)


def _signer(visit: Visit) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(visit.desk.secret, salt="console note")
