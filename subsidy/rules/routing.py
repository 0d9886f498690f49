"""Who handles a claim: the route of the district, the office that pays, the review levels."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from subsidy.rules.packs.building import Level
from subsidy.rules.packs.divisions import Division, Divisions, load_divisions
from subsidy.rules.packs.values import Value
from subsidy.rules.policy import Pack, Track

__all__ = ["Division", "Divisions", "Routing", "load_divisions", "route_of", "route_through",
           "routing_of"]  # fmt: skip


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


def route_through(pack: Pack, divisions: Divisions, *, district: str, on: date) -> Value:
    """The route of a district on a day; for one that ended, the route of those that took over.

    Where several took over on different routes nobody guesses: the value is unset and names them.
    """
    if district not in divisions.by_id:
        return route_of(pack, district=district, on=on)
    heirs = divisions.now(district, on=on)
    found = [route_of(pack, district=heir.id, on=on) for heir in heirs]
    if len({None if value.unset else value.value for value in found}) == 1:
        return found[0]
    names = "、".join(heir.name_zh for heir in heirs)
    why = f"原{divisions.by_id[district].name_zh}由{names}承接，办理路径不一，由市局指定"
    return Value(f"routing.{district}", None, True, "", "", None, on, why)


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
