"""Whose turn a window is, what its end is numbered as, and how it is called to people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import Session, select

from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import city_area
from subsidy.records.tables import Claim, ClaimProgress, Deadline, Road, TrainingClass, WindowRule

LEADER_CODE = "E407"
OFFICE, PROVIDER, TRAINEE = "office", "provider", "trainee"
CODES = {
    "application": "E403",
    "certificate_registration": "E402",
    "correction": "E406",
    "objection": "E702",
}
"""Window → code of the ticket at its end; every other one is the office's own work, E405."""
OFFICE_CODE = "E405"
APPLICANTS = ("application", "certificate_registration", "correction", "return_repaired")
"""Windows in which the provider (or, without one, the trainee) has to act."""
NOT_YET = {"application": "尚未申领", "certificate_registration": "尚未登记"}


class Addressee(NamedTuple):
    """Who is told: provider, trainee or office, and its id."""

    kind: str
    id: int


@dataclass(frozen=True, slots=True)
class Running:
    """A deadline with the rows that say whose it is."""

    row: Deadline
    rule: WindowRule
    claim: Claim
    progress: ClaimProgress


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
    """Finds who has to act in a running window; offices and classes are read once."""

    def __init__(self, session: Session, act: Act) -> None:
        """Bind to one session and act."""
        self._session = session
        self._act = act
        self._roads: dict[int, Road] = {}
        self._city: int | None = None
        self._classes: dict[int, TrainingClass] = {}

    def addressee(self, one: Running) -> Addressee:
        """Provider or trainee for the applicant's windows, otherwise the office in charge."""
        if one.row.window in APPLICANTS:
            if one.claim.provider_id is not None:
                return Addressee(PROVIDER, one.claim.provider_id)
            if one.claim.person_id is not None:
                return Addressee(TRAINEE, one.claim.person_id)
        return Addressee(OFFICE, self.office(one))

    def office(self, one: Running) -> int:
        """Area of the office whose work it is: the city's where the level or payment is the city's."""
        if self._is_the_citys(one):
            if self._city is None:
                self._city = city_area(self._session, self._act.city).id
            assert self._city is not None
            return self._city
        return one.row.area_id

    def _is_the_citys(self, one: Running) -> bool:
        road = self._road(one.progress.road_id)
        track = self._act.pack.tracks.get(road.track)
        window = one.row.window
        if track is None:
            return False
        if window in ("review", "approval"):
            at = 0 if window == "review" else one.progress.levels_done
            levels = track.levels(road.route) or ()
            return at < len(levels) and levels[at].office == "city"
        if window == "payment" and f"{road.track}.pays.{road.route}" in self._act.pack.dated:
            pays = track.value(f"pays.{road.route}", on=one.row.anchor_on)
            return not pays.unset and bool(pays.value == "city")
        return False

    def _road(self, road_id: int) -> Road:
        if road_id not in self._roads:
            found = self._session.exec(select(Road).where(Road.id == road_id)).one()
            self._roads[road_id] = found
        return self._roads[road_id]

    def training(self, class_id: int) -> TrainingClass:
        """A class, read once."""
        if class_id not in self._classes:
            self._classes[class_id] = self._session.get_one(TrainingClass, class_id)
        return self._classes[class_id]
