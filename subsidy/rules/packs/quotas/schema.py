"""The format of `config/quotas/<city>.yaml`: planned training figures, each with clause and document.

Years are whole calendar years, first and last of the period. What a draft leaves as `X万人次` is a
placeholder: its `planned` is null, never 0.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal, Self

from pydantic import Field, model_validator

from subsidy.rules.packs.schema import Strict

By = Literal["city", "division", "department", "department_in_division", "programme"]
Measure = Literal["person_times", "persons", "certificates"]


class Cited(Strict):
    """Something that a clause says. A target is never assumed."""

    clause: str = Field(min_length=1)
    document: str = Field(min_length=1)


class QuotaDocument(Strict):
    id: str
    title: str
    number: str = ""


class YearBasis(Strict):
    """Which day puts a training into its year."""

    by: Literal["training_ends"]
    assumed: str = Field(min_length=4)


class ColumnSpec(Strict):
    """One column of figures of a table."""

    id: str
    means: str
    measure: Measure
    years: tuple[int, int]
    """First and last year, both counted."""
    yearly: bool = False
    """True: the figure is planned anew each year; False: once for the whole period."""
    printed_total: int | None = None
    """The sum that the document prints below the column."""
    tracks: tuple[str, ...] = ()
    """For persons: the tracks that count."""
    assumed: str = ""
    """Why these years, where the document does not say."""

    @model_validator(mode="after")
    def _runs_forward(self) -> Self:
        if self.years[1] < self.years[0]:
            raise ValueError("the last year lies before the first")
        return self


class ShareSpec(Strict):
    """A part of the row that the document asks for, in percent."""

    means: str
    percent: Decimal = Field(gt=0, le=100)
    at_least: bool = False


class RowSpec(Strict):
    """One row: who has to train how many."""

    id: str = ""
    division: str = ""
    department: str = ""
    name: str = ""
    clause: str = ""
    """Where the row's figure stands; left out, it is the table's clause."""
    planned: list[int | None] = Field(min_length=1)
    task: str = ""
    placeholder: str = ""
    """What is printed instead of a figure."""
    asked: str = ""
    """Who was asked for the figure."""
    province: str = ""
    """The figure of the province as printed, misprints included."""
    share: ShareSpec | None = None
    note: str = ""


class PrintedSum(Strict):
    """A sum over several columns that the document prints."""

    means: str
    columns: list[str] = Field(min_length=1)
    total: int


class SeriesSpec(Cited):
    """One table of one document. Figures of two tables are never added."""

    id: str = Field(pattern=r"^[a-z]+(-[a-z]+)*$")
    name: str
    by: By
    at_least: bool = False
    overlaps: tuple[str, ...] = ()
    """Tables that split the same training otherwise."""
    decomposes: str = ""
    """The table of departments that this one splits among the districts."""
    note: str = ""
    columns: list[ColumnSpec] = Field(min_length=1)
    printed_sums: tuple[PrintedSum, ...] = ()
    rows: list[RowSpec] = Field(min_length=1)


class IndicatorSpec(Cited):
    """A share that the city wants to reach; the statistics office measures it, not this system."""

    id: str
    means: str
    percent: Decimal = Field(gt=0, le=100)
    at_least: bool = False
    approximate: bool = False
    by_end_of: int | None = None
    every: str = ""
    note: str = ""


class DutySpec(Cited):
    """What offices have to do about targets, without a figure of its own."""

    id: str
    means: str
    every: str = ""
    note: str = ""


class QuotasSpec(Strict):
    city: str
    documents: list[QuotaDocument] = Field(min_length=1)
    year_basis: YearBasis
    series: list[SeriesSpec] = Field(min_length=1)
    indicators: tuple[IndicatorSpec, ...] = ()
    duties: tuple[DutySpec, ...] = ()
