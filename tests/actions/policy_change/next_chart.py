"""The claim chart of tomorrow: the shipped declaration with `inspected` between completed and assessed."""

from __future__ import annotations

import sys
import types
from pathlib import Path

import pytest

from states import claim as shipped
from states.chart import Chart
from states.charts import CHARTS
from subsidy.actions.class_work import together
from subsidy.records.moves import roads

INSPECTED = "inspected"
EDITS = {
    "CHART_VERSION = 1": "CHART_VERSION = 2",
    '    "completed",\n    "assessed",': '    "completed",\n    "inspected",\n    "assessed",',
    '    assessed = State("已考核")': '    inspected = State("抽查")\n    assessed = State("已考核")',
    "    pass_assessment = edge(": (
        "    inspect = edge(completed, inspected, when=[g.next_is('inspected'), *UNBLOCKED])\n"
        "    pass_assessment = edge("
    ),
    "[completed, failed]": "[completed, inspected, failed]",
    "enrolled, filed, completed,": "enrolled, filed, completed, inspected,",
    "        completed=completed,\n": "        completed=completed,\n        inspected=inspected,\n",
}


def declared() -> types.ModuleType:
    """The edited declaration, compiled by the compiler that compiles the shipped one."""
    text = Path(shipped.__file__ or "").read_text(encoding="utf-8")
    for old, new in EDITS.items():
        assert old in text, old
        text = text.replace(old, new)
    module = types.ModuleType("states.claim_of_tomorrow")
    exec(compile(text, module.__name__, "exec"), module.__dict__)
    return module


def put_in_force(monkeypatch: pytest.MonkeyPatch, module: types.ModuleType) -> Chart:
    """As if this process had been started with the program that brings the new chart."""
    chart: Chart = module.CLAIM
    new = {"CLAIM": chart, "ROAD": module.ROAD}
    for loaded in list(sys.modules.values()):
        if loaded in (module, shipped) or not loaded.__name__.startswith(("states", "subsidy")):
            continue
        for name, value in new.items():
            if getattr(loaded, name, None) is getattr(shipped, name):
                monkeypatch.setattr(loaded, name, value)
    monkeypatch.setitem(CHARTS, "claim", chart)  # type: ignore[arg-type]
    monkeypatch.setattr(roads, "ROAD_STATES", frozenset(module.ROAD))
    monkeypatch.setattr(together, "PLACE", {state: at for at, state in enumerate(module.ROAD)})
    return chart
