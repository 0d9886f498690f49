"""Take a roster in: persons sealed, roster lines, entitlements and claims, in few statements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, func, select

from states.claim import CLAIM
from subsidy.actions.acting import Act
from subsidy.actions.class_work.class_facts import class_row, training_facts
from subsidy.actions.class_work.sheets import (
    Rows,
    RowVerdict,
    SheetResult,
    counted,
    remember,
    seen_before,
    verdicts_of,
)
from subsidy.actions.class_work.together import Together, change_facts, move_together
from subsidy.actions.classes.planning import OPEN_TO_PLANS, PLANNERS, figures_of
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible
from subsidy.actions.grounds.ticket_rows import close_when_mended, open_ticket
from subsidy.actions.rosters.judging import EVIDENCE, Line, judge
from subsidy.records.moves import NotMoved
from subsidy.records.moves.roads import order_for
from subsidy.records.people import NewPerson, save_people
from subsidy.records.tables import (
    CatalogueItem,
    Claim,
    ClaimProgress,
    Enrolment,
    Entitlement,
    Person,
    Road,
    TrainingClass,
)
from subsidy.rules.masking import mask_id, mask_name
from subsidy.rules.verdict import Finding

KIND = "roster"
HELD = "已录入，办结前不随班备案："


def enrol(
    session: Session, act: Act, *, class_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """Enrol the good rows of a roster into a class that is not filed (or came back).

    `sha256` names the file: the same one again changes nothing and says so. A row that breaks a
    limit in principle, or that only a person can judge, is taken in with a ticket and stays behind
    when the class is filed; a row with any other fault stays out. People already in the class are
    brought up to date.
    """
    row = class_row(session, class_id, lock=True)
    again = seen_before(session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=row.area_id, roles=PLANNERS)
    if row.state not in OPEN_TO_PLANS:
        failed = NotMoved(class_id, "enrol", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return SheetResult.refused(*faults)
    training = training_facts(session, row)
    present = _present(session, class_id)
    own = {index: line.claim_id or 0 for index, line in present.items()}
    lines = judge(session, act, track=row.track, training=training, rows=rows, present=own)
    roster = _Roster(session, act, row, present)
    result = counted(roster.take(lines))
    return remember(
        session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256, result=result
    )


def _present(session: Session, class_id: int) -> dict[str, Enrolment]:
    """Roster lines by the person's blind index, those who dropped out too."""
    query = (
        select(Person.id_index, Enrolment)
        .join(Enrolment, col(Enrolment.person_id) == Person.id)
        .where(Enrolment.class_id == class_id)
    )
    return dict(session.exec(query).all())


