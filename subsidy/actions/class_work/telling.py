"""Messages about a class, put into the outbox: dates as ISO text, nothing personal."""

from __future__ import annotations

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.grounds.outbox_rows import put
from subsidy.records.tables import TrainingClass
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
    assert row.id is not None
    put(
        session,
        act,
        subject="class",
        subject_id=row.id,
        template=template,
        occasion=occasion,
        to_kind="provider",
        to_id=row.provider_id,
        **{"class_code": row.number, "class_name": row.title, **values},
    )


def reason(finding: Finding) -> dict[str, str]:
    """A finding as messages print it."""
    return {
        "message": finding.message_zh,
        "remedy": finding.remedy_zh,
        "clause": finding.clause,
        "document": finding.document,
    }
