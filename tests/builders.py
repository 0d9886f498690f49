"""Build a city and drive a class of made-up people to a given state, through the real actions.

    with database.transaction() as session:
        class_id = builders.class_of(session, people=5)
        builders.drive(session, class_id, to="assessed")

Days: the class starts on 12 October 2020 and ends on 23 October; it is filed on 21 September, and
each later step has its own day in `DAYS`. Actors are different people wherever the rules ask for it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date, timedelta
from functools import cache

from sqlalchemy import Engine, create_engine
from sqlalchemy.pool import StaticPool
from sqlmodel import Session, col, select

from subsidy.actions.acting import Outcome, area_named, sync_roads
from subsidy.actions.catalogue import (
    ProjectForm,
    decide_project,
    file_project,
    open_area,
    publish_project,
)
from subsidy.actions.classes import (
    ClassPlan,
    cancel_class,
    complete_class,
    decide_filing,
    file_class,
    plan_class,
    revise_plan,
)
from subsidy.actions.providers import register_provider, sign_agreement, verify_account
from subsidy.actions.rosters import SheetResult, enrol
from subsidy.actions.training import (
    issue_certificates,
    record_assessments,
    record_attendance,
    register_certificates,
)
from subsidy.papers.sample_people import SamplePerson, sample_person, sample_unit
from subsidy.records.database import Database
from subsidy.records.tables import (
    METADATA,
    CatalogueItem,
    Claim,
    ClaimClosed,
    ClaimProgress,
    Provider,
    TrainingClass,
)
from subsidy.records.triggers import create_triggers
from tests.acts import (
    ASSESSOR,
    CITY,
    CLERK,
    CONFIG,
    DAYS,
    ENDS,
    FINANCE,
    HEAD,
    LEADER,
    LESSONS,
    PROJECT,
    PROVIDER,
    ROAD,
    ROLES,
    SHANGCHENG,
    STARTS,
    TRACK,
    XIAOSHAN,
    act,
    keys,
    office,
)

__all__ = [
    "CONFIG",
    "FINANCE",
    "LEADER",
    "PROVIDER",
    "ROLES",
    "cancel_class",
    "keys",
    "office",
    "revise_plan",
]


def make_schema(database: Database) -> None:
    """Create every table and trigger; on SQLite by copying a schema made once a worker."""
    if database.engine.dialect.name != "sqlite":
        _create_schema(database.engine)
        return
    with database.engine.connect() as connection:
        target = connection.connection.dbapi_connection
        assert isinstance(target, sqlite3.Connection)
        _empty_schema().backup(target)


@cache
def _empty_schema() -> sqlite3.Connection:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    _create_schema(engine)
    made = engine.raw_connection().dbapi_connection
    assert isinstance(made, sqlite3.Connection)
    return made


def _create_schema(engine: Engine) -> None:
    METADATA.create_all(engine)
    with engine.begin() as connection:
        create_triggers(connection)


def done(outcome: Outcome) -> int:
    """The subject of an outcome that went well; shows the reasons of one that did not."""
    assert outcome.done, [f"{f.code} {f.message_zh}" for f in outcome.findings]
    assert outcome.subject_id is not None
    return outcome.subject_id


def taken(result: SheetResult) -> SheetResult:
    """A list that was taken in without a bad row."""
    assert result.done, [f"{f.code} {f.message_zh}" for f in result.findings]
    assert not result.bad, [v for v in result.verdicts if not v.ok]
    return result


def set_up_city(database: Database) -> None:
    """The city, two districts, a provider with account and agreement, and a listed project."""
    with database.transaction() as session:
        set_up(session)


def set_up(session: Session) -> None:
    """As `set_up_city`, within a session."""
    clerk, head = act("set_up", actor=CLERK), act("set_up", actor=HEAD)
    done(open_area(session, clerk, code=CITY, name="杭州市", is_city=True))
    done(open_area(session, clerk, code=XIAOSHAN, name="萧山区"))
    done(open_area(session, clerk, code=SHANGCHENG, name="上城区"))
    provider_id = provider(session)
    done(
        sign_agreement(
            session,
            clerk,
            provider_id=provider_id,
            number="协议-001",
            valid_from=date(2020, 7, 1),
            valid_until=date(2022, 1, 1),
        )
    )
    done(verify_account(session, head, provider_id=provider_id))
    listed_project(session)
    sync_roads(session, clerk)  # else every class of a test is the first one and writes them


def provider(session: Session, number: int = 1) -> int:
    """Register made-up unit `number` with its account; return its id."""
    unit = sample_unit(number)
    outcome = register_provider(
        session,
        act("set_up", actor=CLERK),
        area_id=area(session),
        name=unit.name,
        credit_code=unit.credit_code,
        contact="办公室",
        mailbox=f"unit{number}@example.org",
        account_name=unit.name,
        account=unit.account,
    )
    return done(outcome)


def form(**changed: object) -> ProjectForm:
    """A complete annex 4 for elderly care, ten days."""
    told: dict[str, object] = {
        "title": "养老护理合格证培训",
        "occupation": "elderly-carer",
        "training_mode": "集中面授",
        "assessment_mode": "理论加实操",
        "certificate_name": "养老护理培训合格证",
        "certificate_kind": "pass",
        "planned_heads": 200,
        "days": 10,
        "fee_fen": 100_000,
        "rate_fen": 10_000,
        "survey_note": "2020年上半年用工缺口调查",
        "procurement_record": "萧采2020-015",
    }
    return ProjectForm(**(told | changed))  # type: ignore[arg-type]


def listed_project(
    session: Session, code: str = PROJECT, *, track: str = TRACK, **changed: object
) -> int:
    """File, approve and publish a project; return its id."""
    filed = file_project(
        session,
        act("set_up", actor=CLERK),
        area_id=area(session),
        code=code,
        track=track,
        form=form(**changed),
    )
    head = act("listed", actor=HEAD)
    done(decide_project(session, head, item_id=done(filed), decision="approve"))
    return done(publish_project(session, head, item_id=done(filed)))


def area(session: Session, code: str = XIAOSHAN) -> int:
    """Id of an area."""
    row = area_named(session, city=CITY, code=code)
    assert row is not None
    assert row.id is not None
    return row.id


def plan(**changed: object) -> ClassPlan:
    """Ten lessons from 12 to 23 October 2020."""
    told: dict[str, object] = {
        "title": "养老护理第一期",
        "starts_on": STARTS,
        "ends_on": ENDS,
        "lesson_days": LESSONS,
        "teacher": "陈老师",
        "room": "3号楼201",
        "planned_heads": 40,
    }
    return ClassPlan(**(told | changed))  # type: ignore[arg-type]


def planned_class(
    session: Session,
    number: str = "XS2020-001",
    *,
    district: str = XIAOSHAN,
    project: str = PROJECT,
    **changed: object,
) -> int:
    """Plan a class without people; return its id."""
    item = session.exec(select(CatalogueItem).where(CatalogueItem.code == project)).one()
    unit = session.exec(select(Provider).order_by(col(Provider.id))).first()
    assert unit is not None
    outcome = plan_class(
        session,
        act("enrolled"),
        number=number,
        provider_id=unit.id or 0,
        item_id=item.id or 0,
        area_id=area(session, district),
        plan=plan(**changed),
    )
    return done(outcome)


def people(count: int, *, first: int = 0) -> list[SamplePerson]:
    """Made-up trainees of working age, always the same ones."""
    return [
        sample_person(n, seed=7, born=date(1972, 1, 1) + timedelta(37 * n % 9_000), region="330181")
        for n in range(first, first + count)
    ]


def roster(trainees: Sequence[SamplePerson], **changed: str) -> list[tuple[int, dict[str, str]]]:
    """Roster rows as the reader of spreadsheets gives them, from row 2 on."""
    return [
        (
            at,
            {
                "name": one.name,
                "id_number": one.id_number,
                "phone": one.phone,
                "category": "unemployed",
                "category_proved_on": "2020-06-30",
                "connection": "household",
                "account": one.card,
                **changed,
            },
        )
        for at, one in enumerate(trainees, start=2)
    ]


def rows_of(trainees: Sequence[SamplePerson], **values: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of another list: name and number with the same values for all."""
    return [
        (at, {"name": one.name, "id_number": one.id_number, **values})
        for at, one in enumerate(trainees, start=2)
    ]


