"""The format of `config/policies/<city>.yaml` and `config/settings/<city>.yaml` as a whole."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from subsidy.rules.packs.schema.sourced import (
    DatedSpec,
    DocumentSpec,
    ParameterSpec,
    Sourced,
    Strict,
    ValueSpec,
    WindowSpec,
)
from subsidy.rules.packs.schema.tracks import Effect, TrackSpec


class NamedSpec(Sourced):
    name: str


class GroupSpec(NamedSpec):
    needs_proof: bool = True
    free_of_charge: bool = False
    """The training must cost persons of this group nothing."""
    place_exempt: bool = False
    """Persons of this group need no connection to the place."""
    tracks: list[str] = []
    """Tracks that admit the group; empty: every track."""
    within_years: str | None = None
    """Key of the parameter that limits the years since the qualifying day (graduation)."""
    same_year: bool = False
    """The qualifying day lies in the calendar year of the class start (应届、毕业年度)."""
    ends_within_years: str | None = None
    """Key of the parameter that limits the years until the state ends (a remaining sentence)."""


class CategorySpec(NamedSpec):
    groups: list[str] = []
    """Groups the category is meant for; empty: open to every eligible person."""


class RegisterSpec(Sourced):
    """An outside register that is asked, and what each answer does."""

    asks: str
    tracks: list[str] = []
    """Tracks that ask it; empty: every track with persons."""
    at: list[Literal["filing", "claim"]]
    needs: Literal["always", "certificate"] = "always"
    found: Effect
    not_found: Effect
    mismatch: Effect = "hold"
    code: str
    """Exception code for an answer that does not pass."""

    @model_validator(mode="after")
    def _refuses_only_by_clause(self) -> Self:
        if "refuse" in (self.found, self.not_found, self.mismatch) and self.assumed is not None:
            raise ValueError("an assumed check may hold or warn; only a clause may refuse")
        return self


class RouteSpec(NamedSpec):
    pass


class RoutingSpec(Strict):
    divisions: str
    """Name of the file in config/divisions, without its ending."""
    routes: dict[str, RouteSpec]
    districts: dict[str, DatedSpec]


class PrecedenceSpec(Sourced):
    """One sentence of the documents about which of two texts prevails."""

    prevails: Literal["later_superior", "this_over_older_local"]


class AmendmentSpec(Strict):
    """A value that a later document puts in the place of the plan's, from a day on."""

    key: str
    since: date
    spec: ValueSpec


class PackSpec(Strict):
    city: str
    name: str
    governing_document: str
    documents: list[DocumentSpec] = Field(min_length=1)
    precedence: list[PrecedenceSpec] = []
    amendments: list[AmendmentSpec] = []
    parameters: dict[str, ParameterSpec]
    groups: dict[str, GroupSpec]
    connections: dict[str, NamedSpec]
    categories: dict[str, CategorySpec] = {}
    registers: dict[str, RegisterSpec] = {}
    windows: dict[str, WindowSpec] = {}
    routing: RoutingSpec
    tracks: dict[str, TrackSpec] = Field(min_length=1)


class SettingSpec(Strict):
    value: Any
    assumed: str = Field(min_length=4)
    """Why the bureau chose it."""
    since: date | None = None


class SettingsSpec(Strict):
    city: str
    values: dict[str, SettingSpec]
