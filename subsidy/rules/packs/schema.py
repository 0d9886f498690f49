"""The format of `config/policies/<city>.yaml` and `config/settings/<city>.yaml`.

Every number, office, payee and window is a dated value with clause and document. A value that
no document gives is `unset: true`; one that the bureau chose is `assumed: why`.
"""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Unit = Literal[
    "yuan", "day", "working_day", "month", "year", "time", "percent", "person",
    "flag", "date", "list", "text",
]  # fmt: skip
Fund = Literal[
    "special_account",  # 职业技能提升行动专账
    "employment_fund",  # 就业补助资金
    "unemployment_insurance",  # 失业保险基金
    "local_budget",  # 本级预算
    "department_own",  # 部门自有经费：只计数
    "enterprise",  # 企业职教经费：只记录
]
Payee = Literal["organising_unit", "trainee", "employer"]
Office = Literal["district", "city"]
Role = Literal["clerk", "section_head", "leader"]
Effect = Literal["refuse", "hold", "warn", "pass"]
AtEnd = Literal["remind", "ticket", "block", "lapse", "leader"]
Gate = Literal[
    "agreement", "approved_project", "procurement", "roster", "teaching_plan",
    "filing_approved", "commitment", "real_name", "no_fee_from_free_groups",
    "no_qualification_occupation",
]  # fmt: skip


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


class ParameterSpec(Strict):
    means: str
    unit: Unit
    choices: list[str] = []
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
    first_day_counts: bool = False
    values: Values = Field(min_length=1)


class StageSpec(Sourced):
    state: str


class GateSpec(Sourced):
    gate: Gate
    at: Literal["filing", "claim"]
    effect: Effect
    """What a missing paper does: refuse the filing, or hold the claim for correction."""


class AmountSpec(Strict):
    rule: Literal["per_attended_day", "by_level"]
    rate: str | None = None
    cap_days: str | None = None
    rates: dict[str, str] = {}


class LevelSpec(Strict):
    name: str
    office: Office
    role: Role


class TrackSpec(Strict):
    name: str
    unit: Literal["person", "class", "programme"]
    enters_at: str
    needs_certificate: bool
    certificate_kinds: list[str] = []
    counts_towards_limits: bool = True
    stages: list[StageSpec] = Field(min_length=2)
    early_application: DatedSpec
    payee: DatedSpec
    fund: DatedSpec
    levels: dict[str, DatedSpec]
    pays: dict[str, DatedSpec]
    amount: AmountSpec
    gates: list[GateSpec] = []
    windows: dict[str, WindowSpec] = {}


class NamedSpec(Sourced):
    name: str


class GroupSpec(NamedSpec):
    needs_proof: bool = True
    free_of_charge: bool = False
    """The training must cost persons of this group nothing."""
    place_exempt: bool = False
    """Persons of this group need no connection to the place."""
    within_years: str | None = None
    """Key of the parameter that limits the years since the qualifying day (graduation)."""


class CategorySpec(NamedSpec):
    groups: list[str] = []
    """Groups the category is meant for; empty: open to every eligible person."""


class RegisterSpec(Sourced):
    """An outside register that is asked, and what each answer does."""

    asks: str
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


class PackSpec(Strict):
    city: str
    name: str
    governing_document: str
    documents: list[DocumentSpec] = Field(min_length=1)
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
