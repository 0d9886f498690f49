"""Judge the rows of a roster: who it is, whether they may be in this class, what a person must see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import CHUNK, Rows
from subsidy.actions.grounds.history_of import History, history_of
from subsidy.records.people import blind_index, read_field
from subsidy.records.tables import Claim, Person
from subsidy.rules import facts as f
from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.checks.enrolment import RosterPerson, check_enrolment, group_code
from subsidy.rules.checks.people import has_place_connection
from subsidy.rules.identity import check_account, check_id_number, check_name, same_name
from subsidy.rules.verdict import NO_CLAUSE, Finding, source_of

IN_PRINCIPLE = "limits"
"""Queue whose refusals a recorded exception may pass (原则上): such a row is taken in and waits."""
EVIDENCE = "E511"
"""Proof that may still come: it does not keep the class from being filed."""


@dataclass(slots=True)
class Line:
    """One row of the roster, read and judged."""

    number: int
    id_number: str
    name: str
    values: Mapping[str, str]
    index: str
    group: str
    proved_on: date | None
    connections: tuple[str, ...]
    person: Person | None = None
    barring: list[Finding] = field(default_factory=list)
    """Faults that keep the row out of the class."""
    waiting: list[Finding] = field(default_factory=list)
    """What a person has to look at; the row is taken in and, proof apart, waits for it."""
    hints: list[Finding] = field(default_factory=list)

    def sort(self, act: Act, found: Sequence[Finding]) -> None:
        """Put each finding where it belongs."""
        for finding in found:
            if finding.effect == "warn":
                self.hints.append(finding)
            elif finding.effect == "refuse" and not _may_pass(act, finding):
                self.barring.append(finding)
            else:
                self.waiting.append(finding)


def judge(
    session: Session,
    act: Act,
    *,
    track: str,
    training: f.TrainingFacts,
    rows: Rows,
    present: Mapping[str, int],
) -> list[Line]:
    """Read and judge every row, in order. Persons already on file are locked in id order.

    `present` maps those who are in the class already to their claim here, which does not count
    against them.
    """
    lines = [_read(act, number, values) for number, values in rows]
    known = _persons(session, [line.index for line in lines])
    history = history_of(session, act, person_ids=[p.id for p in known.values() if p.id])
    earlier: set[str] = set()
    for line in lines:
        line.person = known.get(line.index)
        past = _past(act, track, training, history, line, present.get(line.index))
        line.sort(act, _judged(act, line, training, track, past, earlier))
        earlier.add(line.id_number)
    return lines


def _past(
    act: Act,
    track: str,
    training: f.TrainingFacts,
    history: History,
    line: Line,
    claim_id: int | None,
) -> tuple[f.PastClaim, ...]:
    """The person's other claims, as a claim of this class may see them."""
    if line.person is None:
        return ()
    claim = Claim(
        id=claim_id,
        city=act.city,
        number="",
        entitlement_id=0,
        area_id=0,
        road_id=0,
        track=track,
        person_id=line.person.id,
        created_on=act.today,
    )
    return history.seen_by(claim, training)


def _judged(
    act: Act,
    line: Line,
    training: f.TrainingFacts,
    track: str,
    past: Sequence[f.PastClaim],
    earlier: set[str],
) -> list[Finding]:
    found = check_enrolment(
        RosterPerson(
            id_number=line.id_number,
            name=line.name,
            group=line.values.get("category", ""),
            born_on=_day(line.values.get("birth_date", "")),
            group_proved_on=line.proved_on,
        ),
        training,
        track=track,
        history=past,
        pack=act.pack,
        today=act.today,
        earlier=earlier,
    )
    if not line.id_number:
        return [entry_fault(act, "E101", column="id_number", fault="未填写")]
    out = Verdicts(act.pack)
    _known_name(act, line, out)
    _place(act, line, training, track, out)
    _pension(act, line, out)
    _proof(act, line, track, out)
    _account(line, out)
    return [*found, *out.all()]


def _read(act: Act, number: int, values: Mapping[str, str]) -> Line:
    checked = check_id_number(values.get("id_number", ""), today=act.today)
    return Line(
        number=number,
        id_number=checked.number,
        name=check_name(values.get("name", "")).number,
        values=values,
        index=blind_index(act.office.vault, checked.number),
        group=group_code(act.pack, values.get("category", "")) or "",
        proved_on=_day(values.get("category_proved_on", "")),
        connections=tuple(values.get("connection", "").split()),
    )


def _persons(session: Session, indexes: Sequence[str]) -> dict[str, Person]:
    """Persons on file, locked in id order: two rosters cannot both pass a limit."""
    found: dict[str, Person] = {}
    wanted = sorted(set(indexes))
    ids: list[int] = []
    for start in range(0, len(wanted), CHUNK):
        query = select(Person.id).where(col(Person.id_index).in_(wanted[start : start + CHUNK]))
        ids += [i for i in session.exec(query).all() if i is not None]
    ids.sort()
    for start in range(0, len(ids), CHUNK):
        rows = session.exec(
            select(Person)
            .where(col(Person.id).in_(ids[start : start + CHUNK]))
            .order_by(col(Person.id))
            .with_for_update()
        ).all()
        found |= {person.id_index: person for person in rows}
    return found


def _place(act: Act, line: Line, training: f.TrainingFacts, track: str, out: Verdicts) -> None:
    """Any one connection to the place that the roster names."""
    person = f.PersonFacts(
        groups=(f.GroupProof(group=line.group),) if line.group else (),
        connections=tuple(f.Connection(kind=kind) for kind in line.connections),
    )
    starts = training.starts or act.today
    facts = f.Facts(city=act.city, track=track, person=person, training=training)
    case = Case(facts, act.pack, act.pack.tracks[track], act.calendar, act.today, starts)
    has_place_connection(case, out)


def _pension(act: Act, line: Line, out: Verdicts) -> None:
    """What the pension register said, where it was asked before; no answer is no fault here."""
    register, answer = act.pack.spec.registers.get("pension"), line.values.get("pension", "")
    if register is None or "filing" not in register.at or answer in ("", "unknown", "unavailable"):
        return
    effect = {"found": register.found, "not_found": register.not_found}.get(
        answer, register.mismatch
    )
    if effect == "pass":
        return
    code = register.code if answer in ("found", "not_found") else "E209"
    out.add(code, effect, source_of(register), column="id_number", register=register.asks)


def _proof(act: Act, line: Line, track: str, out: Verdicts) -> None:
    """Proof of the group that has not come yet."""
    spec = act.pack.spec.groups.get(line.group)
    if not act.pack.tracks[track].spec.group_test:
        return
    if spec is not None and spec.needs_proof and line.proved_on is None:
        out.add(EVIDENCE, "hold", source_of(spec), column="category_proved_on", group=spec.name)


def _known_name(act: Act, line: Line, out: Verdicts) -> None:
    """The number is on file under another name: one of the two is wrong, or the name was changed."""
    if line.person is None:
        return
    if same_name(read_field(act.office.vault, line.person, "name"), line.name):
        return
    out.add("E519", "hold", NO_CLAUSE, column="name")


def _account(line: Line, out: Verdicts) -> None:
    given = line.values.get("account", "")
    if not given:
        return
    checked = check_account(given, holder="person")
    if checked.fault is not None:
        out.add("E106", "warn", NO_CLAUSE, column="account", fault=checked.fault)


def _may_pass(act: Act, finding: Finding) -> bool:
    return finding.queue == IN_PRINCIPLE and act.pack.book.may_override(finding.code)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
