"""Who handles a claim: the route of the district, the office that pays, the review levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from subsidy.rules.packs.building import Level
from subsidy.rules.packs.divisions import Division, Divisions, load_divisions
from subsidy.rules.packs.values import Value
from subsidy.rules.policy import Pack, Track

__all__ = ["Division", "Divisions", "Routing", "load_divisions", "route_of", "routing_of"]


@dataclass(frozen=True, slots=True)
class Routing:
    """How one claim travels; parts that nobody has settled are unset values."""

    route: Value
    """`main_city`, `district`, …; unset where no clause and no setting places the district."""
    pays: Value | None
    """`city` or `district`; None while the route is unset."""
    levels: Value | None
    """Tuple of Level, the last one approves; None while the route is unset."""

    @property
    def level_list(self) -> tuple[Level, ...]:
        return () if self.levels is None or self.levels.unset else self.levels.value


def route_of(pack: Pack, *, district: str, on: date) -> Value:
    """The route of a district on a day; an unknown district gives an unset value."""
    key = f"routing.{district}"
    if key not in pack.dated:
        why = f"{district or '（未填）'}不在本市的区划设置之中"
        return Value(key, None, True, "", "", None, on, why)
    return pack.value(key, on=on)


def routing_of(pack: Pack, track: Track, *, district: str, on: date) -> Routing:
    """Route, paying office and review levels of a track in a district on a day."""
    route = route_of(pack, district=district, on=on)
    if route.unset:
        return Routing(route, None, None)
    return Routing(
        route,
        track.value(f"pays.{route.value}", on=on),
        track.value(f"levels.{route.value}", on=on),
    )