def class_of(
    session: Session, number: str = "XS2020-001", *, heads: int = 3, first: int = 0,
    **changed: str,
) -> int:  # fmt: skip
    """Plan a class and enrol `heads` people; return its id."""
    class_id = planned_class(session, number, district=changed.pop("district", XIAOSHAN))
    rows = roster(people(heads, first=first), **changed)
    taken(enrol(session, act("enrolled"), class_id=class_id, rows=rows))
    return class_id


def drive(session: Session, class_id: int, *, to: str, heads: int = 3, first: int = 0) -> None:
    """Take a class with its first `heads` people from `enrolled` to a later state of the road."""
    trainees = people(heads, first=first)
    steps = {
        "filed": _file,
        "completed": _complete,
        "assessed": _assess,
        "certified": _certify,
    }
    for state in ROAD[1 : ROAD.index(to) + 1]:
        steps[state](session, class_id, trainees)


def _file(session: Session, class_id: int, trainees: Sequence[SamplePerson]) -> None:
    done(file_class(session, act("filed"), class_id=class_id))
    examiner = act("accepted", actor=CLERK)
    done(decide_filing(session, examiner, class_id=class_id, decision="accept"))


def _complete(session: Session, class_id: int, trainees: Sequence[SamplePerson]) -> None:
    done(complete_class(session, act("completed"), class_id=class_id))
    row = session.get_one(TrainingClass, class_id)
    days = row.lesson_days.replace(" ", ",")
    rows = rows_of(trainees, days=days)
    taken(record_attendance(session, act("completed"), class_id=class_id, rows=rows))


