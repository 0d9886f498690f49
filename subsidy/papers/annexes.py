"""The annex forms of a policy document as pages to print: data under `config/forms/`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from subsidy.papers.notices import render_page

FORMS_FOLDER = Path(__file__).resolve().parents[2] / "config" / "forms"


class FormError(Exception):
    """A form or one of its fields does not exist; the text names city, form and field."""


class _Data(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FormField(_Data):
    """One field of an annex form; `added` says why the bureau has put it on the form."""

    name: str
    kind: Literal["field", "half", "long", "opinion"] = "field"
    key: str = ""
    """Field of a project's record that it fills; empty: kept under the printed name."""
    added: str = ""


class AnnexForm(_Data):
    """One annex form of a city's policy document."""

    title: str
    label: str
    stamp: str
    tracks: tuple[str, ...] = ()
    """Subsidies whose projects are filed with it."""
    fields: tuple[FormField, ...]
    copies: tuple[str, ...]


class _FormsFile(_Data):
    document: str
    forms: dict[str, AnnexForm]


def form_names(city: str, *, folder: Path = FORMS_FOLDER) -> tuple[str, ...]:
    """Return the forms of a city, such as annex_4."""
    return tuple(_forms(city, folder=folder).forms)


def annex_form(city: str, name: str, *, folder: Path = FORMS_FOLDER) -> AnnexForm:
    """Return one form; raise FormError when the city has none of that name."""
    forms = _forms(city, folder=folder).forms
    if name not in forms:
        msg = f"config/forms/{city}.yaml has no form {name!r}; it has {', '.join(forms)}"
        raise FormError(msg)
    return forms[name]


def annex_of_track(city: str, track: str, *, folder: Path = FORMS_FOLDER) -> AnnexForm | None:
    """The annex that projects of a track are filed with; None where no document prints one."""
    if not (folder / f"{city}.yaml").exists():
        return None
    forms = _forms(city, folder=folder).forms.values()
    return next((form for form in forms if track in form.tracks), None)


def annex_page(
    city: str,
    name: str,
    values: Mapping[str, str],
    *,
    number: str = "",
    applicant: str = "",
    contact: str = "",
    phone: str = "",
    opinions: Mapping[str, tuple[str, date]] | None = None,
    nonce: str = "",
    folder: Path = FORMS_FOLDER,
) -> str:
    """Return an annex form filled in, as an HTML page for A4 paper.

    `values` are keyed by the field names of the form, `opinions` by opinion field with (text, day);
    what is left out is printed empty, to be filled in by hand. Raises FormError for a field that
    the form does not have.
    """
    form = annex_form(city, name, folder=folder)
    decided = dict(opinions or {})
    known = {field.name for field in form.fields}
    for field in (*values, *decided):
        if field not in known:
            msg = f"form {name} of {city} has no field {field!r}; it has {', '.join(known)}"
            raise FormError(msg)
    page = {
        "form": form,
        "document": _forms(city, folder=folder).document,
        "rows": _rows(form.fields),
        "values": dict(values),
        "opinions": decided,
        "number": number,
        "applicant": applicant,
        "contact": contact,
        "phone": phone,
        "nonce": nonce,
    }
    return render_page("annex.html", page)


def _rows(fields: tuple[FormField, ...]) -> list[tuple[FormField, ...]]:
    """Group two half fields into one printed row."""
    rows: list[tuple[FormField, ...]] = []
    for field in fields:
        before = rows[-1] if rows else ()
        if field.kind == "half" and len(before) == 1 and before[0].kind == "half":
            rows[-1] = (*before, field)
        else:
            rows.append((field,))
    return rows


@cache
def _forms(city: str, *, folder: Path) -> _FormsFile:
    path = folder / f"{city}.yaml"
    try:
        raw = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
        return _FormsFile.model_validate(raw)
    except (OSError, YAMLError, ValidationError) as trouble:
        msg = f"config/forms/{city}.yaml cannot be used: {trouble}. Mend or restore the file."
        raise FormError(msg) from trouble
