"""Who may be subsidised: place, group, category, age, outside registers, result, attendance."""

from __future__ import annotations

from datetime import date
from typing import cast

from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.facts import GroupProof, RegisterAnswer
from subsidy.rules.identity import age_on
from subsidy.rules.packs.schema import GroupSpec, RegisterSpec
from subsidy.rules.verdict import NO_CLAUSE, Source, source_of


def has_place_connection(case: Case, out: Verdicts) -> None:
    """Any one connection that holds on the class start is enough."""
    spec, start = case.pack.spec, _start(case)
    for proof in case.facts.person.groups:
        group = spec.groups.get(proof.group)
        if group is not None and group.place_exempt:
            return
    for connection in case.facts.person.connections:
        begun = connection.since is None or connection.since <= start
        if (
            connection.kind in spec.connections
            and begun
            and (connection.until is None or start < connection.until)
        ):
            return
    first = next(iter(spec.connections.values()))
    out.add("E201", "refuse", source_of(first), column="connection")


def belongs_to_a_group(case: Case, out: Verdicts) -> None:
    """At least one group of the plan, proved and valid when the class starts."""
    specs = case.pack.spec.groups
    known = [proof for proof in case.facts.person.groups if proof.group in specs]
    if not known:
        named = case.facts.person.groups
        any_group = source_of(next(iter(specs.values())))
        shown = named[0].group if named else ""
        out.add("E203", "hold", any_group, column="group", group=shown)
        return
    failed = [_group_fault(case, proof, specs[proof.group]) for proof in known]
    if None in failed:
        return
    codes = {code for code in failed if code is not None}
    source = source_of(specs[known[0].group])
    if "E511" in codes:  # proof may still come: ask for it before anything is refused
        out.add("E511", "hold", source, column="group", group=specs[known[0].group].name)
        return
    if "E205?" in codes:
        out.add("E205", "hold", source, column="group", years=_years(case, known))
        return
    if "E205" in codes:
        out.add("E205", "refuse", source, column="group", years=_years(case, known))
    if "E204" in codes:
        out.add("E204", "refuse", source, column="group", starts=_start(case))


def fits_the_category(case: Case, out: Verdicts) -> None:
    """The category of the class is meant for the person's group; otherwise a person decides."""
    category = case.pack.spec.categories.get(case.facts.training.category)
    if category is None or not category.groups:
        return
    if not any(proof.group in category.groups for proof in case.facts.person.groups):
        out.add("E206", "hold", source_of(category), column="group", category=category.name)


def is_old_enough(case: Case, out: Verdicts) -> None:
    """No clause gives an age: a young trainee is only looked at."""
    born, dated = case.facts.person.born_on, case.pack.dated.get("minimum_age")
    if born is None or dated is None:
        return
    value = dated.on(case.anchor)
    if not value.unset and age_on(born_on=born, day=_start(case)) < value.value:
        out.add("E207", "hold", source_of(value), column="id_number", years=value.value)


def registers_agree(case: Case, out: Verdicts) -> None:
    """What outside registers say at the claim; no answer neither passes nor refuses."""
    answers = {item.register: item for item in _oldest_first(case)}
    for name, register in case.pack.spec.registers.items():
        if "claim" not in register.at:
            continue
        if register.needs == "certificate" and case.facts.certificate is None:
            continue
        judge_register(out, register, answers.get(name))


def passed_and_certified(case: Case, out: Verdicts) -> None:
    """Assessment passed, certificate of the right kind and level, registered and reviewed."""
    if not case.track.needs_certificate:
        return
    source = stage_source(case, "certified")
    result, certificate = case.facts.person.assessment, case.facts.certificate
    if result == "failed":
        out.add("E211", "refuse", source)
    elif result == "pending":
        out.add("E515", "hold", source)
    if certificate is None or certificate.reviewed_on is None:
        out.add("E509", "hold", source)
    if certificate is None:
        return
    kinds = case.track.spec.certificate_kinds
    if certificate.kind not in kinds or certificate.level != case.facts.training.level:
        out.add("E510", "hold", source)


