"""Messages about a class, put into the outbox: dates as ISO text, nothing personal."""

from __future__ import annotations

import json
from datetime import date

from sqlmodel import Session, select

from subsidy.actions.acting import Act
from subsidy.records.tables import Outbox, TrainingClass
from subsidy.rules.verdict import Finding


def tell_provider(
    session: Session,
    act: Act,
    *,
    row: TrainingClass,
    template: str,
    occasion: str,
    **values: object,
) -> None:
    """Tell the provider of a class; the same template and occasion goes out once."""
    known = session.exec(
        select(Outbox.id).where(
            Outbox.subject == "class",
            Outbox.subject_id == row.id,
            Outbox.template == template,
            Outbox.occasion == occasion,
        )
    ).first()
    if known is not None:
        return
    assert row.id is not None
    shown = {"class_code": row.number, "class_name": row.title, **values}
    session.add(
        Outbox(
            city=row.city,
            subject="class",
            subject_id=row.id,
            template=template,
            occasion=occasion,
            to_kind="provider",
            to_id=row.provider_id,
            values=json.dumps(shown, ensure_ascii=False, sort_keys=True, default=_plain),
            effective_on=act.today,
            created_at=act.recorded_at,
        )
    )
    session.flush()


def reason(finding: Finding) -> dict[str, str]:
    """A finding as messages print it."""
    return {
        "message": finding.message_zh,
        "remedy": finding.remedy_zh,
        "clause": finding.clause,
        "document": finding.document,
    }


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"a message holds text, numbers and dates, not {type(value).__name__}")
