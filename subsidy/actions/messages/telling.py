"""Messages inside the office: open values that claims wait for, and the report of a day's runs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.outbox_rows import put
from subsidy.actions.grounds.permits import city_area
from subsidy.records.moves.interactive import TICKET_OPEN
from subsidy.records.tables import Outbox, Ticket

QUEUE = "policy_gap"


def tell_gaps(session: Session, act: Act) -> int:
    """Tell the policy staff which open values claims wait for: one message a value and week."""
    rows = session.exec(
        select(Ticket.facts).where(
            Ticket.city == act.city, Ticket.queue == QUEUE, col(Ticket.state).in_(TICKET_OPEN)
        )
    ).all()
    waiting: Counter[str] = Counter()
    for facts in rows:
        waiting.update(_keys(json.loads(facts)))
    office = city_area(session, act.city).id
    assert office is not None
    year, week, _ = act.today.isocalendar()
    return sum(
        put(
            session,
            act,
            subject="office",
            subject_id=office,
            template="policy_gap",
            occasion=f"{key}:{year}-W{week:02d}",
            to_kind="office",
            to_id=office,
            key=key,
            waiting=count,
        )
        for key, count in sorted(waiting.items())
    )


def _keys(facts: Mapping[str, object]) -> set[str]:
    """Keys of the open values that one ticket stands for."""
    items = facts.get("items")
    listed: Sequence[object] = items if isinstance(items, list) else [facts]
    return {str(i["key"]) for i in listed if isinstance(i, dict) and i.get("key")}


def tell_run_report(
    session: Session,
    act: Act,
    *,
    run: str,
    run_id: str,
    moved: Sequence[Mapping[str, object]],
    skipped: Sequence[Mapping[str, object]],
    queues: Sequence[Mapping[str, object]],
) -> bool:
    """Put the report of the business day into the outbox; one that still waits is brought up to date.

    `moved`, `skipped` and `queues` are lists of `{name, count}` in Chinese. Returns whether there was
    none before.
    """
    office = city_area(session, act.city).id
    assert office is not None
    values = {"run": run, "run_id": run_id, "moved": moved, "skipped": skipped, "queues": queues}
    occasion = f"day:{act.today.isoformat()}"
    new = put(
        session,
        act,
        subject="office",
        subject_id=office,
        template="run_report",
        occasion=occasion,
        to_kind="office",
        to_id=office,
        **values,
    )
    if not new:
        _refresh(session, office, occasion, values)
    return new


def _refresh(session: Session, office: int, occasion: str, values: Mapping[str, object]) -> None:
    row = session.exec(
        select(Outbox).where(
            Outbox.subject == "office",
            Outbox.subject_id == office,
            Outbox.template == "run_report",
            Outbox.occasion == occasion,
            Outbox.status == "waiting",
        )
    ).first()
    if row is not None:
        row.values = json.dumps(values, ensure_ascii=False, sort_keys=True)
        session.flush()
