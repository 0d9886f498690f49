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
    ClaimProgress,
    Entitlement,
    Person,
    Road,
)
from subsidy.rules import facts as f
from subsidy.rules.policy import Track
from subsidy.rules.verdict import Finding


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

    def unit(self, rows: Rows) -> tuple[list[int], list[TakenRow]]:
        """One claim for the unit; the good rows are its heads."""
        subject = f"{self._what()}/unit:{self.row.provider_id}"
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
        return f"item:{self.row.item_id}" if self.row.item_id else f"track:{self.row.track}"

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
        known = self.session.exec(
            select(Claim).where(
                Claim.entitlement_id == entitlement.id,
                Claim.kind == self.row.kind,
                Claim.period == period,
            )
        ).first()
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

    def _entitlement(self, subject: str, person_id: int | None) -> Entitlement:
        """The entitlement; an advance hangs on that of the track it is an advance of."""
        owner = (self.track.spec.of_tracks or [self.track.code])[0]
        if owner != self.track.code:
            subject = subject.replace(f"track:{self.track.code}", f"track:{owner}")
        known = self.session.exec(
            select(Entitlement).where(
                Entitlement.city == self.act.city,
                Entitlement.track == owner,
                Entitlement.subject == subject,
            )
        ).first()
        if known is not None:
            return known
        row = Entitlement(
            city=self.act.city,
            track=owner,
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
    return f"{stated.period_starts}..{stated.period_until}"
