"""What is on file about a claim's trainee: roster facts, attendance, assessments, certificates, answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.records.people import Vault, view_person
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Assessment,
    Attendance,
    Certificate,
    Claim,
    Enrolment,
    NoticeLine,
    Person,
    PublicNotice,
)

FIELDS = ("name", "id_number", "phone", "account")


@dataclass(frozen=True)
class Sitting:
    """One assessment."""

    attempt: int
    sat_on: date
    result: str
    theory: str
    practice: str


@dataclass(frozen=True)
class Paper:
    """One certificate; its number is shown by its last places only."""

    number_tail: str
    kind: str
    level: str
    source: str
    issued_on: date
    registered_on: date | None


@dataclass(frozen=True)
class OnNotice:
    """One notice the claim stood on."""

    notice_id: int
    number: str
    kind: str
    state: str
    posted_on: date | None
    last_day: date
    status: str


@dataclass(frozen=True)
class Papers:
    """Everything on file for one claim."""

    group: str
    group_evidence_on: date | None
    place_connection: str
    pension: str
    commitment_on: date | None
    dropped_on: date | None
    days: tuple[str, ...]
    sittings: tuple[Sitting, ...]
    certificates: tuple[Paper, ...]
    notices: tuple[OnNotice, ...]


def papers_of(session: Session, *, claim_id: int) -> Papers:
    """The papers of a claim; of a class or programme only what the application itself says."""
    enrolment = session.exec(select(Enrolment).where(Enrolment.claim_id == claim_id)).first()
    notices = tuple(
        OnNotice(n.id or 0, n.number, n.kind, n.state, n.posted_on, line.last_day, line.status)
        for line, n in session.exec(
            select(NoticeLine, PublicNotice)
            .join(PublicNotice, col(PublicNotice.id) == NoticeLine.notice_id)
            .where(NoticeLine.claim_id == claim_id)
            .order_by(col(NoticeLine.id))
        ).all()
    )
    if enrolment is None:
        return _without_class(session, claim_id, notices)
    attendance = session.get(Attendance, enrolment.id)
    sittings = session.exec(
        select(Assessment)
        .where(Assessment.enrolment_id == enrolment.id)
        .order_by(col(Assessment.attempt))
    ).all()
    certificates = session.exec(
        select(Certificate)
        .where(Certificate.enrolment_id == enrolment.id)
        .order_by(col(Certificate.id))
    ).all()
    return Papers(
        enrolment.group,
        enrolment.group_evidence_on,
        enrolment.place_connection,
        enrolment.pension,
        enrolment.commitment_on,
        enrolment.dropped_on,
        tuple(attendance.days.split()) if attendance else (),
        tuple(Sitting(s.attempt, s.sat_on, s.result, s.theory, s.practice) for s in sittings),
        tuple(_paper(c) for c in certificates),
        notices,
    )


def _without_class(session: Session, claim_id: int, notices: tuple[OnNotice, ...]) -> Papers:
    """What the application and, for a claim of a person, the person's line say."""
    found = session.exec(
        select(Application, Claim)
        .join(Claim, col(Claim.application_id) == Application.id)
        .where(Claim.id == claim_id)
    ).first()
    commitment_on = found[0].commitment_on if found else None
    line = None
    if found is not None and found[1].person_id is not None:
        line = session.exec(
            select(ApplicationLine).where(ApplicationLine.claim_id == claim_id)
        ).first()
    if line is None:
        return Papers("", None, "", "unknown", commitment_on, None, (), (), (), notices)
    certificates = session.exec(
        select(Certificate).where(Certificate.line_id == line.id).order_by(col(Certificate.id))
    ).all()
    return Papers(
        line.group, line.group_evidence_on, line.place_connection, "unknown", commitment_on,
        line.dropped_on, (), (), tuple(_paper(c) for c in certificates), notices,
    )  # fmt: skip


def _paper(row: Certificate) -> Paper:
    return Paper(row.number[-4:], row.kind, row.level, row.source, row.issued_on, row.registered_on)


def full_view(
    session: Session, act: Act, *, claim_id: int, reason: str, fields: tuple[str, ...] = FIELDS
) -> dict[str, str]:
    """Open the trainee's own data for somebody's eyes; who looked and why is logged.

    Raises LookupError for a claim without a person and ValueError without a reason.
    """
    claim = session.get(Claim, claim_id)
    person = session.get(Person, claim.person_id) if claim and claim.person_id else None
    if person is None:
        raise LookupError(f"claim {claim_id} is not about a person")
    vault: Vault = act.office.vault
    return view_person(
        session,
        vault,
        person,
        fields=fields,
        actor=act.actor,
        reason=reason,
        city=act.city,
        now=act.recorded_at,
    )
