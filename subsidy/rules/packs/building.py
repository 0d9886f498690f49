"""From the parsed file to dated values: one flat table of keys, then the bureau's settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import get_args

from pydantic import ValidationError

from subsidy.rules.packs.faults import Fault
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import (
    FloorSpec,
    Fund,
    LevelSpec,
    Office,
    PackSpec,
    Payee,
    SettingsSpec,
    Values,
    WindowSpec,
)
from subsidy.rules.packs.values import DatedValues, Value, typed_value

ENDED = "ended"
"""The `why` of a value that was ended: it is not open, it is over."""


@dataclass(frozen=True, slots=True)
class Level:
    """One review level; the last of a road is the approval."""

    name: str
    office: str
    """`district` or `city`."""
    role: str
    """`clerk`, `section_head` or `leader`."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One key as the file states it, before its values are checked."""

    key: str
    path: tuple[object, ...]
    means: str
    unit: str
    values: Values
    choices: tuple[str, ...] = ()
    floor: FloorSpec | None = None
    """The least that a clause allows where it leaves the value open."""


@dataclass(slots=True)
class Table:
    """All dated values of a pack under construction, with what is wrong so far."""

    dated: dict[str, DatedValues] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


def entries(spec: PackSpec) -> Iterator[Entry]:
    """Every dated key of the file with its flat name, e.g. `pass_certificate.payee`."""
    for name, parameter in spec.parameters.items():
        yield Entry(
            name,
            ("parameters", name),
            parameter.means,
            parameter.unit,
            parameter.values,
            tuple(parameter.choices),
            parameter.floor,
        )
    yield from _window_entries(spec.windows, prefix="windows", path=("windows",))
    for name, district in spec.routing.districts.items():
        yield Entry(
            f"routing.{name}",
            ("routing", "districts", name),
            f"{name} 的办理路径",
            "text",
            district.values,
            tuple(spec.routing.routes),
        )
    for code in spec.tracks:
        yield from _track_entries(spec, code)


def _track_entries(spec: PackSpec, code: str) -> Iterator[Entry]:
    track, at = spec.tracks[code], ("tracks", code)
    yield Entry(
        f"{code}.payee",
        (*at, "payee"),
        "收款人",
        "text",
        track.payee.values,
        get_args(Payee),
    )
    yield Entry(
        f"{code}.fund", (*at, "fund"), "资金渠道", "text", track.fund.values, get_args(Fund)
    )
    if track.early_application is not None:
        yield Entry(
            f"{code}.early_application",
            (*at, "early_application"),
            "证书登记前可否先申领",
            "flag",
            track.early_application.values,
        )
    for route, levels in track.levels.items():
        key = f"{code}.levels.{route}"
        yield Entry(key, (*at, "levels", route), "审核层级", "levels", levels.values)
    for route, pays in track.pays.items():
        yield Entry(
            f"{code}.pays.{route}",
            (*at, "pays", route),
            "拨付单位",
            "text",
            pays.values,
            get_args(Office),
        )
    yield from _window_entries(track.windows, prefix=f"{code}.windows", path=(*at, "windows"))


def _window_entries(
    windows: Mapping[str, WindowSpec], *, prefix: str, path: tuple[object, ...]
) -> Iterator[Entry]:
    for name, window in windows.items():
        yield Entry(f"{prefix}.{name}", (*path, name), window.means, "day", window.values)


def build_table(spec: PackSpec, *, source: SourceFile) -> Table:
    """Type every value of the file; faults are collected, not raised."""
    table = Table()
    documents = {document.id for document in spec.documents}
    for entry in entries(spec):
        values: list[Value] = []
        for since in sorted(entry.values):
            values.append(_value(entry, since, documents, source, table.faults))
        table.faults.extend(_overlaps(entry, source))
        table.dated[entry.key] = DatedValues(
            key=entry.key,
            means=entry.means,
            unit=entry.unit,
            values=values,
            choices=entry.choices,
        )
    return table