def attended_enough(case: Case, out: Verdicts) -> None:
    """Days within the class, against the days planned; no clause gives a share, so only holds."""
    training, marks = case.facts.training, set(case.facts.person.attended_on)
    inside = days_inside(marks, training.starts, training.ends)
    if len(inside) < len(marks):
        out.add("E1204", "warn", NO_CLAUSE, count=len(marks) - len(inside))
    if not inside:
        if case.track.spec.amount.rule == "per_attended_day":
            out.add("E513", "hold", stage_source(case, "completed"))
        return
    planned, dated = _planned_days(case), case.pack.dated.get("attendance_percent")
    if planned is None:
        return
    if len(inside) > planned:
        out.add("E1201", "hold", NO_CLAUSE, attended=len(inside), planned=planned)
    share = dated.on(case.anchor) if dated is not None else None
    if share is not None and not share.unset and len(inside) * 100 < planned * share.value:
        out.add(
            "E214",
            "hold",
            source_of(share),
            attended=len(inside),
            planned=planned,
            percent=share.value,
        )


def _planned_days(case: Case) -> int | None:
    """Days filed with the class, else those of the approved project's form."""
    training = case.facts.training
    if training.planned_days is not None:
        return training.planned_days
    return training.project.days if training.project is not None else None


def days_inside(marks: set[date], starts: date | None, ends: date | None) -> set[date]:
    """The attended days that lie within the class (both ends inclusive), each once."""
    if starts is None or ends is None:
        return marks
    return {day for day in marks if starts <= day <= ends}


def stage_source(case: Case, state: str) -> Source:
    """The clause behind a stage of the track's road."""
    for stage in case.track.spec.stages:
        if stage.state == state:
            return source_of(stage)
    return NO_CLAUSE


def _start(case: Case) -> date:
    return case.facts.training.starts or case.anchor


def _group_fault(case: Case, proof: GroupProof, spec: GroupSpec) -> str | None:
    """None when the group stands on the class start, else the code of what is wrong.

    "E205?": too long ago on the class start but not on the filing day; no clause says which
    of the two counts, so a person decides.
    """
    start = _start(case)
    if spec.within_years is not None:
        if proof.qualified_on is None:
            return "E511"
        limit = case.pack.value(spec.within_years, on=case.anchor)
        if not limit.unset:
            end = _years_later(proof.qualified_on, cast("int", limit.value))
            filed = case.facts.training.filed_on
            if start > end:
                return "E205?" if filed is not None and filed <= end else "E205"
    if not spec.needs_proof:
        return None
    if proof.proved_on is None:
        return "E511"
    ended = proof.until is not None and proof.until <= start
    return "E204" if proof.proved_on > start or ended else None


def _years(case: Case, proofs: list[GroupProof]) -> int:
    for proof in proofs:
        key = case.pack.spec.groups[proof.group].within_years
        if key is not None:
            return cast("int", case.pack.value(key, on=case.anchor).value)
    return 0


def _years_later(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February
        return date(day.year + years, 2, 28)


def _oldest_first(case: Case) -> list[RegisterAnswer]:
    """So that the newest answer of a register is the one that counts."""
    answers = case.facts.person.registers
    return sorted(answers, key=lambda item: item.asked_on) if len(answers) > 1 else list(answers)


def judge_register(
    out: Verdicts,
    register: RegisterSpec,
    answer: RegisterAnswer | None,
    *,
    column: str | None = None,
) -> None:
    """What one register's answer does; no answer neither passes nor refuses."""
    source = source_of(register)
    if answer is None or answer.answer == "unavailable":
        out.add("E208", "hold", source, column=column, register=register.asks)
        return
    effect = getattr(register, answer.answer)
    if effect == "pass":
        return
    code = "E209" if answer.answer == "mismatch" else register.code
    out.add(code, effect, source, column=column, register=register.asks)
