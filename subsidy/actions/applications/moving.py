"""What happens to an application after it was filed: it ends, results come, certificates, the claim."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.applications.entering import facts_changed, standing
from subsidy.actions.applications.vouchers import redeem
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import (
    Rows,
    RowVerdict,
    SheetResult,
    Trainee,
    counted,
    not_found,
    verdicts_of,
    who,
)
from subsidy.actions.class_work.together import Together, change_facts, move_together
from subsidy.actions.deadlines.opening.claim_rows import open_claim_windows, open_from_certificate
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.tables import (
    Application,
    ApplicationLine,
    Certificate,
    Claim,
    ClaimProgress,
    Person,
)
from subsidy.rules.identity import normalised
from subsidy.rules.verdict import Finding

APPLICANTS = ("provider", "clerk", "industry")
ASSESSORS = ("assessor", "clerk")
YES = ("yes", "passed", "是", "合格", "通过", "true", "1")


def application_row(session: Session, application_id: int) -> Application:
    """The application, locked. Raises LookupError for an unknown id."""
    row = session.get(Application, application_id, with_for_update=True, populate_existing=True)
    if row is None:
        raise LookupError(f"no application has the id {application_id}")
    return row


def claims_of_application(session: Session, application_id: int) -> list[ClaimProgress]:
    """Where the open claims of an application stand, in id order."""
    ids = session.exec(select(Claim.id).where(Claim.application_id == application_id)).all()
    return standing(session, [claim_id for claim_id in ids if claim_id is not None])


def lines_by_index(session: Session, application_id: int) -> dict[str, Trainee]:
    """Those who are in the application, by blind index of the ID number."""
    query = (
        select(ApplicationLine, Person, Claim.number)
        .join(Person, col(Person.id) == ApplicationLine.person_id)
        .join(Claim, col(Claim.id) == ApplicationLine.claim_id)
        .where(
            ApplicationLine.application_id == application_id,
            col(ApplicationLine.dropped_on).is_(None),
        )
        .order_by(col(ApplicationLine.id))
    )
    return {
        person.id_index: Trainee(line, person, number)
        for line, person, number in session.exec(query).all()
    }


def finish(session: Session, act: Act, *, application_id: int, ends_on: date) -> Outcome:
    """The training or event of an application has ended on `ends_on`; its claims are completed."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if ends_on > act.today or (row.starts_on is not None and ends_on < row.starts_on):
        faults.append(entry_fault(act, "E562", faults="结束日须在开始日之后、不晚于今天"))
    if faults:
        return Outcome.refused(*faults, subject_id=application_id)
    row.ends_on = ends_on
    session.add(row)
    claims = claims_of_application(session, application_id)
    change_facts(session, [claim.claim_id for claim in claims], training_ends=ends_on)
    return _together(session, act, application_id, event="complete", target="completed")


def record_results(session: Session, act: Act, *, application_id: int, rows: Rows) -> SheetResult:
    """Keep who finished and passed (`finished`, `theory`, `practice`, `result`); claims move by it.

    A claim of a person moves by its own result; one of a class or programme when its results are in.
    """
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=ASSESSORS)
    if faults:
        return SheetResult.refused(*faults)
    known = lines_by_index(session, application_id)
    passed: set[int] = set()
    failed: set[int] = set()

    def keep(line: ApplicationLine, values: Mapping[str, str]) -> list[Finding]:
        line.theory_passed = values.get("theory", "") in YES
        line.practice_passed = values.get("practice", "") in YES
        line.finished = values.get("finished", "yes") in YES
        line.result = values.get("result", "") or ("passed" if line.finished else "failed")
        (passed if line.result == "passed" else failed).add(line.claim_id)
        return []

    result = _each(session, act, known, rows, keep)
    change_facts(session, sorted(passed | failed))
    if not act.pack.tracks[row.track].has_person:
        passed, failed = passed | failed, set()
    moved: dict[str, int] = {}
    left: list[tuple[int, tuple[str, ...]]] = []
    for event, ids in (("pass_assessment", passed), ("fail_assessment", failed - passed)):
        done = _move(session, act, ids, event=event)
        moved |= dict(done.moved)
        left += list(done.left)
    return counted(_with(result, moved, left))


