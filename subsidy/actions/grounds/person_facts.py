"""What is known about one person for one claim: identity, groups, connections, registers, result."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, cast

from subsidy.actions.acting import Act
from subsidy.records.people import read_field
from subsidy.records.tables import (
    ApplicationLine,
    Certificate,
    Enrolment,
    GroupEvidence,
    Person,
    RegisterAnswer,
)
from subsidy.rules import facts as f
from subsidy.rules.identity import age_on, check_id_number

Identity = Literal["verified", "unverified", "mismatch"]
Result = Literal["passed", "failed", "pending"]
Source = Literal["exam", "direct", "competition"]
Issuer = Literal["", "county", "city", "provincial", "national"]
REAL_NAME = "real_name"


@dataclass(frozen=True)
class Who:
    """The rows about a person in one claim: a roster line or a line of an application."""

    person: Person
    line: Enrolment | ApplicationLine | None
    proofs: Sequence[GroupEvidence]
    answers: Sequence[RegisterAnswer]
    """Answers of the claim's city about the person, or about this claim's certificate."""
    known_on: date
    """Day on which the roster's own answers were given."""
    days: Sequence[str] = ()
    result: Result = "pending"


def person_facts(act: Act, who: Who, *, starts: date) -> f.PersonFacts:
    """The person as the rules see it: no name, no number, no account."""
    return f.PersonFacts(
        ref=f"person:{who.person.id}",
        identity=_identity(who.answers),
        born_on=_age_as_birthday(act, who.person, starts=starts),
        groups=_groups(who),
        connections=_connections(who.line),
        registers=_registers(who),
        attended_on=tuple(date.fromisoformat(day) for day in who.days),
        assessment=who.result,
    )


def _age_as_birthday(act: Act, person: Person, *, starts: date) -> date | None:
    """A stand-in birthday that gives the right age on the class start: the real one stays sealed."""
    number = read_field(act.office.vault, person, "id_number")
    born = check_id_number(number, today=act.today).born_on
    if born is None:
        return None
    age = age_on(born_on=born, day=starts)
    return date(starts.year - age, 1, 1) if age >= 0 else None


def _identity(answers: Iterable[RegisterAnswer]) -> Identity:
    asked = [a for a in answers if a.register_name == REAL_NAME]
    if not asked:
        return "unverified"
    newest = max(asked, key=lambda a: (a.asked_on, a.id or 0)).answer
    if newest == "mismatch":
        return "mismatch"
    return "verified" if newest == "found" else "unverified"


def _registers(who: Who) -> tuple[f.RegisterAnswer, ...]:
    said = [
        f.RegisterAnswer(
            register=a.register_name,
            answer=cast("f.Answer", a.answer),
            source=a.source,
            asked_on=a.asked_on,
        )
        for a in who.answers
        if a.register_name != REAL_NAME
    ]
    line = who.line
    if isinstance(line, Enrolment) and line.pension not in ("", "unknown"):
        said.insert(
            0,
            f.RegisterAnswer(
                register="pension",
                answer=cast("f.Answer", line.pension),
                source="roster",
                asked_on=who.known_on,
            ),
        )
    return tuple(said)


def _groups(who: Who) -> tuple[f.GroupProof, ...]:
    found: dict[str, f.GroupProof] = {}
    for proof in who.proofs:
        day = date.fromisoformat(proof.evidenced_on) if proof.evidenced_on else None
        found[proof.group] = f.GroupProof(group=proof.group, proved_on=day, qualified_on=day)
    line = who.line
    if line is not None and line.group and (line.group_evidence_on or line.group not in found):
        day = line.group_evidence_on
        until = line.group_until if isinstance(line, ApplicationLine) else None
        found[line.group] = f.GroupProof(
            group=line.group, proved_on=day, qualified_on=day, until=until
        )
    return tuple(found.values())


def _connections(line: Enrolment | ApplicationLine | None) -> tuple[f.Connection, ...]:
    kinds = line.place_connection.split() if line is not None else []
    return tuple(f.Connection(kind=kind) for kind in kinds)


def certificate_facts(row: Certificate) -> f.CertificateFacts:
    """A certificate without its number."""
    return f.CertificateFacts(
        kind=row.kind,
        level=cast("f.Level", row.level or "none"),
        issued_on=row.issued_on,
        registered_on=row.registered_on,
        reviewed_on=row.registered_on if row.registered_by else None,
        source=cast("Source", row.source),
        issuer=cast("Issuer", row.issuer),
    )
