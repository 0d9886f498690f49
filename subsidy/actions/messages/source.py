"""What the builders of message values read: the outbox row and the rows behind its subject."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import (
    Area,
    Claim,
    Deadline,
    Decision,
    Outbox,
    Person,
    Provider,
    Road,
    TrainingClass,
)
from subsidy.records.tables.claims import ProgressColumns
from subsidy.rules.masking import hide
from subsidy.rules.packs.contacts import PublicOffice
from subsidy.rules.policy import Track

Values = dict[str, Any]
Row = TypeVar("Row")


class GroundsMissingError(LookupError):
    """The database does not hold what the message must say, such as the grounds of a refusal.

    Nothing is sent; enter what is missing, then set the message to waiting again.
    """


@dataclass(frozen=True)
class Source:
    """One outbox row with lazy access to what it is about. Never holds unmasked personal data."""

    session: Session
    act: Act
    row: Outbox
    given: Mapping[str, Any] = field(default_factory=dict)
    """Values that the action wrote with the row; they win over what is looked up."""
    public_url: str = ""
    """Address of the console's public pages, without a slash at the end."""

    @property
    def on(self) -> date:
        """The business day that the message speaks of."""
        return self.row.effective_on

    @property
    def version(self) -> int:
        """Version of the claim whose move told it; 0 where it is not about a move."""
        mark = self.row.occasion
        return int(mark[1:]) if mark[:1] == "v" and mark[1:].isdigit() else 0

    @cached_property
    def claim(self) -> Claim:
        """The claim that the row is about."""
        return self._get(Claim, self.given.get("claim_id") or self.row.subject_id)

    @cached_property
    def progress(self) -> ProgressColumns:
        """Where that claim stands now."""
        return progress_of(self.session, self.claim.id or 0)

    @cached_property
    def training(self) -> TrainingClass | None:
        """The class that the row, or its claim, is about."""
        if self.row.subject == "class":
            return self._get(TrainingClass, self.row.subject_id)
        if self.row.subject == "claim" and self.claim.class_id is not None:
            return self._get(TrainingClass, self.claim.class_id)
        return None

    @cached_property
    def decision(self) -> Decision | None:
        """The newest receipt of the claim's decision."""
        return self.session.exec(
            select(Decision)
            .where(Decision.claim_id == self.claim.id)
            .order_by(col(Decision.id).desc())
            .limit(1)
        ).first()

    @cached_property
    def road(self) -> Road:
        """The road that the claim runs on."""
        return self._get(Road, self.progress.road_id)

    @property
    def track(self) -> Track:
        """The track of the claim or class in the city's pack."""
        code = self.training.track if self.row.subject == "class" and self.training else None
        return self.act.pack.tracks[code or self.claim.track]

    @property
    def person(self) -> Person | None:
        """The trainee of the claim; its sealed fields stay sealed here."""
        if self.claim.person_id is None:
            return None
        return self.session.get(Person, self.claim.person_id)

    @property
    def provider(self) -> Provider | None:
        """The unit behind the claim or class."""
        if self.row.subject == "class" and self.training is not None:
            return self.session.get(Provider, self.training.provider_id)
        if self.row.subject == "claim" and self.claim.provider_id is not None:
            return self.session.get(Provider, self.claim.provider_id)
        return None

    @property
    def paid_to_trainee(self) -> bool:
        """Whether the money of the claim goes to the trainee."""
        return self.decision is not None and self.decision.payee == "trainee"

    def deadline(self, window: str) -> Deadline | None:
        """The newest deadline of this name on the claim."""
        return self.session.exec(
            select(Deadline)
            .where(Deadline.claim_id == self.claim.id, Deadline.window == window)
            .order_by(col(Deadline.id).desc())
            .limit(1)
        ).first()

    def area(self, area_id: int) -> Area:
        """An area by its id."""
        return self._get(Area, area_id)

    @cached_property
    def city_area(self) -> Area:
        """The city's own area."""
        found = self.session.exec(select(Area).where(Area.city == self.row.city, Area.is_city))
        return found.one()

    def office(self, area: Area) -> PublicOffice:
        """The office of an area as people are told it."""
        known = self.act.office.contacts.get(self.row.city)
        if known is None:
            return PublicOffice(area.name, "", "本级人民政府")
        return known.office(area.code)

    def remedies(self, area: Area, *, on: date | None = None) -> list[Values]:
        """How to contest what the office of an area decided."""
        known = self.act.office.contacts.get(self.row.city)
        ways = known.remedies(self.office(area), on=on or self.on) if known is not None else ()
        return [
            {"way": f"{w.way}（{w.document}{w.clause}）", "at": w.at, "within": w.within}
            for w in ways
        ]

    def document(self, name: str) -> str:
        """Number, else title, of a document of the pack; other texts stay as they are."""
        known = self.act.pack.documents.get(name)
        return (known.number or f"《{known.title}》") if known is not None else name

    def reason(self, item: Mapping[str, Any]) -> Values:
        """One finding (of a receipt or an action) as messages print it."""
        return {
            "message": hide(str(item.get("message") or item.get("message_zh", ""))),
            "clause": str(item.get("clause") or ""),
            "document": self.document(str(item.get("document") or "")),
            "remedy": hide(str(item.get("remedy") or item.get("remedy_zh") or "")),
        }

    def _get(self, table: type[Row], key: object) -> Row:
        found = self.session.get(table, key)
        if found is None:
            raise GroundsMissingError(f"outbox row {self.row.id} speaks of a row that is not there")
        return found


def lines_of(text: str) -> Iterator[str]:
    """The lines of a note that say something."""
    return (line.strip() for line in text.splitlines() if line.strip())


def findings_of(decision: Decision | None, kinds: Sequence[str]) -> list[Mapping[str, Any]]:
    """Findings of a receipt of these kinds (refusals, holds, gaps), in their order."""
    if decision is None:
        return []
    result = json.loads(decision.result)
    return [item for kind in kinds for item in result.get(kind, ())]


def told_day(deadline: Deadline) -> date | None:
    """The day that people are told; None where nobody can say it yet."""
    return None if deadline.told_by == FAR else deadline.told_by