def register_line_certificates(
    session: Session, act: Act, *, application_id: int, rows: Rows
) -> SheetResult:
    """Register certificates (`certificate_number`, `issued_on`, `level`, `kind`, `issuer`, `source`)."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if faults:
        return SheetResult.refused(*faults)
    known = lines_by_index(session, application_id)
    track = act.pack.tracks[row.track]
    kinds = track.spec.certificate_kinds
    issued: dict[date, set[int]] = {}

    def keep(line: ApplicationLine, values: Mapping[str, str]) -> list[Finding]:
        found = _certificate(session, act, line, values, kinds)
        if isinstance(found, Finding):
            return [found]
        session.add(found)
        session.flush()
        issued.setdefault(found.issued_on, set()).add(line.claim_id)
        return []

    result = _each(session, act, known, rows, keep)
    moved: dict[str, int] = {}
    for day, ids in sorted(issued.items()):
        change_facts(session, sorted(ids))
        awaited = [c.claim_id for c in standing(session, sorted(ids)) if c.state == "assessed"]
        open_claim_windows(session, act, awaited, "certificate_registration", anchor=day)
        for event, states in (
            ("certify", ("assessed",)),
            ("attach_certificate", ("applied", "correcting")),
        ):
            ready = [c.claim_id for c in standing(session, sorted(ids)) if c.state in states]
            moved |= dict(_move(session, act, ready, event=event, certificate_issued=day).moved)
        open_from_certificate(session, act, sorted(ids), track, issued_on=day)
        decide_claims(session, act, claim_ids=sorted(ids))
    return counted(_with(result, moved, []))


def apply_for(
    session: Session,
    act: Act,
    *,
    application_id: int,
    claim_ids: Sequence[int] = (),
    commitment_on: date | None = None,
) -> Outcome:
    """Apply for the claims of an application (all, or `claim_ids`); they are decided at once."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if commitment_on is not None and commitment_on > act.today:
        faults.append(entry_fault(act, "E562", faults="承诺日期不能晚于今天"))
    if faults:
        return Outcome.refused(*faults, subject_id=application_id)
    if commitment_on is not None:
        row.commitment_on = commitment_on
        session.add(row)
    claims = claims_of_application(session, application_id)
    wanted = [c.claim_id for c in claims if not claim_ids or c.claim_id in claim_ids]
    change_facts(session, wanted)
    done = _move(session, act, wanted, event="apply", target="applied")
    redeem(session, act, claim_ids=wanted)
    decide_claims(session, act, claim_ids=wanted)
    return Outcome(bool(done.moved) or not done.left, application_id, (), done.moved, done.left)


def drop_out(
    session: Session, act: Act, *, application_id: int, person_ids: Collection[int], on: date
) -> Outcome:
    """Persons who left before the end: heads are no longer counted, person-years are broken off."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if faults:
        return Outcome.refused(*faults, subject_id=application_id)
    lines = session.exec(
        select(ApplicationLine).where(
            ApplicationLine.application_id == application_id,
            col(ApplicationLine.person_id).in_(list(person_ids)),
        )
    ).all()
    for line in lines:
        line.dropped_on, line.finished = on, False
        session.add(line)
    session.flush()
    facts_changed(session, act, [line.claim_id for line in lines])
    return Outcome(True, application_id, note=f"登记中途退出{len(lines)}人")


Keep = Callable[[ApplicationLine, Mapping[str, str]], list[Finding]]
"""What one good row does to its line; findings keep the row out."""


def _each(
    session: Session, act: Act, known: Mapping[str, Trainee], rows: Rows, keep: Keep
) -> SheetResult:
    """Let every row that speaks of somebody in the application do its work."""
    verdicts: list[RowVerdict] = []
    bad = 0
    for number, values in rows:
        trainee, code = who(act, known, values)
        if trainee is None or not isinstance(trainee.enrolment, ApplicationLine):
            found = [not_found(act, code)]
        else:
            found = keep(trainee.enrolment, values)
            session.add(trainee.enrolment)
        bad += bool(found)
        verdicts += verdicts_of(number, found)
    session.flush()
    return SheetResult(done=True, taken=len(rows) - bad, bad=bad, verdicts=verdicts)


def _certificate(
    session: Session,
    act: Act,
    line: ApplicationLine,
    values: Mapping[str, str],
    kinds: Sequence[str],
) -> Certificate | Finding:
    """The certificate of a row, or why it cannot be registered."""
    number = normalised(values.get("certificate_number", ""))
    kind = values.get("certificate_kind") or (kinds[0] if len(kinds) == 1 else "")
    if not number:
        return entry_fault(act, "E528", column="certificate_number")
    if kind not in kinds or not values.get("issued_on"):
        what = "证书种类" if kind not in kinds else "发证日期"
        return entry_fault(act, "E531", column="certificate_kind", what=what)
    held = session.exec(
        select(Certificate).where(
            Certificate.city == act.city, Certificate.kind == kind, Certificate.number == number
        )
    ).first()
    if held is not None:
        return entry_fault(act, "E306", column="certificate_number")
    return Certificate(
        city=act.city,
        line_id=line.id,
        person_id=line.person_id,
        number=number,
        kind=kind,
        level=values.get("level", "") or line.level or "none",
        source=values.get("source", "") or "exam",
        issuer=values.get("issuer", ""),
        issued_on=date.fromisoformat(values["issued_on"]),
        registered_on=act.today,
        registered_by=act.actor,
    )


def _together(
    session: Session, act: Act, application_id: int, *, event: str, target: str
) -> Outcome:
    rows = claims_of_application(session, application_id)
    done = move_together(session, act, event=event, moment=act.moment(), rows=rows, target=target)
    return Outcome(bool(done.moved) or not done.left, application_id, (), done.moved, done.left)


def _move(
    session: Session,
    act: Act,
    claim_ids: Collection[int],
    *,
    event: str,
    target: str = "",
    certificate_issued: date | None = None,
) -> Together:
    rows = standing(session, sorted(claim_ids))
    moment = act.moment(applied_on=act.today, certificate_issued=certificate_issued)
    return move_together(session, act, event=event, moment=moment, rows=rows, target=target)


def _with(
    result: SheetResult, moved: Mapping[str, int], left: Sequence[tuple[int, tuple[str, ...]]]
) -> SheetResult:
    return replace(result, moved=dict(moved), left=tuple(left))
