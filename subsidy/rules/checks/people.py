"""Who may be subsidised: place, group, category, age, outside registers, result, attendance."""

from __future__ import annotations

from datetime import date
from typing import Literal, cast

from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.facts import GroupProof, RegisterAnswer
from subsidy.rules.identity import age_on
from subsidy.rules.packs.schema import GroupSpec, RegisterSpec
from subsidy.rules.verdict import NO_CLAUSE, Source, source_of


def has_place_connection(case: Case, out: Verdicts) -> None:
    """Any one connection that holds on the class start is enough."""
    spec, start = case.pack.spec, start_of(case)
    if not case.track.spec.place_test:
        return
    for proof in case.facts.person.groups:
        group = spec.groups.get(proof.group)
        if group is not None and group.place_exempt and _admits(case, group):
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
    if not case.track.spec.group_test:
        return
    known = _groups_that_matter(case)
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
    if "E222" in codes:
        out.add("E222", "refuse", source, column="group", group=specs[known[0].group].name)
    if "E204" in codes:
        out.add("E204", "refuse", source, column="group", starts=start_of(case))


def _groups_that_matter(case: Case) -> list[GroupProof]:
    """The person's groups that the track admits; where it is for some alone, those come first.

    Another group, well proved, does not stand in for the one that the track is for.
    """
    only, specs = case.track.spec.only_groups, case.pack.spec.groups
    known = [
        proof
        for proof in case.facts.person.groups
        if proof.group in specs and _admits(case, specs[proof.group])
    ]
    wanted = [proof for proof in known if only is not None and proof.group in only.groups]
    return wanted or known


def ways_in(case: Case) -> list[str]:
    """The person's groups that open this track: those that stand, else all that were named."""
    proofs, specs = _groups_that_matter(case), case.pack.spec.groups
    stand = [item for item in proofs if _group_fault(case, item, specs[item.group]) is None]
    return list(dict.fromkeys(item.group for item in stand or proofs))


def _admits(case: Case, group: GroupSpec) -> bool:
    """Some groups are admitted to certain tracks alone."""
    return not group.tracks or case.track.code in group.tracks


def is_for_the_group(case: Case, out: Verdicts) -> None:
    """Some tracks are for certain groups alone."""
    only = case.track.spec.only_groups
    if only is None:
        return
    named = [proof.group for proof in case.facts.person.groups]
    if any(group in only.groups for group in named):
        return
    shut_out = named and not only.open_ended
    effect: Literal["refuse", "hold"] = "refuse" if shut_out else "hold"
    out.add("E215", effect, source_of(only), column="group")


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
    if not value.unset and age_on(born_on=born, day=start_of(case)) < value.value:
        out.add("E207", "hold", source_of(value), column="id_number", years=value.value)


def registers_agree(case: Case, out: Verdicts) -> None:
    """What outside registers say at the claim; no answer neither passes nor refuses."""
    answers = {item.register: item for item in _oldest_first(case)}
    for name, register in case.pack.spec.registers.items():
        if "claim" not in register.at:
            continue
        if register.tracks and case.track.code not in register.tracks:
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
    wanted = case.facts.training.level
    if not case.facts.training.ref and wanted == "none":
        wanted = certificate.level  # no class: the certificate itself says the level
    if certificate.kind not in kinds or certificate.level != wanted:
        out.add("E510", "hold", source)


def attended_enough(case: Case, out: Verdicts) -> None:
    """Days within the class, against the days planned; no clause gives a share, so only holds."""
    training, marks = case.facts.training, set(case.facts.person.attended_on)
    inside = days_inside(marks, training.starts, training.ends)
    if len(inside) < len(marks):
        out.add("E1204", "warn", NO_CLAUSE, count=len(marks) - len(inside))
    if not inside:
        if case.track.spec.amount.times == "attended_day":
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


def start_of(case: Case) -> date:
    """The day on which persons must qualify: start of training or period, else the deciding day."""
    facts = case.facts
    return facts.training.starts or facts.stated.period_starts or case.anchor


def _group_fault(case: Case, proof: GroupProof, spec: GroupSpec) -> str | None:
    """None when the group stands on the class start, else the code of what is wrong.

    "E205?": too long ago on the class start but not on the filing day; no clause says which
    of the two counts, so a person decides.
    """
    term = _term_fault(case, proof, spec)
    if term is not None:
        return term
    if not spec.needs_proof:
        return None
    if proof.proved_on is None:
        return "E511"
    start = start_of(case)
    ended = proof.until is not None and proof.until <= start
    return "E204" if proof.proved_on > start or ended else None


def _term_fault(case: Case, proof: GroupProof, spec: GroupSpec) -> str | None:
    """What is wrong with the qualifying day or the end of a group's state, if it has one."""
    start = start_of(case)
    needs_day = spec.same_year or spec.within_years is not None
    needs_end = spec.ends_within_years is not None
    if (needs_day and proof.qualified_on is None) or (needs_end and proof.until is None):
        return "E511"
    if spec.same_year and proof.qualified_on is not None:
        return None if proof.qualified_on.year == start.year else "E222"
    if spec.ends_within_years is not None and proof.until is not None:
        limit = case.pack.value(spec.ends_within_years, on=case.anchor)
        late = not limit.unset and proof.until >= years_later(start, cast("int", limit.value))
        return "E222" if late else None
    return _too_long_ago(case, proof, spec.within_years)


def _too_long_ago(case: Case, proof: GroupProof, key: str | None) -> str | None:
    if key is None or proof.qualified_on is None:
        return None
    limit = case.pack.value(key, on=case.anchor)
    if limit.unset:
        return None
    end = years_later(proof.qualified_on, cast("int", limit.value))
    if start_of(case) <= end:
        return None
    filed = case.facts.training.filed_on
    return "E205?" if filed is not None and filed <= end else "E205"


def _years(case: Case, proofs: list[GroupProof]) -> int:
    for proof in proofs:
        key = case.pack.spec.groups[proof.group].within_years
        if key is not None:
            return cast("int", case.pack.value(key, on=case.anchor).value)
    return 0


def years_later(day: date, years: int) -> date:
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