def _value(
    entry: Entry, since: date, documents: set[str], source: SourceFile, faults: list[Fault]
) -> Value:
    item = entry.values[since]
    at = (*entry.path, "values", since)
    if item is None:  # null ends the value
        return _ended(entry.key, since)
    if item.document and item.document not in documents:
        faults.append(
            source.fault(
                at, f"Document {item.document!r} is not listed.", "Add it under `documents`."
            )
        )
    value = None
    if not item.unset:
        try:
            value = typed_entry(entry, item.value)
            if ".windows." in f".{entry.key}" and value == 0:
                raise ValueError("a window has at least one day")
        except ValueError as error:
            faults.append(source.fault(at, f"{error}.", "Correct the value."))
    return Value(
        entry.key, value, item.unset, item.clause, item.document, item.assumed, since, item.why
    )


def typed_entry(entry: Entry, raw: object) -> object:
    """What stands in the file as the value that the rules use.

    Raises ValueError with what is wrong, also for less than a clause allows.
    """
    value = _typed(entry.unit, raw, entry.choices)
    if entry.floor is not None and isinstance(value, int):
        least = _typed(entry.unit, entry.floor.value, ())
        if isinstance(least, int) and value < least:
            raise ValueError(f"{entry.floor.clause} allows no less than {entry.floor.value}")
    return value


def _ended(key: str, since: date) -> Value:
    return Value(key, None, True, "", "", None, since, ENDED)


def _typed(unit: str, raw: object, choices: tuple[str, ...]) -> object:
    if unit != "levels":
        return typed_value(unit=unit, raw=raw, choices=choices)
    if not isinstance(raw, list) or not raw:
        raise ValueError("a list of review levels (name, office, role) is expected")
    levels = []
    for item in raw:
        try:
            level = LevelSpec.model_validate(item)
        except ValidationError as error:
            first = error.errors()[0]
            raise ValueError(f"review level: {first['loc']}: {first['msg']}") from None
        levels.append(Level(level.name, level.office, level.role))
    return tuple(levels)


def _overlaps(entry: Entry, source: SourceFile) -> Iterator[Fault]:
    """Two values of one key that would hold on the same day."""
    starts = sorted(entry.values)
    for index, start in enumerate(starts):
        item = entry.values[start]
        if item is None or item.until is None:
            continue
        at = (*entry.path, "values", start)
        if item.until <= start:
            yield source.fault(at, "`until` lies before the start.", "Correct one of the dates.")
        elif index + 1 < len(starts) and item.until > starts[index + 1]:
            yield source.fault(
                at,
                f"Holds until {item.until}, but the next value starts {starts[index + 1]}.",
                "Let the dates not overlap.",
            )


def close_values(table: Table, *, spec: PackSpec) -> None:
    """Turn `until` into an ending, so that a value stops even where no other follows."""
    for entry in entries(spec):
        dated = table.dated[entry.key]
        values = list(dated.values)
        taken = {value.since for value in values}
        for item in entry.values.values():
            if item is not None and item.until is not None and item.until not in taken:
                values.append(_ended(entry.key, item.until))
        if len(values) > len(dated.values):
            values.sort(key=lambda value: value.since)
            table.dated[entry.key] = dated.replaced(values=values)


def overlay(table: Table, *, spec: PackSpec, settings: SettingsSpec, source: SourceFile) -> None:
    """Fill unset values with the bureau's choices; a value with a clause cannot be replaced."""
    known = {entry.key: entry for entry in entries(spec)}
    for key, setting in settings.values.items():
        at: tuple[object, ...] = ("values", key)
        dated = table.dated.get(key)
        if dated is None:
            table.faults.append(
                source.fault(at, "The policy pack has no such key.", "Mend its spelling.")
            )
            continue
        since = setting.since or dated.values[0].since
        target = dated.on(since)
        if target.has_clause:
            table.faults.append(
                source.fault(
                    at,
                    f"{target.clause} of {target.document} gives this value.",
                    "Remove it: settings only fill values that no clause gives.",
                )
            )
            continue
        try:
            value = typed_entry(known[key], setting.value)
        except ValueError as error:
            table.faults.append(source.fault(at, f"{error}.", "Correct the value."))
            continue
        filled = replace(target, value=value, unset=False, assumed=setting.assumed, since=since)
        others = [item for item in dated.values if item.since != since]
        values = sorted([*others, filled], key=lambda item: item.since)
        table.dated[key] = dated.replaced(values=values)
