"""Which of two documents prevails: values of later and superior documents, put over the plan's.

A pack lists them under `amendments`, each with its document; the sentences of the plan that let them
prevail stand under `precedence`. Nothing is overruled without such a sentence.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import Any

from subsidy.rules.packs.building import Table, entries, typed_entry
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.packs.schema import AmendmentSpec, DocumentSpec, PackSpec
from subsidy.rules.packs.values import Value

RANKS = ("national", "provincial", "city", "district", "letter")
"""From the highest to the lowest."""


def amend(table: Table, *, spec: PackSpec, source: SourceFile) -> None:
    """Put the amendments over the dated values of the plan; faults are collected, not raised."""
    known = {entry.key: entry for entry in entries(spec)}
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
        _put(table, item, value, ranks=_ranks(spec))


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


def _ranks(spec: PackSpec) -> dict[str, int]:
    return {document.id: _height(document) for document in spec.documents}


def _put(table: Table, item: AmendmentSpec, value: Any, *, ranks: dict[str, int]) -> None:
    """The amendment holds from its day; later values of lower documents no longer come up."""
    dated = table.dated[item.key]
    says, height = item.spec, ranks[item.spec.document]
    new = Value(
        item.key, value, says.unset, says.clause, says.document, says.assumed, item.since, says.why
    )
    later = [v for v in dated.values if v.since > item.since]
    kept = [v for v in later if v.document and ranks.get(v.document, height) <= height]
    values = [*(v for v in dated.values if v.since < item.since), new, *kept]
    if says.until is not None:
        values = [v for v in values if not item.since < v.since < says.until]
        values += _again(dated.on(says.until), says.until, values)
    table.dated[item.key] = dated.replaced(values=sorted(values, key=lambda v: v.since))


def _again(before: Value, until: date, values: list[Value]) -> list[Value]:
    """What the plan said comes back on the day on which the amendment ends."""
    return [] if any(v.since == until for v in values) else [replace(before, since=until)]
