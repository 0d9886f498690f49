"""The numbered exceptions of `config/exceptions.yaml`: who owns each, what it says, what to do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from pydantic import BaseModel, ConfigDict, StringConstraints

from subsidy.rules.packs.faults import Fault, PolicyError
from subsidy.rules.packs.reading import SourceFile
from subsidy.rules.verdict import Effect, FactValue, Finding, Source

Queue = Literal[
    "identity", "eligibility", "limits", "late", "documents", "policy_gap",
    "objection", "bank_return", "funds", "calendar", "technical", "audit",
]  # fmt: skip
QUEUES: tuple[str, ...] = get_args(Queue)

Action = Literal[
    "correct",  # send to the applicant for correction, the clock stops
    "recheck",  # ask the register or the rule again
    "refuse",  # decide not to pay, with a letter
    "override",  # let it pass with reason and a second person
    "extend",  # give a longer time limit with reason and clause
    "send_down",  # return to the review level below
    "transfer",  # hand to another district
    "release",  # end the hold
    "set_value",  # the bureau fills the open value in its settings
    "pay_again",  # new payment after the account was mended
    "cancel",  # take the line out of the batch
    "recover",  # open a recovery
    "rerun",  # run the technical step again
    "refer",  # hand to leader, finance, auditor or police
    "dismiss",  # close as unfounded, with reason
]
OwnerRole = Literal["clerk", "section_head", "leader", "finance", "auditor", "engineer", "industry"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class QueueSpec(_Strict):
    title_zh: str
    title_en: str
    owner_role: OwnerRole
    limit_days: int
    """Working days in which the owner deals with a ticket."""
    assumed: str
    """Why this limit: no document gives one."""
    actions: tuple[Action, ...]


class ExceptionSpec(_Strict):
    title_zh: str
    title_en: str
    clause: Literal["pack", "assumed"]
    """pack: the clause travels with the finding. assumed: practice, no clause."""
    message_zh: str
    message_en: str
    remedy_zh: str
    todo_zh: str
    todo_en: str
    owner_role: OwnerRole | None = None
    limit_days: int | None = None
    actions: tuple[Action, ...] | None = None


Code = Annotated[str, StringConstraints(pattern=r"^E\d{3,4}$")]


class ExceptionsFile(_Strict):
    queues: dict[Queue, QueueSpec]
    codes: dict[Code, ExceptionSpec]


@dataclass(frozen=True, slots=True)
class ExceptionCode:
    """One numbered exception with everything a ticket needs."""

    code: str
    queue: str
    title_zh: str
    title_en: str
    clause: str
    owner_role: str
    limit_days: int
    actions: tuple[str, ...]
    message_zh: str
    message_en: str
    remedy_zh: str
    todo_zh: str
    todo_en: str


@dataclass(frozen=True)
class ExceptionBook:
    """All numbered exceptions, and the only place where findings get their wording."""

    codes: Mapping[str, ExceptionCode]
    queues: Mapping[str, QueueSpec] = field(default_factory=dict)

    def __getitem__(self, code: str) -> ExceptionCode:
        return self.codes[code]

    def in_queue(self, queue: str) -> tuple[ExceptionCode, ...]:
        return tuple(item for item in self.codes.values() if item.queue == queue)

    def may_override(self, code: str) -> bool:
        return "override" in self.codes[code].actions

    def finding(
        self,
        code: str,
        *,
        effect: Effect,
        source: Source,
        column: str | None = None,
        facts: Mapping[str, FactValue] | None = None,
    ) -> Finding:
        """A finding with its texts filled from `facts` (dates, counts, codes, no personal data).

        Raises KeyError when the code or a fact that its text names is missing: mend the rule.
        """
        entry, given = self.codes[code], dict(facts or {})
        shown = {"clause": source.clause, "document": source.document, **given}
        return Finding(
            code=code,
            queue=entry.queue,
            effect=effect,
            message_zh=entry.message_zh.format_map(shown),
            message_en=entry.message_en.format_map(shown),
            clause=source.clause,
            document=source.document,
            remedy_zh=entry.remedy_zh.format_map(shown),
            facts=given,
            assumed=source.assumed,
            column=column,
        )


def queue_of(code: str) -> str:
    """The queue that a number belongs to: E3xx limits, E12xx audit."""
    return QUEUES[int(code[1:]) // 100 - 1]


@lru_cache(maxsize=8)
def load_exceptions(path: Path) -> ExceptionBook:
    """Read and check `config/exceptions.yaml`; raises PolicyError with every fault."""
    source = SourceFile(path=path)
    spec = source.parse(ExceptionsFile)
    faults = [
        source.fault(("codes", code), "No queue has this number.", "Use E101 to E1299.")
        for code in spec.codes
        if not 0 < int(code[1:]) // 100 <= len(QUEUES)
    ]
    faults += [
        Fault(source.name, 0, f"queues.{queue}", "The queue is missing.", "Add it.")
        for queue in QUEUES
        if queue not in spec.queues
    ]
    if faults:
        raise PolicyError(faults)
    codes = {code: _code(code, item, spec) for code, item in spec.codes.items()}
    return ExceptionBook(codes=codes, queues={str(k): v for k, v in spec.queues.items()})


def _code(code: str, item: ExceptionSpec, spec: ExceptionsFile) -> ExceptionCode:
    queue = queue_of(code)
    owner = spec.queues[queue]  # type: ignore[index]
    return ExceptionCode(
        code=code,
        queue=queue,
        title_zh=item.title_zh,
        title_en=item.title_en,
        clause=item.clause,
        owner_role=item.owner_role or owner.owner_role,
        limit_days=item.limit_days if item.limit_days is not None else owner.limit_days,
        actions=item.actions if item.actions is not None else owner.actions,
        message_zh=item.message_zh,
        message_en=item.message_en,
        remedy_zh=item.remedy_zh,
        todo_zh=item.todo_zh,
        todo_en=item.todo_en,
    )