def _assess(session: Session, class_id: int, trainees: Sequence[SamplePerson]) -> None:
    rows = rows_of(trainees, result="passed", theory="85", practice="90")
    assessor = act("assessed", actor=ASSESSOR)
    taken(record_assessments(session, assessor, class_id=class_id, rows=rows))


def _certify(session: Session, class_id: int, trainees: Sequence[SamplePerson]) -> None:
    issued = DAYS["issued"]
    done(issue_certificates(session, act("issued"), class_id=class_id, issued_on=issued))
    rows = certificates(trainees, class_id=class_id)
    taken(register_certificates(session, act("certified"), class_id=class_id, rows=rows))


def certificates(
    trainees: Sequence[SamplePerson], *, class_id: int, issued: date = DAYS["issued"]
) -> list[tuple[int, dict[str, str]]]:
    """Rows of a list of certificates, numbered by class and place in the list."""
    return [
        (at, {**values, "certificate_number": f"HG{class_id:04d}{at:04d}",
              "issued_on": issued.isoformat()})
        for at, values in rows_of(trainees)
    ]  # fmt: skip


def claims(session: Session, class_id: int) -> list[ClaimProgress | ClaimClosed]:
    """Where the claims of a class stand, open and closed, in id order."""
    found: list[ClaimProgress | ClaimClosed] = []
    for table in (ClaimProgress, ClaimClosed):
        query = (
            select(table)
            .join(Claim, col(Claim.id) == table.claim_id)
            .where(Claim.class_id == class_id)
            .execution_options(populate_existing=True)
        )
        found += session.exec(query).all()
    return sorted(found, key=lambda row: row.claim_id)


def states(session: Session, class_id: int) -> list[str]:
    """States of the claims of a class, in id order."""
    return [row.state for row in claims(session, class_id)]


def codes(found: Outcome | SheetResult) -> set[str]:
    """Codes of everything that was found."""
    said = {finding.code for finding in found.findings}
    if isinstance(found, SheetResult):
        said |= {verdict.code for verdict in found.verdicts if verdict.code}
    return said
