"""A small city in which everything that people are told of has happened once, through the real actions.

    with database.transaction() as session:
        told.everything(session)

The database is the one of the builders: areas, a provider with mailbox, a listed project.
"""

from __future__ import annotations

import json
from datetime import date, timedelta

from sqlmodel import Session, col, select

from subsidy.actions import notices, reviews
from subsidy.actions.acting import sync_roads
from subsidy.actions.calendar_change import watch_missing
from subsidy.actions.class_changes import decide_change, request_change
from subsidy.actions.classes import decide_filing, file_class
from subsidy.actions.deadlines import watch
from subsidy.actions.grounds.outbox_rows import put
from subsidy.actions.grounds.ticket_rows import open_ticket
from subsidy.actions.messages import tell_gaps, tell_run_report
from subsidy.actions.rosters import enrol
from subsidy.actions.training import issue_certificates, record_assessments
from subsidy.records.tables import ClassChange, Decision, Objection, Outbox
from subsidy.rules.calendars.arriving.expected import load_expected
from tests import builders
from tests.actions import payday

OBJECTED, DECIDED = date(2020, 11, 19), date(2020, 11, 23)
REMINDED, LATE, LAPSED = date(2020, 11, 20), date(2020, 11, 12), date(2020, 12, 8)
PAID = payday.OPENS
CONTACT = "objector@example.org"
REASON, CLAUSE = "本年度已享受三次补贴", "四（三）"
TRAINEE_PAID = {
    "refusals": [
        {
            "code": "E301",
            "message_zh": "本年度已享受三次补贴",
            "clause": "四（三）",
            "document": "hz-2020-43",
            "remedy_zh": "",
        }
    ],
    "gaps": [],
    "holds": [],
    "warnings": [],
}


def everything(session: Session) -> None:
    """Classes, claims, notices, payments, deadlines and letters of the office."""
    sync_roads(session, payday.act(payday.APPROVED))
    classes(session)
    reviewed(session)
    publicised_and_paid(session)
    deadlines(session)
    of_the_office(session)


def classes(session: Session) -> int:
    """A class filed, changed and examined, with one who failed; another one refused."""
    class_id = builders.class_of(session, heads=4)
    builders.drive(session, class_id, to="filed", heads=4)
    on, clerk = date(2020, 9, 28), builders.CLERK
    builders.done(
        request_change(
            session,
            builders.act(on),
            class_id=class_id,
            kind="teacher",
            wanted={"teacher": "李老师"},
            reason="原任教师请假",
        )
    )
    change = session.exec(select(ClassChange)).one()
    builders.done(
        decide_change(
            session, builders.act(on, actor=clerk), change_id=change.id or 0, grant=True, reason=""
        )
    )
    refused = builders.planned_class(session, "XS2020-002")
    rows = builders.roster(builders.people(2, first=50))
    builders.taken(enrol(session, builders.act("enrolled"), class_id=refused, rows=rows))
    builders.done(file_class(session, builders.act("filed"), class_id=refused))
    builders.done(
        decide_filing(
            session,
            builders.act("accepted", actor=clerk),
            class_id=refused,
            decision="refuse",
            reasons=["授课计划与项目不符"],
        )
    )
    _assessed(session, class_id)
    put(
        session,
        builders.act("enrolled"),
        subject="class",
        subject_id=class_id,
        template="roster_verdicts",
        occasion="roster:1",
        to_kind="provider",
        to_id=1,
        file_name="名册.xlsx",
        rows=5,
        accepted=4,
        refused=1,
        reasons=[{"name": "证件号码校验位不符", "count": 1}],
    )
    return class_id


def _assessed(session: Session, class_id: int) -> None:
    """Three passed, one did not; certificates are issued and not registered."""
    trainees = builders.people(4)
    builders._complete(session, class_id, trainees)
    assessor = builders.act("assessed", actor=builders.ASSESSOR)
    passed = builders.rows_of(trainees[:3], result="passed", theory="85", practice="90")
    builders.taken(record_assessments(session, assessor, class_id=class_id, rows=passed))
    failed = builders.rows_of(trainees[3:], result="failed", theory="85", practice="不合格")
    builders.taken(
        record_assessments(
            session, builders.act(date(2020, 10, 29), actor=builders.ASSESSOR),
            class_id=class_id, rows=failed,
        )
    )  # fmt: skip
    issued = builders.DAYS["issued"]
    builders.done(
        issue_certificates(session, builders.act("issued"), class_id=class_id, issued_on=issued)
    )


def reviewed(session: Session) -> tuple[int, int]:
    """One claim sent back with its faults, one refused by clause; returns their ids."""
    back, refused = payday.approved(session, 2)
    leader = payday.act(payday.POSTED, payday.LEADER)
    builders.done(reviews.send_down(session, leader, claim_id=back, reason="材料需要补充"))
    clerk = payday.act(payday.POSTED)
    builders.done(
        reviews.send_back(session, clerk, claim_id=back, faults=["签到表缺页", "照片模糊"])
    )
    builders.done(
        reviews.reject(session, leader, claim_id=refused, reasons=[REASON], clause=CLAUSE)
    )
    return back, refused


