"""Fill a database with claims that wait at `enrolled`, by the database's own row generator.

Claims come in classes of 40 of 50 providers in 13 areas; classes end on twenty different days, amounts
differ, a third runs on another road: enough variety that no statement can treat all rows alike.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import text
from sqlmodel import Session

from subsidy.records.database import Database
from subsidy.records.tables import Area, Entitlement, Provider, Road, WindowRule

CHUNK = 50_000
AREAS, PROVIDERS = 13, 50
STAGES = (
    "listed enrolled filed completed assessed certified applied approved grant_publicised payable "
    "paying paid"
)
WINDOWS = {"application": 30, "review": 10, "approval": 5, "notice_posting": 5, "payment": 15}
"""Days of each window; rule ids follow this order."""
ENROLLED_ON = date(2020, 9, 1)

_SERIES = (
    "WITH RECURSIVE series(i) AS (SELECT CAST(:low AS BIGINT) UNION ALL "
    "SELECT i + 1 FROM series WHERE i + 1 < :high) "
)
_CLAIM = (
    "INSERT INTO claim (id, city, number, entitlement_id, kind, period, area_id, road_id, track, "
    "provider_id, fund, created_on) "
    + _SERIES
    + "SELECT i, 'hangzhou', 'B' || i, 1, 'main', CAST(i AS VARCHAR), 1 + i / 40 % 13, 1 + i % 3 / 2, "
    "'pass_certificate', {provider}, 'special', :enrolled FROM series"
)
_PROGRESS = (
    "INSERT INTO claim_progress (claim_id, road_id, area_id, state, version, since, next_stage, "
    "early_stage, resume_to, review_from, levels, levels_left, levels_done, blocks, gaps, "
    "decision_current, certificate_pending, may_pay, planned_fen, amount_fen, training_ends, chart_version) "
    + _SERIES
    + "SELECT i, 1 + i % 3 / 2, 1 + i / 40 % 13, 'enrolled', 0, :enrolled, 'filed', '', '', "
    "'applied', 1, 0, 0, 0, 0, 1, 1, 1, {planned}, {amount}, {ends}, 1 FROM series"
)


def fill(database: Database, *, n: int, full: bool) -> None:
    """Write `n` claims. `full`: with money, receivers of messages, and windows that open."""
    with database.transaction() as session:
        _surroundings(session, windows=full)
    day = "'2020-09-' || (11 + i / 40 % 20)"
    values = {
        "provider": "1 + i / 40 % 50" if full else "NULL",
        "planned": "200000" if full else "0",
        "amount": "80000 + i % 7 * 10000" if full else "0",
        "ends": day if database.is_sqlite else f"CAST({day} AS DATE)",
    }
    for low in range(1, n + 1, CHUNK):
        with database.transaction() as session:
            for statement in (_CLAIM, _PROGRESS):
                session.execute(
                    text(statement.format(**values)),
                    {"low": low, "high": min(low + CHUNK, n + 1), "enrolled": _day(database)},
                )
    settle(database)


def _day(database: Database) -> str | date:
    return ENROLLED_ON.isoformat() if database.is_sqlite else ENROLLED_ON


def _surroundings(session: Session, *, windows: bool) -> None:
    for i in range(1, AREAS + 1):
        session.add(Area(id=i, city="hangzhou", code=f"area-{i}", name=f"area {i}"))
    session.flush()
    for i, route in enumerate(("main_city", "district"), start=1):
        session.add(
            Road(
                id=i,
                city="hangzhou",
                track="pass_certificate",
                route=route,
                pack_version="bench",
                stages=STAGES,
                levels=1,
                fund="special",
            )
        )
    for i in range(1, PROVIDERS + 1):
        session.add(
            Provider(id=i, city="hangzhou", area_id=1, name=f"provider {i}", credit_code=f"B{i}")
        )
    session.add(Entitlement(id=1, city="hangzhou", track="pass_certificate", subject="bench"))
    session.flush()
    for i, (name, days) in enumerate(WINDOWS.items(), start=1):
        if windows:
            session.add(
                WindowRule(
                    id=i,
                    city="hangzhou",
                    road_id=1,
                    name=name,
                    n=days,
                    unit="calendar",
                    direction="after",
                    clause="bench",
                    document="bench",
                )
            )


def settle(database: Database) -> None:
    """Let both databases know their rows before anything is timed."""
    with database.engine.connect() as connection:
        if database.is_sqlite:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            autocommit = connection.execution_options(isolation_level="AUTOCOMMIT")
            autocommit.exec_driver_sql("VACUUM ANALYZE")
