"""Playing a story: set the house up, then one business day after another."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from ruamel.yaml import YAML
from sqlmodel import Session, col, select

import subsidy.scenario.deeds.catalogue
import subsidy.scenario.deeds.claims
import subsidy.scenario.deeds.training  # noqa: F401 - importing registers the deeds
from flows.daily import run_day
from subsidy.actions import catalogue, providers
from subsidy.actions.access.accounts import create_account, grant_role
from subsidy.actions.access.demo import DEMO_PASSWORD
from subsidy.actions.access.permissions import load_permissions
from subsidy.actions.acting import Act, Outcome, sync_roads
from subsidy.actions.views.places import BUSINESS_DATE
from subsidy.office import load_office, open_database
from subsidy.records.tables import Area, Setting
from subsidy.rules.routing import load_divisions
from subsidy.rules.workdays import working_days_after
from subsidy.scenario.cast import Cast
from subsidy.scenario.deeds.money import answer_everything_sent
from subsidy.scenario.reading import Scenario
from subsidy.scenario.stage import DEEDS, Stage, StoryError
from subsidy.settings import Settings

QUICK = PasswordHasher(time_cost=1, memory_cost=8 * 1024)
"""Enough for a password that is printed; it is hashed anew at the first log-in."""
BEFORE_OFFICE = timedelta(hours=4)
PLAYED_UNTIL = "scenario:played_until"


@dataclass
class DayReport:
    """What happened on one business day: deeds, and what the flows' work moved, by city."""

    day: date
    deeds: list[str] = field(default_factory=list)
    work: dict[str, Mapping[str, Mapping[str, int]]] = field(default_factory=dict)


