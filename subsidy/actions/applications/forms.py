"""What an application states: read from text, merged with what holds for all lines, checked against
what its track asks for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

from pydantic import ValidationError

from subsidy.actions.acting import Act
from subsidy.actions.class_work.entry import entry_fault
from subsidy.rules.facts import STATED, Stated
from subsidy.rules.masking.texts import reveals
from subsidy.rules.policy import Track
from subsidy.rules.verdict import Finding

WORDS: Mapping[str, str] = {
    "period_starts": "期间起始日",
    "period_until": "期间截止日（不含）",
    "months": "申领月数",
    "broken_off": "中途退出",
    "course": "培训课程类别",
    "learner": "学徒类别",
    "award": "奖项等级",
    "facility": "建设项目类别",
    "modules": "完成实训模块数",
    "excellent_years": "考核优秀的年度",
    "hours": "完成课时数",
    "training_days": "培训天数",
    "planned_heads": "计划人数",
    "undertaker_differs": "举办方与承办方不是同一单位",
    "actual_cost_fen": "实际费用",
    "purchases_fen": "新购置设备总值",
    "employed_since": "吸纳就业起始日期",
    "employer_insured": "用人单位参保情况",
    "opened_on": "开业日期",
    "papers": "已交材料",
    "first_check": "行业主管部门初审",
    "acceptances": "验收意见",
    "systems": "信息系统登记",
}
"""What each entry is called at the desk."""
NOTHING = Stated()
BY_OTHERS = ("first_check", "acceptances", "papers", "systems", "broken_off")
"""Entries that may come later or from other offices; a missing one holds the claim, not the form."""
LISTS = ("papers", "excellent_years")


@dataclass(frozen=True, kw_only=True)
class ApplicationForm:
    """One application as it is handed in; persons come as rows beside it."""

    number: str
    track: str
    area_id: int
    provider_id: int | None = None
    item_id: int | None = None
    period: str = ""
    """Year or months that a periodic claim is for; empty for a claim that comes once."""
    stated: Stated = NOTHING
    starts_on: date | None = None
    ends_on: date | None = None
    """Last day of the training or event."""
    commitment_on: date | None = None


def stated_text(stated: Stated) -> str:
    """The entries as JSON, without those that are empty."""
    empty = asdict(Stated())
    kept = {name: value for name, value in asdict(stated).items() if value != empty[name]}
    return json.dumps(kept, ensure_ascii=False, sort_keys=True, default=date.isoformat)


def read_entries(values: Mapping[str, str]) -> tuple[dict[str, Any], list[str]]:
    """The entries among the columns of a row, and those that cannot be read."""
    known = {field.name for field in fields(Stated)}
    given: dict[str, Any] = {
        name: text.split() if name in LISTS else text
        for name, text in values.items()
        if name in known and text.strip()
    }
    try:
        if "systems" in given:
            given["systems"] = _systems(given["systems"])
        read = asdict(STATED.validate_python(given))
    except ValueError as error:
        if not isinstance(error, ValidationError):
            return {}, ["systems"]
        bad = sorted({str(item["loc"][0]) for item in error.errors(include_input=False)})
        return {}, bad
    shown = [name for name in given if any(reveals(text) for text in _texts(read[name]))]
    if shown:  # these entries go into receipts: nobody's number may stand in them
        return {}, sorted(shown)
    return {name: read[name] for name in given}, []


def _texts(entry: Any) -> Iterator[str]:
    if isinstance(entry, str):
        yield entry
    elif isinstance(entry, dict | list | tuple):
        for item in entry.values() if isinstance(entry, dict) else entry:
            yield from _texts(item)


def _systems(text: str) -> list[dict[str, str]]:
    """`系统名 2020-06-01；…` or JSON. Raises ValueError for anything else."""
    if text.lstrip().startswith("["):
        found: list[dict[str, str]] = json.loads(text)
        return found
    rows = [part.rsplit(maxsplit=1) for part in text.replace(";", "；").split("；") if part.strip()]
    if any(len(row) != 2 for row in rows):
        raise ValueError("a system and a day are expected")
    return [{"system": name.strip(), "registered_on": day} for name, day in rows]


def missing_entries(act: Act, track: Track, stated: Stated) -> list[Finding]:
    """One finding for each entry that the track asks for and nobody has filled in."""
    empty = asdict(Stated())
    return [
        entry_fault(act, "E531", column=name, what=WORDS[name])
        for name in track.spec.asks
        if name not in BY_OTHERS and asdict(stated)[name] == empty[name]
    ]


def unreadable(act: Act, names: Sequence[str]) -> list[Finding]:
    """What to say about entries whose text is no number, day or word of their kind."""
    return [entry_fault(act, "E561", column=name, what=WORDS.get(name, name)) for name in names]
