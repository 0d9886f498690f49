"""The gates: agreement, approved project, purchase record, filing, commitment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.checks.conditions import CONDITIONS, gate_effect
from subsidy.rules.checks.heads import did
from subsidy.rules.checks.people import ways_in
from subsidy.rules.facts import TrainingFacts
from subsidy.rules.packs.schema import GateSpec
from subsidy.rules.policy import Track
from subsidy.rules.verdict import source_of

PERSONAL = ("no_fee_from_free_groups",)
"""Gates that look at a person; a claim with heads asks them of each head."""


def claim_papers(case: Case, out: Verdicts) -> None:
    """Every gate that the track puts before a claim, all failing ones at once."""
    for gate in case.track.spec.gates:
        personal = gate.gate in PERSONAL and not case.track.has_person
        if gate.at == "claim" and not gate.groups and not personal:
            _claim_gate(case, out, gate)
    _ways_in(case, out)


def personal_papers(case: Case, out: Verdicts) -> None:
    """The gates that look at a person, for each head of a claim of a class or programme."""
    if case.track.has_person:
        return
    for gate in case.track.spec.gates:
        if gate.at == "claim" and gate.gate in PERSONAL:
            _claim_gate(case, out, gate)


def _ways_in(case: Case, out: Verdicts) -> None:
    """Gates for certain groups: each group is a way in, and one that is open is enough."""
    gates = [gate for gate in case.track.spec.gates if gate.at == "claim" and gate.groups]
    shut: Verdicts | None = None
    for group in ways_in(case) if gates else ():
        alone = Verdicts(case.pack)
        for gate in gates:
            if group in gate.groups:
                _claim_gate(case, alone, gate)
        if not (alone.refusals or alone.holds or alone.gaps):
            shut = alone
            break
        shut = shut or alone
    if shut is not None:
        out.take_over(shut)


def filing_papers(training: TrainingFacts, track: Track, out: Verdicts, *, on: date) -> None:
    """Every gate that the track puts before a class filing, as of the filing day."""
    for gate in track.spec.gates:
        if gate.at == "filing":
            check = _FILING[gate.gate]
            if not check(training, on) and not _listed_anyhow(gate, training, track, on):
                _missing(out, gate, training, on)


def _claim_gate(case: Case, out: Verdicts, gate: GateSpec) -> None:
    facts, training = case.facts, case.facts.training
    start = training.starts or case.anchor
    if gate.gate == "filing_approved":
        _filing_approved(training, out, gate)
    elif gate.gate == "no_fee_from_free_groups":
        if facts.person.fee_charged_fen > 0 and _is_free(case):
            out.add("E508", gate_effect(gate), source_of(gate))
    elif gate.gate in CONDITIONS:
        CONDITIONS[gate.gate](case, out, gate)
    elif gate.gate in _CLAIM:
        if not _CLAIM[gate.gate](case):
            _missing(out, gate, training, start)
    elif not _FILING[gate.gate](training, start) and not _listed_anyhow(
        gate, training, case.track, start
    ):
        _missing(out, gate, training, start)


def _filing_approved(training: TrainingFacts, out: Verdicts, gate: GateSpec) -> None:
    """A class may start only after its filing was approved (the day itself is enough)."""
    approved, starts = training.filing_approved_on, training.starts
    if approved is None:
        out.add("E512", "hold", source_of(gate))
    elif starts is not None and approved > starts:
        out.add("E404", gate_effect(gate), source_of(gate), starts=starts)


def _missing(out: Verdicts, gate: GateSpec, training: TrainingFacts, on: date) -> None:
    code, effect, source = _CODES[gate.gate], gate_effect(gate), source_of(gate)
    if gate.gate == "agreement":
        out.add(code, effect, source, starts=training.starts or on)
    elif gate.gate == "approved_project":
        out.add(code, effect, source, on=on)
    else:
        out.add(code, effect, source)


def _listed_anyhow(gate: GateSpec, training: TrainingFacts, track: Track, on: date) -> bool:
    """The occupation entered the catalogue by its publication, with no decision of the city."""
    if gate.gate != "approved_project" or gate.key is None:
        return False
    listed = track.dated[gate.key].on(training.starts or on)
    return not listed.unset and training.occupation in listed.value


def _is_free(case: Case) -> bool:
    groups = case.pack.spec.groups
    return any(
        groups[proof.group].free_of_charge
        for proof in case.facts.person.groups
        if proof.group in groups
    )


def _has_agreement(training: TrainingFacts, on: date) -> bool:
    agreement, day = training.agreement, training.starts or on
    if agreement is None or day < agreement.valid_from:
        return False
    return agreement.valid_until is None or day < agreement.valid_until


def _has_approved_project(training: TrainingFacts, on: date) -> bool:
    project = training.project
    if project is None or project.approved_on is None or project.approved_on > on:
        return False
    return project.withdrawn_on is None or on < project.withdrawn_on


def _no_qualification(training: TrainingFacts, on: date) -> bool:
    project = training.project
    return project is None or not project.has_qualification_certificate


def _are_verified(case: Case) -> bool:
    """The person of the claim, or everyone who counts in a claim with heads."""
    if case.track.has_person:
        return case.facts.person.identity == "verified"
    wanted = case.track.spec.amount.heads_by
    counted = [head for head in case.facts.heads if did(head, wanted)]
    return all(head.person.identity == "verified" for head in counted)


_FILING: dict[str, Callable[[TrainingFacts, date], bool]] = {
    "agreement": _has_agreement,
    "approved_project": _has_approved_project,
    "procurement": lambda training, on: bool(training.procurement_ref),
    "roster": lambda training, on: training.has_roster,
    "teaching_plan": lambda training, on: training.has_teaching_plan,
    "no_qualification_occupation": _no_qualification,
}
_CLAIM: dict[str, Callable[[Case], bool]] = {
    "commitment": lambda case: case.facts.commitment_signed,
    "real_name": _are_verified,
}
_CODES = {
    "agreement": "E503",
    "approved_project": "E504",
    "procurement": "E505",
    "roster": "E506",
    "teaching_plan": "E507",
    "no_qualification_occupation": "E212",
    "commitment": "E502",
    "real_name": "E105",
}
