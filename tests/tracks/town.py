"""A city for the tests of its tracks: areas, a unit, a project, people, all derived from the pack.

Nothing here knows a city: whoever writes a pack gets its tracks driven. What an application states is
read off the pack too (the papers its gates name, the kinds its rates know).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import Session, select

from subsidy.actions.acting import Act, Office, Outcome
from subsidy.actions.catalogue import (
    ProjectForm,
    decide_project,
    file_project,
    open_area,
    publish_project,
)
from subsidy.actions.projects import record_city_filing
from subsidy.actions.providers import register_provider, sign_agreement, verify_account
from subsidy.actions.rosters import SheetResult
from subsidy.papers.sample_people import SamplePerson, sample_person, sample_unit
from subsidy.records.tables import CatalogueItem
from subsidy.rules.policy import Pack, Track
from tests.acts import keys
from tests.rules.policy.conftest import read_calendar, read_pack

SET_UP, LISTED, LODGED = date(2020, 7, 6), date(2020, 7, 20), date(2020, 9, 14)
STARTS, ENDS = date(2020, 10, 12), date(2020, 10, 23)
AFTER, ISSUED, REGISTERED = date(2020, 10, 26), date(2020, 10, 30), date(2020, 11, 3)
LESSONS = tuple(STARTS + timedelta(n) for n in (0, 1, 2, 3, 4, 7, 8, 9, 10, 11))
CLERK, HEAD, LEADER, UNIT, ASSESSOR, FINANCE, AUTHORITY = (f"user:{n}" for n in range(1, 8))
ROLES = {
    CLERK: ("clerk",),
    HEAD: ("clerk", "section_head"),
    LEADER: ("leader",),
    UNIT: ("provider",),
    ASSESSOR: ("assessor",),
    FINANCE: ("finance",),
    AUTHORITY: ("industry",),
}
PEOPLE = 2


@dataclass
class Town:
    """One city with the rows that its claims need."""

    session: Session
    pack: Pack
    office: Office
    area_id: int = 0
    city_area_id: int = 0
    unit_id: int = 0
    district: str = ""
    people: list[SamplePerson] = field(default_factory=list)
    later: timedelta = timedelta(0)
    """How much later than the days of this module everything happens, in whole weeks."""

    def on(self, day: date) -> date:
        """A day of this module in the town's own year."""
        return day + self.later

    def act(self, day: date, actor: str, roles: Sequence[str] = ()) -> Act:
        """A deed of one of the cast on a day of this module."""
        day = self.on(day)
        return Act(
            office=self.office,
            city=self.pack.city,
            today=day,
            recorded_at=datetime(day.year, day.month, day.day, 4, tzinfo=UTC),
            actor=actor,
            roles=frozenset(roles or ROLES.get(actor, ())),
        )


def done(outcome: Outcome) -> int:
    """The subject of an outcome that went well."""
    assert outcome.done, [f"{f.code} {f.message_zh}" for f in outcome.findings]
    return outcome.subject_id or 0


def taken(result: SheetResult) -> SheetResult:
    """A list without a bad row."""
    assert result.done, [f"{f.code} {f.message_zh}" for f in result.findings]
    assert not result.bad, [v for v in result.verdicts if not v.ok]
    return result


def town_of(
    session: Session,
    city: str,
    *,
    track: str = "",
    settings: Any = "filled",
    pack: Pack | None = None,
    people: int = PEOPLE,
) -> Town:
    """Set a city up under its pack: as if decided and published, or as it is shipped.

    `pack` is one that is not among the shipped ones, such as a bureau's own.

    Days are those of 2020, or of the first autumn in which the document of `track` is in force.
    """
    pack = pack or read_pack(city, settings)
    office = Office(packs={city: pack}, calendars=read_calendar(), vault=keys())
    town = Town(session, pack, office)
    begins = pack.governing_of(track or None).in_force_from
    while begins is not None and begins > town.on(SET_UP):
        town.later += timedelta(364)
    clerk, head = town.act(SET_UP, CLERK), town.act(SET_UP, HEAD)
    town.city_area_id = done(open_area(session, clerk, code=city, name=pack.name, is_city=True))
    town.district = _district(town)
    town.area_id = done(open_area(session, clerk, code=town.district, name=town.district))
    made = sample_unit(1)
    town.unit_id = done(
        register_provider(
            session,
            clerk,
            area_id=town.area_id,
            name=made.name,
            credit_code=made.credit_code,
            account_name=made.name,
            account=made.account,
        )
    )
    done(
        sign_agreement(
            session,
            clerk,
            provider_id=town.unit_id,
            number="协议-001",
            valid_from=town.on(date(2020, 1, 2)),
            valid_until=town.on(date(2022, 1, 1)),
        )
    )
    done(verify_account(session, head, provider_id=town.unit_id))
    town.people = [
        sample_person(n, seed=11, born=date(1980, 1, 1) + timedelta(n), region="330181")
        for n in range(people)
    ]
    return town


