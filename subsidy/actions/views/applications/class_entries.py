"""What a class states beside its plan: papers, hours, systems; and its living allowances."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.applications.asking import Asked, entries_of, papers_of, systems_of
from subsidy.actions.grounds.application_facts import stated_of
from subsidy.actions.views.applications.persons import Entry, entries_shown
from subsidy.records.tables import Claim, TrainingClass
from subsidy.rules.facts import Stated


@dataclass(frozen=True)
class ClassEntries:
    """The entries of a class: what its track asks for and what was handed in."""

    class_id: int
    stated: Stated
    asked: tuple[Asked, ...]
    given: tuple[Entry, ...]
    papers: tuple[tuple[str, str, bool], ...]
    """(code, name, whether it was handed in)."""
    systems: tuple[tuple[str, date | None], ...]
    """(system, day of the record)."""
    allowances: tuple[tuple[str, str, int], ...]
    """(track, name, claims made) of the allowances that hang on the class."""

    @property
    def any(self) -> bool:
        """Whether the class has entries at all."""
        return bool(self.asked or self.papers or self.systems or self.given)


def class_entries(session: Session, act: Act, *, class_id: int) -> ClassEntries | None:
    """The entries of a class of the act's city; None if there is none."""
    row = session.get(TrainingClass, class_id)
    track = act.pack.tracks.get(row.track) if row is not None and row.city == act.city else None
    if row is None or track is None:
        return None
    stated = stated_of(row.stated)
    held = {record.system: record.registered_on for record in stated.systems}
    wanted = dict.fromkeys([*systems_of(act.pack, track, on=row.starts_on), *held])
    made = dict(
        session.exec(
            select(Claim.track, func.count())
            .where(Claim.class_id == class_id, Claim.kind == "allowance")
            .group_by(col(Claim.track))
        ).all()
    )
    return ClassEntries(
        class_id=class_id,
        stated=stated,
        asked=tuple(entries_of(track)),
        given=entries_shown(row.stated),
        papers=tuple(
            (code, name, code in stated.papers) for code, name in papers_of(track).items()
        ),
        systems=tuple((name, held.get(name)) for name in wanted),
        allowances=tuple(
            (code, plan.name_zh, made.get(code, 0))
            for code, plan in act.pack.tracks.items()
            if plan.spec.kind == "allowance" and row.track in plan.spec.of_tracks
        ),
    )
