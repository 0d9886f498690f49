"""Change one value of a pack, then see whether the tests that claim to prove it notice.

A value is what one part of a coverage row's `where` names: dated keys, or an entry such as a
group, a gate, a register. `changed` gives a pack in which it says something else.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from importlib import import_module
from inspect import signature
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from subsidy.rules.packs.coverage import CoverageRow, encoded_keys
from subsidy.rules.packs.schema import PackSpec
from subsidy.rules.packs.values import DatedValues, Value
from subsidy.rules.policy import Pack
from subsidy.rules.workdays import Calendar
from tests.rules.policy.conftest import read_calendar, read_pack
from tests.rules.policy.test_cases import FOLDER, cases_of, run_case

ROOT = Path(__file__).parents[3]
COUNTED = {"yuan", "day", "working_day", "month", "year", "time", "percent", "person"}
Named = Callable[[str, bool], Pack]


@dataclass(frozen=True)
class Encoded:
    """One value that a coverage row claims to encode and to prove."""

    row: CoverageRow
    part: str
    """As written in `where`."""
    keys: tuple[str, ...]
    """Dated keys; () for an entry of another kind."""

    @property
    def name(self) -> str:
        return f"{self.row.id} {self.row.pack} {self.part}"

    @property
    def is_counted(self) -> bool:
        """Money, counts, days and windows: a case in YAML must prove them."""
        pack = read_pack(self.row.pack, False)
        return any(pack.dated[key].unit in COUNTED for key in self.keys)


def encoded_values(row: CoverageRow) -> Iterator[Encoded]:
    """The values of a row that can be changed: set by a clause, or an entry of the pack."""
    if not row.pack:
        return
    pack = read_pack(row.pack, False)
    for part in row.parts:
        named = encoded_keys(part, pack.dated) or amount_keys(part, pack)
        keys = tuple(key for key in named if _is_set(pack.dated[key]))
        if keys:
            yield Encoded(row, part, keys)
        elif _without(pack.spec, part) is not None:
            yield Encoded(row, part, ())


def amount_keys(part: str, pack: Pack) -> tuple[str, ...]:
    """The parameters that make a track's amount, for `tracks.<track>.amount` and its fields."""
    kind, _, rest = part.partition(".")
    code, _, field = rest.partition(".")
    if kind != "tracks" or code not in pack.spec.tracks or field.split(".")[0] != "amount":
        return ()
    node: Any = pack.spec.tracks[code].model_dump()
    for name in field.split("."):
        node = node.get(name) if isinstance(node, dict) else None
    return tuple(dict.fromkeys(key for key in _texts(node) if key in pack.dated))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, dict | list):
        for item in node.values() if isinstance(node, dict) else node:
            yield from _texts(item)


def changed(pack: Pack, value: Encoded) -> Pack:
    """The pack with this value saying something else."""
    if value.keys:
        new = {key: _other(pack.dated[key], pack) for key in value.keys}
        dated = {**pack.dated, **new}
        tracks = {code: replace(track, dated=dated) for code, track in pack.tracks.items()}
        return replace(pack, dated=dated, tracks=tracks)
    spec = _without(pack.spec, value.part)
    assert spec is not None
    tracks = {
        code: replace(
            track, spec=spec.tracks[code], stages=tuple(s.state for s in spec.tracks[code].stages)
        )
        for code, track in pack.tracks.items()
    }
    return replace(pack, spec=spec, tracks=tracks)


def runnable(row: CoverageRow) -> list[Callable[[Named], None]]:
    """The row's tests that can run under another pack: cases, and functions that ask for a pack."""
    found: list[Callable[[Named], None]] = []
    for test in row.tests:
        file, _, name = test.partition("::")
        path = ROOT / file
        if path.suffix == ".yaml" and path.parent.parent == FOLDER:
            found += [_case(path.parent.name, case) for case in cases_of(path, name)]
        elif path.suffix == ".py":
            found += _functions(file, name)
    return found


def has_case(row: CoverageRow) -> bool:
    return any(".yaml::" in test for test in row.tests)


def still_pass(tests: list[Callable[[Named], None]], named: Named) -> bool:
    """Whether every test passes under these packs."""
    for test in tests:
        try:
            test(named)
        except Exception:
            return False
    return True


def packs_with(value: Encoded) -> Named:
    """`pack_named` where the one city says something else."""

    @cache
    def named(city: str, settings: bool) -> Pack:
        pack = read_pack(city, settings)
        return changed(pack, value) if city == value.row.pack else pack

    return named


# ------------------------------------------------------------------ changing


def _is_set(dated: DatedValues) -> bool:
    return any(value.has_clause for value in dated.values)


def _other(dated: DatedValues, pack: Pack) -> DatedValues:
    return dated.replaced(values=[_another(value, dated, pack) for value in dated.values])


