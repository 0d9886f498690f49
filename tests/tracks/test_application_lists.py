"""Lists that come with an application: vouchers, drop-outs, papers that arrive in two parts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.actions.applications.lists import drop_out_list, in_codes, voucher_list
from subsidy.actions.grounds.application_facts import stated_of
from subsidy.actions.views.applications import persons_of, vouchers
from subsidy.records.database import Database
from subsidy.records.tables import ApplicationLine, Claim, Instrument
from tests import builders
from tests.tracks.driving import through_file
from tests.tracks.town import CLERK, LODGED, UNIT, Town, brief_rows, town_of

LATER = date(2020, 11, 18)


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    """A session on an empty database."""
    opened = Database(f"sqlite:///{tmp_path / 'lists.db'}")
    builders.make_schema(opened)
    with opened.transaction() as made:
        yield made
    opened.dispose()


def applied(session: Session) -> tuple[Town, int]:
    """A town with an application of special operations of two persons."""
    town = town_of(session, "hangzhou", track="special_operations")
    ids = through_file(town, town.pack.tracks["special_operations"])
    return town, session.get_one(Claim, ids[0]).application_id or 0


def test_vouchers_of_a_list_are_issued_once_each_to_its_person(session: Session) -> None:
    town = town_of(session, "changchun", track="voucher")
    clerk = town.act(LODGED, CLERK)
    rows = [
        (at, {**values, "number": f"Q-{at}", "kind": "voucher"}) for at, values in brief_rows(town)
    ]
    given = {"area_id": town.area_id, "track": "voucher", "rows": rows}
    first = voucher_list(session, clerk, **given)  # type: ignore[arg-type]
    assert (first.taken, first.bad) == (len(rows), 0)
    again = voucher_list(session, clerk, **given)  # type: ignore[arg-type]
    assert (again.taken, again.unchanged) == (0, len(rows))
    shown, _ = vouchers(session, city="changchun")
    assert {v.number for v in shown} == {f"Q-{at}" for at, _ in rows}
    assert not any(one.name == v.person for one in town.people for v in shown)


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"id_number": "330181198001010000"}, "E101"), ({"valid_until": "2019-01-01"}, "E221")],
)
def test_a_voucher_that_cannot_be_issued_comes_back_marked(
    session: Session, changed: dict[str, str], code: str
) -> None:
    town = town_of(session, "changchun", track="voucher")
    at, values = brief_rows(town, number="Q-1", kind="voucher")[0]
    result = voucher_list(
        session,
        town.act(LODGED, CLERK),
        area_id=town.area_id,
        track="voucher",
        rows=[(at, values | changed)],
    )
    assert [v.code for v in result.verdicts if not v.ok] == [code]
    assert session.exec(select(Instrument)).all() == []


def test_only_a_clerk_issues_vouchers(session: Session) -> None:
    town = town_of(session, "changchun", track="voucher")
    unit = town.act(LODGED, UNIT)
    result = voucher_list(session, unit, area_id=town.area_id, track="voucher", rows=[])
    assert not result.done


def test_somebody_who_left_is_marked_with_the_day_and_strangers_come_back(
    session: Session,
) -> None:
    town, application_id = applied(session)
    rows = brief_rows(town, dropped_on=town.on(date(2020, 10, 14)).isoformat())[:1]
    stranger = (9, {**rows[0][1], "id_number": "330106198503140021"})
    act = town.act(LATER, UNIT)
    result = drop_out_list(session, act, application_id=application_id, rows=[*rows, stranger])
    assert (result.taken, result.bad) == (1, 1)
    left = [p.dropped_on for p in persons_of(session, application_id=application_id)]
    assert left == [town.on(date(2020, 10, 14)), None]


def test_names_of_occupations_and_papers_become_codes(session: Session) -> None:
    town = town_of(session, "hangzhou", track="special_operations")
    act = town.act(LODGED, UNIT)
    told, faults = in_codes(
        act, "special_operations", {"occupation": "焊工", "papers": "培训费用票据"}
    )
    assert (told, faults) == ({"occupation": "welder", "papers": "fee_receipt"}, [])
    _, faults = in_codes(act, "special_operations", {"occupation": "宇航员", "papers": "别的"})
    assert [f.code for f in faults] == ["E541", "E561"]


def test_papers_of_the_application_and_of_a_person_add_up() -> None:
    stated = stated_of('{"papers": ["a"], "months": 3}', '{"papers": ["b"]}')
    assert (stated.papers, stated.months) == (("a", "b"), 3)


def test_a_row_keeps_only_its_own_entries(session: Session) -> None:
    _, application_id = applied(session)
    lines = session.exec(
        select(ApplicationLine).where(ApplicationLine.application_id == application_id)
    ).all()
    assert {line.stated for line in lines} == {"{}"}
