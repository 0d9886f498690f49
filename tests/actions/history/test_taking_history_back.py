"""A wrong list is taken back: it counts no more, and a mended one brings its good rows again."""

from __future__ import annotations

import pytest
from sqlmodel import Session, select

from subsidy.actions import decisions
from subsidy.actions.history import past_imports, take_back
from subsidy.records.database import Database
from subsidy.records.tables import ImportedFile, SubjectHistory
from tests.actions.desk import steps
from tests.actions.history.lists import TODAY, clerk, kept, neighbour, payment, take
from tests.builders import HEAD, act, codes, done, people, taken

ONE, TWO = people(2)
SAME = {"occupation": "养老护理员", "level": "none"}


def refused_by_a_list(session: Session) -> int:
    """A claim that is refused because a list says its occupation was subsidised before."""
    (claim_id,) = steps.applied(session)
    taken(take(session, payment(ONE, **SAME), payment(TWO), sha256="a" * 64))
    decisions.decide_claims(session, clerk(), claim_ids=[claim_id])
    assert steps.open_tickets(session, claim_id) == {"E302"}
    return claim_id


def file_id(session: Session) -> int:
    """The list that was taken in last."""
    files = session.exec(select(ImportedFile).where(ImportedFile.kind == "history")).all()
    return files[-1].id or 0


def test_a_wrong_list_counts_no_more_and_its_people_are_decided_again(database: Database) -> None:
    with database.transaction() as session:
        claim_id = refused_by_a_list(session)
        head = act(TODAY, actor=HEAD)
        done(take_back(session, head, file_id=file_id(session), reason="列错了人"))
        assert decisions.stale_claims(session) == [claim_id]
        decisions.decide_claims(session, clerk(), claim_ids=[claim_id])
        assert steps.open_tickets(session, claim_id) == set()
        assert [past.taken_back_on for past in kept(session)] == [TODAY, TODAY]
        (shown,) = past_imports(session, city="hangzhou")
        assert (shown.taken_back, shown.kept.payments) == (True, 0)
        deed = session.exec(
            select(SubjectHistory).where(SubjectHistory.machine == "history_list")
        ).one()
        assert (deed.event, deed.actor, deed.note) == ("take_back", HEAD, "列错了人")


def test_a_mended_list_brings_the_good_rows_again_and_so_does_the_same_file(
    database: Database,
) -> None:
    with database.transaction() as session:
        claim_id = refused_by_a_list(session)
        head = act(TODAY, actor=HEAD)
        done(take_back(session, head, file_id=file_id(session), reason="列错了人"))
        result = taken(take(session, payment(TWO), sha256="b" * 64))
        assert (result.taken, result.unchanged) == (1, 0)
        assert [past.taken_back_on for past in kept(session)] == [TODAY, None]
        again = taken(take(session, payment(ONE, **SAME), payment(TWO), sha256="a" * 64))
        assert (again.taken, again.unchanged) == (1, 1)
        decisions.decide_claims(session, clerk(), claim_ids=[claim_id])
        assert steps.open_tickets(session, claim_id) == {"E302"}


def test_a_list_is_taken_back_once_with_a_reason_by_the_head_of_its_own_city(
    database: Database,
) -> None:
    with database.transaction() as session:
        refused_by_a_list(session)
        number, head = file_id(session), act(TODAY, actor=HEAD)
        plain = act(TODAY, actor="user:1", roles=["clerk"])
        assert codes(take_back(session, plain, file_id=number, reason="错")) == {"E1208"}
        assert codes(take_back(session, head, file_id=number, reason=" ")) == {"E1209"}
        done(take_back(session, head, file_id=number, reason="错"))
        assert "未作改动" in take_back(session, head, file_id=number, reason="错").note
        with pytest.raises(LookupError):
            take_back(session, neighbour(session), file_id=number, reason="错")


@pytest.mark.postgres
def test_lists_come_in_and_go_back_on_postgresql(postgres_database: Database) -> None:
    with postgres_database.transaction() as session:
        claim_id = refused_by_a_list(session)
        assert len(past_imports(session, city="hangzhou")) == 1
        head = act(TODAY, actor=HEAD)
        done(take_back(session, head, file_id=file_id(session), reason="列错了人"))
        theirs = payment(ONE, **SAME, paying_place="慈溪市")
        taken(take(session, theirs, who=neighbour(session)))
        decisions.decide_claims(session, clerk(), claim_ids=[claim_id])
        assert steps.open_tickets(session, claim_id) == {"E302"}