def _district(town: Town) -> str:
    """The first division whose route is settled."""
    pack = town.pack
    for name in pack.spec.routing.districts:
        if not pack.value(f"routing.{name}", on=town.on(STARTS)).unset:
            return name
    raise AssertionError(f"{pack.city} routes no division")


def project_of(town: Town, track: Track) -> int:
    """A listed project of the track, with the level or certificate that its rates know."""
    if track.spec.kind == "advance":  # a project of the training that it is paid ahead of
        track = town.pack.tracks[track.spec.of_tracks[0]]
    code = f"P-{track.code}"
    listed = town.session.exec(
        select(CatalogueItem.id).where(
            CatalogueItem.city == town.pack.city, CatalogueItem.code == code
        )
    ).first()
    if listed is not None:
        return listed
    kinds = track.spec.certificate_kinds
    form = ProjectForm(
        title=f"{track.name_zh}项目",
        occupation="elderly-carer",
        level=level_of_rates(track),
        course=next(iter(track.spec.amount.rates)) if track.spec.amount.by == "course" else "",
        training_mode="集中面授",
        assessment_mode="理论加实操",
        certificate_name="证书",
        certificate_kind=kinds[0] if kinds else "",
        planned_heads=200,
        days=10,
        fee_fen=100_000,
        rate_fen=60_000,
        survey_note="用工缺口调查",
        procurement_record="采购2020-015",
    )
    filed = file_project(
        town.session,
        town.act(SET_UP, CLERK),
        area_id=town.area_id,
        code=code,
        track=track.code,
        form=form,
    )
    head = town.act(LISTED, HEAD)
    done(decide_project(town.session, head, item_id=done(filed), decision="approve"))
    if any(gate.gate == "city_filed" for gate in track.spec.gates):
        done(record_city_filing(town.session, head, item_id=done(filed), record="市备1号"))
    return done(publish_project(town.session, head, item_id=done(filed)))


def level_of_rates(track: Track) -> str:
    """A level that the track has a rate for; empty where rates do not go by level."""
    plan = track.spec.amount
    if plan.by != "level" or not plan.rates:
        return ""
    return next((level for level in ("4", "2", "1") if level in plan.rates), next(iter(plan.rates)))


def group_for(town: Town, track: Track) -> str:
    """A group that the track is for, one without a limit of years where there is a choice."""
    only = track.spec.only_groups
    names = only.groups if only is not None else list(town.pack.spec.groups)
    plain = [
        name
        for name in names
        for spec in [town.pack.spec.groups[name]]
        if not (spec.within_years or spec.same_year or spec.ends_within_years)
        and not spec.place_exempt
    ]
    return (plain or names)[0]


def rows_for(town: Town, track: Track, **more: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of persons as the reader of spreadsheets gives them."""
    connection = next(iter(town.pack.spec.connections))
    values = {
        "category": group_for(town, track),
        "category_proved_on": town.on(date(2020, 6, 30)).isoformat(),
        "connection": connection,
        **more,
    }
    return [
        (
            at,
            {
                "name": one.name,
                "id_number": one.id_number,
                "phone": one.phone,
                "account": one.card,
                **values,
            },
        )
        for at, one in enumerate(town.people, start=2)
    ]


def brief_rows(town: Town, **values: str) -> list[tuple[int, dict[str, str]]]:
    """Rows of another list: name and number with the same values for all."""
    return [
        (at, {"name": one.name, "id_number": one.id_number, **values})
        for at, one in enumerate(town.people, start=2)
    ]


def register_rows(town: Town) -> list[tuple[int, dict[str, str]]]:
    """Answers of every register of the pack that let a claim pass, and of the real-name check."""
    names = {
        name: "found" if spec.found == "pass" else "not_found"
        for name, spec in town.pack.spec.registers.items()
    }
    names["real_name"] = "found"
    rows = []
    for name, answer in names.items():
        rows += brief_rows(
            town, register=name, answer=answer, source="测试", asked_on=town.on(ISSUED).isoformat()
        )
    return [(at, values) for at, (_, values) in enumerate(rows, start=2)]
