"""Applications that hang on no class: the list, one of them with persons and claims, vouchers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from states.claim import CLAIM, CLOSED
from subsidy.actions.acting import Act
from subsidy.actions.applications.asking import still_missing
from subsidy.actions.grounds.application_facts import stated_of
from subsidy.actions.views.applications.persons import (
    Entry,
    PersonLine,
    entries_shown,
    persons_of,
)
from subsidy.actions.views.places import actor_names
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Area,
    CatalogueItem,
    Claim,
    ClaimClosed,
    ClaimProgress,
    ImportedFile,
    Instrument,
    Person,
    Provider,
)
from subsidy.rules.facts import Stated

PAGE = 50


@dataclass(frozen=True, kw_only=True)
class ApplicationFilter:
    """What a list of applications is narrowed to."""

    track: str = ""
    state: str = ""
    area_id: int | None = None
    provider_id: int | None = None
    number: str = ""


@dataclass(frozen=True)
class ApplicationRow:
    """One application as a list shows it."""

    id: int
    number: str
    track: str
    area_id: int
    area: str
    provider_id: int | None
    provider: str
    period: str
    lodged_on: date
    persons: int = 0
    states: Mapping[str, int] = field(default_factory=dict)
    """State → how many claims stand there."""
    amount_fen: int = 0
    blocks: int = 0


@dataclass(frozen=True)
class ClaimLine:
    """One claim of an application."""

    id: int
    number: str
    state: str
    amount_fen: int
    approved_fen: int
    planned_fen: int
    blocks: int


@dataclass(frozen=True)
class Voucher:
    """A voucher or credit: issued to a person, redeemed by one claim."""

    id: int
    number: str
    kind: str
    track: str
    person: str
    masked_id: str
    value_fen: int
    issued_on: date
    issued_by: str
    valid_until: date | None
    redeemed_on: date | None
    claim_id: int | None
    claim_number: str


@dataclass(frozen=True)
class FileLine:
    """A list that was taken in."""

    kind: str
    rows_good: int
    rows_bad: int
    actor: str
    at: Any


@dataclass(frozen=True)
class ApplicationView:
    """Everything that the page of an application shows."""

    row: ApplicationRow
    project: str
    starts_on: date | None
    ends_on: date | None
    commitment_on: date | None
    lodged_by: str
    lodged_by_mark: str
    stated: Stated
    entries: tuple[Entry, ...]
    missing: tuple[str, ...]
    signatures: tuple[tuple[str, date, str], ...]
    """(what, day, who) of the first check and the acceptances."""
    persons: list[PersonLine]
    claims: list[ClaimLine]
    files: list[FileLine]


def application_page(
    session: Session,
    *,
    city: str,
    areas: Collection[int] | None,
    wanted: ApplicationFilter,
    after: int | None = None,
) -> tuple[list[ApplicationRow], int | None]:
    """Applications of some areas or of one unit, newest first, and the key of the next page."""
    query = _rows().where(Application.city == city)
    if areas is not None:
        query = query.where(col(Application.area_id).in_(areas))
    for column, value in (
        (Application.track, wanted.track),
        (Application.area_id, wanted.area_id),
        (Application.provider_id, wanted.provider_id),
    ):
        if value:
            query = query.where(column == value)
    if wanted.number:
        start = wanted.number.replace("%", "").replace("_", "") + "%"
        query = query.where(col(Application.number).like(start))
    if wanted.state in CLAIM.labels:
        query = query.where(col(Application.id).in_(_in_state(wanted.state)))
    if after is not None:
        query = query.where(col(Application.id) < after)
    found = session.execute(query.order_by(col(Application.id).desc()).limit(PAGE + 1)).all()
    ids = [row[0].id for row in found[:PAGE]]
    claims, people = _claims(session, ids), _heads(session, ids)
    rows = [_row(row, area, unit, claims, people) for row, area, unit in found[:PAGE]]
    return rows, rows[-1].id if len(found) > PAGE else None


def application_id_of(session: Session, *, city: str, number: str) -> int | None:
    """The application with this number."""
    return session.exec(
        select(Application.id).where(Application.city == city, Application.number == number)
    ).first()


def application_view(session: Session, act: Act, *, application_id: int) -> ApplicationView | None:
    """One application of the act's city; None if there is none."""
    found = session.execute(
        _rows().where(Application.id == application_id, Application.city == act.city)
    ).first()
    if found is None:
        return None
    row, area, unit = found
    item = session.get(CatalogueItem, row.item_id) if row.item_id else None
    stated = stated_of(row.stated)
    claims = _claims(session, [application_id])
    lines = claims.get(application_id, [])
    check = stated.first_check
    signed = [("first_check", check.on, check.checked_by)] if check is not None else []
    signed += [(each.office, each.on, each.by) for each in stated.acceptances]
    names = actor_names(session, {row.lodged_by} | {who for _, _, who in signed})
    return ApplicationView(
        row=_row(row, area, unit, claims, _heads(session, [application_id])),
        project=item.title if item else "",
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        commitment_on=row.commitment_on,
        lodged_by=names.get(row.lodged_by, row.lodged_by),
        lodged_by_mark=row.lodged_by,
        stated=stated,
        entries=entries_shown(row.stated),
        missing=tuple(_missing(session, act, row, stated)),
        signatures=tuple((what, on, names.get(who, who)) for what, on, who in signed),
        persons=persons_of(session, application_id=application_id),
        claims=lines,
        files=_files(session, row),
    )


