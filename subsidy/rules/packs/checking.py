"""Checks across the entries of one pack: what no single entry can know."""

from __future__ import annotations

from collections.abc import Iterator

from subsidy.rules.packs.building import Table, entries
from subsidy.rules.packs.faults import Fault
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import PackSpec, Sourced, TrackSpec, WindowSpec

ROAD_ENDS = ("paid", "counted")


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
        key = group_spec.within_years
        if key is not None and (key not in table.dated or table.dated[key].unit != "year"):
            yield source.fault(
                ("groups", name), f"`within_years` names {key!r}.", "Name a parameter in years."
            )


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
    yield from _windows(track.windows, f"{code}.windows", (*at, "windows"), table, source)


def _amount(
    track: TrackSpec, at: tuple[object, ...], table: Table, source: SourceFile
) -> Iterator[Fault]:
    amount, here = track.amount, (*at, "amount")
    wanted: list[tuple[str | None, str]] = []
    if amount.rule == "per_attended_day":
        wanted = [(amount.rate, "yuan"), (amount.cap_days, "day")]
    elif not amount.rates:
        yield source.fault(here, "`rates` is empty.", "Name one parameter for each level.")
    wanted += [(key, "yuan") for key in amount.rates.values()]
    for key, unit in wanted:
        if key is None or key not in table.dated or table.dated[key].unit != unit:
            yield source.fault(
                here, f"{key!r} is no parameter in {unit}.", "Name one under `parameters`."
            )


def _windows(
    windows: dict[str, WindowSpec],
    prefix: str,
    at: tuple[object, ...],
    table: Table,
    source: SourceFile,
) -> Iterator[Fault]:
    """A window that the bureau chose may remind and open tickets, never block or lapse."""
    for name, window in windows.items():
        hard = {"lapse", "block"} & set(window.at_end)
        soft = [value for value in table.dated[f"{prefix}.{name}"].values if value.assumed]
        if hard and soft:
            yield source.fault(
                (*at, name),
                f"No clause gives its length, but at its end it would {', '.join(sorted(hard))}.",
                "Use ticket, remind or leader in `at_end`.",
            )