def publicised_and_paid(session: Session) -> None:
    """A list with an upheld and a refused objection; the rest is paid, one line comes back."""
    ids = payday.approved(session, 4)
    notice_id = payday.posted(session, ids)
    for claim_id in ids[:2]:
        got = notices.file_objection(
            session,
            payday.act(OBJECTED, "public", roles=()),
            notice_id=notice_id,
            claim_id=claim_id,
            words="没有参加培训",
            contact=CONTACT,
        )
        assert got.done
    for outcome, row in zip(("upheld", "refused"), _open_objections(session), strict=True):
        builders.done(
            notices.decide_objection(
                session,
                payday.act(DECIDED, payday.HEAD),
                objection_id=row.id or 0,
                outcome=outcome,  # type: ignore[arg-type]
                reasons="经核查考勤记录",
            )
        )
    to_trainee(session, count=1)
    assert notices.close_notices(session, payday.act(PAID)).done
    for number, built in enumerate(payday.built(session).batches):
        payday.approve(session, built.batch_id)
        payday.send(session, built.batch_id)
        answer = "name_mismatch" if built.payee_kind == "person" else "paid"
        payday.answered(session, built.batch_id, {1: answer}, file=f"back-{number}")


def to_trainee(session: Session, *, count: int) -> list[int]:
    """Publicised claims whose money goes to the trainee, with the receipt that says so."""
    ids = payday.approved(session, count, track=payday.PERSONS)
    for claim_id in ids:
        session.add(
            Decision(
                city=payday.CITY,
                claim_id=claim_id,
                decided_on=payday.APPROVED,
                decided_at=payday.act(payday.APPROVED).recorded_at,
                payable=True,
                amount_fen=payday.AMOUNT,
                payee="trainee",
                facts="{}",
                result=json.dumps({**TRAINEE_PAID, "refusals": []}),
                pack_version="",
                calendar_version="",
                code_version="",
            )
        )
    payday.posted(session, ids)
    return ids


def deadlines(session: Session) -> None:
    """Certificates late, an application reminded of, and lapsed after its last day."""
    for on in (LATE, REMINDED, LAPSED):
        watch(session, builders.act(on, actor="flow:watch-deadlines"))
    put(
        session,
        builders.act(REMINDED, actor="flow:watch-deadlines"),
        subject="class",
        subject_id=1,
        template="calendar_changed",
        occasion="calendar:2021",
        to_kind="provider",
        to_id=1,
        notice="国办发明电〔2020〕27号",
        year=2021,
        moved=[{"matter": "补贴申领期限", "number": "XS2020-001",
                "was": LAPSED, "now": LAPSED + timedelta(1)}],
    )  # fmt: skip
    escalated(session, step=1)


def escalated(session: Session, *, step: int, count: int = 1) -> None:
    """An undone review of the office, taken to the section head or higher."""
    put(
        session,
        builders.act(LAPSED, actor="flow:watch-deadlines"),
        subject="class",
        subject_id=1,
        template="deadline_escalated",
        occasion=f"undone:{step}",
        to_kind="office",
        to_id=builders.area(session),
        number="XS2020-001",
        matter="补贴审核期限（养老护理第一期，1人）",
        due_on=LATE,
        working_days_over=18,
        step=step,
        count=count,
        clause="五（二）",
        document="杭人社发〔2020〕43号",
    )


def of_the_office(session: Session) -> None:
    """A value that no document gives, and the report of a day."""
    who = builders.act(REMINDED, actor="flow:watch-deadlines")
    key = "certificate.payee"
    open_ticket(
        session, who, code="E604", area_id=payday.area(session),
        facts={"key": key, "means": "收款对象", "where": "三（二）"},
    )  # fmt: skip
    assert tell_gaps(session, who) == 1
    expected = load_expected(builders.CONFIG / "calendar" / "expected.yaml")
    assert watch_missing(session, who, expected).told == 1
    tell_run_report(
        session,
        who,
        run="每日办理",
        run_id="hangzhou-2020-11-20",
        moved=[{"name": "期限提醒", "count": 1}],
        skipped=[],
        queues=[{"name": "政策未明", "count": 1}],
    )


def rows(session: Session, template: str | None = None) -> list[Outbox]:
    """Messages in the outbox, oldest first."""
    query = select(Outbox).order_by(col(Outbox.id))
    return list(
        session.exec(query if template is None else query.where(Outbox.template == template)).all()
    )


def _open_objections(session: Session) -> list[Objection]:
    query = select(Objection).where(Objection.outcome == "").order_by(col(Objection.id))
    return list(session.exec(query).all())
