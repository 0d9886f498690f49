"""The fields of a form as entries of an application: money in yuan, papers as boxes, systems by day."""

from __future__ import annotations

import json
from decimal import Decimal, InvalidOperation

from starlette.datastructures import UploadFile

from subsidy.actions.applications.asking import Asked
from subsidy.actions.applications.forms import read_entries
from subsidy.console.applications.reach import AskedOf
from subsidy.console.language.words import N_
from subsidy.console.visits import FieldError, Visit
from subsidy.rules.facts import Stated


def entry_values(visit: Visit, asked: AskedOf, before: Stated | None = None) -> dict[str, str]:
    """What was filled in, as texts that actions read; records of systems are added to those before."""
    values = {each.name: _text(visit, each) for each in asked.entries}
    papers = [str(code) for code in visit.form.getlist("papers") if code in asked.papers]
    values["papers"] = " ".join(papers)
    values["systems"] = _systems(visit, asked, before)
    kept = {name: text for name, text in values.items() if text}
    _, bad = read_entries(kept)
    if bad:
        raise FieldError(bad[0], N_("this cannot be read; see the hint beside the field"))
    return kept


def stated_of_form(visit: Visit, asked: AskedOf) -> Stated:
    """What a new application states for all its persons."""
    read, _ = read_entries(entry_values(visit, asked))
    return Stated(**read)


def gives_file(visit: Visit) -> bool:
    """Whether a file was chosen."""
    given = visit.form.get("file")
    return isinstance(given, UploadFile) and bool(given.filename)


def _text(visit: Visit, asked: Asked) -> str:
    text = visit.text(asked.name)
    if asked.kind == "money" and text:
        return str(_fen(asked.name, text))
    if asked.kind == "years":
        return " ".join(text.replace(",", " ").replace("，", " ").replace("、", " ").split())
    return text


def _fen(name: str, text: str) -> int:
    try:
        fen = Decimal(text.replace(",", "")) * 100
    except InvalidOperation:
        fen = Decimal(-1)
    if not fen.is_finite() or fen < 0 or fen != fen.to_integral_value():
        raise FieldError(name, N_("enter an amount in yuan, with at most two decimals"))
    return int(fen)


def _systems(visit: Visit, asked: AskedOf, before: Stated | None) -> str:
    held = {r.system: r.registered_on.isoformat() for r in before.systems} if before else {}
    given = {}
    for at, name in enumerate(asked.systems):
        day = visit.day_or_none(f"system-{at}")
        if day is not None:
            given[name] = day.isoformat()
    rows = [{"system": name, "registered_on": day} for name, day in (held | given).items()]
    return json.dumps(rows, ensure_ascii=False) if given else ""
