"""The cases of tests/rules/cases/<city>: sentences that a clerk can check, one test each."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from subsidy.rules.decide import decide
from subsidy.rules.facts import facts_from_json
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Decision
from subsidy.rules.workdays import Calendar

FOLDER = Path(__file__).parents[1] / "cases"
CITIES = tuple(sorted(path.parent.name for path in FOLDER.glob("*/base.yaml")))


def _cases() -> Iterator[Any]:
    for city in CITIES:
        for path in sorted((FOLDER / city).glob("*.yaml")):
            if path.stem != "base":
                for case in read(path):
                    yield pytest.param(city, case, id=f"{city}/{path.stem}: {case['name']}")


@cache
def read(path: Path) -> Any:
    """A file of cases or of facts, read once; callers copy what they change."""
    return YAML(typ="safe").load(path)


def cases_of(path: Path, name: str) -> list[dict[str, Any]]:
    """The cases of one file with this name."""
    return [case for case in read(path) if case["name"] == name]


@pytest.mark.parametrize(("city", "case"), list(_cases()))
def test_case(
    city: str,
    case: dict[str, Any],
    pack_named: Callable[[str, bool], Pack],
    calendar_on: Callable[[date], Calendar],
) -> None:
    run_case(city, case, pack_named=pack_named, calendar_on=calendar_on)


def run_case(
    city: str,
    case: dict[str, Any],
    *,
    pack_named: Callable[[str, bool], Pack],
    calendar_on: Callable[[date], Calendar],
    folder: Path = FOLDER,
) -> None:
    """Decide the case under the given packs; raises AssertionError where it ends otherwise."""
    today, text = facts_of(city, case, folder=folder)
    pack = pack_named(city, case.get("settings", True))
    decision = decide(facts_from_json(text), pack=pack, today=today, calendar=calendar_on(today))
    _compare(decision, dict(case["expect"]))


def facts_of(city: str, case: dict[str, Any], *, folder: Path = FOLDER) -> tuple[date, str]:
    """The business date and the facts of a case as JSON text."""
    base = read(folder / city / "base.yaml")[case["base"]]
    facts: dict[str, Any] = copy.deepcopy(base["facts"])
    for path, value in case.get("change", {}).items():
        *parents, last = path.split(".")
        node = facts
        for parent in parents:
            node = node[parent]
        node[last] = value
    for name, answer in case.get("register", {}).items():
        for register in facts["person"]["registers"]:
            if register["register"] == name:
                register["answer"] = answer
    attend = case.get("attend", base.get("attend"))
    if attend:
        days = [attend["from"] + timedelta(n) for n in range(attend["days"])]
        facts["person"]["attended_on"] = days * (2 if attend.get("twice") else 1)
    facts["history"] = case.get("history", [])
    return case.get("today", base["today"]), json.dumps(facts, default=date.isoformat)


def _compare(decision: Decision, expect: dict[str, Any]) -> None:
    found = {item.code: item for item in decision.findings()}
    for code, clause in expect.pop("clauses", {}).items():
        assert found[code].clause == clause
    for code, facts in expect.pop("says", {}).items():
        assert {key: found[code].facts[key] for key in facts} == facts
    codes = {
        name: sorted(item.code for item in getattr(decision, name))
        for name in ("refusals", "holds", "gaps", "warnings")
    }
    assert codes == {name: sorted(expect.pop(name, [])) for name in codes}
    assert decision.payable is expect.pop("payable", False)
    yuan = expect.pop("yuan", None)
    fen = None if yuan is None else int(yuan.replace(".", ""))
    assert decision.amount_fen == fen
    shown = {
        "payee": decision.payee,
        "fund": decision.fund,
        "route": decision.route,
        "office": decision.paying_office,
        "status": decision.status,
    }
    assert {name: shown[name] for name in expect} == expect


def test_every_refusal_of_the_cases_cites_a_clause_and_a_document(
    pack_named: Callable[[str, bool], Pack], calendar_on: Callable[[date], Calendar]
) -> None:
    seen = set()
    for param in _cases():
        city, case = param.values
        today, text = facts_of(city, case)
        pack = pack_named(city, case.get("settings", True))
        decision = decide(
            facts_from_json(text), pack=pack, today=today, calendar=calendar_on(today)
        )
        for finding in decision.refusals:
            seen.add(finding.code)
            assert finding.clause
            assert finding.document in pack.documents
            assert finding.assumed is None
    assert len(seen) >= 12


def test_every_case_name_is_used_once() -> None:
    names = [param.id for param in _cases()]
    assert len(names) == len(set(names))
