"""How the people of a list are shown: their names and numbers opened for masking, never kept in clear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.money.terms import Terms, chunks
from subsidy.records.people import SealBrokenError, read_field
from subsidy.records.tables import Claim, Person
from subsidy.rules.masking.notices import Masking


@dataclass(frozen=True, slots=True)
class Face:
    """What the public sees of who stands behind a claim and of who is paid."""

    name: str
    id_number: str
    title: str
    payee: str


def faces(session: Session, act: Act, terms: Sequence[Terms], rule: Masking) -> dict[int, Face]:
    """Claim id → how it is shown under the rule; units by their name, natural persons masked."""
    people = _people(session, [each.claim_id for each in terms])
    return {each.claim_id: _face(act, each, people.get(each.claim_id), rule) for each in terms}


def _people(session: Session, claim_ids: Sequence[int]) -> dict[int, Person]:
    found: dict[int, Person] = {}
    for part in chunks(claim_ids):
        rows = session.exec(
            select(Claim.id, Person)
            .join(Person, col(Person.id) == col(Claim.person_id))
            .where(col(Claim.id).in_(part))
        ).all()
        found |= {claim_id: person for claim_id, person in rows if claim_id is not None}
    return found


def _face(act: Act, terms: Terms, person: Person | None, rule: Masking) -> Face:
    title = rule.free(terms.title)
    if person is None:
        return Face(rule.free(terms.masked_name), "", title, rule.free(terms.payee_name))
    name, number = _shown(act, person, rule)
    payee = name if terms.payee == "trainee" else rule.free(terms.payee_name)
    return Face(name, number, title, payee)


def _shown(act: Act, person: Person, rule: Masking) -> tuple[str, str]:
    """Name and number under the rule; of data that was erased the mask that was left behind."""
    try:
        name = read_field(act.office.vault, person, "name")
        number = read_field(act.office.vault, person, "id_number")
    except SealBrokenError:
        return person.masked_name, person.masked_id
    return rule.name(name) or person.masked_name, rule.id_number(number) or person.masked_id
