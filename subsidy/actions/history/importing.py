"""Take in what was paid in older years and by other places, so that limits can count it.

A row becomes a `past_subsidy`; people we do not know yet are sealed as a roster seals them. The same
row again changes nothing, and what our own claims paid is not kept a second time.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import TypeVar

from sqlalchemy import or_
from sqlmodel import Session, col, func, select

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import (
    CHUNK,
    Rows,
    SheetResult,
    counted,
    remember,
    seen_before,
    verdicts_of,
)
from subsidy.actions.decisions import ASIDE, DECIDABLE, forget
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.history.judging import KNOWN, Key, Line, Reader
from subsidy.records.people import NewPerson, read_field, save_people
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Area,
    CatalogueItem,
    Claim,
    ClaimProgress,
    PastSubsidy,
    PaymentItem,
    PaymentLine,
    Person,
    TrainingClass,
)
from subsidy.rules.masking import mask_id, mask_name

T = TypeVar("T", int, str)
KIND, SUBJECT = "history", "city"
IMPORTERS = ("clerk",)
"""Of the city's own office: what is taken in counts in every district."""


def import_history(session: Session, act: Act, *, rows: Rows, sha256: str = "") -> SheetResult:
    """Keep the payments of a list and have the open claims of these people decided again.

    A row has `name`, `id_number`, `scheme`, `paid_on`, `amount_fen`, `paying_place` and what
    config/sheets/history.yaml names besides. Good rows are kept, bad ones come back marked; `sha256`
    names the file, and the same one again changes nothing.
    """
    area = city_area(session, act.city)
    assert area.id is not None
    session.exec(select(Area.id).where(Area.id == area.id).with_for_update()).one()
    again = seen_before(session, act, kind=KIND, subject=SUBJECT, sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=area.id, roles=IMPORTERS)
    if faults:
        return SheetResult.refused(*faults)
    lines = Reader(session, act).lines(rows)
    new = _new_ones(session, act, lines)
    _keep(session, act, new, sha256)
    bad = sum(bool(line.faults) for line in lines)
    result = SheetResult(
        done=True,
        taken=len(new),
        unchanged=len(lines) - bad - len(new),
        bad=bad,
        verdicts=[v for ln in lines for v in verdicts_of(ln.number, ln.faults or ln.hints)],
    )
    return remember(session, act, kind=KIND, subject=SUBJECT, sha256=sha256, result=counted(result))


def _new_ones(session: Session, act: Act, lines: Sequence[Line]) -> list[Line]:
    """The good lines that are neither on file yet nor paid by a claim of ours."""
    _know_people(session, act, [line for line in lines if not line.faults])
    good = [line for line in lines if not line.faults]
    ids = {line.person.id for line in good if line.person is not None and line.person.id}
    kept, paid = _kept(session, act, ids), _paid_by_claims(session, ids)
    new = []
    for line in good:
        known = line.person.id if line.person is not None else None
        if (known, *line.key) in kept:
            continue
        if (known, line.occupation, line.level, line.paid_on) in paid:
            line.hints = [entry_fault(act, KNOWN, effect="warn", column="paid_on")]
            continue
        new.append(line)
    return new


def _know_people(session: Session, act: Act, lines: Sequence[Line]) -> None:
    """Find the persons on file; a number that is on file under another name is a fault."""
    found: dict[str, Person] = {}
    for part in _chunks({line.index for line in lines}):
        rows = session.exec(select(Person).where(col(Person.id_index).in_(part))).all()
        found |= {person.id_index: person for person in rows}
    names = {index: read_field(act.office.vault, p, "name") for index, p in found.items()}
    for line in lines:
        line.person = found.get(line.index)
        if line.person is not None and names[line.index] != line.name:
            line.faults.append(entry_fault(act, "E519", column="name"))


def _kept(session: Session, act: Act, person_ids: Collection[int]) -> set[Key]:
    """Keys of the payments that this city took in before."""
    kept: set[Key] = set()
    p = PastSubsidy
    for part in _chunks(person_ids):
        query = select(
            *(p.person_id, p.scheme, p.occupation, p.project, p.level),  # type: ignore[call-overload]
            *(p.certificate_index, p.paid_on, p.amount_fen),
        ).where(p.city == act.city, col(p.person_id).in_(part), col(p.taken_back_on).is_(None))
        kept |= {tuple(row) for row in session.exec(query).all()}
    return kept


