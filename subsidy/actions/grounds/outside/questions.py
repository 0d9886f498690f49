"""The log of what one city's decisions asked about people whom other cities know."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import insert
from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.records.tables import CrossCityCheck
from subsidy.records.tables.types import table_of

Asked = Mapping[str, Mapping[str, bool]]
"""Person as the facts name it (`person:12`) → question → answer."""


def log_questions(session: Session, act: Act, asked: Mapping[int, Asked]) -> None:
    """Write what each claim asked, in one statement; nothing where no other city knew anybody."""
    rows = [
        {
            "city": act.city,
            "person_id": int(person.removeprefix("person:")),
            "claim_id": claim_id,
            "question": question,
            "answer": answer,
            "asked_on": act.today,
            "asked_at": act.recorded_at,
            "asked_by": act.actor,
        }
        for claim_id, people in asked.items()
        for person, answers in people.items()
        for question, answer in answers.items()
    ]
    if rows:
        session.execute(insert(table_of(CrossCityCheck)), rows)