@dataclass
class _Roster:
    """One roster on its way into one class."""

    session: Session
    act: Act
    row: TrainingClass
    present: dict[str, Enrolment]

    def take(self, lines: Sequence[Line]) -> SheetResult:
        """Take in what may come in; return counts, verdicts and where the claims went."""
        good = [line for line in lines if not line.barring]
        new = [line for line in good if line.index not in self.present]
        known = [line for line in good if line.index in self.present]
        self._save_people(good)
        changed = [line for line in known if self._update(line)]
        done = self._make_claims(new)
        for line in [*new, *known]:
            self._tickets(line)
        waiting = [line for line in [*new, *changed] if _blocking(line)]
        return SheetResult(
            done=True,
            taken=len(new) + len(changed),
            held=len(waiting),
            unchanged=len(known) - len(changed),
            bad=len(lines) - len(good),
            verdicts=[verdict for line in lines for verdict in _verdicts(line)],
            moved=done.moved,
            left=done.left,
        )

    def _save_people(self, lines: Sequence[Line]) -> None:
        """Seal what is new; a name on file stays as it is (a number belongs to one name)."""
        saved = save_people(
            self.session,
            self.act.office.vault,
            [new_person(line) for line in lines],
            now=self.act.recorded_at,
        )
        for line, person in zip(lines, saved, strict=True):
            line.person = person

    def _update(self, line: Line) -> bool:
        """Bring a roster line up to date; its claim is no longer decided. False if nothing new."""
        enrolment = self.present[line.index]
        wanted = _line_values(line)
        if all(getattr(enrolment, name) == value for name, value in wanted.items()):
            return False
        for name, value in wanted.items():
            setattr(enrolment, name, value)
        self.session.add(enrolment)
        if enrolment.claim_id is not None:
            change_facts(self.session, [enrolment.claim_id])
        return True

    def _make_claims(self, lines: Sequence[Line]) -> Together:
        """Entitlement, claim, its moving row and the roster line for each new person; then `enrol`."""
        if not lines:
            return Together()
        session, row = self.session, self.row
        item = session.get_one(CatalogueItem, row.item_id)
        entitlements = [
            Entitlement(
                city=row.city,
                track=row.track,
                subject=f"class:{row.id}/person:{_id(line)}",
                person_id=_id(line),
                provider_id=row.provider_id,
                occupation=item.occupation,
                level=item.level,
            )
            for line in lines
        ]
        session.add_all(entitlements)
        session.flush()
        claims = self._claims(lines, entitlements)
        session.add_all(claims)
        session.flush()
        progress = self._progress(claims)
        session.add_all(progress)
        session.add_all(
            Enrolment(
                city=row.city,
                class_id=claim.class_id or 0,
                person_id=_id(line),
                claim_id=claim.id,
                **_line_values(line),
            )
            for line, claim in zip(lines, claims, strict=True)
        )
        session.flush()
        return move_together(
            session,
            self.act,
            event="enrol",
            moment=self.act.moment(),
            rows=[row for row in progress if row.next_stage == "enrolled"],
        )

    def _claims(self, lines: Sequence[Line], entitlements: Sequence[Entitlement]) -> list[Claim]:
        session, row = self.session, self.row
        road = session.get_one(Road, row.road_id)
        query = select(func.count()).where(Claim.class_id == row.id)
        first = int(session.exec(query).one()) + 1
        return [
            Claim(
                city=row.city,
                number=f"{row.number}-{first + at:03d}",
                entitlement_id=entitlement.id or 0,
                area_id=row.area_id,
                road_id=row.road_id,
                track=row.track,
                class_id=row.id,
                person_id=_id(line),
                provider_id=row.provider_id,
                fund=road.fund,
                created_on=self.act.today,
            )
            for at, (line, entitlement) in enumerate(zip(lines, entitlements, strict=True))
        ]

    def _progress(self, claims: Sequence[Claim]) -> list[ClaimProgress]:
        session, row = self.session, self.row
        road = session.get_one(Road, row.road_id)
        order = order_for(session, row.road_id)
        figures: dict[str, Any] = figures_of(session, self.act, row)
        return [
            ClaimProgress(
                claim_id=claim.id or 0,
                road_id=row.road_id,
                area_id=row.area_id,
                state=CLAIM.initial,
                since=self.act.today,
                next_stage=order.after(CLAIM.initial, ""),
                early_stage=order.early(CLAIM.initial, ""),
                levels=road.levels,
                certificate_pending=int("certified" in road.stages.split()),
                **figures,
            )
            for claim in claims
        ]

    def _tickets(self, line: Line) -> None:
        """Open a ticket for what a person has to see; close those whose reason went away."""
        enrolment = self.present.get(line.index) or self._line_of(line)
        claim_id = enrolment.claim_id
        if claim_id is None:
            return
        codes = {finding.code for finding in line.waiting}
        if line.index in self.present:
            gone = [code for code in ROSTER_CODES if code not in codes]
            close_when_mended(self.session, self.act, claim_id=claim_id, codes=gone)
        for finding in line.waiting:
            open_ticket(
                self.session,
                self.act,
                code=finding.code,
                claim_id=claim_id,
                facts={**finding.facts, "row": line.number},
                blocks=finding.code != EVIDENCE,
                clause=finding.clause,
            )

    def _line_of(self, line: Line) -> Enrolment:
        return self.session.exec(
            select(Enrolment).where(
                Enrolment.class_id == self.row.id, Enrolment.person_id == _id(line)
            )
        ).one()


ROSTER_CODES = ("E108", "E203", "E206", "E207", "E209", "E301", "E305", EVIDENCE, "E519")
"""Codes that a roster row may open on its claim."""


def new_person(line: Line) -> NewPerson:
    return NewPerson(
        id_number=line.id_number,
        name=line.name,
        phone=line.values.get("phone", ""),
        account=line.values.get("account", ""),
        masked_name=mask_name(line.name),
        masked_id=mask_id(line.id_number),
    )


def _line_values(line: Line) -> dict[str, Any]:
    return {
        "row_number": line.number,
        "group": line.group or line.values.get("category", ""),
        "group_evidence_on": line.proved_on,
        "place_connection": " ".join(line.connections),
        "pension": line.values.get("pension", "") or "unknown",
    }


def _id(line: Line) -> int:
    assert line.person is not None
    assert line.person.id is not None
    return line.person.id


def _blocking(line: Line) -> list[Finding]:
    return [finding for finding in line.waiting if finding.code != EVIDENCE]


def _verdicts(line: Line) -> list[RowVerdict]:
    if line.barring:
        return verdicts_of(line.number, [*line.barring, *line.waiting])
    said = [
        RowVerdict(line.number, f.column, False, f"{HELD}{f.message_zh}（{f.code}）", f.code)
        for f in _blocking(line)
    ]
    mild = [f for f in [*line.waiting, *line.hints] if f not in _blocking(line)]
    said += [
        RowVerdict(line.number, f.column, True, f"{f.message_zh}（{f.code}）", f.code) for f in mild
    ]
    return said or [RowVerdict(line.number, None, True)]