def _paid_by_claims(session: Session, person_ids: Collection[int]) -> set[Key]:
    """(person, occupation, level, day) of what claims of any city here have paid."""
    paid: set[Key] = set()
    line, item = ApplicationLine, CatalogueItem
    for part in _chunks(person_ids):
        query = (
            select(  # type: ignore[call-overload]
                func.coalesce(Claim.person_id, line.person_id),
                func.coalesce(item.occupation, line.occupation),
                func.coalesce(item.level, line.level),
                PaymentItem.value_date,
                PaymentLine.result_on,
            )
            .join(Claim, col(Claim.id) == PaymentItem.claim_id)
            .join(PaymentLine, col(PaymentLine.id) == PaymentItem.line_id)
            .outerjoin(TrainingClass, col(TrainingClass.id) == Claim.class_id)
            .outerjoin(Application, col(Application.id) == Claim.application_id)
            .outerjoin(
                item, col(item.id) == func.coalesce(TrainingClass.item_id, Application.item_id)
            )
            .outerjoin(line, col(line.claim_id) == Claim.id)
            .where(
                PaymentItem.status == "paid",
                or_(col(Claim.person_id).in_(part), col(line.person_id).in_(part)),
            )
        )
        for person, occupation, level, *days in session.exec(query).all():
            paid |= {(person, occupation, level or "none", day) for day in days if day}
    return paid


def _keep(session: Session, act: Act, lines: Sequence[Line], sha256: str) -> None:
    """Write the payments, seal new people, and let go of the decisions that did not know of them."""
    if not lines:
        return
    strangers = {line.index: line for line in lines if line.person is None}
    made = save_people(
        session,
        act.office.vault,
        [_new_person(line) for line in strangers.values()],
        now=act.recorded_at,
    )
    new = dict(zip(strangers, made, strict=True))
    for line in lines:
        line.person = line.person or new[line.index]
    people = {_id(line) for line in lines}
    _bring_back(session, act, lines, people, sha256)
    undecide(session, person_ids=people)


def _bring_back(
    session: Session, act: Act, lines: Sequence[Line], people: Collection[int], sha256: str
) -> None:
    """Add the payments; one that stood in a list that was taken back stands again, as told now."""
    gone: dict[Key, PastSubsidy] = {}
    for part in _chunks(people):
        query = select(PastSubsidy).where(
            PastSubsidy.city == act.city,
            col(PastSubsidy.person_id).in_(part),
            col(PastSubsidy.taken_back_on).is_not(None),
        )
        gone |= {key_of(row): row for row in session.exec(query).all()}
    for line in lines:
        row = _row(act, line, sha256)
        before = gone.get(key_of(row))
        if before is not None:
            before.sqlmodel_update(row.model_dump(exclude={"id"}))
        session.add(before or row)
    session.flush()


def key_of(row: PastSubsidy) -> Key:
    """What makes a row the same payment of one person, within a city."""
    return (
        *(row.person_id, row.scheme, row.occupation, row.project, row.level),
        *(row.certificate_index, row.paid_on, row.amount_fen),
    )


def undecide(session: Session, *, person_ids: Collection[int]) -> None:
    """Let go of the decisions on the people's open claims; they are decided again."""
    for part in _chunks(_open_claims(session, person_ids)):
        forget(session, claim_ids=part)


def _open_claims(session: Session, person_ids: Collection[int]) -> list[int]:
    """Claims of the people, in every city, whose decision a payment more can change."""
    found: set[int] = set()
    for part in _chunks(person_ids):
        query = (
            select(ClaimProgress.claim_id)
            .join(Claim, col(Claim.id) == ClaimProgress.claim_id)
            .outerjoin(ApplicationLine, col(ApplicationLine.claim_id) == Claim.id)
            .where(
                or_(col(Claim.person_id).in_(part), col(ApplicationLine.person_id).in_(part)),
                col(ClaimProgress.state).in_((*DECIDABLE, *ASIDE)),
            )
        )
        found |= set(session.exec(query).all())
    return sorted(found)


def _new_person(line: Line) -> NewPerson:
    return NewPerson(
        id_number=line.id_number,
        name=line.name,
        phone="",
        account="",
        masked_name=mask_name(line.name),
        masked_id=mask_id(line.id_number),
    )


def _row(act: Act, line: Line, sha256: str) -> PastSubsidy:
    return PastSubsidy(
        city=act.city,
        paying_place=line.paying_place,
        person_id=_id(line),
        scheme=line.scheme,
        track=line.track,
        occupation=line.occupation,
        project=line.project,
        level=line.level,
        certificate_kind=line.certificate_kind,
        certificate_index=line.certificate_index,
        starts_on=line.starts_on,
        ends_on=line.ends_on,
        paid_on=line.paid_on,
        amount_fen=line.amount_fen,
        year=line.year,
        file_sha256=sha256,
        row_number=line.number,
        imported_by=act.actor,
        imported_at=act.recorded_at,
    )


def _id(line: Line) -> int:
    assert line.person is not None
    assert line.person.id is not None
    return line.person.id


def _chunks(values: Iterable[T]) -> Iterator[list[T]]:
    listed = sorted(values)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
