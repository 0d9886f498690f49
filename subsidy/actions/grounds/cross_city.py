"""The log of what one city's decisions asked about people whom other cities know."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.records.tables import Claim, CrossCityCheck
from subsidy.records.tables.types import table_of


def log_questions(session: Session, act: Act, asked: Mapping[int, Mapping[str, bool]]) -> None:
    """Write claim id → question → answer, in one statement; nothing where no city was asked."""
    wanted = [claim_id for claim_id, answers in asked.items() if answers]
    if not wanted:
        return
    query = select(Claim.id, Claim.person_id).where(col(Claim.id).in_(wanted))
    people = dict(session.exec(query).all())
    rows = [
        {
            "city": act.city,
            "person_id": people[claim_id],
            "claim_id": claim_id,
            "question": question,
            "answer": answer,
            "asked_on": act.today,
            "asked_at": act.recorded_at,
            "asked_by": act.actor,
        }
        for claim_id in wanted
        for question, answer in asked[claim_id].items()
    ]
    session.execute(insert(table_of(CrossCityCheck)), rows)