class Player:
    """One story on one home. Days are played once: a stopped player goes on behind the last one."""

    def __init__(self, settings: Settings, story: Scenario, *, folder: Path | None = None) -> None:
        """Bind to a home whose database is migrated."""
        self.settings = settings
        self.story = story
        self.database = open_database(settings)
        today = self.played_until() or story.starts
        self._write_settings(today)
        self.stage = Stage(
            story=story,
            cast=Cast(story),
            database=self.database,
            folder=folder or settings.files_folder,
            office=load_office(settings),
            today=today,
        )

    def played_until(self) -> date | None:
        """The last day that was played, or None before the first."""
        with self.database.reading() as session:
            row = session.get(Setting, PLAYED_UNTIL)
            return date.fromisoformat(row.value) if row else None

    def days_left(self) -> list[date]:
        """The days still to play."""
        done = self.played_until()
        return [d for d in self.story.all_days() if done is None or d > done]

    def set_up(self) -> None:
        """Areas, accounts, providers with agreements; safe to repeat."""
        if self.played_until() is not None:
            return
        for city in self.story.cities():
            with self.database.transaction() as session:
                act = self._house_act(city)
                _open_areas(session, act, self.settings)
                sync_roads(session, act)
        with self.database.transaction() as session:
            self._providers(session)
        with self.database.transaction() as session:
            self._accounts(session)

    def _house_act(self, city: str, *, actor: str = "flow:set-up") -> Act:
        return Act(
            self.stage.office,
            city,
            self.stage.today,
            self.stage.moment,
            actor,
        )

    def _providers(self, session: Session) -> None:
        for part in self.story.providers:
            act, unit = self._house_act(part.city), self.stage.cast.unit(part.key)
            area = self.stage.area(session, part.area, city=part.city)
            made = _must(
                providers.register_provider(
                    session,
                    act,
                    area_id=area,
                    name=part.name,
                    credit_code=unit.credit_code,
                    contact="培训部",
                    mailbox=f"{part.key}@provider.invalid",
                    account_name=part.name,
                    account=unit.account,
                )
            )
            assert made.subject_id is not None
            _must(
                providers.sign_agreement(
                    session,
                    act,
                    provider_id=made.subject_id,
                    number=f"协{part.agreement_from.year}-{part.key}",
                    valid_from=part.agreement_from,
                    valid_until=part.agreement_until,
                )
            )
            checker = self._house_act(part.city, actor="flow:account-check")
            _must(providers.verify_account(session, checker, provider_id=made.subject_id))

    def _accounts(self, session: Session) -> None:
        permissions = load_permissions(self.settings.config_file("permissions.yaml"))
        cities = self.story.cities()
        for part in self.story.accounts:
            provider = self.stage.provider(session, part.provider) if part.provider else None
            made = create_account(
                session,
                login=part.login,
                display_name=part.name,
                password=DEMO_PASSWORD,
                now=self.stage.moment,
                provider_id=provider.id if provider else None,
                hasher=QUICK,
            )
            if not made.done or made.account_id is None:
                continue
            area = provider.area_id if provider else _area_anywhere(session, part.area, cities)
            grant_role(
                session, permissions, account_id=made.account_id, role=part.role, area_id=area
            )

    def play_day(self, day: date) -> DayReport:
        """Play one business day: the flows' work before the office opens, then people's deeds."""
        stage = self.stage
        stage.today, stage.told = day, []
        self._write_settings(day)
        with self.database.transaction() as session:
            for city in self.story.cities():
                session.merge(Setting(name=f"{BUSINESS_DATE}{city}", value=day.isoformat()))
        report = DayReport(day)
        for city in self.story.cities():
            report.work[city] = run_day(
                self.database,
                stage.office,
                self.settings,
                city=city,
                today=day,
                now=stage.moment - BEFORE_OFFICE,
            )
        for step in self.story.days.get(day, ()):
            known = DEEDS.get(step.do)
            if known is None:
                raise StoryError(f"{day}: nobody knows how to {step.do}")
            known(stage, step)
        report.deeds = list(stage.told)
        with self.database.transaction() as session:
            session.merge(Setting(name=PLAYED_UNTIL, value=day.isoformat()))
        return report

    def play(
        self,
        *,
        until: date | None = None,
        say: Callable[[DayReport], None],
        stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        """Play every day that is left, up to `until` inclusive; `stopping` is asked between days."""
        for day in self.days_left():
            if (until is not None and day > until) or stopping():
                break
            say(self.play_day(day))

    def next_working_day(self) -> list[DayReport]:
        """Go on after the story: every day up to the next working day, then the bank's answers.

        What people do in between they do in the console. Raises StoryError while days are left to play.
        """
        if self.days_left():
            raise StoryError("the story is not played to its end yet")
        day = self.played_until() or self.story.ends
        calendar = self.stage.office.calendars.seen_on(day, city=self.story.cities()[0])
        goal = working_days_after(calendar, anchor=day, days=1).on
        reports = []
        while day < goal:
            day += timedelta(days=1)
            reports.append(self.play_day(day))
        for city in self.story.cities():
            answered = answer_everything_sent(self.stage, city)
            if answered:
                reports[-1].deeds.append(f"bank answered {city}: {answered}")
        return reports

    def _write_settings(self, day: date) -> None:
        """The bureau's settings file of the day: without the values it has not chosen yet."""
        withheld = self.story.withheld_settings
        if withheld is None:
            return
        own = self.settings.home / "config" / "settings" / f"{withheld.city}.yaml"
        if day >= withheld.until:
            if own.exists():
                own.unlink()
                self._settings_changed(withheld.city)
            return
        if not own.exists():
            own.parent.mkdir(parents=True, exist_ok=True)
            _copy_without(
                self.settings.config_file(f"settings/{withheld.city}.yaml"), own, withheld.keys
            )

    def _settings_changed(self, city: str) -> None:
        """The bureau filled values in: rules are read anew, roads of the new version are laid."""
        self.stage.office = load_office(self.settings)
        with self.database.transaction() as session:
            sync_roads(session, self._house_act(city))


def _copy_without(source: Path, target: Path, keys: tuple[str, ...]) -> None:
    yaml = YAML()
    with source.open(encoding="utf-8") as file:
        data: Any = yaml.load(file)
    for key in keys:
        data["values"].pop(key, None)
    draft = target.with_suffix(".draft")
    with draft.open("w", encoding="utf-8") as file:
        yaml.dump(data, file)
    shutil.move(draft, target)


def _must(outcome: Outcome) -> Outcome:
    if not outcome.done:
        raise StoryError("; ".join(f"{f.code} {f.message_en}" for f in outcome.findings))
    return outcome


def _open_areas(session: Session, act: Act, settings: Settings) -> None:
    divisions = load_divisions(settings.config_file(f"divisions/{act.city}.yaml"))
    _must(catalogue.open_area(session, act, code=act.city, name=divisions.name_zh, is_city=True))
    for division in divisions.by_id.values():
        _must(catalogue.open_area(session, act, code=division.id, name=division.name_zh))


def _area_anywhere(session: Session, code: str, cities: tuple[str, ...]) -> int:
    found = session.exec(
        select(Area.id).where(Area.code == code, col(Area.city).in_(cities))
    ).first()
    if found is None:
        raise StoryError(f"no area is called {code}")
    return found
