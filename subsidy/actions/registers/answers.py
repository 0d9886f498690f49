"""What outside registers say about the people of a class: lists of answers, decisions made anew.

Registers (pension, death, pupils, certificates, the other fund) and the real-name check cannot be asked
from here; their answers come as extracts with source and date. Until one is there, a claim is held:
an answer that is missing or unavailable neither passes nor refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.applications.moving import application_row, lines_by_index
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import (
    Rows,
    RowVerdict,
    SheetResult,
    Trainee,
    counted,
    remember,
    seen_before,
    trainees_of,
    verdicts_of,
    who,
)
from subsidy.actions.class_work.together import change_facts
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.tables import RegisterAnswer

KIND = "registers"
ASKERS = ("clerk",)
Known = dict[tuple[int, str, int | None], RegisterAnswer]
"""Newest answer by person, register, and claim where the register is asked about one certificate."""


def record_answers(
    session: Session, act: Act, *, class_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """Keep the answers of an extract for the people of a class and decide their claims anew.

    A row has `register`, `answer`, `source` and `asked_on` (ISO date). An answer that is not newer than
    the one on file, or says the same, changes nothing. People who are not in the class come back marked.
    """
    row = class_row(session, class_id, lock=True)
    again = seen_before(session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=row.area_id, roles=ASKERS)
    if faults:
        return SheetResult.refused(*faults)
    result = _take(session, act, trainees_of(session, class_id=class_id), rows)
    return remember(
        session, act, kind=KIND, subject=f"class:{class_id}", sha256=sha256, result=result
    )


def record_line_answers(
    session: Session, act: Act, *, application_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """The same for the people of an application that hangs on no class."""
    row, subject = application_row(session, application_id), f"application:{application_id}"
    again = seen_before(session, act, kind=KIND, subject=subject, sha256=sha256)
    if again is not None:
        return again
    faults = outside_of(session, act, area_id=row.area_id, roles=ASKERS)
    if faults:
        return SheetResult.refused(*faults)
    result = _take(session, act, lines_by_index(session, application_id), rows)
    return remember(session, act, kind=KIND, subject=subject, sha256=sha256, result=result)


def _take(session: Session, act: Act, trainees: Mapping[str, Trainee], rows: Rows) -> SheetResult:
    """Keep what is new for the people among `trainees`; their claims are decided anew."""
    known = _known(session, trainees)
    verdicts: list[RowVerdict] = []
    changed: dict[int, None] = {}
    good = bad = 0
    for number, values in rows:
        trainee, code = who(act, trainees, values)
        if trainee is None:
            verdicts += verdicts_of(number, [entry_fault(act, code, column="id_number")])
            bad += 1
            continue
        verdicts += verdicts_of(number, [])
        if _keep(session, act, trainee, known, values):
            good += 1
            changed[trainee.enrolment.claim_id or 0] = None
    session.flush()
    if changed:
        change_facts(session, list(changed))
        decide_claims(session, act, claim_ids=list(changed))
    unchanged = len(rows) - good - bad
    return counted(
        SheetResult(done=True, taken=good, unchanged=unchanged, bad=bad, verdicts=verdicts)
    )


def _known(session: Session, trainees: Mapping[str, Trainee]) -> Known:
    """The newest answer on file by person and register."""
    people = [t.enrolment.person_id for t in trainees.values()]
    query = (
        select(RegisterAnswer)
        .where(col(RegisterAnswer.person_id).in_(people))
        .order_by(col(RegisterAnswer.asked_on), col(RegisterAnswer.id))
    )
    return {(a.person_id, a.register_name, a.claim_id): a for a in session.exec(query).all()}


def _keep(
    session: Session, act: Act, trainee: Trainee, known: Known, values: Mapping[str, str]
) -> bool:
    asked_on = date.fromisoformat(values["asked_on"])
    person, register = trainee.enrolment.person_id, values["register"]
    claim = trainee.enrolment.claim_id if _about_certificate(act, register) else None
    before = known.get((person, register, claim))
    if before is not None and (before.asked_on > asked_on or before.answer == values["answer"]):
        return False
    answer = RegisterAnswer(
        city=act.city,
        person_id=person,
        claim_id=claim,
        register_name=register,
        answer=values["answer"],
        source=values["source"],
        asked_on=asked_on,
        asked_by=act.actor,
    )
    session.add(answer)
    known[person, register, claim] = answer
    return True


def _about_certificate(act: Act, register: str) -> bool:
    """Whether the pack asks this register about a certificate, and so anew for every claim."""
    spec = act.pack.spec.registers.get(register)
    return spec is not None and spec.needs == "certificate"
