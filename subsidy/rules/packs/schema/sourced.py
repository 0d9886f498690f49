"""The parts that every entry of a pack is made of: sources, dated values, windows, documents."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Unit = Literal[
    "yuan", "hour", "day", "working_day", "month", "year", "time", "percent", "person",
    "item", "flag", "date", "list", "text",
]  # fmt: skip
AtEnd = Literal["remind", "ticket", "block", "lapse", "leader"]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=False)


class Sourced(Strict):
    """Something that a clause says, or that the bureau chose and says why."""

    clause: str = ""
    document: str = ""
    assumed: str | None = None

    @model_validator(mode="after")
    def _names_its_source(self) -> Self:
        if self.assumed is not None and not self.assumed.strip():
            raise ValueError("`assumed` needs the reason for the choice")
        if self.assumed is None and not (self.clause and self.document):
            raise ValueError("clause and document are missing (or `assumed: why`)")
        return self


class DocumentSpec(Strict):
    id: str
    title: str
    number: str | None = None
    rank: Literal["national", "provincial", "city", "district", "letter"]
    issued: date | None = None
    in_force_from: date | None = None
    in_force_until: date | None = None
    """First day on which the document is no longer in force (exclusive)."""
    until_assumed: str | None = None
    """Why the last day was read so, where no clause prints one: later claims then wait, none is refused."""
    clause: str = ""
    """The clause that gives the dates."""
    status: Literal["in_force", "expired", "draft", "reference"]
    loaded: bool
    """True: its clauses are in this file. False: only cited, its text is not at hand."""


class ValueSpec(Strict):
    """One value of one key from a day on."""

    value: Any = None
    unset: bool = False
    clause: str = ""
    document: str = ""
    assumed: str | None = None
    why: str = ""
    """For an unset value without a clause: what is missing."""
    until: date | None = None
    """First day on which the value no longer holds; left out, it holds until the next one."""

    @model_validator(mode="after")
    def _is_complete(self) -> Self:
        sourced = bool(self.clause and self.document)
        if self.unset:
            if self.value is not None or self.assumed is not None:
                raise ValueError("an unset entry has neither value nor `assumed`")
            if not (sourced or self.why.strip()):
                raise ValueError("an unset entry names the clause that leaves it open, or `why`")
            return self
        if self.value is None:
            raise ValueError("`value` is missing (or write `unset: true`)")
        if self.assumed is not None and not self.assumed.strip():
            raise ValueError("`assumed` needs the reason for the choice")
        if self.assumed is None and not sourced:
            raise ValueError("clause and document are missing (or `assumed: why`)")
        return self


Values = dict[date, ValueSpec | None]


class FloorSpec(Sourced):
    """The least that a clause allows where it leaves the value itself open (“4000元以上”)."""

    value: Any


class ParameterSpec(Strict):
    means: str
    unit: Unit
    choices: list[str] = []
    floor: FloorSpec | None = None
    values: Values = Field(min_length=1)


class DatedSpec(Strict):
    """A dated value whose meaning and unit the format knows (payee, fund, …)."""

    values: Values = Field(min_length=1)


class WindowSpec(Strict):
    means: str
    unit: Literal["working", "calendar", "month", "year"]
    direction: Literal["after", "before"]
    anchor: str
    at_end: list[AtEnd] = []
    remind_at: list[int] = []
    escalate_at: list[int] = []
    first_day_counts: bool = False
    anchor_assumed: str | None = None
    """Why the bureau counts from this day, where the clause gives a length but no beginning."""
    values: Values = Field(min_length=1)
