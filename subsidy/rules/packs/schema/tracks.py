"""A track: one kind of subsidy as data. Its road, who is paid, from where, by when, and how much."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from subsidy.rules.packs.schema.sourced import DatedSpec, Sourced, Strict, WindowSpec

Fund = Literal[
    "special_account",  # 职业技能提升行动专账
    "employment_fund",  # 就业补助资金
    "unemployment_insurance",  # 失业保险基金
    "local_budget",  # 本级预算
    "department_own",  # 部门自有经费：只计数
    "enterprise",  # 企业职教经费：只记录
]
Payee = Literal["organising_unit", "trainee", "employer", "host"]
Office = Literal["district", "city"]
Role = Literal["clerk", "section_head", "leader"]
Effect = Literal["refuse", "hold", "warn", "pass"]
ClaimUnit = Literal["person", "person_month", "person_year", "pair", "class", "programme"]
PERSON_UNITS = ("person", "person_month", "person_year", "pair")
"""Units whose claim is about one person; the others carry a list of heads, or none."""
ClaimKind = Literal["main", "advance", "settlement", "allowance"]

Gate = Literal[
    # papers and decisions that any track may ask for
    "agreement", "approved_project", "procurement", "roster", "teaching_plan",
    "filing_approved", "commitment", "real_name", "no_fee_from_free_groups",
    "no_qualification_occupation",
    # conditions of particular tracks
    "paper", "employer_insured", "employed_months", "first_check", "joint_acceptance",
    "systems", "instrument", "hours", "issuer", "opened_within", "post_permit", "once_only",
    # who approved the project, who proposed its standard, who is paid for it
    "same_level", "city_filed", "standard_from_city", "authorised_payee",
    "modules", "level", "occupation", "source", "since_certificate", "excellent_years",
    "hired_within",
]  # fmt: skip
Times = Literal["once", "attended_day", "training_day", "month", "year", "module"]
Counted = Literal["planned", "finished", "theory", "practice", "certificate"]
Kind = Literal["level", "course", "learner", "award", "facility"]


class StageSpec(Sourced):
    state: str


class GateSpec(Sourced):
    """A condition that must hold at the filing of a class or at the claim."""

    gate: Gate
    at: Literal["filing", "claim"]
    effect: Effect
    """What a missing paper does: refuse the filing, or hold the claim for correction."""
    key: str | None = None
    """Parameter that the condition compares with (months, hours, systems, …).

    For `approved_project`: the list of occupations that are in the catalogue without a project.
    """
    paper: str = ""
    """For gates `paper`, `post_permit`, `authorised_payee`: code of the paper to be handed in."""
    name: str = ""
    """What that paper is called."""
    groups: list[str] = []
    """Asked only of persons of these groups; empty: of everyone."""


class AmountSpec(Strict):
    """What is earned: rate × times, raised, never above its ceilings, × heads, less the advance."""

    of: Literal["rate", "actual_cost", "purchases"] = "rate"
    rate: str | None = None
    rates: dict[str, str] = {}
    """Kind → parameter, for example level "4" → certificate_rate_level_4."""
    by: Kind = "level"
    """Which fact chooses among `rates` and `at_most_by`."""
    times: Times = "once"
    times_from: str | None = None
    """Parameter that says which days count, where the clause leaves it open."""
    times_at_most: str | None = None
    """Parameter with the most days, months or times; earlier claims of the track are taken off."""
    share: str | None = None
    """Parameter with the percentage of the cost, or of the planned sum for an advance."""
    raised_by: str | None = None
    """Parameter with the percentage on top of the rate."""
    uplift: Literal["no", "applies", "leader"] = "no"
    """Whether an approved uplift raises the rate; `leader`: a person decides above the amount."""
    at_most: list[str] = []
    at_most_by: dict[str, str] = {}
    rate_as_filed: Sourced | None = None
    """The clause that lets a unit draw no more than the standard that it filed for its project."""
    never_above_filed: Sourced | None = None
    """The clause that makes the filed standard, or the filed number of heads, a ceiling."""
    heads_by: list[Counted] = []
    """For claims of a class or programme: what a head must have done to be counted."""
    drop_outs: str | None = None
    """Parameter that says how a person-year that was broken off is settled."""
    settled: list[str] = []
    """Parameters that must be set before there is an amount at all (the basis of an advance)."""


class LevelSpec(Strict):
    name: str
    office: Office
    role: Role


class OnlyGroupsSpec(Sourced):
    """The only groups that a track is for."""

    groups: list[str] = Field(min_length=1)
    open_ended: bool = False
    """The clause ends its list with “等”: a person of another group is looked at, not refused."""


class ExcludeSpec(Sourced):
    """Another track that the same person may not draw besides this one."""

    track: str


class TrackSpec(Strict):
    name: str
    governing_document: str | None = None
    """The document that rules this track, where it is not the one that rules the pack."""
    unit: ClaimUnit
    kind: ClaimKind = "main"
    of_tracks: list[str] = []
    """For an advance or an allowance: the tracks whose entitlement it hangs on."""
    through: Literal["class", "file"] = "class"
    """`class`: claims come with a class roster; `file`: with an application of their own."""
    enters_at: str
    needs_certificate: bool
    certificate_kinds: list[str] = []
    counts_towards_limits: bool = True
    place_test: bool = True
    group_test: bool = True
    only_groups: OnlyGroupsSpec | None = None
    own_limit: str | None = None
    """Parameter with the number of times a year in this track alone."""
    catalogue_limit: str | None = None
    """Parameter with the most occupations that the catalogue may hold under this track."""
    excludes: list[ExcludeSpec] = []
    asks: list[str] = []
    """What the applicant has to state: fields of `rules.facts.Stated`."""
    stages: list[StageSpec] = Field(min_length=2)
    early_application: DatedSpec | None = None
    payee: DatedSpec
    fund: DatedSpec
    levels: dict[str, DatedSpec]
    pays: dict[str, DatedSpec]
    amount: AmountSpec
    gates: list[GateSpec] = []
    windows: dict[str, WindowSpec] = {}
