"""The facts of claims, gathered from rows for one decision: no names, no numbers, no accounts.

Every question to the database is asked once for all claims of the call, never once a claim.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, TypeVar, cast

from sqlalchemy import and_, func
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.application_facts import (
    application_training,
    certified,
    heads_of,
    instruments_of,
    stated_facts,
    stated_of,
)
from subsidy.actions.grounds.history_of import history_of
from subsidy.actions.grounds.money.advances import NO_ADVANCE, advances_of
from subsidy.actions.grounds.money.uplifts_of import for_employees, uplifts_of
from subsidy.actions.grounds.overrides_of import overrides_of
from subsidy.actions.grounds.person_facts import Result, Who, certificate_facts, person_facts
from subsidy.records.tables import (
    FAR,
    Agreement,
    Application,
    ApplicationLine,
    Area,
    Assessment,
    Attendance,
    CatalogueItem,
    Certificate,
    Claim,
    ClaimProgress,
    Enrolment,
    GroupEvidence,
    Instrument,
    Person,
    RegisterAnswer,
    TrainingClass,
)
from subsidy.rules import facts as f

T = TypeVar("T")
Kind = Literal["main", "advance", "settlement", "allowance"]
InstrumentKind = Literal["voucher", "credit"]
Level = Literal["", "district", "city"]

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
    application: Application | None
    line: ApplicationLine | None
    """The line of the claim's person; the heads of a claim of a class or programme are read apart."""


def gather(session: Session, act: Act, *, claim_ids: Sequence[int]) -> dict[int, f.Facts]:
    """Return claim id → facts, for the open claims among `claim_ids`, in id order."""
    dossiers = dossiers_of(session, claim_ids=claim_ids)
    known = _Known(session, act, dossiers)
    return {d.progress.claim_id: _facts(act, d, known) for d in dossiers}


def dossiers_of(session: Session, *, claim_ids: Sequence[int]) -> list[Dossier]:
    """The rows of the open claims among `claim_ids`, in id order."""
    query = (
        select(  # type: ignore[call-overload]
            *(Claim, ClaimProgress, Area, TrainingClass, CatalogueItem, Enrolment, Attendance),
            *(Application, ApplicationLine),
        )
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .join(Area, col(Area.id) == Claim.area_id)
        .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
        .outerjoin(Application, col(Application.id) == Claim.application_id)
        .outerjoin(
            CatalogueItem,
            col(CatalogueItem.id) == func.coalesce(TrainingClass.item_id, Application.item_id),
        )
        .outerjoin(
            Enrolment,
            and_(
                col(Enrolment.class_id) == Claim.class_id,
                col(Enrolment.person_id) == Claim.person_id,
            ),
        )
        .outerjoin(Attendance, col(Attendance.enrolment_id) == Enrolment.id)
        .outerjoin(
            ApplicationLine,
            and_(
                col(ApplicationLine.claim_id) == Claim.id,
                col(ApplicationLine.person_id) == Claim.person_id,
            ),
        )
        .where(col(Claim.id).in_(list(claim_ids)))
        .order_by(col(Claim.id))
        .execution_options(populate_existing=True)
    )
    return [Dossier(*row) for row in session.exec(query).all()]


