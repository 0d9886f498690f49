"""Cixi shows results before money: the notice of results goes the whole way on the pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, select

from subsidy.actions import notices
from subsidy.actions.access.accounts import create_account, grant_role
from subsidy.actions.access.permissions import load_permissions
from subsidy.console.app import create_app
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import (
    NoticeLine,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    PublicNotice,
    Setting,
)
from subsidy.rules.policy import Track
from tests import builders
from tests.console.conftest import PASSWORD, QUICK, desk_over, logged_in
from tests.tracks import driving
from tests.tracks.ending import RESULTS_OVER, RESULTS_POSTED, to_the_end
from tests.tracks.town import CLERK, Town, town_of


class _ReadyError(Exception):
    """The claims stand before the notice of results."""


def before_results(town: Town, track: Track, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Claims of the track that wait for the notice of their results."""
    found: list[int] = []

    def here(town: Town, track: Track, ids: Sequence[int]) -> None:
        found.extend(ids)
        raise _ReadyError

    monkeypatch.setattr(driving, "publicise_results", here)
    with pytest.raises(_ReadyError):
        driving.through_class(town, track)
    return found


def people(session: Session, town: Town) -> None:
    """A clerk and a head of the district, on the day of the posting."""
    table = load_permissions(builders.CONFIG / "permissions.yaml")
    day = town.on(RESULTS_POSTED)
    now = town.act(RESULTS_POSTED, CLERK).recorded_at
    for role in ("clerk", "section_head"):
        made = create_account(session, login=role, display_name=role, password=PASSWORD,
                              now=now, hasher=QUICK)  # fmt: skip
        grant_role(session, table, account_id=made.account_id or 0, role=role,
                   area_id=town.area_id)  # fmt: skip
    session.add(Setting(name="business_date:cixi", value=day.isoformat()))


def pay_now(database: Database, town: Town, claim_id: int) -> None:
    """Try to order a payment past all actions, on the last day of the notice."""
    with database.transaction() as session:
        last = session.exec(select(PublicNotice.last_day)).one()
        session.add(PaymentBatch(id=1, city="cixi", number="B", area_id=town.area_id, fund="f",
                                 payee_kind="provider", built_on=last, built_by="user:1"))  # fmt: skip
        session.flush()
        session.add(PaymentLine(id=1, city="cixi", batch_id=1, position=1, payee_kind="provider",
                                payee_id=1, payee_name="甲", account_tail="1", amount_fen=1))  # fmt: skip
        session.flush()
        session.execute(insert(PaymentItem).values(
            city="cixi", line_id=1, claim_id=claim_id, amount_fen=1, value_date=last,
            status="ordered", facts_hash="",
        ))  # fmt: skip


def test_results_are_shown_objected_to_and_reviewed_before_anything_is_paid(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        town = town_of(session, "cixi", track="project")
        track = town.pack.tracks["project"]
        ids = before_results(town, track, monkeypatch)
        people(session, town)
    desk = replace(
        desk_over(tmp_path / "town.db", tmp_path / "home"), office=town.office, database=database
    )
    enter = partial(logged_in, create_app(desk=desk))
    clerk, head = enter("clerk"), enter("section_head")
    assert "结果公示" in clerk.get("/notices")
    status, html = clerk.post("/notices", area_id=town.area_id, track="project", kind="result")
    assert status == 303, html
    assert head.post("/notices/1/post")[0] == 303
    page = clerk.get("/public/notices/1")
    assert "结果公示 " in page
    assert "¥" not in page, "results show no money"
    assert "考核评价结果" in clerk.get("/public/notices/1/print")
    with pytest.raises(DBAPIError, match="notice has not ended"):
        pay_now(database, town, ids[0])
    status, html = clerk.post(f"/public/notices/1/object/{ids[0]}", words="成绩有误")
    assert status == 200, html
    status, html = head.post("/notices/1/objections/1", outcome="refused", reasons="成绩属实")
    assert status == 303, html
    over = town.act(RESULTS_OVER, "flow:run-publicity")
    with database.transaction() as session:
        notices.close_notices(session, over)
        states = [progress_of(session, claim_id).state for claim_id in ids]
        assert states == ["result_publicised"] * len(ids)
        assert {line.status for line in session.exec(select(NoticeLine)).all()} == {"shown"}
        town.session = session
        assert to_the_end(town, track, ids) == ["paid"] * len(ids)
