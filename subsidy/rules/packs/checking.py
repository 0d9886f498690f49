"""Checks across the entries of one pack: what no single entry can know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import fields

from subsidy.rules.facts.stated import Stated
from subsidy.rules.packs.building import Table, entries
from subsidy.rules.packs.faults import Fault
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.running import RUNS
from subsidy.rules.packs.schema import (
    PERSON_UNITS,
    PackSpec,
    Sourced,
    TrackSpec,
    WindowSpec,
)

ROAD_ENDS = ("paid", "counted")
STATED_FIELDS = frozenset(field.name for field in fields(Stated))
KEYED: dict[str, tuple[str, ...]] = {
    "employed_months": ("month",),
    "hours": ("hour",),
    "systems": ("list",),
    "issuer": ("text",),
    "opened_within": ("year",),
    "instrument": ("list",),
    "modules": ("time",),
    "level": ("list",),
    "occupation": ("list",),
    "source": ("list",),
    "excellent_years": ("year",),
    "hired_within": ("month",),
    "post_permit": ("list",),
}
"""Gates that compare with a parameter, and the units it may have."""
PAPERED = ("paper", "authorised_payee", "post_permit")
"""Gates that ask for a paper by its code."""


def cross_faults(spec: PackSpec, *, table: Table, source: SourceFile) -> Iterator[Fault]:
    """Every contradiction between entries of the pack, each with its line."""
    yield from _documents(spec, source)
    yield from _values_inside_documents(spec, source)
    yield from _sources(spec, source)
    yield from _people(spec, table, source)
    yield from _routes(spec, table, source)
    for code in spec.tracks:
        yield from _track(spec, code, table, source)
    yield from _windows(spec.windows, "windows", ("windows",), table, source)


def _documents(spec: PackSpec, source: SourceFile) -> Iterator[Fault]:
    seen: set[str] = set()
    for index, document in enumerate(spec.documents):
        at = ("documents", index)
        if document.id in seen:
            yield source.fault(at, f"{document.id!r} is listed twice.", "Keep one of them.")
        seen.add(document.id)
        start, end = document.in_force_from, document.in_force_until
        if document.status == "in_force" and document.loaded and start is None:
            yield source.fault(at, "In force, but from which day?", "Add `in_force_from`.")
        if start and end and end <= start:
            yield source.fault(at, "It ends before it starts.", "Correct one of the dates.")
    if spec.governing_document not in seen:
        yield source.fault(
            ("governing_document",), "No such document is listed.", "Add it under `documents`."
        )


def _values_inside_documents(spec: PackSpec, source: SourceFile) -> Iterator[Fault]:
    """A value cannot hold before the document that gives it is in force."""
    starts = {item.id: item.in_force_from for item in spec.documents if item.in_force_from}
    for entry in entries(spec):
        for since, item in entry.values.items():
            start = starts.get(item.document) if item else None
            if item and not item.unset and start and since < start:
                yield source.fault(
                    (*entry.path, "values", since),
                    f"{item.document} is in force only from {start}.",
                    "Start the value on that day or cite another document.",
                )


def _sources(spec: PackSpec, source: SourceFile) -> Iterator[Fault]:
    """Clauses of entries that are no dated values name listed documents too."""
    documents = {document.id for document in spec.documents}
    items: list[tuple[tuple[object, ...], Sourced]] = []
    for part in ("groups", "connections", "categories", "registers"):
        items += [((part, name), item) for name, item in getattr(spec, part).items()]
    items += [(("routing", "routes", n), item) for n, item in spec.routing.routes.items()]
    for code, track in spec.tracks.items():
        items += [(("tracks", code, "stages", i), item) for i, item in enumerate(track.stages)]
        items += [(("tracks", code, "gates", i), item) for i, item in enumerate(track.gates)]
        items += [(("tracks", code, "excludes"), item) for item in track.excludes]
        filed = (track.amount.never_above_filed, track.amount.rate_as_filed)
        single = (track.only_groups, *filed)
        items += [(("tracks", code), item) for item in single if item is not None]
    items += [(("precedence", i), item) for i, item in enumerate(spec.precedence)]
    for at, item in items:
        if item.document and item.document not in documents:
            yield source.fault(
                at, f"Document {item.document!r} is not listed.", "Add it under `documents`."
            )


def _people(spec: PackSpec, table: Table, source: SourceFile) -> Iterator[Fault]:
    for name, category in spec.categories.items():
        for group in category.groups:
            if group not in spec.groups:
                yield source.fault(
                    ("categories", name), f"Unknown group {group!r}.", "Add it under `groups`."
                )
    for name, group_spec in spec.groups.items():
        for key in (group_spec.within_years, group_spec.ends_within_years):
            if key is not None:
                yield from _parameter(key, ("year",), ("groups", name), table, source)
        yield from _known_tracks(spec, group_spec.tracks, ("groups", name), source)
    for name, register in spec.registers.items():
        yield from _known_tracks(spec, register.tracks, ("registers", name), source)


def _known_tracks(
    spec: PackSpec, named: Iterable[str], at: tuple[object, ...], source: SourceFile
) -> Iterator[Fault]:
    for code in named:
        if code not in spec.tracks:
            yield source.fault(at, f"Unknown track {code!r}.", "Add it under `tracks`.")


def _routes(spec: PackSpec, table: Table, source: SourceFile) -> Iterator[Fault]:
    routes = set(spec.routing.routes)
    for code, track in spec.tracks.items():
        for part in ("levels", "pays"):
            given = set(getattr(track, part))
            if given != routes:
                yield source.fault(
                    ("tracks", code, part),
                    f"Routes {sorted(given ^ routes)} do not match `routing.routes`.",
                    "Give one entry a route.",
                )


def _track(spec: PackSpec, code: str, table: Table, source: SourceFile) -> Iterator[Fault]:
    track, at = spec.tracks[code], ("tracks", code)
    states = [stage.state for stage in track.stages]
    if states[0] != track.enters_at:
        yield source.fault((*at, "enters_at"), "Not the first stage.", "Let both be the same.")
    if states[-1] not in ROAD_ENDS:
        yield source.fault(
            (*at, "stages"), f"The last stage is {states[-1]!r}.", "End with paid or counted."
        )
    for state in sorted({state for state in states if states.count(state) > 1}):
        yield source.fault((*at, "stages"), f"{state!r} stands twice.", "Keep one of them.")
    yield from _amount(track, at, table, source)
    yield from _application_days(track, at, source)
    yield from _conditions(spec, code, table, source)
    yield from _windows(track.windows, f"{code}.windows", (*at, "windows"), table, source)


def _application_days(
    track: TrackSpec, at: tuple[object, ...], source: SourceFile
) -> Iterator[Fault]:
    """The window of applying opens with the end of the training, where a road passes that."""
    window = track.windows.get("application")
    ends = any(stage.state == "completed" for stage in track.stages)
    wanted = "training_ends" if ends else "certificate_issued"
    if window is not None and window.anchor != wanted:
        yield source.fault(
            (*at, "windows", "application", "anchor"),
            f"On this road it never opens from {window.anchor!r}.",
            f"Count it from {wanted}.",
        )


def _amount(
    track: TrackSpec, at: tuple[object, ...], table: Table, source: SourceFile
) -> Iterator[Fault]:
    amount, here = track.amount, (*at, "amount")
    if amount.of == "rate" and not (amount.rate or amount.rates):
        yield source.fault(here, "Neither `rate` nor `rates`.", "Name the parameter of the rate.")
    wanted: list[tuple[str, tuple[str, ...]]] = [
        (key, ("yuan",)) for key in (*amount.rates.values(), *amount.at_most_by.values())
    ]
    wanted += [
        (key, ("yuan",)) for key in (*([amount.rate] if amount.rate else []), *amount.at_most)
    ]
    wanted += [(key, ("percent",)) for key in (amount.share, amount.raised_by) if key]
    wanted += [(key, ("text",)) for key in (amount.times_from, amount.drop_outs) if key]
    if amount.times_at_most:
        wanted.append((amount.times_at_most, ("day", "month", "year", "time")))
    wanted += [(key, ()) for key in amount.settled]
    for key, units in wanted:
        yield from _parameter(key, units, here, table, source)
    if amount.heads_by and track.unit in PERSON_UNITS:
        yield source.fault(here, "A claim of a person has no heads.", "Remove `heads_by`.")


def _parameter(
    key: str, units: tuple[str, ...], at: tuple[object, ...], table: Table, source: SourceFile
) -> Iterator[Fault]:
    if key not in table.dated or (units and table.dated[key].unit not in units):
        wanted = " or ".join(units) or "any unit"
        yield source.fault(
            at, f"{key!r} is no parameter in {wanted}.", "Name one under `parameters`."
        )


def _conditions(spec: PackSpec, code: str, table: Table, source: SourceFile) -> Iterator[Fault]:
    """What a track names beside its money: groups, other tracks, gates, entries of the application."""
    track, at = spec.tracks[code], ("tracks", code)
    named = [*(track.only_groups.groups if track.only_groups else [])]
    named += [group for gate in track.gates for group in gate.groups]
    for group in named:
        if group not in spec.groups:
            yield source.fault(at, f"Unknown group {group!r}.", "Add it under `groups`.")
    others = [*track.of_tracks, *(item.track for item in track.excludes)]
    for other in others:
        if other not in spec.tracks:
            yield source.fault(at, f"Unknown track {other!r}.", "Add it under `tracks`.")
    if (track.kind in ("advance", "allowance")) != bool(track.of_tracks):
        yield source.fault(
            at, f"Kind {track.kind!r} and `of_tracks` do not fit.", "Give both or neither."
        )
    for name in track.asks:
        if name not in STATED_FIELDS:
            yield source.fault((*at, "asks"), f"Unknown entry {name!r}.", _one_of(STATED_FIELDS))
    if track.own_limit:
        yield from _parameter(track.own_limit, ("time",), (*at, "own_limit"), table, source)
    if track.catalogue_limit:
        here = (*at, "catalogue_limit")
        yield from _parameter(track.catalogue_limit, ("item",), here, table, source)
    yield from _gates(track, at, table, source)
    own = track.governing_document
    if own is not None and own not in {document.id for document in spec.documents}:
        yield source.fault((*at, "governing_document"), "No such document.", "List it.")


def _gates(
    track: TrackSpec, at: tuple[object, ...], table: Table, source: SourceFile
) -> Iterator[Fault]:
    for index, gate in enumerate(track.gates):
        here = (*at, "gates", index)
        if gate.gate in KEYED and not gate.key:
            yield source.fault(here, f"Gate {gate.gate!r} has no `key`.", "Name its parameter.")
        elif gate.key:
            yield from _parameter(gate.key, KEYED.get(gate.gate, ("list",)), here, table, source)
        if (gate.gate in PAPERED) != bool(gate.paper and gate.name):
            what = f"`paper` and `name` belong to a gate {' or '.join(PAPERED)}."
            yield source.fault(here, what, "Give both.")


def _one_of(names: Iterable[str]) -> str:
    return f"Use one of {', '.join(sorted(names))}."


def _windows(
    windows: dict[str, WindowSpec],
    prefix: str,
    at: tuple[object, ...],
    table: Table,
    source: SourceFile,
) -> Iterator[Fault]:
    """A window that the bureau chose may remind and open tickets, never block or lapse."""
    for name, window in windows.items():
        here = (*at, name)
        if name not in RUNS:
            yield source.fault(here, "Nothing opens a window of this name.", _one_of(RUNS))
        hard = {"lapse", "block"} & set(window.at_end)
        values = table.dated[f"{prefix}.{name}"].values
        soft = window.anchor_assumed or any(value.assumed for value in values)
        if hard and soft:
            yield source.fault(
                here,
                f"No clause gives its length, but at its end it would {', '.join(sorted(hard))}.",
                "Use ticket, remind or leader in `at_end`.",
            )
        if "block" in window.at_end and window.direction != "before":
            yield source.fault(
                (*here, "at_end"),
                "It counts from its day on: at its end there is nothing left to block.",
                "Use ticket or leader; `block` is for windows that end before something starts.",
            )
        yield from _alarms(window, here, source)


def _alarms(window: WindowSpec, at: tuple[object, ...], source: SourceFile) -> Iterator[Fault]:
    """Days on which a window speaks up: positive, and behind the end in the order they come."""
    for field in ("remind_at", "escalate_at"):
        days = getattr(window, field)
        if any(n < 1 for n in days) or len(set(days)) < len(days):
            yield source.fault(
                (*at, field),
                f"{days} are not days: each is a whole number of working days from 1 on, once.",
                "Correct the list.",
            )
    if window.escalate_at != sorted(window.escalate_at):
        yield source.fault(
            (*at, "escalate_at"),
            f"{window.escalate_at} does not ascend: each step goes one desk higher, later.",
            "Write the days in ascending order.",
        )
    if window.escalate_at and not {"ticket", "leader"} & set(window.at_end):
        yield source.fault(
            (*at, "escalate_at"),
            "Its end opens no ticket, so there is nothing to take one desk higher.",
            "Add ticket or leader to `at_end`, or leave `escalate_at` out.",
        )
    if len(set(window.at_end)) < len(window.at_end):
        yield source.fault((*at, "at_end"), "A word stands twice.", "Keep one of them.")
