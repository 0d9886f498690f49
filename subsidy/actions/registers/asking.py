"""The one way to ask a register about people: whatever stands behind it answers in the same four words.

Found, not found, mismatch, or unavailable: a register that gives no answer is unavailable, and that
neither passes nor refuses anybody. Today every register is an extract (`ExtractRegister`); one that can be
asked over a line implements `Register` and is put into `registers` of `ask_for`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from sqlalchemy import exists
from sqlmodel import Session, col, select

from states.ticket import TICKET
from subsidy.actions.acting import Act
from subsidy.actions.class_work.together import change_facts
from subsidy.actions.decisions import DECIDABLE, decide_claims
from subsidy.records.people import certificate_index, name_index, read_field
from subsidy.records.tables import (
    ApplicationLine,
    Certificate,
    Claim,
    ClaimProgress,
    Enrolment,
    Person,
    RegisterAnswer,
    Ticket,
)
from subsidy.rules.identity import check_name

Answer = Literal["found", "not_found", "mismatch", "unavailable"]
REAL_NAME = "real_name"
UNANSWERED = ("E208", "E105")
"""Codes of claims that wait for a register, or for the check of the identity."""


@dataclass(frozen=True)
class Question:
    """One person (and certificate) of one claim, as indexes that nobody can read."""

    claim_id: int
    person_id: int
    person_index: str
    name_index: str
    certificate_index: str = ""


class Register(Protocol):
    """An outside register, however it is reached."""

    @property
    def source(self) -> str:
        """What its answers name as their source."""

    def ask(self, questions: Sequence[Question]) -> Mapping[Question, Answer]:
        """Answer what it can; a question without an answer stays open."""


def real_name_checks(act: Act) -> tuple[str, ...]:
    """The check of identities, where a track of the city asks for it."""
    gates = (gate.gate for track in act.pack.tracks.values() for gate in track.spec.gates)
    return (REAL_NAME,) if any(gate == REAL_NAME for gate in gates) else ()


def open_claims(
    session: Session, act: Act, *, after: int = 0, limit: int = 500, waiting: bool = False
) -> list[int]:
    """Claims of the city that are decided and not yet on the way to the bank, in id order.

    `waiting`: only those that are held because a register has not answered.
    """
    query = (
        select(ClaimProgress.claim_id)
        .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
        .where(
            Claim.city == act.city,
            col(ClaimProgress.claim_id) > after,
            col(ClaimProgress.state).in_(DECIDABLE),
        )
        .order_by(col(ClaimProgress.claim_id))
        .limit(limit)
    )
    if waiting:
        query = query.where(
            exists().where(
                col(Ticket.claim_id) == ClaimProgress.claim_id,
                col(Ticket.code).in_(UNANSWERED),
                col(Ticket.state).not_in(TICKET.ends),
            )
        )
    return list(session.exec(query).all())


def ask_for(
    session: Session, act: Act, *, claim_ids: Sequence[int], registers: Mapping[str, Register]
) -> dict[str, int]:
    """Ask the registers about the people of these claims; new answers are kept, claims decided anew.

    Returns answer → how many were new. An answer that says what the last one said is not kept again.
    """
    questions = questions_about(session, act, claim_ids=claim_ids)
    known = _known(session, act, {question.person_id for question in questions})
    counts: dict[str, int] = {}
    touched: set[int] = set()
    for name, register in registers.items():
        spec = act.pack.spec.registers.get(name)
        certified = spec is not None and spec.needs == "certificate"
        asked = [q for q in questions if q.certificate_index or not certified]
        for question, answer in register.ask(asked).items():
            claim = question.claim_id if certified else None
            if known.get((question.person_id, name, claim)) == answer:
                continue
            known[question.person_id, name, claim] = answer
            session.add(
                RegisterAnswer(
                    city=act.city,
                    person_id=question.person_id,
                    claim_id=claim,
                    register_name=name,
                    answer=answer,
                    source=register.source,
                    asked_on=act.today,
                    asked_by=act.actor,
                )
            )
            counts[answer] = counts.get(answer, 0) + 1
            touched.add(question.claim_id)
    session.flush()
    if touched:
        change_facts(session, sorted(touched))
        decide_claims(session, act, claim_ids=sorted(touched))
    return counts


def questions_about(session: Session, act: Act, *, claim_ids: Sequence[int]) -> list[Question]:
    """The people of the claims, heads among them, each with the certificate of that claim."""
    ids, vault = list(claim_ids), act.office.vault
    own = session.exec(
        select(Claim.id, Person)
        .join(Person, col(Person.id) == Claim.person_id)
        .where(col(Claim.id).in_(ids))
        .order_by(col(Claim.id))
    ).all()
    heads = session.exec(
        select(ApplicationLine.claim_id, Person)
        .join(Person, col(Person.id) == ApplicationLine.person_id)
        .join(Claim, col(Claim.id) == ApplicationLine.claim_id)
        .where(col(Claim.id).in_(ids), col(Claim.person_id).is_(None))
        .order_by(col(ApplicationLine.id))
    ).all()
    numbers = _certificates(session, ids)
    found = []
    for claim_id, person in [*own, *heads]:
        assert claim_id is not None
        assert person.id is not None
        name = check_name(read_field(vault, person, "name")).number
        found.append(
            Question(
                claim_id,
                person.id,
                person.id_index,
                name_index(vault, name, person=person.id_index),
                certificate_index(vault, numbers.get((claim_id, person.id), "")),
            )
        )
    return found


def _certificates(session: Session, claim_ids: Sequence[int]) -> dict[tuple[int, int], str]:
    """(claim, person) → number of the certificate that belongs to the claim."""
    roster = session.exec(
        select(Claim.id, Certificate.person_id, Certificate.number)
        .join(Enrolment, col(Enrolment.id) == Certificate.enrolment_id)
        .join(Claim, col(Claim.class_id) == Enrolment.class_id)
        .where(col(Claim.id).in_(claim_ids), Claim.person_id == Certificate.person_id)
    ).all()
    listed = session.exec(
        select(ApplicationLine.claim_id, Certificate.person_id, Certificate.number)
        .join(ApplicationLine, col(ApplicationLine.id) == Certificate.line_id)
        .where(col(ApplicationLine.claim_id).in_(claim_ids))
    ).all()
    return {(claim_id or 0, person): number for claim_id, person, number in [*roster, *listed]}


def _known(session: Session, act: Act, people: set[int]) -> dict[tuple[int, str, int | None], str]:
    """The newest answer on file by person, register and claim (None: about the person)."""
    query = (
        select(RegisterAnswer)
        .where(RegisterAnswer.city == act.city, col(RegisterAnswer.person_id).in_(sorted(people)))
        .order_by(col(RegisterAnswer.asked_on), col(RegisterAnswer.id))
    )
    return {(a.person_id, a.register_name, a.claim_id): a.answer for a in session.exec(query)}
