"""Rows of an application become claims, or heads of one claim; entitlements keep them from coming twice."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, sync_roads
from subsidy.actions.applications.forms import (
    missing_entries,
    read_entries,
    stated_text,
    unreadable,
)
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import Rows
from subsidy.actions.classes.planning import route_for
from subsidy.actions.grounds.application_facts import stated_of
from subsidy.actions.grounds.money.advances import comes_too_late
from subsidy.actions.grounds.ticket_rows import open_ticket
from subsidy.actions.rosters.enrolling import new_person
from subsidy.actions.rosters.judging import EVIDENCE, Line, judge
from subsidy.records.people import save_people
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Area,
    CatalogueItem,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Entitlement,
    Person,
    Road,
)
from subsidy.rules import facts as f
from subsidy.rules.policy import Track
from subsidy.rules.verdict import Finding

BETWEEN = ".."
"""Stands between the two days of a period."""
VOID = ("rejected", "withdrawn", "lapsed", "failed", "recovered")
"""How claims end that do not stand in the way of another for a part of the same days."""


@dataclass(slots=True)
class TakenRow:
    """One row, judged; without faults it comes in, remarks go with it."""

    number: int
    line: Line
    stated: str
    faults: list[Finding]
    remarks: list[Finding]
    is_new: bool = True


class Taker:
    """One application on its way in."""

    def __init__(self, session: Session, act: Act, row: Application, track: Track) -> None:
        self.session, self.act, self.row, self.track = session, act, row, track
        area = session.get_one(Area, row.area_id)
        self.item = session.get(CatalogueItem, row.item_id) if row.item_id else None
        self.common = stated_of(row.stated)
        day = row.starts_on or self.common.period_starts or act.today
        route, self.no_route = route_for(act, area.code, day)
        roads = sync_roads(session, act)
        first = next(iter(act.pack.spec.routing.routes))
        self.road = session.get_one(Road, roads[track.code, route or first])
        self.training = f.TrainingFacts(
            district=area.code,
            occupation=self.item.occupation if self.item else "",
            level=(self.item.level if self.item else "") or "none",  # type: ignore[arg-type]
            starts=row.starts_on or self.common.period_starts,
            ends=row.ends_on,
        )

    def persons(self, rows: Rows) -> tuple[list[int], list[TakenRow]]:
        """One claim for each good row."""
        judged = self._judge(rows)
        good = [row for row in judged if not row.faults]
        self._save(good)
        made = [self._claim_of(row) for row in good]
        return [claim_id for claim_id in made if claim_id is not None], judged

    def barred(self) -> list[Finding]:
        """Why a claim of a unit cannot come in at all: it is there already, or too late for an advance."""
        right = None if self.track.has_person else self._right(self._of_unit())
        known = self._known(right)
        if right is not None and known is None:
            return self._too_late(right)
        if known is None or (self.row.id is not None and known.application_id == self.row.id):
            return []
        return [entry_fault(self.act, "E560")]

    def _too_late(self, right: Entitlement | None) -> list[Finding]:
        """An advance is for training that has not applied yet."""
        period = self.row.period or _period_of(self.common)
        if self.row.kind != "advance" or right is None or right.id is None:
            return []
        if not comes_too_late(self.session, entitlement_id=right.id, period=period):
            return []
        return [entry_fault(self.act, "E562", faults="培训补贴已申领或已办结，不再预拨")]

    def unit(self, rows: Rows) -> tuple[list[int], list[TakenRow]]:
        """One claim for the unit; the good rows are its heads."""
        subject = self._of_unit()
        faults = missing_entries(self.act, self.track, self.common)
        claim, new = self._claim(subject, person_id=None, number=self.row.number)
        judged = self._judge(rows)
        good = [row for row in judged if not row.faults]
        self._save(good)
        for row in good:
            row.is_new = self._head(row, claim.id or 0)
        if new:
            for finding in faults:
                self._ticket(finding, claim.id or 0)
        return ([claim.id or 0] if new else []), judged

    def _judge(self, rows: Rows) -> list[TakenRow]:
        lines = judge(
            self.session,
            self.act,
            track=self.track.code,
            training=self.training,
            rows=rows,
            present=self._present(),
        )
        return [self._judged(line) for line in lines]

    def _judged(self, line: Line) -> TakenRow:
        entries, bad = read_entries(line.values)
        text = stated_text(replace(f.Stated(), **entries)) if entries else "{}"
        faults = [*line.barring, *unreadable(self.act, bad)]
        if self.track.has_person and not bad:
            faults += missing_entries(self.act, self.track, stated_of(self.row.stated, text))
        return TakenRow(line.number, line, text, faults, [*line.waiting, *line.hints])

    def _present(self) -> dict[str, int]:
        """Persons of this application by blind index, with their claim."""
        query = (
            select(Person.id_index, ApplicationLine.claim_id)
            .join(ApplicationLine, col(ApplicationLine.person_id) == Person.id)
            .where(ApplicationLine.application_id == self.row.id)
        )
        return dict(self.session.exec(query).all())

    def _save(self, rows: Sequence[TakenRow]) -> None:
        people = [new_person(row.line) for row in rows]
        saved = save_people(self.session, self.act.office.vault, people, now=self.act.recorded_at)
        for row, person in zip(rows, saved, strict=True):
            row.line.person = person

    def _what(self) -> str:
        """What the entitlement is for: the project, else the track itself."""
        return f"item:{self.row.item_id}" if self.row.item_id else f"track:{self._owner()}"

    def _of_unit(self) -> str:
        return f"{self._what()}/unit:{self.row.provider_id}"

    def _owner(self) -> str:
        """The track of the entitlement; an advance hangs on that of the track it is paid ahead of."""
        if self.item is not None and self.item.track in self.track.spec.of_tracks:
            return self.item.track
        return (self.track.spec.of_tracks or [self.track.code])[0]

    def _claim_of(self, row: TakenRow) -> int | None:
        """The claim of a person; None where there is one for the same matter and period already."""
        assert row.line.person is not None
        person_id = row.line.person.id
        trade = row.line.values.get("occupation", "")
        level = row.line.values.get("level", "")
        subject = "/".join(
            part
            for part in (
                self._what(),
                f"occupation:{trade}:{level}" if trade else "",
                f"unit:{self.row.provider_id}" if self.row.provider_id else "",
                f"person:{person_id}",
            )
            if part
        )
        row.faults += self._too_late(self._right(subject))
        if row.faults:
            return None
        number = f"{self.row.number}-{row.number:03d}"
        claim, new = self._claim(subject, person_id=person_id, number=number)
        if not new:
            row.is_new = False
            if claim.application_id != self.row.id:
                row.faults.append(entry_fault(self.act, "E560", column="id_number"))
            return None
        self._head(row, claim.id or 0)
        for finding in row.remarks:
            if finding.effect != "warn":
                self._ticket(finding, claim.id or 0)
        return claim.id

    def _claim(self, subject: str, *, person_id: int | None, number: str) -> tuple[Claim, bool]:
        """The claim of an entitlement and period, made if it is new."""
        entitlement = self._entitlement(subject, person_id)
        period = self.row.period or _period_of(self.common)
        known = self._known(entitlement)
        if known is not None:
            return known, False
        claim = Claim(
            city=self.act.city,
            number=number,
            entitlement_id=entitlement.id or 0,
            kind=self.row.kind,
            period=period,
            area_id=self.row.area_id,
            road_id=self.road.id or 0,
            track=self.row.track,
            application_id=self.row.id,
            person_id=person_id,
            provider_id=self.row.provider_id,
            fund=self.road.fund,
            created_on=self.act.today,
        )
        self.session.add(claim)
        self.session.flush()
        self.session.add(self._progress(claim))
        self.session.flush()
        for finding in self.no_route:
            self._ticket(finding, claim.id or 0)
        return claim, True

    def _known(self, right: Entitlement | None) -> Claim | None:
        """The claim of this kind and period under an entitlement, if there is one.

        Where a period has a first and a last day, also one that shares a day with it and still counts.
        """
        if right is None:
            return None
        period = self.row.period or _period_of(self.common)
        query = select(Claim).where(Claim.entitlement_id == right.id, Claim.kind == self.row.kind)
        same = self.session.exec(query.where(Claim.period == period)).first()
        if same is not None or BETWEEN not in period:
            return same
        void = select(ClaimClosed.claim_id).where(col(ClaimClosed.state).in_(VOID))
        others = self.session.exec(
            query.where(col(Claim.period).contains(BETWEEN), col(Claim.id).not_in(void)).order_by(
                col(Claim.id)
            )
        ).all()
        return next((claim for claim in others if _share_a_day(claim.period, period)), None)

    def _right(self, subject: str) -> Entitlement | None:
        """The entitlement as it is on file."""
        return self.session.exec(
            select(Entitlement).where(
                Entitlement.city == self.act.city,
                Entitlement.track == self._owner(),
                Entitlement.subject == subject,
            )
        ).first()

    def _entitlement(self, subject: str, person_id: int | None) -> Entitlement:
        """The entitlement, made if it is new."""
        known = self._right(subject)
        if known is not None:
            return known
        row = Entitlement(
            city=self.act.city,
            track=self._owner(),
            subject=subject,
            person_id=person_id,
            provider_id=self.row.provider_id,
            occupation=self.training.occupation,
            level=self.training.level,
        )
        self.session.add(row)
        self.session.flush()
        return row

    def _progress(self, claim: Claim) -> ClaimProgress:
        stages = self.road.stages.split()
        day = self.row.starts_on or self.common.period_starts or self.act.today
        return ClaimProgress(
            claim_id=claim.id or 0,
            road_id=self.road.id or 0,
            area_id=self.row.area_id,
            state="listed",
            since=self.act.today,
            next_stage=stages[1] if stages[0] == "listed" else stages[0],
            levels=self.road.levels,
            certificate_pending=int("certified" in stages),
            training_starts=self.row.starts_on or FAR,
            training_ends=self.row.ends_on or FAR,
            may_pay=int(self.act.pack.may_pay(anchor=day, track=self.track.code)),
        )

    def _head(self, row: TakenRow, claim_id: int) -> bool:
        """The line of a person; False where it was there already and is only brought up to date."""
        assert row.line.person is not None
        values = row.line.values
        known = self.session.exec(
            select(ApplicationLine).where(
                ApplicationLine.application_id == self.row.id,
                ApplicationLine.person_id == row.line.person.id,
            )
        ).first()
        line = known or ApplicationLine(
            city=self.act.city,
            application_id=self.row.id or 0,
            claim_id=claim_id,
            person_id=row.line.person.id or 0,
        )
        line.row_number, line.stated = row.number, row.stated
        line.group = row.line.group or values.get("category", "")
        line.group_evidence_on = row.line.proved_on
        until = values.get("category_until", "")
        line.group_until = date.fromisoformat(until) if until else None
        line.place_connection = " ".join(row.line.connections)
        line.occupation, line.level = values.get("occupation", ""), values.get("level", "")
        self.session.add(line)
        self.session.flush()
        return known is None

    def _ticket(self, finding: Finding, claim_id: int) -> None:
        open_ticket(
            self.session,
            self.act,
            code=finding.code,
            claim_id=claim_id,
            facts=dict(finding.facts),
            blocks=finding.code != EVIDENCE,
            clause=finding.clause,
        )


def _period_of(stated: f.Stated) -> str:
    if stated.period_starts is None or stated.period_until is None:
        return ""
    return f"{stated.period_starts}{BETWEEN}{stated.period_until}"


def _share_a_day(one: str, other: str) -> bool:
    """Whether two periods written first day..day after the last overlap; ISO days sort as text."""
    starts, until = one.split(BETWEEN)
    other_starts, other_until = other.split(BETWEEN)
    return starts < other_until and other_starts < until
