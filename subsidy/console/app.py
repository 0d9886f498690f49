"""The console's application: `uvicorn --factory subsidy.console.app:create_app`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from fastapi import FastAPI, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles

from subsidy.console import failures
from subsidy.console.api import API
from subsidy.console.desk import Desk, open_desk
from subsidy.console.doors import Doors
from subsidy.console.routes import ROUTES
from subsidy.settings import Settings, load_settings
from subsidy.supervisor.schema import read_schema

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STATIC = Path(__file__).resolve().parent / "static"
LARGEST_REQUEST = 20 * 1024 * 1024

SECURITY_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "font-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; "
        "base-uri 'none'"
    ),
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cross-origin-opener-policy": "same-origin",
}

health = Doors()


@health.get("/healthz", "health", unattended=True)
def healthz() -> Response:
    """The process answers."""
    return PlainTextResponse("ok")


@health.get("/readyz", "health", unattended=True)
def readyz(request: Request) -> Response:
    """Whether the database has the schema of this version: 503 until then."""
    desk: Desk = request.app.state.desk
    schema = read_schema(desk.settings.database_url)
    body = {"schema": schema.kind, "found": schema.found, "wanted": schema.wanted}
    return JSONResponse(body, status_code=200 if schema.kind == "current" else 503)


def create_app(settings: Settings | None = None, *, desk: Desk | None = None) -> FastAPI:
    """Build the console from the settings of this process (or from a desk that is open already)."""
    opened = desk or open_desk(settings or load_settings())

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        yield
        opened.database.dispose()

    app = FastAPI(
        title="subsidy console",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        lifespan=lifespan,
    )
    app.state.desk = opened
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    for doors in (health, *ROUTES, *API):
        app.include_router(doors.router)
    failures.install(app)
    app.middleware("http")(_guard)
    return app


async def _guard(request: Request, go_on: Callable[[Request], Awaitable[Response]]) -> Response:
    """Refuse bodies that are too large before reading them, and send the security headers."""
    if request.method not in ("GET", "HEAD"):
        length = request.headers.get("content-length", "")
        if not length.isdigit():
            return PlainTextResponse("the length of the request is missing", status_code=411)
        if int(length) > LARGEST_REQUEST:
            return PlainTextResponse("the request is too large; split the file", status_code=413)
    answer = await go_on(request)
    for name, value in SECURITY_HEADERS.items():
        answer.headers.setdefault(name, value)
    if not request.url.path.startswith("/static"):
        answer.headers.setdefault("cache-control", "no-store")
    if request.app.state.desk.secure_cookies:
        answer.headers.setdefault("strict-transport-security", "max-age=31536000")
    return answer