def _another(value: Value, dated: DatedValues, pack: Pack) -> Value:
    if value.unset:
        return value
    old, new = value.value, None
    if dated.unit == "flag":
        new = not old
    elif dated.unit in COUNTED:
        new = old + 1
    elif isinstance(old, date):
        new = old + timedelta(1)
    elif isinstance(old, tuple):
        new = old[:-1]
    else:
        choices = dated.choices or tuple(pack.spec.routing.routes)
        new = next((choice for choice in choices if choice != old), f"{old}?")
    return replace(value, value=new)


def _without(spec: PackSpec, part: str) -> PackSpec | None:
    """The pack's entries without the one named, or with its answer turned; None: no such entry."""
    data = spec.model_dump()
    *parents, last = part.split(".")
    node: Any = data
    for parent in parents:
        node = node.get(parent) if isinstance(node, dict) else None
    if parents == ["registers"] and last in (node or {}):
        found, not_found = node[last]["found"], node[last]["not_found"]
        node[last] |= {"found": not_found, "not_found": found}
    elif isinstance(node, list) and parents[-1] in ("gates", "stages"):
        kept = [each for each in node if last not in (each.get("gate"), each.get("state"))]
        if len(kept) == len(node):
            return None
        _put(data, parents, kept)
    elif isinstance(node, dict) and isinstance(node.get(last), list) and node[last]:
        if last in ("documents", "stages"):
            return None
        node[last] = [] if last == "gates" else node[last][:-1]
    elif isinstance(node, dict) and isinstance(node.get(last), bool):
        node[last] = not node[last]
    elif part in ("groups", "connections"):
        for name in list(node[part]):
            _take_out(data, part, name)
    elif parents in (["groups"], ["connections"], ["categories"]) and last in (node or {}):
        _take_out(data, parents[0], last)
    else:
        return None
    return PackSpec.model_validate(data)


def _take_out(data: dict[str, Any], kind: str, name: str) -> None:
    """A category without its groups is open to all; a group or connection is unknown."""
    if kind == "categories":
        groups = data["categories"][name]["groups"]
        data["categories"][name]["groups"] = [] if groups else [next(iter(data["groups"]))]
        return
    del data[kind][name]
    for category in data["categories"].values():
        category["groups"] = [each for each in category["groups"] if each != name]


def _put(data: dict[str, Any], path: list[str], value: object) -> None:
    for name in path[:-1]:
        data = data[name]
    data[path[-1]] = value


# ------------------------------------------------------------------ running


def _case(city: str, case: dict[str, Any]) -> Callable[[Named], None]:
    def run(named: Named) -> None:
        run_case(city, case, pack_named=named, calendar_on=_calendar_on)

    return run


def _calendar_on(today: date) -> Calendar:
    return read_calendar().seen_on(today, city="hangzhou")


def _functions(file: str, name: str) -> Iterator[Callable[[Named], None]]:
    module = import_module(file.removesuffix(".py").replace("/", "."))
    function = getattr(module, name, None)
    if function is None or hasattr(function, "hypothesis"):
        return
    for given in _parameters(function):
        if _resolve(module, function, given, read_pack) is not None:
            yield lambda named, given=given: _call(module, function, given, named)  # type: ignore[misc]


def _call(module: Any, function: Any, given: dict[str, Any], named: Named) -> None:
    arguments = _resolve(module, function, given, named)
    assert arguments is not None
    function(**arguments)


def _parameters(function: Any) -> Iterator[dict[str, Any]]:
    sets = []
    for mark in getattr(function, "pytestmark", []):
        if mark.name == "parametrize":
            names, values = mark.args
            names = [n.strip() for n in names.split(",")] if isinstance(names, str) else names
            rows = [getattr(value, "values", value) for value in values]
            sets.append(
                [dict(zip(names, row if len(names) > 1 else [row], strict=True)) for row in rows]
            )
    for choice in product(*sets):
        yield {key: value for part in choice for key, value in part.items()}


def _resolve(
    module: Any, function: Any, given: dict[str, Any], named: Named
) -> dict[str, Any] | None:
    """The arguments of a test or fixture under these packs; None where it needs something else."""
    arguments: dict[str, Any] = {}
    for name in signature(function).parameters:
        if name in given:
            arguments[name] = given[name]
        elif name == "pack_named":
            arguments[name] = named
        elif name == "calendar_on":
            arguments[name] = _calendar_on
        elif (ROOT / "config" / "policies" / f"{name}.yaml").exists():
            arguments[name] = named(name, True)
        else:
            made = _fixture(module, name, named)
            if made is None:
                return None
            arguments[name] = made
    return arguments


def _fixture(module: Any, name: str, named: Named) -> Any:
    definition = getattr(module, name, None)
    if not isinstance(definition, pytest.FixtureDef) and not hasattr(
        definition, "_get_wrapped_function"
    ):
        return None
    inner = definition._get_wrapped_function()
    arguments = _resolve(module, inner, {}, named)
    return None if arguments is None else inner(**arguments)
