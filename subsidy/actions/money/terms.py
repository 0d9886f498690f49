"""What payment and publicity need to know of a claim: who pays, who is paid, from where, how much.

Read in one query for any number of claims; the pack's answers are kept once per (track, route, day).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, select
from sqlmodel import Session, col

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area
from subsidy.records.tables import (
    Claim,
    ClaimProgress,
    Decision,
    Entitlement,
    Person,
    Provider,
    Road,
    TrainingClass,
)
from subsidy.records.tables.types import table_of
from subsidy.rules.packs.values import Value
from subsidy.rules.verdict import Finding, source_of

UNIT, PERSON = "unit", "person"
KIND_OF = {"organising_unit": UNIT, "employer": UNIT, "host": UNIT, "trainee": PERSON}
CHUNK = 2_000
"""Claims named in one statement; well below the limit of bound values on both databases."""


@dataclass(frozen=True, slots=True)
class Terms:
    """One claim, as payment and publicity see it. Amounts in fen; names masked where persons."""

    claim_id: int
    number: str
    version: int
    state: str
    next_stage: str
    resume_to: str
    area_id: int
    track: str
    fund: str
    blocks: int
    may_pay: int
    amount_fen: int
    approved_fen: int
    notice_last_day: date
    masked_name: str
    masked_id: str
    title: str
    level: str
    day: date
    """The day that selects the rules."""
    office_id: int | None
    """Area of the office that pays; None while the pack leaves it open."""
    payee: str
    """organising_unit, employer or trainee; empty while the pack leaves it open."""
    payee_id: int | None
    """Provider or person, by the kind."""
    payee_name: str
    account_mark: str
    """Changes with the payee's account, tells nothing about it; empty without one."""
    account_verified: bool
    gaps: tuple[Finding, ...] = ()

    @property
    def payee_kind(self) -> str:
        """unit or person."""
        return KIND_OF.get(self.payee, "")


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Cut claim ids into parts that fit one statement."""
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]


def lock_claims(session: Session, claim_ids: Sequence[int]) -> None:
    """Lock the moving rows of the claims in the order of their ids; SQLite holds its lock anyway."""
    if session.get_bind().dialect.name == "sqlite":
        return
    p = table_of(ClaimProgress).c
    for part in chunks(sorted(claim_ids)):
        session.execute(
            select(p.claim_id).where(p.claim_id.in_(part)).order_by(p.claim_id).with_for_update()
        )


def terms_of(session: Session, act: Act, *, claim_ids: Sequence[int]) -> list[Terms]:
    """Return the open claims among these, in the order of their ids."""
    ordered = sorted(set(claim_ids))
    return [
        found
        for part in chunks(ordered)
        for found in load_terms(session, act, where=[col(Claim.id).in_(part)])
    ]


def load_terms(session: Session, act: Act, *, where: Iterable[ColumnElement[bool]]) -> list[Terms]:
    """Return the open claims of the city that fit `where` (on claim, progress or road), by id."""
    answers = _Answers(session, act)
    rows = session.execute(_query().where(col(Claim.city) == act.city, *where))
    return [_terms(row, answers) for row in rows]


def _query() -> Select[Any]:
    claim, p, road, right, person, unit, training = (
        table_of(model).c
        for model in (Claim, ClaimProgress, Road, Entitlement, Person, Provider, TrainingClass)
    )
    decision = table_of(Decision).c
    decided = (
        select(decision.payee)
        .where(decision.claim_id == claim.id)
        .order_by(decision.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    # Columns rather than rows: a batch reads tens of thousands of claims.
    return (
        select(
            *(claim.id, claim.number, claim.area_id, claim.track, claim.fund, claim.created_on),
            *(p.version, p.state, p.next_stage, p.resume_to, p.blocks, p.may_pay),
            *(p.amount_fen, p.approved_fen, p.notice_last_day),
            *(p.training_starts, p.certificate_issued, p.applied_on),
            *(road.route, right.occupation, right.level),
            *(person.id.label("person_id"), person.masked_name, person.masked_id),
            person.account_sealed.label("person_account"),
            *(unit.id.label("unit_id"), unit.name.label("unit_name")),
            *(unit.account_name.label("unit_holder"), unit.account_sealed.label("unit_account")),
            unit.account_verified_on.label("unit_verified_on"),
            *(training.title.label("class_title"), decided.label("decided")),
        )
        .select_from(table_of(Claim))
        .join(table_of(ClaimProgress), p.claim_id == claim.id)
        .join(table_of(Road), road.id == p.road_id)
        .join(table_of(Entitlement), right.id == claim.entitlement_id)
        .outerjoin(table_of(Person), person.id == claim.person_id)
        .outerjoin(table_of(Provider), unit.id == claim.provider_id)
        .outerjoin(table_of(TrainingClass), training.id == claim.class_id)
        .order_by(claim.id)
    )


def _terms(row: Any, answers: _Answers) -> Terms:
    day = _deciding_day(row)
    payee = row.decided or answers.payee(row.track, day)
    paid = _paid(row, KIND_OF.get(payee, ""))
    return Terms(
        claim_id=row.id,
        number=row.number,
        version=row.version,
        state=row.state,
        next_stage=row.next_stage,
        resume_to=row.resume_to,
        area_id=row.area_id,
        track=row.track,
        fund=row.fund,
        blocks=row.blocks,
        may_pay=row.may_pay,
        amount_fen=row.amount_fen,
        approved_fen=row.approved_fen,
        notice_last_day=row.notice_last_day,
        masked_name=row.masked_name or row.unit_name or "",
        masked_id=row.masked_id or "",
        title=row.class_title or row.occupation,
        level=row.level,
        day=day,
        office_id=answers.office(row.track, row.route, day, row.area_id),
        payee=payee,
        payee_id=paid.id,
        payee_name=paid.name,
        account_mark=paid.mark,
        account_verified=paid.verified,
        gaps=tuple(answers.gaps(row.track, row.route, day, payee=not row.decided)),
    )


class _Paid(NamedTuple):
    id: int | None = None
    name: str = ""
    mark: str = ""
    verified: bool = False


def _paid(row: Any, kind: str) -> _Paid:
    if kind == PERSON and row.person_id is not None:
        return _Paid(row.person_id, row.masked_name, _mark(row.person_account, ""), True)
    if kind == UNIT and row.unit_id is not None:
        holder = row.unit_holder or row.unit_name
        mark = _mark(row.unit_account, holder)
        return _Paid(row.unit_id, holder, mark, row.unit_verified_on is not None)
    return _Paid()


def _mark(sealed: bytes | None, holder: str) -> str:
    return hashlib.sha256(sealed + holder.encode()).hexdigest()[:16] if sealed else ""


def _deciding_day(row: Any) -> date:
    """Class start, else certificate date, else application, else the day the claim was made."""
    known: tuple[date, ...] = (row.training_starts, row.certificate_issued, row.applied_on)
    made: date = row.created_on
    return next((day for day in known if day != FAR), made)


@dataclass
class _Answers:
    """The pack's answers, once for each track, route and day."""

    session: Session
    act: Act
    values: dict[tuple[str, str, date], Value | None] = field(default_factory=dict)
    city: int | None = None

    def value(self, track: str, name: str, day: date) -> Value | None:
        """A dated value of a track; None when the present pack has no such track or key."""
        key = (track, name, day)
        if key not in self.values:
            known = self.act.pack.tracks.get(track)
            has = known is not None and f"{track}.{name}" in self.act.pack.dated
            self.values[key] = known.value(name, on=day) if known and has else None
        return self.values[key]

    def office(self, track: str, route: str, day: date, area_id: int) -> int | None:
        """Area of the paying office."""
        pays = self.value(track, f"pays.{route}", day)
        if pays is None or pays.unset:
            return None
        if pays.value != "city":
            return area_id
        if self.city is None:
            self.city = city_area(self.session, self.act.city).id
        return self.city

    def payee(self, track: str, day: date) -> str:
        """Whom the pack has paid, where no decision has said it."""
        found = self.value(track, "payee", day)
        return str(found.value) if found is not None and not found.unset else ""

    def gaps(self, track: str, route: str, day: date, *, payee: bool) -> Iterator[Finding]:
        """Values that the pack leaves open and payment cannot do without."""
        for name in (f"pays.{route}", *(("payee",) if payee else ())):
            found = self.value(track, name, day)
            if found is not None and found.unset:
                yield gap(self.act, found)


def gap(act: Act, value: Value) -> Finding:
    """A value that nobody has given: the clause that leaves it open goes with it."""
    where = f"{value.clause}，{value.document}" if value.clause else value.why
    means = act.pack.dated[value.key].means
    return act.pack.book.finding(
        "E604",
        effect="gap",
        source=source_of(value),
        facts={"key": value.key, "means": means, "where": where},
    )