def vouchers(
    session: Session, *, city: str, number: str = "", after: int | None = None
) -> tuple[list[Voucher], int | None]:
    """Vouchers and credit of a city, newest first, and the key of the next page."""
    query = (
        select(Instrument, Person, Claim.number)
        .join(Person, col(Person.id) == Instrument.person_id)
        .outerjoin(Claim, col(Claim.id) == Instrument.claim_id)
        .where(Instrument.city == city)
    )
    if number:
        start = number.replace("%", "").replace("_", "") + "%"
        query = query.where(col(Instrument.number).like(start))
    if after is not None:
        query = query.where(col(Instrument.id) < after)
    found = session.exec(query.order_by(col(Instrument.id).desc()).limit(PAGE + 1)).all()
    names = actor_names(session, {row.issued_by for row, _, _ in found})
    rows = [
        Voucher(
            row.id or 0,
            row.number,
            row.kind,
            row.track,
            person.masked_name,
            person.masked_id,
            row.value_fen,
            row.issued_on,
            names.get(row.issued_by, row.issued_by),
            row.valid_until,
            row.redeemed_on,
            row.claim_id,
            claim or "",
        )
        for row, person, claim in found[:PAGE]
    ]
    return rows, rows[-1].id if len(found) > PAGE else None


def _rows() -> Any:
    return (
        select(Application, Area.name, Provider.name)
        .join(Area, col(Area.id) == Application.area_id)
        .outerjoin(Provider, col(Provider.id) == Application.provider_id)
    )


def _row(
    row: Application,
    area: str,
    provider: str | None,
    claims: Mapping[int, Sequence[ClaimLine]],
    people: Mapping[int, int],
) -> ApplicationRow:
    mine = claims.get(row.id or 0, [])
    states: dict[str, int] = {}
    for claim in mine:
        states[claim.state] = states.get(claim.state, 0) + 1
    return ApplicationRow(
        row.id or 0,
        row.number,
        row.track,
        row.area_id,
        area,
        row.provider_id,
        provider or "",
        row.period,
        row.lodged_on,
        people.get(row.id or 0, 0),
        states,
        sum(c.amount_fen or c.planned_fen for c in mine),
        sum(c.blocks for c in mine),
    )


def _claims(session: Session, ids: Sequence[int | None]) -> dict[int, list[ClaimLine]]:
    rows = session.execute(
        select(Claim, ClaimProgress, ClaimClosed)
        .outerjoin(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .outerjoin(ClaimClosed, col(ClaimClosed.claim_id) == Claim.id)
        .where(col(Claim.application_id).in_(ids))
        .order_by(col(Claim.id))
    ).all()
    found: dict[int, list[ClaimLine]] = {}
    for claim, moving, closed in rows:
        at = moving or closed
        if at is None:
            continue
        found.setdefault(claim.application_id, []).append(
            ClaimLine(
                claim.id,
                claim.number,
                at.state,
                at.amount_fen,
                at.approved_fen,
                at.planned_fen,
                at.blocks,
            )
        )
    return found


def _heads(session: Session, ids: Sequence[int | None]) -> dict[int, int]:
    rows = session.exec(
        select(ApplicationLine.application_id, func.count())
        .where(col(ApplicationLine.application_id).in_(ids))
        .group_by(col(ApplicationLine.application_id))
    ).all()
    return dict(rows)


def _in_state(state: str) -> Any:
    """Ids of applications with a claim in a state."""
    table = ClaimClosed if state in CLOSED else ClaimProgress
    return (
        select(col(Claim.application_id))
        .join(table, col(table.claim_id) == Claim.id)
        .where(table.state == state, col(Claim.application_id).is_not(None))
    )


def _missing(session: Session, act: Act, row: Application, stated: Stated) -> list[str]:
    """What nobody has handed in; an entry that every line states itself is there."""
    track = act.pack.tracks.get(row.track)
    if track is None:
        return []
    day = row.starts_on or stated.period_starts or act.today
    texts = session.exec(
        select(ApplicationLine.stated).where(ApplicationLine.application_id == row.id)
    ).all()
    each = [set(still_missing(act.pack, track, stated_of(row.stated, t), on=day)) for t in texts]
    missing = still_missing(act.pack, track, stated, on=day)
    return [what for what in missing if not each or any(what in lacks for lacks in each)]


def _files(session: Session, row: Application) -> list[FileLine]:
    rows = session.exec(
        select(ImportedFile)
        .where(ImportedFile.city == row.city, ImportedFile.subject == f"application:{row.id}")
        .order_by(col(ImportedFile.id).desc())
    ).all()
    names = actor_names(session, {r.actor for r in rows})
    return [
        FileLine(r.kind, r.rows_good, r.rows_bad, names.get(r.actor, r.actor), r.at) for r in rows
    ]
