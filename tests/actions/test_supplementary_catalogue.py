"""Zhumadian's supplementary catalogue: ten occupations beside the provincial one, no more."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import Session, select

from subsidy.actions import catalogue
from subsidy.actions.acting import Act, Outcome, area_named
from subsidy.records.database import Database
from subsidy.records.tables import CatalogueItem
from tests.acts import CLERK, HEAD, act
from tests.builders import codes, done, form

CITY = "zhumadian"
TEN = (
    "tea-artist", "barista", "waiter", "courier", "beautician",
    "hairdresser", "gardener", "welder", "electrician", "lathe-operator",
)  # fmt: skip


def here(actor: str) -> Act:
    return replace(act("listed", actor=actor), city=CITY)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        city = catalogue.open_area(session, here(CLERK), code=CITY, name="驻马店市", is_city=True)
        area_id = done(city)
        for number, occupation in enumerate(TEN):
            assert listed(session, f"S-{number}", occupation, area_id=area_id).done
        yield session


def city_id(session: Session) -> int:
    area = area_named(session, city=CITY, code=CITY)
    assert area is not None
    assert area.id is not None
    return area.id


def listed(
    session: Session,
    code: str,
    occupation: str,
    *,
    area_id: int | None = None,
    track: str = "supplementary",
) -> Outcome:
    """File, approve and publish an item; the outcome of the publication."""
    filed = catalogue.file_project(
        session,
        here(CLERK),
        area_id=area_id or city_id(session),
        code=code,
        track=track,
        form=form(occupation=occupation),
    )
    item_id = done(filed)
    done(catalogue.decide_project(session, here(HEAD), item_id=item_id, decision="approve"))
    return catalogue.publish_project(session, here(HEAD), item_id=item_id)


def test_an_eleventh_occupation_is_refused_with_the_clause(session: Session) -> None:
    outcome = listed(session, "S-10", "foundry-worker")

    assert codes(outcome) == {"E242"}
    [finding] = outcome.findings
    assert finding.clause == "三2"
    assert finding.facts == {"limit": 10, "count": 10}


def test_another_course_in_one_of_the_ten_is_listed(session: Session) -> None:
    assert listed(session, "S-10", "welder").done


def test_an_eleventh_occupation_is_listed_once_another_was_taken_off(session: Session) -> None:
    item = session.exec(select(CatalogueItem).where(CatalogueItem.code == "S-0")).one()
    assert item.id is not None
    done(
        catalogue.close_project(
            session, here(HEAD), item_id=item.id, reason="不再需要", ends_on=date(2020, 7, 20)
        )
    )

    assert listed(session, "S-10", "foundry-worker").done


def test_the_provincial_catalogue_has_no_such_limit_and_takes_a_course_without_a_level(
    session: Session,
) -> None:
    assert listed(session, "C-1", "foundry-worker", track="certificate").done
