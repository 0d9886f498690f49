"""What changes between two versions of a pack: dated values by key and day, and everything else.

Values are compared as they hold, so a change of the bureau's settings shows as well as one of the pack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from subsidy.rules.packs.pack import Pack
from subsidy.rules.packs.values import DatedValues, Value

Kind = Literal["document", "value", "window", "stage", "gate", "rule"]
NAMED_BY = ("id", "state", "gate")
"""What an entry of a list goes by: a document, a stage, a gate."""
ORDER = "order"


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that the two versions say differently."""

    kind: Kind
    key: str
    since: date | None
    """First day on which they differ; None for what has no day."""
    old: str | None
    """None: the old version does not have it."""
    new: str | None
    """None: the new version does not have it."""


def differences(old: Pack, new: Pack) -> list[Difference]:
    """Everything that differs, documents first, then values by key and day, then the rest.

    Raises ValueError for packs of two cities.
    """
    if old.city != new.city:
        raise ValueError(f"{old.city} and {new.city} are two cities; compare versions of one.")
    found = [*_values(old, new), *_rest(old, new)]
    kinds = ("document", "value", "window", "stage", "gate", "rule")
    return sorted(found, key=lambda d: (kinds.index(d.kind), d.key, d.since or date.min))


def _values(old: Pack, new: Pack) -> Iterator[Difference]:
    for key in {**old.dated, **new.dated}:
        before, after = old.dated.get(key), new.dated.get(key)
        kind: Kind = "window" if key.startswith("windows.") or ".windows." in key else "value"
        told: tuple[str | None, str | None] | None = None
        for day in sorted({*_days(before), *_days(after)}):
            pair = (_said(before, day), _said(after, day))
            if pair[0] != pair[1] and pair != told:
                yield Difference(kind, key, day, *pair)
            told = pair


def _days(dated: DatedValues | None) -> Iterator[date]:
    yield from (value.since for value in dated.values) if dated is not None else ()


def _said(dated: DatedValues | None, day: date) -> str | None:
    """A value as people read it, with its clause or the reason it was chosen for."""
    if dated is None:
        return None
    value = dated.on(day)
    basis = f"{value.document} {value.clause}".strip()
    if value.assumed is not None:
        basis = f"{basis} assumed: {value.assumed}".strip()
    elif value.unset:
        basis = f"{basis} {value.why}".strip()
    return f"{shown(value, dated.unit)} ({basis})" if basis else shown(value, dated.unit)


def shown(value: Value, unit: str) -> str:
    """A value without its source: yuan with two decimals, review levels by name and role."""
    if value.unset:
        return "unset"
    if unit == "yuan":
        return f"{value.value // 100}.{value.value % 100:02d} yuan"
    if isinstance(value.value, tuple):
        parts = (
            f"{item.name} ({item.office} {item.role})" if hasattr(item, "role") else str(item)
            for item in value.value
        )
        return ", ".join(parts)
    plain = str(value.value).lower() if isinstance(value.value, bool) else str(value.value)
    return plain if unit in ("flag", "text", "date", "time") else f"{plain} {unit}"


def _rest(old: Pack, new: Pack) -> Iterator[Difference]:
    """What stands beside the dated values: documents, stages, gates, windows' shape, groups."""
    before, after = dict(_leaves(_spec(old))), dict(_leaves(_spec(new)))
    for path in {**before, **after}:
        pair = (before.get(path), after.get(path))
        if pair[0] != pair[1]:
            yield Difference(_kind(path), ".".join(path), None, *pair)


def _spec(pack: Pack) -> dict[str, Any]:
    return pack.spec.model_dump(mode="json")


def _leaves(node: object, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key != "values":  # dated values are compared as they hold
                yield from _leaves(value, (*path, str(key)))
    elif isinstance(node, list) and node and all(isinstance(item, Mapping) for item in node):
        names = [_name(item) or str(number) for number, item in enumerate(node, 1)]
        yield (*path, ORDER), " > ".join(names)
        for name, item in zip(names, node, strict=True):
            yield from _leaves(item, (*path, name))
    elif isinstance(node, list):
        yield path, ", ".join(str(item) for item in node)
    elif node is not None:
        yield path, str(node).lower() if isinstance(node, bool) else str(node)


def _name(item: Mapping[str, Any]) -> str:
    name = next((str(item[key]) for key in NAMED_BY if key in item), "")
    return f"{name}@{item['at']}" if "gate" in item else name


def _kind(path: tuple[str, ...]) -> Kind:
    if path[0] == "documents" or path == ("governing_document",):
        return "document"
    if "stages" in path:
        return "stage"
    if "gates" in path:
        return "gate"
    return "window" if "windows" in path else "rule"
