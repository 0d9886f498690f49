"""An advance and its settlement, sentence by sentence, in the example city.

Half of the planned sum is paid before; the settlement pays what was earned less the advance.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import col, select

from subsidy.actions import applications
from subsidy.actions.decisions import decide_claims
from subsidy.actions.grounds.money.advances import freed_by_advance
from subsidy.actions.registers import record_line_answers
from subsidy.records.database import Database
from subsidy.records.ledger import check
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import Application, ApplicationLine, Claim, LedgerEntry, Ticket
from tests import builders
from tests.tracks import driving
from tests.tracks.ending import CLEARED, to_the_end
from tests.tracks.entries import stated_for
from tests.tracks.example import CITY, example_pack
from tests.tracks.town import (
    AFTER,
    ASSESSOR,
    CLERK,
    ENDS,
    LODGED,
    REGISTERED,
    STARTS,
    UNIT,
    Town,
    brief_rows,
    done,
    register_rows,
    rows_for,
    taken,
    town_of,
)

MAIN, ADVANCE = "enterprise_training", "enterprise_advance"
RATE = 50_505
PLANNED = 7
NOBODY: Mapping[str, Sequence[int]] = {}
APPLIED = date(2020, 11, 18)


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    opened = Database(f"sqlite:///{tmp_path / 'town.db'}")
    builders.make_schema(opened)
    with opened.transaction() as session:
        yield town_of(session, CITY, pack=example_pack(), people=PLANNED)
    opened.dispose()


def lodge(town: Town, code: str, *, number: str, planned: int = PLANNED) -> applications.Lodged:
    """An application for a class of the enterprise, before it begins."""
    track = town.pack.tracks[code]
    stated = stated_for(town, track)
    if code == ADVANCE:
        stated = replace(stated, planned_heads=planned)
    act = town.act(LODGED, UNIT)
    form = applications.ApplicationForm(
        number=number,
        track=code,
        area_id=town.area_id,
        provider_id=town.unit_id,
        period="2020年第1期",
        stated=stated,
        starts_on=town.on(STARTS),
        ends_on=town.on(ENDS),
        commitment_on=act.today,
    )
    rows = rows_for(town, track) if code == MAIN else ()
    return applications.lodge(town.session, act, form=form, rows=rows)


def apply_for(town: Town, application_id: int, *, on: date) -> None:
    act = town.act(on, UNIT)
    done(applications.apply_for(town.session, act, application_id=application_id))


def paid_advance(town: Town) -> int:
    """The advance of the planned heads, applied for before the class and paid; its fen."""
    lodged = lodge(town, ADVANCE, number="YB-1")
    taken(lodged.result)
    apply_for(town, lodged.application_id or 0, on=date(2020, 9, 15))
    track = town.pack.tracks[ADVANCE]
    assert to_the_end(town, track, lodged.claim_ids) == ["paid"]
    return progress_of(town.session, lodged.claim_ids[0]).approved_fen


def class_with(
    town: Town, *, finished: int, registers: Mapping[str, Sequence[int]] = NOBODY
) -> tuple[int, int]:
    """The class itself, ended: so many finished; (application, claim).

    `registers` names those whom a register has found, by their place in the list.
    """
    lodged = lodge(town, MAIN, number="PX-1")
    taken(lodged.result)
    application_id = lodged.application_id or 0
    session = town.session
    end = town.act(AFTER, UNIT)
    done(applications.finish(session, end, application_id=application_id, ends_on=town.on(ENDS)))
    rows = [
        (at, {**values, "finished": "yes" if n < finished else "no"})
        for n, (at, values) in enumerate(brief_rows(town))
    ]
    assessor = town.act(AFTER, ASSESSOR)
    taken(applications.record_results(session, assessor, application_id=application_id, rows=rows))
    said = {name: [town.people[n].id_number for n in who] for name, who in registers.items()}
    answers = [
        (at, {**row, "answer": "found"})
        if row["id_number"] in said.get(row["register"], ())
        else (at, row)
        for at, row in register_rows(town)
    ]
    clerk = town.act(REGISTERED, CLERK)
    taken(record_line_answers(session, clerk, application_id=application_id, rows=answers))
    return application_id, lodged.claim_ids[0]


def open_tickets(town: Town, claim_id: int) -> dict[str, str]:
    query = select(Ticket).where(
        Ticket.claim_id == claim_id, col(Ticket.state).not_in(["resolved", "closed"])
    )
    return {row.code: row.facts for row in town.session.exec(query).all()}


def test_half_of_the_planned_heads_times_the_rate_is_paid_before_the_class(town: Town) -> None:
    assert paid_advance(town) == RATE * PLANNED // 2
    assert check(town.session, city=CITY).ok


def test_the_settlement_pays_finished_heads_times_the_rate_less_the_advance_to_the_fen(
    town: Town,
) -> None:
    advance = paid_advance(town)
    application_id, claim_id = class_with(town, finished=5)
    apply_for(town, application_id, on=APPLIED)
    assert to_the_end(town, town.pack.tracks[MAIN], [claim_id]) == ["paid"]
    rest = progress_of(town.session, claim_id).approved_fen
    assert rest == RATE * 5 - advance
    assert rest + advance == RATE * 5
    assert check(town.session, city=CITY).ok


def test_an_advance_above_what_was_earned_leaves_nothing_to_pay_and_names_the_excess(
    town: Town,
) -> None:
    advance = paid_advance(town)
    application_id, claim_id = class_with(town, finished=3)
    apply_for(town, application_id, on=APPLIED)
    row = progress_of(town.session, claim_id)
    assert (row.state, row.amount_fen) == ("applied", 0)
    assert f'"excess_fen": {advance - RATE * 3}' in open_tickets(town, claim_id)["E909"]
    entries = town.session.exec(select(LedgerEntry).where(LedgerEntry.claim_id == claim_id)).all()
    assert all(entry.amount_fen >= 0 for entry in entries)
    assert check(town.session, city=CITY).ok


def test_a_person_left_out_by_clause_lowers_the_settlement_by_one_rate(town: Town) -> None:
    advance = paid_advance(town)
    application_id, claim_id = class_with(town, finished=6, registers={"pension": [0]})
    apply_for(town, application_id, on=APPLIED)
    assert progress_of(town.session, claim_id).amount_fen == RATE * 5 - advance


def test_the_same_advance_cannot_be_applied_for_twice(town: Town) -> None:
    paid_advance(town)
    again = lodge(town, ADVANCE, number="YB-2")
    assert [finding.code for finding in again.result.findings] == ["E560"]
    assert not again.claim_ids
    query = select(Claim).where(Claim.kind == "advance")
    assert len(town.session.exec(query).all()) == 1
    numbers = town.session.exec(select(Application.number)).all()
    assert "YB-2" not in numbers


def test_the_same_class_cannot_be_applied_for_twice_under_another_number(town: Town) -> None:
    _, claim_id = class_with(town, finished=5)
    again = lodge(town, MAIN, number="PX-2")
    assert [finding.code for finding in again.result.findings] == ["E560"]
    assert len(heads_of(town, claim_id)) == PLANNED


def heads_of(town: Town, claim_id: int) -> Sequence[int]:
    query = select(ApplicationLine.person_id).where(ApplicationLine.claim_id == claim_id)
    return town.session.exec(query).all()


def test_an_advance_that_names_the_project_of_its_training_is_taken_off_it(town: Town) -> None:
    changchun = town_of(town.session, "changchun")
    tracks = changchun.pack.tracks
    [ahead] = driving.through_file(changchun, tracks["project_advance"])
    assert to_the_end(changchun, tracks["project_advance"], [ahead]) == ["paid"]
    advance = progress_of(changchun.session, ahead).approved_fen
    [claim_id] = driving.through_file(changchun, tracks["project"])
    main, first = (changchun.session.get_one(Claim, one) for one in (claim_id, ahead))
    assert main.entitlement_id == first.entitlement_id
    row = progress_of(changchun.session, claim_id)
    earned = int(tracks["project"].dated["project_rate"].on(changchun.on(STARTS)).value) * 2
    assert advance == earned // 2
    assert row.amount_fen == earned - advance


def test_the_advance_never_moves_the_main_claim(town: Town) -> None:
    application_id, claim_id = class_with(town, finished=5)
    before = progress_of(town.session, claim_id)
    standing = (before.state, before.version)
    paid_advance(town)
    after = progress_of(town.session, claim_id)
    assert (after.state, after.version) == standing
    apply_for(town, application_id, on=APPLIED)
    assert progress_of(town.session, claim_id).state == "applied"


def test_a_class_waits_with_its_amount_while_its_advance_is_under_way(town: Town) -> None:
    lodged = lodge(town, ADVANCE, number="YB-1")
    apply_for(town, lodged.application_id or 0, on=date(2020, 9, 15))
    application_id, claim_id = class_with(town, finished=5)
    apply_for(town, application_id, on=APPLIED)
    assert "E910" in open_tickets(town, claim_id)
    assert to_the_end(town, town.pack.tracks[ADVANCE], lodged.claim_ids) == ["paid"]
    assert freed_by_advance(town.session, city=CITY) == [claim_id]
    decide_claims(town.session, town.act(CLEARED, CLERK), claim_ids=[claim_id])
    assert "E910" not in open_tickets(town, claim_id)
    assert progress_of(town.session, claim_id).amount_fen == RATE * 5 - RATE * PLANNED // 2


def test_no_advance_is_taken_in_once_the_class_itself_has_applied(town: Town) -> None:
    application_id, _ = class_with(town, finished=5)
    apply_for(town, application_id, on=APPLIED)
    late = lodge(town, ADVANCE, number="YB-1")
    assert [finding.code for finding in late.result.findings] == ["E562"]
    assert not late.claim_ids
