"""What a list of deadlines is narrowed to, and the same in SQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Literal

from sqlalchemy import ColumnElement, and_, exists, or_, text, tuple_
from sqlalchemy.orm import aliased
from sqlmodel import col

from states.claim import CLAIM
from states.training_class import TRAINING_CLASS
from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import APPLICANTS, OFFICE, PROVIDER, TRAINEE
from subsidy.actions.deadlines.mending import closing_steps
from subsidy.actions.deadlines.opening.class_rows import UPLIFT
from subsidy.records.tables import (
    Claim,
    ClaimHistory,
    ClaimProgress,
    Deadline,
    SubjectHistory,
    TrainingClass,
)
from subsidy.records.tables.deadlines import MISSED as IS_MISSED
from subsidy.records.tables.deadlines import RUNNING as IS_RUNNING
from subsidy.rules.workdays import working_days_after

DUE, MISSED, STOPPED, PROVISIONAL, ALL = "due", "missed", "stopped", "provisional", "all"
STATUSES = (DUE, MISSED, STOPPED, PROVISIONAL, ALL)
"""due: running, told day within so many working days. missed: past its day and still to be done.
all: everything that still waits for somebody."""
WHO = (PROVIDER, TRAINEE, OFFICE)
SORTS = ("due", "area")
FIVE = 5


@dataclass(frozen=True, kw_only=True)
class DeadlineFilter:
    """What the list is narrowed to. `within` counts working days and narrows `due` alone."""

    status: str = DUE
    within: int = FIVE
    area_id: int | None = None
    window: str = ""
    track: str = ""
    who: str = ""
    """Who must act: provider, trainee or office."""
    sort: Literal["due", "area"] = "due"
    each: bool = False
    """Single deadlines, not one line for a class's trainees with the same window and day."""


def parts_of(act: Act, wanted: DeadlineFilter, areas: Collection[int] | None) -> list[list[Any]]:
    """The filter as sets of conditions whose rows together, none twice, are what is wanted.

    They speak of deadline, and of claim and training_class joined outer. Each set has an index.
    """
    narrow: list[Any] = list(_narrow(act, wanted, areas))
    running = [text(IS_RUNNING)]
    late = col(Deadline.told_by) < act.today
    if wanted.status == DUE:
        soon = col(Deadline.told_by) <= last_day(act, wanted.within)
        return [[*narrow, *running, col(Deadline.status) == "open", soon]]
    if wanted.status == STOPPED:
        return [[*narrow, *running, col(Deadline.status) == "stopped"]]
    if wanted.status == PROVISIONAL:
        return [[*narrow, *running, ~col(Deadline.final)]]
    undone = [*narrow, text(IS_MISSED), still_undone()]
    if wanted.status == MISSED:
        return [[*narrow, *running, col(Deadline.status) == "open", late], undone]
    return [[*narrow, *running], undone]


def last_day(act: Act, within: int) -> date:
    """The last told day that lies within so many working days of today."""
    if within < 1:
        return act.today
    return working_days_after(act.calendar, anchor=act.today, days=within).on


def _narrow(
    act: Act, wanted: DeadlineFilter, areas: Collection[int] | None
) -> Iterator[ColumnElement[bool]]:
    yield col(Deadline.city) == act.city
    if areas is not None:
        yield col(Deadline.area_id).in_(areas)
    if wanted.area_id is not None:
        yield col(Deadline.area_id) == wanted.area_id
    if wanted.window:
        yield col(Deadline.window) == wanted.window
    else:
        yield col(Deadline.window) != UPLIFT  # nobody has to ask for it
    if wanted.track:
        yield or_(col(Claim.track) == wanted.track, col(TrainingClass.track) == wanted.track)
    if wanted.who:
        yield _must_act(wanted.who)


def _must_act(who: str) -> ColumnElement[bool]:
    """As `Desks.addressee` says it."""
    theirs = col(Deadline.window).in_(APPLICANTS)
    by_unit = col(Deadline.class_id).is_not(None) | col(Claim.provider_id).is_not(None)
    by_person = ~by_unit & col(Claim.person_id).is_not(None)
    if who == PROVIDER:
        return theirs & by_unit
    if who == TRAINEE:
        return theirs & by_person
    return ~theirs | ~(by_unit | by_person)


def still_undone() -> ColumnElement[bool]:
    """For a missed deadline: its claim is on the road and took no step that ends the window.

    For a window of a class: the class took no step since.
    """
    done, moved, at = aliased(ClaimHistory), aliased(SubjectHistory), aliased(ClaimProgress)
    step = tuple_(col(done.event), col(done.source))
    known = windows()
    ends = or_(
        *(and_(col(Deadline.window) == name, step.in_(closing_steps(name))) for name in known),
        and_(col(Deadline.window).not_in(known), step.in_(closing_steps("*"))),
    )
    of_claim = exists().where(col(at.claim_id) == Deadline.claim_id) & ~exists().where(
        col(done.claim_id) == Deadline.claim_id, col(done.version) > Deadline.opened_version, ends
    )
    of_class = col(Deadline.class_id).is_not(None) & ~exists().where(
        col(moved.machine) == TRAINING_CLASS.name,
        col(moved.subject_id) == Deadline.class_id,
        col(moved.version) > Deadline.opened_version,
    )
    return of_claim | of_class


@cache
def windows() -> tuple[str, ...]:
    """Every window that a step of a claim opens or ends."""
    steps = [edge.effects for edge in CLAIM.all_edges()]
    found = {name for each in steps for name in each.closes}
    found |= {opened[0] for each in steps for opened in each.opens}
    return tuple(sorted(found - {"*"}))
