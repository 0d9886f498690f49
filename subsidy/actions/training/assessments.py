"""Assessments: passed goes on, failed waits for the resit, absent is held with a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, PackRules
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.sheets import (
    Rows,
    RowVerdict,
    SheetResult,
    counted,
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
from subsidy.records.moves import NotMoved, move
from subsidy.records.tables import Assessment, ClaimProgress, TrainingClass
from subsidy.rules.verdict import NO_CLAUSE, FactValue

KIND = "assessments"
ASSESSORS = ("assessor", "clerk")
ABSENT = "E520"
EVENTS = (("passed", "pass_assessment", "assessed"), ("failed", "fail_assessment", ""))


def record_assessments(
    session: Session,
    act: Act,
    *,
    class_id: int,
    rows: Rows,
    sat_on: date | None = None,
    sha256: str = "",
) -> SheetResult:
    """Record one sitting a row (`result`: passed, failed, absent; `attempt` may be left out).

    A result on record is never overwritten; a resit is the next attempt. `sat_on` stands in for
    rows without a date of their own.
    """
    row = class_row(session, class_id, lock=True)
    again = seen_before(session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=row.area_id, roles=ASSESSORS)
    if row.state != "completed":
        failed = NotMoved(class_id, "record_assessments", row.state, ())
        faults.append(not_possible(act, failed, machine="training_class"))
    if faults:
        return SheetResult.refused(*faults)
    book = _Results(session, act, row, sat_on or act.today)
    for number, values in rows:
        book.read(number, values)
    done = book.settle()
    result = SheetResult(
        done=True,
        taken=len(book.new),
        held=sum(1 for outcome in book.new.values() if outcome == "absent"),
        unchanged=book.unchanged,
        bad=book.bad,
        verdicts=book.verdicts,
        moved=done.moved,
        left=done.left,
    )
    return remember(
        session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256, result=counted(result)
    )


class _Results:
    """The sittings of one class, and what a list adds to them."""

    def __init__(self, session: Session, act: Act, row: TrainingClass, sat_on: date) -> None:
        assert row.id is not None
        self.session, self.act, self.row, self.sat_on = session, act, row, sat_on
        self.trainees = trainees_of(session, class_id=row.id)
        self.sittings: dict[int, list[Assessment]] = {}
        ids = [trainee.enrolment.id for trainee in self.trainees.values()]
        held = session.exec(
            select(Assessment)
            .where(col(Assessment.enrolment_id).in_(ids))
            .order_by(col(Assessment.attempt))
        ).all()
        for sitting in held:
            self.sittings.setdefault(sitting.enrolment_id, []).append(sitting)
        self.new: dict[int, str] = {}
        self.attempts: dict[int, int] = {}
        self.verdicts: list[RowVerdict] = []
        self.unchanged = self.bad = 0

    def read(self, number: int, values: Mapping[str, str]) -> None:
        """Judge one row and keep the sitting where it is a new one."""
        trainee, code = who(self.act, self.trainees, values)
        if trainee is None:
            self._refuse(number, code, column="name" if code == "E519" else "id_number")
            return
        enrolment_id, claim_id = trainee.enrolment.id, trainee.enrolment.claim_id
        assert enrolment_id is not None
        assert claim_id is not None
        before = self.sittings.setdefault(enrolment_id, [])
        result, last = values.get("result", ""), before[-1] if before else None
        attempt = int(values.get("attempt") or 0)
        sat_on = date.fromisoformat(values.get("assessed_on") or self.sat_on.isoformat())
        if last is not None and not attempt and (last.result, last.sat_on) == (result, sat_on):
            attempt = last.attempt
        attempt = attempt or len(before) + 1
        held = next((s for s in before if s.attempt == attempt), None)
        if held is not None and held.result == result:
            self.unchanged += 1
            self.verdicts.append(RowVerdict(number, None, True, "成绩已登记，无变化"))
        elif held is not None:
            self._refuse(number, "E518", column="result", attempt=attempt)
        elif any(s.result == "passed" for s in before):
            passed = next(s.attempt for s in before if s.result == "passed")
            self._refuse(number, "E518", column="attempt", attempt=passed)
        else:
            sitting = Assessment(
                city=self.row.city,
                enrolment_id=enrolment_id,
                attempt=attempt,
                sat_on=sat_on,
                result=result,
                theory=values.get("theory", ""),
                practice=values.get("practice", ""),
                entered_by=self.act.actor,
            )
            before.append(sitting)
            self.session.add(sitting)
            self.new[claim_id], self.attempts[claim_id] = result, attempt
            self.verdicts.append(RowVerdict(number, None, True))

    def settle(self) -> Together:
        """Move the claims by their results; those that came back from an absence are released."""
        self.session.flush()
        if not self.new:
            return Together()
        change_facts(self.session, list(self.new))
        assert self.row.id is not None
        standing = {c.claim_id: c for c in claims_of(self.session, class_id=self.row.id)}
        for claim_id, result in self.new.items():
            if result != "absent":
                self._came_back(standing, claim_id)
        moved: dict[str, int] = {}
        left: list[tuple[int, tuple[str, ...]]] = []
        for result, event, target in EVENTS:
            rows = [standing[i] for i, r in self.new.items() if r == result and i in standing]
            done = move_together(
                self.session, self.act, event=event, moment=self.act.moment(), rows=rows,
                target=target,
            )  # fmt: skip
            moved |= done.moved
            left += done.left
        for claim_id in [i for i, r in self.new.items() if r == "absent" and i in standing]:
            moved["held"] = moved.get("held", 0) + self._hold(claim_id)
        return Together({k: n for k, n in moved.items() if n}, tuple(left))

    def _came_back(self, standing: dict[int, ClaimProgress], claim_id: int) -> None:
        """Close the ticket of the absence and bring the claim back to where it stood."""
        claim = standing.get(claim_id)
        closed = close_when_mended(self.session, self.act, claim_id=claim_id, codes=(ABSENT,))
        if claim is None or not closed or claim.state != "held":
            return
        rules = PackRules(self.session, self.act)
        moment = self.act.moment("补考成绩已登记")
        move(self.session, claim_id=claim_id, event="release", moment=moment, rules=rules)
        self.session.refresh(claim)

    def _hold(self, claim_id: int) -> int:
        open_ticket(
            self.session,
            self.act,
            code=ABSENT,
            claim_id=claim_id,
            facts={"attempt": self.attempts[claim_id]},
            blocks=True,
        )
        rules = PackRules(self.session, self.act)
        done = move(
            self.session, claim_id=claim_id, event="hold", moment=self.act.moment("缺考"),
            rules=rules,
        )  # fmt: skip
        return 0 if isinstance(done, NotMoved) else 1

    def _refuse(self, number: int, code: str, *, column: str, attempt: int = 0) -> None:
        self.bad += 1
        facts: dict[str, FactValue] = {"attempt": attempt} if attempt else {}
        fault = self.act.pack.book.finding(
            code, effect="refuse", source=NO_CLAUSE, column=column, facts=facts
        )
        self.verdicts += verdicts_of(number, [fault])
