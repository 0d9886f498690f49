"""What the form of a project asks for, track by track: the fields of the annex and the kinds of rates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from subsidy.actions.catalogue import NEEDED, files_heads
from subsidy.rules.policy import Pack


@dataclass(frozen=True)
class FormRow:
    """One entry of the form."""

    name: str
    """Field of `ProjectForm`."""
    needed: bool = False
    choices: Sequence[str] = ()
    """Values to choose from; empty: written freely."""


WRITTEN = (
    "title", "occupation", "training_mode", "assessment_mode", "certificate_name",
    "planned_heads", "days", "fee_fen", "rate_fen", "survey_note", "procurement_record",
)  # fmt: skip
ALWAYS = ("title", "occupation", *NEEDED)


def form_rows(pack: Pack, track: str, *, departments: Sequence[str] = ()) -> list[FormRow]:
    """The entries of a track's form, those of its rates first. Raises KeyError for an unknown track."""
    spec = pack.tracks[track].spec
    gates = {gate.gate for gate in spec.gates}
    rows = []
    if spec.amount.by == "level" and spec.amount.rates:
        rows.append(FormRow("level", needed=True, choices=tuple(spec.amount.rates)))
    if spec.amount.by == "course":
        rows.append(FormRow("course", needed=True, choices=tuple(spec.amount.rates)))
    if spec.certificate_kinds:
        rows.append(FormRow("certificate_kind", needed=True, choices=spec.certificate_kinds))
    unasked = () if files_heads(pack, track) else ("planned_heads",)
    rows += [FormRow(name, needed=name in ALWAYS) for name in WRITTEN if name not in unasked]
    if "standard_from_city" in gates:
        rows.append(FormRow("standard_by", choices=("city", "district")))
    rows.append(FormRow("department", choices=departments))
    if "no_qualification_occupation" in gates:
        rows += [FormRow("has_qualification_certificate"), FormRow("exception_reason")]
    return rows
