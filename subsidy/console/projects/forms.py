"""The form that files a project: its entries by track and annex, and what was written into it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from subsidy.actions.catalogue import ProjectForm
from subsidy.actions.projects import FormRow, form_rows
from subsidy.actions.views.project_views import ProjectRow
from subsidy.console.language.policy_words import policy_word
from subsidy.console.language.words import CHINESE, N_
from subsidy.console.visits import FieldError, Visit
from subsidy.office import load_targets
from subsidy.papers.annexes import AnnexForm, annex_of_track
from subsidy.rules.packs.faults import PolicyError
from subsidy.rules.packs.values import fen_from_yuan_text

LABELS: Mapping[str, str] = {
    "level": N_("Level"),
    "course": N_("Kind of course"),
    "certificate_kind": N_("Kind of certificate"),
    "title": N_("Title of the project"),
    "occupation": N_("Occupation, by name or id"),
    "training_mode": N_("Mode of training"),
    "assessment_mode": N_("Mode of assessment"),
    "certificate_name": N_("Name of the certificate"),
    "planned_heads": N_("Number of people to be trained"),
    "days": N_("Days of training"),
    "fee_fen": N_("Fee in yuan"),
    "rate_fen": N_("Standard of the subsidy as filed, in yuan"),
    "survey_note": N_("Survey of the demand"),
    "procurement_record": N_("Number of the government purchase (may follow)"),
    "standard_by": N_("Industry authority that proposed the standard"),
    "department": N_("Responsible department"),
    "has_qualification_certificate": N_("The occupation has a qualification certificate"),
    "exception_reason": N_("Why it is trained for all the same"),
}
MONEY, WHOLE, LONG = ("fee_fen", "rate_fen"), ("planned_heads", "days"), ("survey_note",)
FLAGS = ("has_qualification_certificate",)
WORDS = {"city": N_("The city's authority"), "district": N_("A district's authority")}
ANNEX = "annex:"
"""Begins the name of an entry that only the printed annex knows."""


@dataclass(frozen=True)
class Entry:
    """One entry of the page."""

    name: str
    label: str
    printed: str = ""
    """What the annex calls it."""
    kind: str = "text"
    """text, long, whole, money, flag, choice or listed (written, with proposals)."""
    needed: bool = False
    choices: Sequence[tuple[str, str]] = ()


def entries_of(visit: Visit, track: str) -> list[Entry]:
    """The entries of a track's form: the annex's words where it has them, then its own entries."""
    annex = annex_of_track(visit.city, track)
    printed = {f.key: f.name for f in annex.fields if f.key} if annex is not None else {}
    pack = visit.desk.office.packs[visit.city]
    rows = form_rows(pack, track, departments=_departments(visit))
    made = [_entry(visit, row, printed.get(row.name, "")) for row in rows]
    return made + [Entry(f"{ANNEX}{name}", name, printed=name) for name in own_entries(annex)]


def own_entries(annex: AnnexForm | None) -> list[str]:
    """What the annex asks beside the project's own fields; opinions are given later."""
    fields_ = annex.fields if annex is not None else ()
    return [field.name for field in fields_ if not field.key and field.kind != "opinion"]


def _entry(visit: Visit, row: FormRow, printed: str) -> Entry:
    label = visit.say(LABELS[row.name])
    chinese = visit.language == CHINESE
    return Entry(
        row.name,
        printed if printed and chinese else label,
        printed="" if chinese else printed,
        kind=_kind(row),
        needed=row.needed,
        choices=_choices(visit, row),
    )


def _kind(row: FormRow) -> str:
    if row.name in ("occupation", "department"):
        return "listed"
    if row.choices:
        return "choice"
    kinds = {"money": MONEY, "whole": WHOLE, "long": LONG, "flag": FLAGS}
    return next((kind for kind, names in kinds.items() if row.name in names), "text")


def _choices(visit: Visit, row: FormRow) -> list[tuple[str, str]]:
    if row.name == "occupation":
        known = visit.desk.office.occupations
        return [(each.name_zh, id_) for id_, each in known.items()]
    if row.name == "standard_by":
        return [(value, visit.say(WORDS[value])) for value in row.choices]
    if row.name == "department":
        return [(value, "") for value in row.choices]
    fields_ = {"certificate_kind": "certificate_kinds", "level": "by_level"}
    field = fields_.get(row.name, row.name)
    return [(v, policy_word(v, field, language=visit.language)) for v in row.choices]


def _departments(visit: Visit) -> Sequence[str]:
    """Departments of the planned figures; none where their file has faults."""
    try:
        targets = load_targets(visit.desk.settings, city=visit.city)
    except PolicyError:
        return ()
    return targets.quotas.departments if targets is not None else ()


def written(visit: Visit) -> dict[str, str]:
    """What was handed in, as it was written, to be shown again."""
    return {name: visit.text(name) for name in visit.form}


def kept(row: ProjectRow) -> dict[str, str]:
    """What a project on file says, as the page shows it."""
    told = {name: str(getattr(row, name)) for name in LABELS if hasattr(row, name)}
    told |= {name: f"{getattr(row, name) / 100:.2f}" for name in MONEY}
    told |= {f"{ANNEX}{name}": text for name, text in json.loads(row.annex_entries).items()}
    return {**told, "code": row.code, "area_id": str(row.area_id), "track": row.track}


def project_form(visit: Visit, track: str) -> ProjectForm:
    """The form as it was handed in. Raises FieldError for what cannot be read."""
    asked = {field.name for field in fields(ProjectForm)} & set(LABELS)
    values: dict[str, object] = {name: visit.text(name) for name in asked}
    values |= {name: _whole(visit, name) for name in WHOLE}
    values |= {name: _money(visit, name) for name in MONEY}
    values |= {name: visit.text(name) == "1" for name in FLAGS}
    values["occupation"] = _occupation(visit)
    given = {n: visit.text(f"{ANNEX}{n}") for n in own_entries(annex_of_track(visit.city, track))}
    told = {name: text for name, text in given.items() if text}
    values["annex_entries"] = json.dumps(told, ensure_ascii=False, sort_keys=True)
    return ProjectForm(**values)  # type: ignore[arg-type]


def _occupation(visit: Visit) -> str:
    """The id of an occupation that was written by its name; else as it was written."""
    text, known = visit.text("occupation"), visit.desk.office.occupations
    found = known.named(text) if text and text not in known else None
    return found.id if found is not None else text


def _whole(visit: Visit, name: str) -> int:
    return visit.whole(name) if visit.text(name) else 0


def _money(visit: Visit, name: str) -> int:
    try:
        return fen_from_yuan_text(visit.text(name)) if visit.text(name) else 0
    except ValueError:
        raise FieldError(name, N_("enter an amount in yuan such as 100.00")) from None
