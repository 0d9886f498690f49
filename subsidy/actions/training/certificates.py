"""Registration of certificates: one certificate pays once, a late one is pointed out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import (
    CHUNK,
    Rows,
    RowVerdict,
    SheetResult,
    Trainee,
    counted,
    not_found,
    remember,
    seen_before,
    trainees_of,
    verdicts_of,
    who,
)
from subsidy.actions.class_work.together import Together, change_facts, claims_of, move_together
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import not_possible
from subsidy.actions.grounds.ticket_rows import close_when_mended, open_ticket
from subsidy.actions.training.issuing import REGISTRARS, date_faults, start_clock
from subsidy.records.moves import NotMoved
from subsidy.records.tables import (
    CatalogueItem,
    Certificate,
    ClaimProgress,
    TrainingClass,
)
from subsidy.rules.deadlines import due
from subsidy.rules.identity import check_certificate_number, normalised
from subsidy.rules.verdict import NO_CLAUSE, Finding, Source, source_of

KIND = "certificates"
LATE, DIFFERS = "E402", "E510"


def register_certificates(
    session: Session, act: Act, *, class_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """Register certificates, one a row; the claim is certified, or completed where it has applied.

    Late registration is pointed out with a ticket that stops nothing: its clause names no
    consequence. A number that is on file for somebody else is refused.
    """
    row = class_row(session, class_id, lock=True)
    again = seen_before(session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=row.area_id, roles=REGISTRARS)
    if row.state != "completed":
        failed = NotMoved(class_id, "register_certificates", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return SheetResult.refused(*faults)
    register = _Register(session, act, row, rows)
    for number, values in rows:
        register.read(number, values)
    done = register.settle()
    result = SheetResult(
        done=True,
        taken=len(register.new),
        unchanged=register.unchanged,
        bad=register.bad,
        verdicts=register.verdicts,
        moved=done.moved,
        left=done.left,
    )
    return remember(
        session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256, result=counted(result)
    )


@dataclass(frozen=True, slots=True)
class Entered:
    """A certificate that this list brings, with what a person should see of it."""

    certificate: Certificate
    differs: bool


class _Register:
    """The certificates of one class, and what a list adds to them."""

    def __init__(self, session: Session, act: Act, row: TrainingClass, rows: Rows) -> None:
        assert row.id is not None
        self.session, self.act, self.row = session, act, row
        self.item = session.get_one(CatalogueItem, row.item_id)
        self.trainees = trainees_of(session, class_id=row.id)
        self.standing = {c.claim_id: c for c in claims_of(session, class_id=row.id)}
        numbers = sorted({normalised(values.get("certificate_number", "")) for _, values in rows})
        self.taken: dict[str, Certificate] = {}
        for start in range(0, len(numbers), CHUNK):
            found = session.exec(
                select(Certificate).where(
                    Certificate.city == row.city,
                    Certificate.kind == self.item.certificate_kind,
                    col(Certificate.number).in_(numbers[start : start + CHUNK]),
                )
            ).all()
            self.taken |= {held.number: held for held in found}
        ids = [trainee.enrolment.id for trainee in self.trainees.values()]
        self.own = set(
            session.exec(
                select(Certificate.enrolment_id).where(col(Certificate.enrolment_id).in_(ids))
            ).all()
        )
        self.new: dict[int, Entered] = {}
        self.verdicts: list[RowVerdict] = []
        self.unchanged = self.bad = 0

    def read(self, number: int, values: Mapping[str, str]) -> None:
        """Judge one row; keep its certificate where nothing stands against it."""
        trainee, code = who(self.act, self.trainees, values)
        if trainee is None:
            self._refuse(number, not_found(self.act, code))
            return
        certificate = self._certificate(trainee, values)
        held = self.taken.get(certificate.number)
        if held is not None and held.enrolment_id == certificate.enrolment_id:
            self.unchanged += 1
            self.verdicts.append(RowVerdict(number, None, True, "证书已登记，无变化"))
            return
        faults = self._faults(trainee, certificate, held)
        if faults:
            self._refuse(number, *faults)
            return
        hints = self._hints(certificate, values)
        self.verdicts += verdicts_of(number, hints)
        self.session.add(certificate)
        self.taken[certificate.number] = certificate
        self.own.add(certificate.enrolment_id)
        differs = certificate.level != (self.item.level or "none")
        self.new[trainee.enrolment.claim_id or 0] = Entered(certificate, differs)

    def settle(self) -> Together:
        """Issue (where the day was not known), register, and open what a person should see."""
        self.session.flush()
        moved: dict[str, int] = {}
        left: list[tuple[int, tuple[str, ...]]] = []
        by_day: dict[date, list[int]] = {}
        for claim_id, entered in self.new.items():
            by_day.setdefault(entered.certificate.issued_on, []).append(claim_id)
        change_facts(self.session, list(self.new))
        for issued_on, ids in sorted(by_day.items()):
            rows = self._fresh(ids)
            start_clock(
                self.session, self.act, [c for c in rows if c.certificate_issued == FAR], issued_on
            )
            self._late(ids, issued_on)
            for event, states in (
                ("certify", ("assessed",)),
                ("attach_certificate", ("applied", "correcting")),
            ):
                ready = [c for c in self._fresh(ids) if c.state in states]
                done = self._move(event, ready, issued_on)
                moved |= {state: moved.get(state, 0) + n for state, n in done.moved.items()}
                left += done.left
        left += [
            (claim.claim_id, (f"state:{claim.state}",))
            for claim in self._fresh(list(self.new))
            if claim.certificate_pending
            and claim.claim_id not in {claim_id for claim_id, _ in left}
        ]
        for claim_id, entered in self.new.items():
            self._look_at_level(claim_id, entered)
        if by_day:
            self.row.certificates_on = max([*by_day, self.row.certificates_on or date.min])
            self.session.add(self.row)
            self.session.flush()
        return Together(moved, tuple(left))

    def _fresh(self, ids: Sequence[int]) -> list[ClaimProgress]:
        assert self.row.id is not None
        wanted = set(ids)
        claims = claims_of(self.session, class_id=self.row.id)
        return [claim for claim in claims if claim.claim_id in wanted]

    def _move(self, event: str, rows: Sequence[ClaimProgress], issued_on: date) -> Together:
        moment = self.act.moment(certificate_issued=issued_on)
        return move_together(self.session, self.act, event=event, moment=moment, rows=rows)

    def _certificate(self, trainee: Trainee, values: Mapping[str, str]) -> Certificate:
        assert trainee.enrolment.id is not None
        return Certificate(
            city=self.row.city,
            enrolment_id=trainee.enrolment.id,
            person_id=trainee.enrolment.person_id,
            number=normalised(values.get("certificate_number", "")),
            kind=self.item.certificate_kind,
            level=values.get("level") or self.item.level or "none",
            source=values.get("source") or "exam",
            issued_on=date.fromisoformat(values["issued_on"]),
            registered_on=self.act.today,
            registered_by=self.act.actor,
        )

    def _faults(
        self, trainee: Trainee, certificate: Certificate, held: Certificate | None
    ) -> list[Finding]:
        act, found = self.act, []
        if not certificate.number:
            found.append(entry_fault(act, "E528", column="certificate_number"))
        if held is not None:
            found.append(
                entry_fault(
                    act, "E306", column="certificate_number", source=_real_name(act, self.row.track)
                )
            )
        elif certificate.enrolment_id in self.own:
            found.append(entry_fault(act, "E529", column="certificate_number"))
        found += date_faults(act, self.row, certificate.issued_on)
        claim = self.standing.get(trainee.enrolment.claim_id or 0)
        if claim is None or claim.state in ("listed", "enrolled", "filed", "completed"):
            found.append(entry_fault(act, "E515", column="id_number"))
        elif claim.state == "failed":
            found.append(entry_fault(act, "E211", column="id_number"))
        return found

    def _hints(self, certificate: Certificate, values: Mapping[str, str]) -> list[Finding]:
        """Unusual numbers and other levels: shown, never refused."""
        checked = check_certificate_number(
            certificate.number,
            kind=certificate.kind,
            level=certificate.level,
            issued_on=certificate.issued_on,
        )
        found = []
        if checked.warning is not None:
            found.append(
                entry_fault(
                    self.act,
                    "E514",
                    effect="warn",
                    column="certificate_number",
                    fault=checked.warning,
                )
            )
        if values.get("level") and certificate.level != (self.item.level or "none"):
            found.append(entry_fault(self.act, DIFFERS, effect="warn", column="level"))
        return found

    def _late(self, claim_ids: Sequence[int], issued_on: date) -> None:
        """A ticket for each certificate registered after its last day; it stops nothing."""
        window = self.act.pack.tracks[self.row.track].windows.get("certificate_registration")
        if window is None or window.n is None:
            return
        end = due(window, anchor=issued_on, calendar=self.act.calendar)
        if not end.final or self.act.today <= end.on:
            return
        for claim_id in claim_ids:
            open_ticket(
                self.session,
                self.act,
                code=LATE,
                claim_id=claim_id,
                facts={"issued": issued_on, "due": end.on, "registered": self.act.today},
                blocks=False,
                clause=window.clause,
            )

    def _look_at_level(self, claim_id: int, entered: Entered) -> None:
        """Kind or level other than filed: the claim waits for a person."""
        if not entered.differs:
            close_when_mended(self.session, self.act, claim_id=claim_id, codes=(DIFFERS,))
            return
        open_ticket(
            self.session,
            self.act,
            code=DIFFERS,
            claim_id=claim_id,
            facts={"filed": self.item.level or "none", "certificate": entered.certificate.level},
            blocks=True,
        )

    def _refuse(self, number: int, *faults: Finding) -> None:
        self.bad += 1
        self.verdicts += verdicts_of(number, faults)


def _real_name(act: Act, track: str) -> Source:
    """The clause that each trainee and certificate is one person's own (实名制)."""
    gates = act.pack.tracks[track].spec.gates
    return next((source_of(g) for g in gates if g.gate == "real_name"), NO_CLAUSE)
