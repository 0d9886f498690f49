"""One row of a roster: what the importer tells the provider at once, column by column."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from subsidy.rules.checks.case import Verdicts
from subsidy.rules.checks.limits import count_in_year, is_repeat, overlapping, yearly_limit_of
from subsidy.rules.checks.people import judge_register
from subsidy.rules.facts import PastClaim, RegisterAnswer, TrainingFacts
from subsidy.rules.identity import age_on, check_id_number, check_name
from subsidy.rules.policy import Pack, Track
from subsidy.rules.script import same_words
from subsidy.rules.verdict import NO_CLAUSE, Finding, Source, source_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterPerson:
    """One row as the provider typed it."""

    id_number: str
    name: str
    group: str = ""
    """Group code or its Chinese name."""
    born_on: date | None = None
    """Birth date in a column of its own, where the roster has one."""
    group_proved_on: date | None = None


def check_enrolment(
    person: RosterPerson,
    training: TrainingFacts,
    *,
    track: str,
    history: Sequence[PastClaim] = (),
    pack: Pack,
    today: date,
    earlier: Collection[str] = frozenset(),
    registers: Sequence[RegisterAnswer] | None = None,
) -> list[Finding]:
    """Everything wrong with one roster row; an empty list lets the row in.

    `history` holds the person's other claims, `earlier` the normalised ID numbers of the rows
    above, `registers` the answers of outside registers (None: they were not asked yet). `effect`
    refuse keeps the row out, hold and warn let it in with a remark; `column` is one of id_number,
    name, birth_date, group. Texts never repeat the number or the name.
    """
    out = Verdicts(pack)
    real_name = _real_name_source(pack.tracks[track])
    number = check_id_number(person.id_number, today=today)
    if number.kind == "other_document":
        out.add("E108", "hold", NO_CLAUSE, column="id_number")
    elif number.fault is not None:
        out.add("E101", "refuse", real_name, column="id_number", fault=number.fault)
    if person.born_on is not None and number.born_on not in (None, person.born_on):
        out.add("E102", "refuse", real_name, column="birth_date")
    if number.number in earlier:
        out.add("E104", "refuse", real_name, column="id_number")
    if check_name(person.name).fault is not None:
        out.add("E103", "refuse", real_name, column="name")
    spec = pack.tracks[track].spec
    if spec.group_test:
        _group(person, training, pack, out, track=track)
    _age(number.born_on, training, pack, out)
    if history and spec.counts_towards_limits:
        _history(training, history, pack, out)
    if registers is not None:
        answers = {item.register: item for item in registers}
        for name, register in pack.spec.registers.items():
            asked = not register.tracks or track in register.tracks
            if "filing" in register.at and asked:
                judge_register(out, register, answers.get(name), column="id_number")
    return out.all()


def group_code(pack: Pack, text: str) -> str | None:
    """The code of a group given by code or Chinese name, in either script; None if there is none."""
    wanted = text.strip()
    if wanted in pack.spec.groups:
        return wanted
    groups = pack.spec.groups.items()
    return next((code for code, spec in groups if same_words(spec.name, wanted)), None)


def _real_name_source(track: Track) -> Source:
    for gate in track.spec.gates:
        if gate.gate == "real_name":
            return source_of(gate)
    return NO_CLAUSE


def _group(
    person: RosterPerson, training: TrainingFacts, pack: Pack, out: Verdicts, *, track: str
) -> None:
    code = group_code(pack, person.group)
    admits = pack.spec.groups[code].tracks if code is not None else []
    if code is None or (admits and track not in admits):
        first = source_of(next(iter(pack.spec.groups.values())))
        out.add("E203", "hold", first, column="group", group=person.group.strip()[:20])
        return
    spec, starts = pack.spec.groups[code], training.starts
    proved = person.group_proved_on
    if spec.needs_proof and proved is not None and starts is not None and proved > starts:
        out.add("E204", "refuse", source_of(spec), column="group", starts=starts)
    category = pack.spec.categories.get(training.category)
    if category is not None and category.groups and code not in category.groups:
        out.add("E206", "hold", source_of(category), column="group", category=category.name)


def _age(born: date | None, training: TrainingFacts, pack: Pack, out: Verdicts) -> None:
    if born is None or training.starts is None or "minimum_age" not in pack.dated:
        return
    value = pack.value("minimum_age", on=training.starts)
    if not value.unset and age_on(born_on=born, day=training.starts) < value.value:
        out.add("E207", "hold", source_of(value), column="id_number", years=value.value)


def _history(
    training: TrainingFacts, history: Sequence[PastClaim], pack: Pack, out: Verdicts
) -> None:
    """Every paid or pending claim counts here: the new row is the last in filing order."""
    ahead = [item for item in history if item.counts and item.status in ("paid", "pending")]
    other = overlapping(ahead, training)
    if other is not None:
        out.add("E305", "hold", NO_CLAUSE, column="id_number", starts=other.starts, ends=other.ends)
    day = training.starts or training.ends
    if day is None:
        return
    if "repeat_refused" in pack.dated and any(is_repeat(item, training) for item in ahead):
        rule = pack.value("repeat_refused", on=day)
        if rule.value:
            out.add("E302", "refuse", source_of(rule), column="id_number")
    limited = yearly_limit_of(pack, on=day)
    if limited is None or training.ends is None:
        return
    limit, basis = limited
    count = count_in_year(ahead, year=training.ends.year, basis=basis)
    if count >= limit.value:
        out.add(
            "E301",
            "refuse",
            source_of(limit),
            column="id_number",
            year=training.ends.year,
            count=count,
            limit=limit.value,
        )
