"""Which of two documents prevails: values of later and superior documents, put over the plan's.

A pack lists them under `amendments`, each with its document; the sentences of the plan that let them
prevail stand under `precedence`. Nothing is overruled without such a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from subsidy.rules.packs.building import Table, entries, typed_entry
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import AmendmentSpec, DocumentSpec, PackSpec
from subsidy.rules.packs.values import Value

RANKS = ("national", "provincial", "city", "district", "letter")
"""From the highest to the lowest."""
Documents = Mapping[str, DocumentSpec]


def amend(table: Table, *, spec: PackSpec, source: SourceFile) -> None:
    """Put the amendments over the dated values of the plan; faults are collected, not raised."""
    known = {entry.key: entry for entry in entries(spec)}
    documents = {document.id: document for document in spec.documents}
    in_time = sorted(enumerate(spec.amendments), key=lambda item: item[1].since)
    for index, item in in_time:
        at: tuple[object, ...] = ("amendments", index)
        faults = [source.fault(at, *fault) for fault in _faults(item, table, spec)]
        table.faults += faults
        if faults:
            continue
        try:
            value = None if item.spec.unset else typed_entry(known[item.key], item.spec.value)
        except ValueError as error:
            table.faults.append(source.fault(at, f"{error}.", "Correct the value."))
            continue
        _put(table, item, value, documents=documents)


def _faults(item: AmendmentSpec, table: Table, spec: PackSpec) -> Iterator[tuple[str, str]]:
    documents = {document.id: document for document in spec.documents}
    dated, new = table.dated.get(item.key), documents.get(item.spec.document)
    if dated is None:
        yield f"The pack has no key {item.key!r}.", "Mend its spelling."
        return
    if new is None:
        yield f"Document {item.spec.document!r} is not listed.", "Add it under `documents`."
        return
    if new.status != "in_force":
        yield f"{new.id} is {new.status}: it overrules nothing.", "Wait until it is in force."
    if new.in_force_from is not None and item.since < new.in_force_from:
        yield f"{new.id} is in force only from {new.in_force_from}.", "Let it start on that day."
    if item.spec.assumed is not None or not item.spec.clause:
        yield "A choice without a clause overrules nothing.", "Name the clause of the document."
    old = documents.get(dated.on(item.since).document, documents[spec.governing_document])
    allowed = {sentence.prevails for sentence in spec.precedence}
    if _height(new) > _height(old):
        yield f"{new.id} ranks below {old.id}.", "A lower document does not overrule a higher one."
    elif _height(new) < _height(old) and "later_superior" not in allowed:
        yield "No clause lets a superior document prevail.", "Add the sentence to `precedence`."
    elif _is_older(new, old):
        yield f"{new.id} is older than {old.id}.", "An earlier text does not overrule a later one."


def _height(document: DocumentSpec) -> int:
    return RANKS.index(document.rank)


def _is_older(new: DocumentSpec, old: DocumentSpec) -> bool:
    return bool(new.issued and old.issued and new.issued < old.issued)


def _put(table: Table, item: AmendmentSpec, value: Any, *, documents: Documents) -> None:
    """The amendment holds from its day; values that yield to it come up again only after its end."""
    dated, says = table.dated[item.key], item.spec
    new = Value(
        item.key, value, says.unset, says.clause, says.document, says.assumed, item.since, says.why
    )
    values = [new]
    for plan in dated.values:
        ended = says.until is not None and plan.since >= says.until
        if plan.since < item.since or ended or _outlasts(plan, item, documents):
            values.append(plan)
    if says.until is not None:
        values += _again(dated.on(says.until), says.until, values)
    table.dated[item.key] = dated.replaced(values=sorted(values, key=lambda v: v.since))


def _outlasts(plan: Value, item: AmendmentSpec, documents: Documents) -> bool:
    """A value that starts later prevails if its document is higher, or of the same rank and no older."""
    old, new = documents.get(plan.document), documents[item.spec.document]
    if plan.since <= item.since or old is None:
        return False
    if _height(old) != _height(new):
        return _height(old) < _height(new)
    return not _is_older(old, new)


def _again(before: Value, until: date, values: list[Value]) -> list[Value]:
    """What the plan says comes back on the day on which the amendment ends."""
    return [] if any(v.since == until for v in values) else [replace(before, since=until)]
