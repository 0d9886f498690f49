"""A page that answers, standing in for the console where only start and stop are tested."""

from collections.abc import Awaitable, Callable
from typing import Any


def create_app() -> Callable[..., Awaitable[None]]:
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"here"})

    return app
