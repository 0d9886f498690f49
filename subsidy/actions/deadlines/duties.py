"""Whose turn a window is, what its end is numbered as, and how it is called to people."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, window_of
from subsidy.actions.deadlines.sweeping.rows import Due
from subsidy.actions.grounds.permits import city_area
from subsidy.records.among import among
from subsidy.records.tables import Deadline, Road, TrainingClass, WindowRule
from subsidy.rules.deadlines import Window

LEADER_CODE = "E407"
OFFICE, PROVIDER, TRAINEE = "office", "provider", "trainee"
CODES = {
    "filing_before_start": "E408",
    "application": "E403",
    "certificate_registration": "E402",
    "correction": "E406",
    "objection": "E702",
    "recovery_instalment": "E409",
}
"""Window → code of the ticket at its end; every other one is the office's own work, E405."""
OFFICE_CODE = "E405"
APPLICANTS = (
    *("application", "certificate_registration", "correction", "return_repaired"),
    "filing_before_start",
)
"""Windows in which the provider (or, without one, the trainee) has to act."""
NOT_YET = {"application": "尚未申领", "certificate_registration": "尚未登记"}


class Addressee(NamedTuple):
    """Who is told: provider, trainee or office, and its id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline with its rule, to be counted anew."""

    row: Deadline
    rule: WindowRule


def code_of(window: str) -> str:
    """Code of the ticket that the end of a window opens."""
    return CODES.get(window, OFFICE_CODE)


def means_of(act: Act, *, track: str, window: str) -> str:
    """What a window is called, in Chinese; its name where the present pack knows it no more."""
    known = act.pack.tracks.get(track)
    try:
        return known.window_means(window) if known else window
    except KeyError:
        return window


def document_of(act: Act, document: str) -> str:
    """Number of a document of the pack, else its title; the id of one it does not list."""
    known = act.pack.documents.get(document)
    return (known.number or known.title) if known else document


class Desks:
    """Finds who has to act in a running window; rules, offices and classes are read once."""

    def __init__(self, session: Session, act: Act) -> None:
        """Bind to one session and act."""
        self._session = session
        self._act = act
        self._roads: dict[int, Road] = {}
        self._city: int | None = None
        self._classes: dict[int, TrainingClass] = {}
        self._rules: dict[int, WindowRule] = {}
        self._windows: dict[int, Window] = {}
        self._ends: dict[tuple[int, str], bool] = {}
        self._citys: dict[tuple[str, int | None, int | None, date], bool] = {}

    def rule(self, rule_id: int) -> WindowRule:
        """The stored rule of a deadline."""
        if rule_id not in self._rules:
            self._rules[rule_id] = self._session.get_one(WindowRule, rule_id)
        return self._rules[rule_id]

    def window(self, rule_id: int) -> Window:
        """The rule as the arithmetic takes it."""
        if rule_id not in self._windows:
            self._windows[rule_id] = window_of(self.rule(rule_id))
        return self._windows[rule_id]

    def ends_with(self, rule_id: int, what: str) -> bool:
        """Whether the rule's end does `what`: ticket, leader, block, lapse."""
        key = (rule_id, what)
        if key not in self._ends:
            self._ends[key] = what in self.window(rule_id).at_end
        return self._ends[key]

    def addressee(self, one: Due) -> Addressee:
        """Provider or trainee for the applicant's windows, otherwise the office in charge."""
        if one.window in APPLICANTS:
            if one.provider_id is not None:
                return Addressee(PROVIDER, one.provider_id)
            if one.person_id is not None:
                return Addressee(TRAINEE, one.person_id)
        return Addressee(OFFICE, self.office(one))

    def office(self, one: Due) -> int:
        """Area of the office whose work it is: the city's where the level or payment is the city's."""
        if one.window in ("review", "approval", "payment") and self._is_the_citys(one):
            if self._city is None:
                self._city = city_area(self._session, self._act.city).id
            assert self._city is not None
            return self._city
        return one.area_id

    def _is_the_citys(self, one: Due) -> bool:
        key = (one.window, one.road_id, one.levels_done, one.anchor_on)
        if key not in self._citys:
            self._citys[key] = self._asks_the_city(*key)
        return self._citys[key]

    def _asks_the_city(
        self, window: str, road_id: int | None, levels_done: int | None, anchor: date
    ) -> bool:
        if road_id is None:
            return False
        road = self._road(road_id)
        track = self._act.pack.tracks.get(road.track)
        if track is None:
            return False
        if window in ("review", "approval"):
            at = 0 if window == "review" else levels_done or 0
            levels = track.levels(road.route) or ()
            return at < len(levels) and levels[at].office == "city"
        if f"{road.track}.pays.{road.route}" in self._act.pack.dated:
            pays = track.value(f"pays.{road.route}", on=anchor)
            return not pays.unset and bool(pays.value == "city")
        return False

    def _road(self, road_id: int) -> Road:
        if road_id not in self._roads:
            found = self._session.exec(select(Road).where(Road.id == road_id)).one()
            self._roads[road_id] = found
        return self._roads[road_id]

    def read_classes(self, class_ids: Iterable[int]) -> None:
        """Read these classes in one go."""
        new = set(class_ids) - self._classes.keys()
        query = select(TrainingClass).where(among(self._session, col(TrainingClass.id), new))
        for row in self._session.exec(query).all() if new else ():
            self._classes[row.id or 0] = row

    def training(self, class_id: int) -> TrainingClass:
        """A class, read once."""
        if class_id not in self._classes:
            self._classes[class_id] = self._session.get_one(TrainingClass, class_id)
        return self._classes[class_id]
