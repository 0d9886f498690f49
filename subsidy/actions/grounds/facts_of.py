"""The facts of claims, gathered from rows for one decision: no names, no numbers, no accounts.

Every question to the database is asked once for all claims of the call, never once a claim.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, TypeVar, cast

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.history_of import history_of
from subsidy.actions.grounds.overrides_of import overrides_of
from subsidy.records.people import read_field
from subsidy.records.tables import (
    FAR,
    Agreement,
    Area,
    Assessment,
    Attendance,
    CatalogueItem,
    Certificate,
    Claim,
    ClaimProgress,
    Enrolment,
    GroupEvidence,
    Person,
    RegisterAnswer,
    TrainingClass,
)
from subsidy.rules import facts as f
from subsidy.rules.identity import age_on, check_id_number

T = TypeVar("T")
Identity = Literal["verified", "unverified", "mismatch"]
Result = Literal["passed", "failed", "pending"]
Source = Literal["exam", "direct", "competition"]

REAL_NAME = "real_name"
ACCEPTED = ("accepted", "completed")
"""States of a class whose filing was approved."""


@dataclass(frozen=True)
class Dossier:
    """The rows behind one claim."""

    claim: Claim
    progress: ClaimProgress
    area: Area
    training: TrainingClass | None
    item: CatalogueItem | None
    enrolment: Enrolment | None
    attendance: Attendance | None


def gather(session: Session, act: Act, *, claim_ids: Sequence[int]) -> dict[int, f.Facts]:
    """Return claim id → facts, for the open claims among `claim_ids`, in id order."""
    dossiers = dossiers_of(session, claim_ids=claim_ids)
    known = _Known(session, act, dossiers)
    return {d.progress.claim_id: _facts(act, d, known) for d in dossiers}


def dossiers_of(session: Session, *, claim_ids: Sequence[int]) -> list[Dossier]:
    """The rows of the open claims among `claim_ids`, in id order."""
    query = (
        select(Claim, ClaimProgress, Area, TrainingClass, CatalogueItem, Enrolment, Attendance)  # type: ignore[call-overload]
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .join(Area, col(Area.id) == Claim.area_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(CatalogueItem, col(CatalogueItem.id) == TrainingClass.item_id)
        .outerjoin(Enrolment, col(Enrolment.claim_id) == Claim.id)
        .outerjoin(Attendance, col(Attendance.enrolment_id) == Enrolment.id)
        .where(col(Claim.id).in_(list(claim_ids)))
        .order_by(col(Claim.id))
        .execution_options(populate_existing=True)
    )
    return [Dossier(*row) for row in session.exec(query).all()]


class _Known:
    """Rows that hang on the dossiers, by the id that leads to them."""

    def __init__(self, session: Session, act: Act, dossiers: Sequence[Dossier]) -> None:
        people = {d.claim.person_id for d in dossiers if d.claim.person_id is not None}
        enrolments = [d.enrolment.id for d in dossiers if d.enrolment is not None]
        claims = [d.progress.claim_id for d in dossiers]
        providers = {d.claim.provider_id for d in dossiers if d.claim.provider_id is not None}
        classes = {d.claim.class_id for d in dossiers if d.claim.class_id is not None}
        self.people = {p.id: p for p in _rows(session, Person, Person.id, people)}
        self.certificates = _last(
            _rows(session, Certificate, Certificate.enrolment_id, enrolments), "enrolment_id"
        )
        self.results = _last(
            _rows(session, Assessment, Assessment.enrolment_id, enrolments), "enrolment_id"
        )
        self.proofs = _grouped(
            _rows(session, GroupEvidence, GroupEvidence.person_id, people), "person_id"
        )
        self.answers = _grouped(
            _rows(session, RegisterAnswer, RegisterAnswer.person_id, people), "person_id"
        )
        self.agreements = _grouped(
            _rows(session, Agreement, Agreement.provider_id, providers), "provider_id"
        )
        self.heads: dict[int, int] = defaultdict(int)
        for enrolment in _rows(session, Enrolment, Enrolment.class_id, classes):
            self.heads[enrolment.class_id] += enrolment.dropped_on is None
        self.history = history_of(session, act, person_ids=people)
        self.overrides = overrides_of(session, claim_ids=claims)


def _facts(act: Act, d: Dossier, known: _Known) -> f.Facts:
    training = _training(d, known)
    certificate = known.certificates.get(d.enrolment.id if d.enrolment else None)
    applied = None if d.progress.applied_on == FAR else d.progress.applied_on
    return f.Facts(
        city=d.claim.city,
        track=d.claim.track,
        claim=d.claim.number,
        person=_person(act, d, known, starts=training.starts or act.today),
        training=training,
        certificate=None if certificate is None else _certificate(certificate),
        applied_on=applied,
        order=d.progress.claim_id,
        commitment_signed=d.enrolment is not None and d.enrolment.commitment_on is not None,
        history=known.history.seen_by(d.claim, training),
        overrides=tuple(known.overrides.get(d.progress.claim_id, ())),
    )


def _person(act: Act, d: Dossier, known: _Known, *, starts: date) -> f.PersonFacts:
    person = known.people.get(d.claim.person_id)
    if person is None or d.claim.person_id is None:
        return f.PersonFacts()
    answers = [
        a
        for a in known.answers[d.claim.person_id]
        if a.city == d.claim.city and a.claim_id in (None, d.claim.id)
    ]
    result = known.results.get(d.enrolment.id if d.enrolment else None)
    days = d.attendance.days.split() if d.attendance is not None else []
    return f.PersonFacts(
        ref=f"person:{d.claim.person_id}",
        identity=_identity(answers),
        born_on=_age_as_birthday(act, person, starts=starts),
        groups=_groups(d, known.proofs[d.claim.person_id]),
        connections=_connections(d),
        registers=_with_certificate_use(act, d, known, _registers(d, answers)),
        attended_on=tuple(date.fromisoformat(day) for day in days),
        assessment=_result(result),
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


def _registers(d: Dossier, answers: Iterable[RegisterAnswer]) -> tuple[f.RegisterAnswer, ...]:
    said = [
        f.RegisterAnswer(
            register=a.register_name,
            answer=cast("f.Answer", a.answer),
            source=a.source,
            asked_on=a.asked_on,
        )
        for a in answers
        if a.register_name != REAL_NAME
    ]
    enrolment = d.enrolment
    if enrolment is not None and enrolment.pension not in ("", "unknown"):
        said.insert(
            0,
            f.RegisterAnswer(
                register="pension",
                answer=cast("f.Answer", enrolment.pension),
                source="roster",
                asked_on=d.claim.created_on,
            ),
        )
    return tuple(said)


def _with_certificate_use(
    act: Act, d: Dossier, known: _Known, answers: tuple[f.RegisterAnswer, ...]
) -> tuple[f.RegisterAnswer, ...]:
    """The answers, and last the one that our own records give: the certificate was paid for."""
    certificate = known.certificates.get(d.enrolment.id if d.enrolment else None)
    if certificate is None:
        return answers
    found = known.history.outside.uses_of(act, d.claim, certificate.number, after=answers)
    return (*answers, *found)


def _groups(d: Dossier, proofs: Iterable[GroupEvidence]) -> tuple[f.GroupProof, ...]:
    found: dict[str, f.GroupProof] = {}
    for proof in proofs:
        day = date.fromisoformat(proof.evidenced_on) if proof.evidenced_on else None
        found[proof.group] = f.GroupProof(group=proof.group, proved_on=day, qualified_on=day)
    line = d.enrolment
    if line is not None and line.group and (line.group_evidence_on or line.group not in found):
        day = line.group_evidence_on
        found[line.group] = f.GroupProof(group=line.group, proved_on=day, qualified_on=day)
    return tuple(found.values())


def _connections(d: Dossier) -> tuple[f.Connection, ...]:
    kinds = d.enrolment.place_connection.split() if d.enrolment is not None else []
    return tuple(f.Connection(kind=kind) for kind in kinds)


def _result(row: Assessment | None) -> Result:
    if row is None:
        return "pending"
    return "passed" if row.result == "passed" else "failed"


def _certificate(row: Certificate) -> f.CertificateFacts:
    return f.CertificateFacts(
        kind=row.kind,
        level=cast("f.Level", row.level or "none"),
        issued_on=row.issued_on,
        registered_on=row.registered_on,
        reviewed_on=row.registered_on if row.registered_by else None,
        source=cast("Source", row.source),
    )


def _training(d: Dossier, known: _Known) -> f.TrainingFacts:
    row, item = d.training, d.item
    if row is None or row.id is None:
        return f.TrainingFacts(district=d.area.code)
    days = row.lesson_days.split()
    return f.TrainingFacts(
        ref=row.number,
        district=d.area.code,
        occupation=item.occupation if item else "",
        level=cast("f.Level", (item.level if item else "") or "none"),
        starts=row.starts_on,
        ends=row.ends_on,
        filed_on=row.filed_on,
        filing_approved_on=row.decided_on if row.state in ACCEPTED else None,
        head_count=known.heads[row.id],
        planned_days=len(days) or None,
        agreement=_agreement(known.agreements[row.provider_id], on=row.starts_on),
        project=_project(item),
        procurement_ref=item.procurement_record if item else "",
        has_roster=known.heads[row.id] > 0,
        has_teaching_plan=bool(days),
    )


def _project(item: CatalogueItem | None) -> f.ProjectFacts | None:
    if item is None:
        return None
    return f.ProjectFacts(
        ref=item.code,
        approved_on=item.listed_on,
        withdrawn_on=item.ends_on,
        days=item.days or None,
    )


def _agreement(rows: Sequence[Agreement], *, on: date) -> f.Agreement | None:
    """The agreement that holds on a day, else the newest one."""
    holding = [
        a for a in rows if a.valid_from <= on and (a.valid_until is None or on < a.valid_until)
    ]
    best = max(holding or rows, key=lambda a: a.valid_from, default=None)
    if best is None:
        return None
    return f.Agreement(valid_from=best.valid_from, valid_until=best.valid_until)


def _rows(session: Session, model: type[T], column: object, ids: Iterable[object]) -> list[T]:
    wanted = [i for i in ids if i is not None]
    if not wanted:
        return []
    query = select(model).where(col(column).in_(wanted)).order_by(col(model.id))  # type: ignore[attr-defined]
    return list(session.exec(query).all())


def _grouped(rows: Iterable[T], column: str) -> Mapping[int, list[T]]:
    found: dict[int, list[T]] = defaultdict(list)
    for row in rows:
        found[getattr(row, column)].append(row)
    return found


def _last(rows: Iterable[T], column: str) -> dict[int | None, T]:
    return {getattr(row, column): row for row in rows}
