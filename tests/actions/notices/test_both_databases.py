"""One notice from the posting to its end on PostgreSQL as on SQLite: the same list, the same hash."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session

from subsidy.actions import notices
from subsidy.actions.views.notice_views import lines_of, notice_page, waiting_for_notice
from subsidy.office import SealSigner
from subsidy.records.database import Database
from subsidy.records.seals import seal_minutes
from tests import builders
from tests.actions import payday

SIGNER = SealSigner(builders.keys())


def walk(session: Session) -> list[str]:
    """Post, object, correct, refuse, end; returns the hashes of both versions."""
    ids = payday.approved(session, 3)
    first = payday.posted(session, ids)
    got = notices.file_objection(
        session, payday.act(payday.LAST_DAY, "public", roles=()), notice_id=first,
        claim_id=ids[1], words="未参加",
    )  # fmt: skip
    payday.rename(session, ids[0], "更正后")
    who = payday.act(payday.LAST_DAY)
    second = builders.done(notices.correct_notice(session, who, notice_id=first, reason="姓名有误"))
    decided = notices.decide_objection(
        session, payday.act(payday.OPENS, payday.LEADER), objection_id=got.objection_id or 0,
        outcome="refused", reasons="不属实",
    )  # fmt: skip
    assert decided.done
    assert notices.close_notices(session, payday.act(payday.OPENS)).moved == {"payable": 2}
    later = payday.act(payday.OPENS + timedelta(days=30))
    assert notices.due_to_close(session, later)[0][0] == second
    assert notices.close_notices(session, later).moved == {"payable": 1}
    proof = notices.proof_of(session, SIGNER, notice_id=second)
    assert proof is not None
    seal_minutes(session, SIGNER, now=proof.posted_at + timedelta(days=60))
    whole = notices.proof_of(session, SIGNER, notice_id=second)
    assert whole is not None
    assert whole.state == "proof_whole"
    rows, _ = notice_page(session, city=payday.CITY, number="G000")
    assert [(row.id, row.lines) for row in rows] == [(second, 3), (first, 3)]
    assert len(lines_of(session, notice_id=second)) == 3
    assert waiting_for_notice(session, city=payday.CITY, areas=[payday.area(session)]) == []
    return [row.list_hash for row in rows]


@pytest.mark.postgres
def test_a_notice_takes_the_same_course_and_has_the_same_hash_on_both_databases(
    session: Session, postgres_copy: Callable[..., str], tmp_path: Path
) -> None:
    def fill(url: str) -> None:
        made = Database(url)
        builders.make_schema(made)
        with made.transaction() as opened:
            payday.city(opened)
        made.dispose()

    other = Database(postgres_copy("payday", fill))
    with other.transaction() as opened:
        there = walk(opened)
    other.dispose()
    assert walk(session) == there
