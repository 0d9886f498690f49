"""What comes a second time, after the end of the plan, or with somebody's number in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from subsidy.actions import applications
from subsidy.actions.decisions import codes_of, decide_claims, latest_decisions
from subsidy.actions.grounds.history_of import history_of
from subsidy.actions.policy_change.archive import replay
from subsidy.records.database import Database
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Application, ApplicationLine, Claim, Instrument, Person
from subsidy.rules.decide import decision_json
from subsidy.rules.facts import TrainingFacts, facts_from_json
from tests import builders
from tests.tracks import driving, ending
from tests.tracks.entries import needs_period, stated_for
from tests.tracks.town import (
    CLERK,
    ENDS,
    ISSUED,
    LODGED,
    STARTS,
    UNIT,
    Town,
    done,
    project_of,
    rows_for,
    taken,
    town_of,
)

TownOf = Callable[..., Town]


@pytest.fixture
def town_for(tmp_path: Path) -> Iterator[TownOf]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    with opened.transaction() as session:

        def make(city: str, track: str, settings: Any = "filled") -> Town:
            return town_of(session, city, track=track, settings=settings)

        yield make
    opened.dispose()


def form_for(town: Town, code: str, **changes: Any) -> applications.ApplicationForm:
    track = town.pack.tracks[code]
    usual: dict[str, Any] = {
        "number": f"A-{code}",
        "track": code,
        "area_id": town.area_id,
        "provider_id": town.unit_id,
        "period": needs_period(town, track),
        "stated": stated_for(town, track),
    }
    return applications.ApplicationForm(**{**usual, **changes})


def codes(result: applications.Lodged) -> set[str]:
    return {finding.code for finding in result.result.findings}


def test_a_second_application_for_the_same_competition_adds_nobody_to_the_first(
    town_for: TownOf,
) -> None:
    town = town_for("hangzhou", "competition")
    (first,) = driving.through_file(town, town.pack.tracks["competition"])
    item = town.session.exec(select(Application.item_id)).one()
    form = form_for(town, "competition", number="A-2", item_id=item)
    rows = rows_for(town, town.pack.tracks["competition"])
    lodged = applications.lodge(town.session, town.act(LODGED, UNIT), form=form, rows=rows)
    assert lodged.claim_ids == ()
    assert not lodged.result.done
    assert [finding.code for finding in lodged.result.findings] == ["E560"]
    lines = town.session.exec(
        select(ApplicationLine).where(ApplicationLine.claim_id == first)
    ).all()
    assert len(lines) == len(rows)


def test_a_claim_with_heads_is_replayed_to_the_letter(town_for: TownOf) -> None:
    town = town_for("hangzhou", "competition")
    ids = driving.through_file(town, town.pack.tracks["competition"])
    receipt = latest_decisions(town.session, claim_ids=ids)[ids[0]]
    again = replay(town.session, town.act(LODGED, CLERK), receipt)
    assert len(facts_from_json(receipt.facts).heads) == 2
    assert decision_json(again) == receipt.result  # type: ignore[arg-type]
    for person in town.people:
        for told in (person.name, person.id_number, person.phone, person.card):
            assert told not in receipt.facts + receipt.result


def test_an_assessment_without_a_class_counts_in_the_year_and_level_of_its_certificate(
    town_for: TownOf,
) -> None:
    town = town_for("hangzhou", "level_assessment")
    ids = driving.through_file(town, town.pack.tracks["level_assessment"])
    person = town.session.get_one(Claim, ids[0]).person_id or 0
    row = town.session.exec(select(Application)).one()
    row.starts_on, row.ends_on = None, None  # nothing was taught
    act = town.act(ISSUED, CLERK)
    seen = history_of(town.session, act, person_ids=[person])
    another = town.session.get_one(Claim, ids[1])
    (past,) = seen.of_person(person, another, TrainingFacts())
    assert past.ends == town.on(ISSUED)
    assert past.level == "4"
    assert past.counts


def test_a_voucher_that_has_ended_is_not_drawn_before_one_that_holds(
    town_for: TownOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    town = town_for("changchun", "voucher")
    usual = driving._vouchers

    def ended_first(town: Town, track: Any) -> None:
        for person in town.session.exec(select(Person)).all():
            form = applications.InstrumentForm(
                number=f"ended-{person.id}",
                kind="voucher",
                track=track.code,
                person_id=person.id or 0,
                valid_until=town.on(ISSUED),
            )
            act = town.act(LODGED, CLERK)
            done(applications.issue_instrument(town.session, act, area_id=town.area_id, form=form))
        usual(town, track)

    monkeypatch.setattr(driving, "_vouchers", ended_first)
    driving.through_class(town, town.pack.tracks["voucher"])
    drawn = town.session.exec(
        select(Instrument.number).where(col(Instrument.claim_id).is_not(None))
    ).all()
    assert all(number.startswith("Q-") for number in drawn)


def test_after_the_end_of_the_plan_no_application_is_lodged(town_for: TownOf) -> None:
    town = town_for("hangzhou", "competition")
    late = date(2022, 1, 10)
    item = project_of(town, town.pack.tracks["competition"])
    form = form_for(town, "competition", item_id=item, starts_on=late, ends_on=late)
    lodged = applications.lodge(town.session, town.act(late, UNIT), form=form)
    assert codes(lodged) == {"E602"}
    assert town.session.exec(select(Application)).all() == []


def test_what_was_taught_under_the_plan_is_still_applied_for_after_its_end(
    town_for: TownOf,
) -> None:
    town = town_for("hangzhou", "sector_funded")
    track = town.pack.tracks["sector_funded"]
    form = form_for(
        town,
        track.code,
        item_id=project_of(town, track),
        starts_on=town.on(STARTS),
        ends_on=town.on(ENDS),
    )
    rows = rows_for(town, track)
    lodged = applications.lodge(town.session, town.act(LODGED, UNIT), form=form, rows=rows)
    taken(lodged.result)
    number = lodged.application_id or 0
    late = town.act(date(2022, 1, 10), UNIT)
    done(applications.finish(town.session, late, application_id=number, ends_on=town.on(ENDS)))
    done(applications.apply_for(town.session, late, application_id=number))
    (claim,) = lodged.claim_ids
    found = codes_of(latest_decisions(town.session, claim_ids=[claim])[claim])
    assert not found & {"E601", "E602", "E603", "E610"}
    at = progress_of(town.session, claim)
    assert at.state == "applied"
    assert at.may_pay == 1


@pytest.mark.parametrize(
    ("track", "code"), [("special_operations", "E603"), ("master_studio", "E603")]
)
def test_a_draft_and_a_letter_reckon_but_never_pay(town_for: TownOf, track: str, code: str) -> None:
    town = town_for("cixi", track, True)
    ids = driving.through_file(town, town.pack.tracks[track])
    receipts = latest_decisions(town.session, claim_ids=ids)
    for claim in ids:
        assert code in codes_of(receipts[claim], effects=["gap"])
        assert not receipts[claim].payable
        assert progress_of(town.session, claim).may_pay == 0


def test_an_allowance_under_a_draft_may_not_be_paid_from_its_first_day(town_for: TownOf) -> None:
    town = town_for("cixi", "living_allowance", True)
    session: Session = town.session
    ids = driving.as_allowance(town, town.pack.tracks["living_allowance"])
    assert {progress_of(session, claim).may_pay for claim in ids} == {0}
    decide_claims(session, town.act(ISSUED, CLERK), claim_ids=ids)
    assert {progress_of(session, claim).may_pay for claim in ids} == {0}


def test_nobodys_number_is_taken_into_an_application(town_for: TownOf) -> None:
    """Entries go into receipts, the number of an application into pages and addresses."""
    town = town_for("hangzhou", "special_operations")
    person = town.people[0]
    form = form_for(town, "special_operations", number=f"A-{person.id_number}")
    act = town.act(LODGED, UNIT)
    assert "E562" in codes(applications.lodge(town.session, act, form=form))
    good = replace(form, number="A-1")
    rows = rows_for(town, town.pack.tracks["special_operations"], papers=person.phone)
    lodged = applications.lodge(town.session, act, form=good, rows=rows)
    assert {v.code for v in lodged.result.verdicts if not v.ok} == {"E561"}
    stored = town.session.exec(select(ApplicationLine.stated)).all()
    assert not any(person.phone in text for text in stored)


def test_an_advance_of_the_year_is_taken_off_the_class_that_names_no_year(
    town_for: TownOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Decided while the advance is on its way the rest waits; once it is paid it is taken off."""
    town = town_for("changchun", "project")
    session, advance = town.session, town.pack.tracks["project_advance"]
    (paid,) = driving.through_file(town, advance)
    monkeypatch.setattr(driving, "needs_period", lambda town, track: "")
    (rest,) = driving.through_file(town, town.pack.tracks["project"])
    assert (
        session.get_one(Claim, paid).entitlement_id == session.get_one(Claim, rest).entitlement_id
    )
    assert session.get_one(Claim, paid).period != session.get_one(Claim, rest).period
    assert "E910" in codes_of(latest_decisions(session, claim_ids=[rest])[rest])
    before = progress_of(session, rest).amount_fen
    assert ending.to_the_end(town, advance, [paid]) == ["paid"]
    decide_claims(session, town.act(ending.CLEARED, CLERK), claim_ids=[rest])
    assert "E910" not in codes_of(latest_decisions(session, claim_ids=[rest])[rest])
    taken_off = before - progress_of(session, rest).amount_fen
    assert taken_off == progress_of(session, paid).approved_fen > 0
