"""The persons of an application, masked, each with what the newest decision made of them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.actions.applications.asking import KINDS
from subsidy.actions.applications.forms import WORDS
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Certificate,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Decision,
    Person,
)


@dataclass(frozen=True)
class Entry:
    """One thing that the application states; `kind` says how it is written (money in fen)."""

    name: str
    means: str
    kind: str
    value: Any


@dataclass(frozen=True)
class Found:
    """One finding of a decision about a person, with its clause."""

    code: str
    effect: str
    message_zh: str
    message_en: str
    clause: str
    document: str


@dataclass(frozen=True)
class PersonLine:
    """A person of an application, masked, with what the newest decision made of them."""

    id: int
    person_id: int
    name: str
    masked_id: str
    row_number: int
    group: str
    occupation: str
    level: str
    result: str
    finished: bool
    certificate_tail: str
    dropped_on: date | None
    claim_id: int
    claim_number: str
    state: str
    amount_fen: int
    counted: bool | None
    """Whether the claim counts this person; None where nothing was decided about persons yet."""
    entries: tuple[Entry, ...] = ()
    findings: tuple[Found, ...] = ()


def entries_shown(text: str) -> tuple[Entry, ...]:
    """The entries of a JSON text as pages show them; papers and signatures stand elsewhere."""
    given: dict[str, Any] = json.loads(text or "{}")
    shown = [
        Entry(name, WORDS.get(name, name), KINDS.get(name, "yes_no"), value)
        for name, value in given.items()
        if name in WORDS and name not in ("papers", "first_check", "acceptances", "systems")
    ]
    return tuple(shown)


def persons_of(session: Session, *, application_id: int = 0, claim_id: int = 0) -> list[PersonLine]:
    """The persons of an application, or the heads of one claim, in the order of the list."""
    where = (
        ApplicationLine.claim_id == claim_id
        if claim_id
        else ApplicationLine.application_id == application_id
    )
    rows = session.execute(
        select(ApplicationLine, Person, Claim, ClaimProgress, ClaimClosed)  # type: ignore[call-overload]
        .join(Person, col(Person.id) == ApplicationLine.person_id)
        .join(Claim, col(Claim.id) == ApplicationLine.claim_id)
        .outerjoin(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .outerjoin(ClaimClosed, col(ClaimClosed.claim_id) == Claim.id)
        .where(where)
        .order_by(col(ApplicationLine.row_number), col(ApplicationLine.id))
    ).all()
    verdicts = _verdicts(session, {row[2].id for row in rows})
    papers = {
        paper.line_id: paper
        for paper in session.exec(
            select(Certificate)
            .where(col(Certificate.line_id).in_([row[0].id for row in rows]))
            .order_by(col(Certificate.id))
        ).all()
    }
    return [_person(row, verdicts.get(row[2].id), papers.get(row[0].id)) for row in rows]


def _person(row: Any, verdict: Mapping[str, Any] | None, paper: Certificate | None) -> PersonLine:
    line, person, claim, moving, closed = row
    at = moving or closed
    counted, found = _of_person(line, claim, verdict)
    return PersonLine(
        line.id, person.id, person.masked_name, person.masked_id, line.row_number, line.group,
        line.occupation, line.level, line.result, line.finished,
        paper.number[-4:] if paper else "", line.dropped_on, claim.id, claim.number,
        at.state if at else "", (at.amount_fen or at.planned_fen) if at else 0,
        counted, entries_shown(line.stated), tuple(found),
    )  # fmt: skip


def _of_person(
    line: ApplicationLine, claim: Claim, verdict: Mapping[str, Any] | None
) -> tuple[bool | None, list[Found]]:
    """Whether the newest decision counts a person, and what it found about them."""
    if verdict is None:
        return None, []
    if claim.person_id is not None:
        kinds = ("refusals", "gaps", "holds", "warnings")
        found = [_found(item) for kind in kinds for item in verdict.get(kind, [])]
        return (None if verdict.get("gaps") else not verdict.get("refusals")), found
    for head in verdict.get("heads", []):
        if head["ref"] == f"line:{line.id}":
            return bool(head["counted"]), [_found(item) for item in head.get("findings", [])]
    return None, []


def _found(item: Mapping[str, Any]) -> Found:
    names = ("code", "effect", "message_zh", "message_en", "clause", "document")
    return Found(*(str(item.get(name) or "") for name in names))


def _verdicts(session: Session, claim_ids: Collection[int]) -> dict[int, Mapping[str, Any]]:
    """The newest decision of each claim."""
    newest = (
        select(func.max(Decision.id))
        .where(col(Decision.claim_id).in_(sorted(claim_ids)))
        .group_by(col(Decision.claim_id))
    )
    rows = session.exec(
        select(Decision.claim_id, Decision.result).where(col(Decision.id).in_(newest))
    ).all()
    return {claim_id: json.loads(text) for claim_id, text in rows}


@dataclass(frozen=True)
class OfClaim:
    """The application behind a claim: its number, what is stated, the heads of the claim."""

    id: int
    number: str
    entries: tuple[Entry, ...]
    papers: tuple[str, ...]
    persons: list[PersonLine]


def of_claim(session: Session, *, claim_id: int) -> OfClaim | None:
    """The application that a claim hangs on; None for claims of a class."""
    claim = session.get(Claim, claim_id)
    if claim is None or claim.application_id is None:
        return None
    row = session.get_one(Application, claim.application_id)
    persons = persons_of(session, claim_id=claim_id)
    own = {entry.name: entry for entry in entries_shown(row.stated)}
    if claim.person_id is not None:
        own |= {entry.name: entry for line in persons for entry in line.entries}
    papers = set(json.loads(row.stated).get("papers", []))
    return OfClaim(row.id or 0, row.number, tuple(own.values()), tuple(sorted(papers)), persons)
