"""The stage of a played story: database, office of the day, cast, and who acts as whom.

Deeds are registered by name in `DEEDS`; each one calls the real actions in one transaction, as the
console or the command line would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from subsidy.actions.acting import Act, Office, Outcome
from subsidy.intake import Taken, take_in
from subsidy.records.database import Database
from subsidy.records.people import blind_index
from subsidy.records.tables import (
    Account,
    Area,
    CatalogueItem,
    Claim,
    Enrolment,
    Grant,
    Person,
    Provider,
    TrainingClass,
)
from subsidy.rules.verdict import Finding
from subsidy.scenario.cast import Cast
from subsidy.scenario.reading import ClassPart, Scenario, Step

SHANGHAI = ZoneInfo("Asia/Shanghai")


class StoryError(Exception):
    """A deed did not end as the story says: the story or the program is wrong."""


@dataclass
class Stage:
    """What every deed is given."""

    story: Scenario
    cast: Cast
    database: Database
    folder: Path
    """Where uploads with their verdict copies, and bank files, are kept."""
    office: Office
    today: date
    told: list[str] = field(default_factory=list)
    """One line for each deed of the day, without personal data."""
    attempts: dict[str, int] = field(default_factory=dict)

    @property
    def moment(self) -> datetime:
        """The clock of the played day: ten in the morning in Shanghai."""
        return datetime.combine(self.today, time(10), SHANGHAI)

    def part(self, key: str) -> ClassPart:
        """The class of the story with this key."""
        return next(c for c in self.story.classes if c.key == key)

    def act(self, session: Session, login: str, *, city: str) -> Act:
        """The act of somebody who is logged in; the public acts as nobody."""
        if login == "public":
            return Act(self.office, city, self.today, self.moment, "public", frozenset(), None)
        account = session.exec(select(Account).where(Account.login == login)).one()
        held = session.exec(select(Grant).where(Grant.account_id == account.id)).all()
        roles = frozenset(g.role for g in held)
        areas = {a for g in held for a in self._areas_of(session, g)}
        return Act(
            self.office,
            city,
            self.today,
            self.moment,
            f"user:{account.id}",
            roles,
            frozenset(areas),
        )

    def _areas_of(self, session: Session, held: Grant) -> list[int]:
        """A role for the whole city, and a provider's own log-in, reach every area of the city."""
        area = session.get_one(Area, held.area_id)
        if not area.is_city and held.role != "provider":
            return [held.area_id]
        return [i for i in session.exec(select(Area.id).where(Area.city == held.city)) if i]

    @contextmanager
    def deed(self, step: Step, *, by: str | None = None) -> Iterator[tuple[Session, Act]]:
        """One transaction of the person who does the step."""
        login = by or (step.by if isinstance(step.by, str) else step.by[0])
        with self.database.transaction() as session:
            yield session, self.act(session, login, city=step.city)

    def check(self, step: Step, outcome: Outcome) -> Outcome:
        """Compare what happened with what the story expects."""
        self.expect(step, done=outcome.done, findings=outcome.findings)
        return outcome

    def expect(self, step: Step, *, done: bool, findings: Iterable[Finding]) -> None:
        """Raise StoryError unless the deed was done, or refused, as expected."""
        codes = sorted({f.code for f in findings if f.effect == "refuse"})
        wanted = step.expect != "refused"
        what = step.get("class") or step.get("project") or step.city
        if done != wanted:
            said = "; ".join(f"{f.code} {f.message_en}" for f in findings)
            raise StoryError(
                f"{self.today} {step.do} {what}: expected {step.expect}, "
                f"but it was {'done' if done else 'refused'}. {said}"
            )
        self.told.append(f"{step.do} {what}" + (f" refused {' '.join(codes)}" if codes else ""))

    def upload(
        self,
        step: Step,
        session: Session,
        act: Act,
        *,
        kind: str,
        content: bytes,
        **details: object,
    ) -> Taken:
        """Hand a spreadsheet in for the step's class; keep it and its verdict copy."""
        part = self.part(step.get("class"))
        name = f"{self.today:%Y%m%d}-{part.number}-{kind}.xlsx"
        row = self.class_row(session, part.key)
        assert row.id is not None
        taken = take_in(
            session, act, kind=kind, class_id=row.id, content=content, filename=name, **details
        )
        folder = self.folder / "uploads"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
        if taken.copy is not None:
            (folder / taken.copy_name).write_bytes(taken.copy)
        if taken.result is None:
            said = "; ".join(f.message_zh for f in taken.sheet.faults)
            raise StoryError(f"{self.today} {step.do} {part.key}: the file was unusable. {said}")
        self.expect(step, done=taken.result.done, findings=taken.result.findings)
        return taken

    def class_row(self, session: Session, key: str) -> TrainingClass:
        """The class of the story in the database."""
        part = self.part(key)
        return session.exec(
            select(TrainingClass).where(
                TrainingClass.city == part.city, TrainingClass.number == part.number
            )
        ).one()

    def item(self, session: Session, key: str) -> CatalogueItem:
        """The catalogue item of a project of the story."""
        project = next(p for p in self.story.projects if p.key == key)
        return session.exec(
            select(CatalogueItem).where(
                CatalogueItem.city == project.city, CatalogueItem.code == key
            )
        ).one()

    def provider(self, session: Session, key: str) -> Provider:
        """A provider of the story."""
        code = self.cast.unit(key).credit_code
        return session.exec(select(Provider).where(Provider.credit_code == code)).one()

    def area(self, session: Session, code: str, *, city: str) -> int:
        """Id of an area by its division id (the city's own area has the city's id)."""
        found = session.exec(select(Area.id).where(Area.city == city, Area.code == code)).one()
        assert found is not None
        return found

    def claims(self, session: Session, key: str) -> dict[int, int]:
        """Roster row → claim id of the class, for everybody who was enrolled."""
        row = self.class_row(session, key)
        people = {p.id_number: n for n, p in enumerate(self.cast.roster(self.part(key)), start=1)}
        by_index = {blind_index(self.office.vault, i): n for i, n in people.items()}
        found = session.exec(
            select(Person.id_index, Claim.id)
            .join(Enrolment, Enrolment.person_id == Person.id)  # type: ignore[arg-type]
            .join(Claim, Claim.id == Enrolment.claim_id)  # type: ignore[arg-type]
            .where(Enrolment.class_id == row.id)
        ).all()
        return {by_index[index]: claim_id for index, claim_id in found if claim_id is not None}


Deed = Callable[[Stage, Step], None]
DEEDS: dict[str, Deed] = {}


def deed(function: Deed) -> Deed:
    """Register a deed under its function's name."""
    DEEDS[function.__name__] = function
    return function
