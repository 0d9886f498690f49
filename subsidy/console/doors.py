"""Routes by their permission: none can be added without the row of the table it stands behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from fastapi import APIRouter, Depends
from starlette.responses import Response

from subsidy.console.visits import enter

Route = Callable[..., Response]


class Doors:
    """A group of routes."""

    def __init__(self, prefix: str = "") -> None:
        """`prefix` stands before every path."""
        self.router = APIRouter(prefix=prefix)

    def get(
        self, path: str, permission: str, *, unattended: bool = False
    ) -> Callable[[Route], Route]:
        """A page. `unattended` is for machines that only ask whether we are there."""
        return self._add("GET", path, permission, unattended=unattended)

    def post(self, path: str, permission: str) -> Callable[[Route], Route]:
        """A form that changes something."""
        return self._add("POST", path, permission)

    def _add(
        self, method: str, path: str, permission: str, *, unattended: bool = False
    ) -> Callable[[Route], Route]:
        told: dict[str, Any] = {"x-permission": permission}

        def keep(route: Route) -> Route:
            self.router.add_api_route(
                path,
                route,
                methods=[method],
                response_model=None,
                openapi_extra=told,
                dependencies=[] if unattended else [Depends(enter)],
                name=f"{permission}:{route.__name__}",
            )
            return route

        return keep