class _Known:
    """Rows that hang on the dossiers, by the id that leads to them."""

    def __init__(self, session: Session, act: Act, dossiers: Sequence[Dossier]) -> None:
        claims = [d.progress.claim_id for d in dossiers]
        self.heads = heads_of(session, [d.claim for d in dossiers if d.claim.person_id is None])
        lines = [line for found in self.heads.values() for line in found]
        people = {d.claim.person_id for d in dossiers if d.claim.person_id is not None}
        people |= {line.person_id for line in lines}
        enrolments = [d.enrolment.id for d in dossiers if d.enrolment is not None]
        line_ids = [d.line.id for d in dossiers if d.line is not None]
        line_ids += [line.id for line in lines]
        providers = {d.claim.provider_id for d in dossiers if d.claim.provider_id is not None}
        classes = {d.claim.class_id for d in dossiers if d.claim.class_id is not None}
        self.people = {p.id: p for p in _rows(session, Person, Person.id, people)}
        self.certificates = _last(
            _rows(session, Certificate, Certificate.enrolment_id, enrolments), "enrolment_id"
        )
        self.line_certificates = _last(
            _rows(session, Certificate, Certificate.line_id, line_ids), "line_id"
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
        self.in_class: dict[int, int] = defaultdict(int)
        for enrolment in _rows(session, Enrolment, Enrolment.class_id, classes):
            self.in_class[enrolment.class_id] += enrolment.dropped_on is None
        units = {d.claim.provider_id for d in dossiers if d.claim.person_id is None}
        self.history = history_of(
            session, act, person_ids=people, unit_ids=[u for u in units if u is not None]
        )
        self.overrides = overrides_of(session, claim_ids=claims)
        self.instruments = instruments_of(session, claims=[d.claim for d in dossiers])
        self.advances = advances_of(session, [d.claim for d in dossiers])
        self.uplifts = uplifts_of(session, [(d.claim, d.application) for d in dossiers])

    def answers_for(self, claim: Claim, person_id: int) -> list[RegisterAnswer]:
        """What registers said about a person to the claim's city, for any claim or for this one."""
        return [
            a
            for a in self.answers[person_id]
            if a.city == claim.city and a.claim_id in (None, claim.id)
        ]


def _facts(act: Act, d: Dossier, known: _Known) -> f.Facts:
    training = _training(d, known)
    applied = None if d.progress.applied_on == FAR else d.progress.applied_on
    if applied is None and d.application is not None and "applied" not in stages_of(act, d):
        applied = d.application.lodged_on  # nobody applies: the list is the application
    advance = known.advances.get(d.progress.claim_id, NO_ADVANCE)
    person = _person(act, d, known, starts=training.starts or act.today)
    heads = _heads(act, d, known, training)
    return f.Facts(
        city=d.claim.city,
        track=d.claim.track,
        claim=d.claim.number,
        kind=cast("Kind", d.claim.kind),
        person=person,
        training=training,
        stated=_stated(d),
        heads=heads,
        instrument=_instrument(known.instruments.get(d.progress.claim_id)),
        advance_paid_fen=advance.paid_fen,
        advance_open=advance.is_open,
        certificate=_certificate(d, known),
        applied_on=applied,
        order=d.progress.claim_id,
        commitment_signed=_committed(d),
        uplift=for_employees(known.uplifts.get(d.progress.claim_id), person, heads),
        history=known.history.seen_by(d.claim, certified(training, _certificate_row(d, known))),
        overrides=tuple(known.overrides.get(d.progress.claim_id, ())),
    )


def stages_of(act: Act, d: Dossier) -> tuple[str, ...]:
    """The stages of the claim's road as the pack has them now; empty for a track it no longer has."""
    track = act.pack.tracks.get(d.claim.track)
    return track.stages if track is not None else ()


def _stated(d: Dossier) -> f.Stated:
    """What the application states; for a class what its project and the class itself state."""
    if d.application is not None or d.training is None:
        return stated_facts(d.application, d.line)
    course = json.dumps({"course": d.item.course}) if d.item is not None and d.item.course else "{}"
    return stated_of(course, d.training.stated)


def _committed(d: Dossier) -> bool:
    row = d.application if d.application is not None else d.enrolment
    return row is not None and row.commitment_on is not None


def _certificate(d: Dossier, known: _Known) -> f.CertificateFacts | None:
    row = _certificate_row(d, known)
    return None if row is None else certificate_facts(row)


def _certificate_row(d: Dossier, known: _Known) -> Certificate | None:
    if d.line is not None:
        return known.line_certificates.get(d.line.id)
    return known.certificates.get(d.enrolment.id if d.enrolment else None)


def _person(act: Act, d: Dossier, known: _Known, *, starts: date) -> f.PersonFacts:
    person = known.people.get(d.claim.person_id)
    if person is None or d.claim.person_id is None:
        return f.PersonFacts()
    who = Who(
        person=person,
        line=d.line or d.enrolment,
        proofs=known.proofs[d.claim.person_id],
        answers=known.answers_for(d.claim, d.claim.person_id),
        known_on=d.claim.created_on,
        days=d.attendance.days.split() if d.attendance is not None else (),
        result=_result(d, known),
    )
    certificate = _certificate_row(d, known)
    return _with_uses(act, d.claim, known, person_facts(act, who, starts=starts), certificate)


def _with_uses(
    act: Act, claim: Claim, known: _Known, person: f.PersonFacts, certificate: Certificate | None
) -> f.PersonFacts:
    """The person, with the answer of our own records where money was paid for the certificate."""
    if certificate is None:
        return person
    uses = known.history.outside.uses_of(act, claim.city, certificate, after=person.registers)
    return replace(person, registers=(*person.registers, *uses)) if uses else person


def _result(d: Dossier, known: _Known) -> Result:
    if d.line is not None:
        text = d.line.result
    else:
        row = known.results.get(d.enrolment.id if d.enrolment else None)
        text = row.result if row is not None else ""
    if not text:
        return "pending"
    return "passed" if text == "passed" else "failed"


def _heads(
    act: Act, d: Dossier, known: _Known, training: f.TrainingFacts
) -> tuple[f.HeadFacts, ...]:
    """The persons of a claim of a class or programme, each with what is known about it alone."""
    found = []
    for line in known.heads.get(d.progress.claim_id, ()):
        certificate = known.line_certificates.get(line.id)
        who = Who(
            person=known.people[line.person_id],
            line=line,
            proofs=known.proofs[line.person_id],
            answers=known.answers_for(d.claim, line.person_id),
            known_on=d.claim.created_on,
            result=cast("Result", line.result or "pending"),
        )
        person = person_facts(act, who, starts=training.starts or act.today)
        found.append(
            f.HeadFacts(
                ref=f"line:{line.id}",
                person=_with_uses(act, d.claim, known, person, certificate),
                certificate=certificate_facts(certificate) if certificate else None,
                finished=line.finished and line.dropped_on is None,
                theory_passed=line.theory_passed,
                practice_passed=line.practice_passed,
                history=known.history.of_person(
                    line.person_id, d.claim, certified(training, certificate)
                ),
            )
        )
    return tuple(found)


def _instrument(row: Instrument | None) -> f.Instrument | None:
    if row is None:
        return None
    return f.Instrument(
        kind=cast("InstrumentKind", row.kind),
        issued_on=row.issued_on,
        valid_until=row.valid_until,
        redeemed_on=row.redeemed_on,
        value_fen=row.value_fen or None,
    )


def _training(d: Dossier, known: _Known) -> f.TrainingFacts:
    row, item = d.training, d.item
    if d.application is not None:
        agreement = _agreement(
            known.agreements[d.claim.provider_id or 0], on=d.application.starts_on or FAR
        )
        return application_training(
            d.application,
            d.line,
            district=d.area.code,
            item=item,
            project=_project(item),
            agreement=agreement,
        )
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
        head_count=known.in_class[row.id],
        planned_days=len(days) or None,
        agreement=_agreement(known.agreements[row.provider_id], on=row.starts_on),
        project=_project(item),
        procurement_ref=item.procurement_record if item else "",
        has_roster=known.in_class[row.id] > 0,
        has_teaching_plan=bool(days),
    )


def _project(item: CatalogueItem | None) -> f.ProjectFacts | None:
    if item is None:
        return None
    by_district = item.approved_by == "district"
    return f.ProjectFacts(
        ref=item.code,
        approved_on=item.approved_on if by_district else item.listed_on,
        approved_by=cast("Level", item.approved_by),
        city_filed_on=item.city_filed_on,
        standard_by=cast("Level", item.standard_by),
        withdrawn_on=item.ends_on,
        days=item.days or None,
        rate_fen=item.rate_fen or None,
        planned_heads=item.planned_heads or None,
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
