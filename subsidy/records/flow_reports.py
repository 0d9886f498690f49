"""One row for each run of a flow: begun, and done, stopped or failed, with its counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime

from sqlmodel import Session, col, select

from subsidy.records.tables import FlowReport

RUNNING, DONE, STOPPED, FAILED, BROKEN_OFF = "running", "done", "stopped", "failed", "broken_off"
"""`broken_off`: the process ended under the run; the next one asks again what is due."""


def begin_run(
    session: Session, *, city: str, flow: str, business_date: date, run_id: str, now: datetime
) -> int:
    """Note that a run began; earlier ones of the same flow and city that never ended are broken off."""
    left = session.exec(
        select(FlowReport).where(
            FlowReport.city == city, FlowReport.flow == flow, FlowReport.status == RUNNING
        )
    ).all()
    for row in left:
        row.status = BROKEN_OFF
        row.finished_at = now
    new = FlowReport(
        city=city,
        flow=flow,
        business_date=business_date.isoformat(),
        run_id=run_id,
        status=RUNNING,
        started_at=now,
    )
    session.add(new)
    session.flush()
    assert new.id is not None
    return new.id


def end_run(
    session: Session, *, report_id: int, status: str, counts: Mapping[str, int], now: datetime
) -> None:
    """Note how a run ended. Raises LookupError for an unknown one."""
    row = session.get(FlowReport, report_id)
    if row is None:
        raise LookupError(f"no run has the report {report_id}")
    row.status = status
    row.counts = json.dumps(dict(counts), sort_keys=True)
    row.finished_at = now
    session.flush()


def counts_of_day(session: Session, *, city: str, business_date: date) -> dict[str, dict[str, int]]:
    """Flow → count → sum over all runs of a business day that ended."""
    rows = session.exec(
        select(FlowReport)
        .where(
            FlowReport.city == city,
            FlowReport.business_date == business_date.isoformat(),
            col(FlowReport.status).in_((DONE, STOPPED)),
        )
        .order_by(col(FlowReport.id))
    ).all()
    found: dict[str, dict[str, int]] = {}
    for row in rows:
        mine = found.setdefault(row.flow, {})
        for code, count in json.loads(row.counts or "{}").items():
            mine[code] = mine.get(code, 0) + int(count)
    return found
