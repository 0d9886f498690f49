"""Which of two documents prevails: amendments put over the plan, and the least that a clause allows."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from subsidy.rules.policy import Pack, PolicyError, load_pack

CONFIG = Path(__file__).parents[3] / "config"
KEY = "competition_rate"
SINCE = "2021-03-01"
Change = Callable[[dict[str, Any]], None]


@cache
def _plan() -> dict[str, Any]:
    read: dict[str, Any] = YAML(typ="safe").load(CONFIG / "policies" / "hangzhou.yaml")
    return read


@pytest.fixture
def rewritten(tmp_path: Path) -> Callable[..., Pack]:
    """Hangzhou's pack after `change`, with `amendments`: (document fields, amendment fields)."""

    def load(
        *amendments: tuple[dict[str, Any], dict[str, Any]], change: Change | None = None
    ) -> Pack:
        data = deepcopy(_plan())
        if change is not None:
            change(data)
        for number, (document, item) in enumerate(amendments):
            name = f"later{number}"
            usual = {
                "id": name,
                "title": name,
                "rank": "provincial",
                "issued": date(2021, 2, 10),
                "in_force_from": date.fromisoformat(SINCE),
                "status": "in_force",
                "loaded": True,
            }
            data["documents"].append({**usual, **document})
            spec = {"value": "600", "clause": "二", "document": name, **item}
            key = spec.pop("key", KEY)
            since = date.fromisoformat(spec.pop("since", SINCE))
            kept = {k: v for k, v in spec.items() if v is not None}
            amended = {"key": key, "since": since, "spec": kept}
            data.setdefault("amendments", []).append(amended)
        path = tmp_path / "policies" / "hangzhou.yaml"
        path.parent.mkdir(exist_ok=True)
        with path.open("w", encoding="utf-8") as file:
            YAML(typ="safe").dump(data, file)
        return load_pack(path, exceptions=CONFIG / "exceptions.yaml")

    return load


def _yuan(pack: Pack, day: str) -> tuple[int, str]:
    value = pack.value(KEY, on=date.fromisoformat(day))
    return value.value // 100, value.document


def _plan_raises_in_july(data: dict[str, Any]) -> None:
    """The plan itself prints a second rate from July 2021."""
    data["parameters"][KEY]["values"][date(2021, 7, 1)] = {
        "value": "700",
        "clause": "四（二）",
        "document": "hz-2020-43",
    }


def test_a_later_provincial_value_replaces_the_citys_from_its_day(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({}, {}))
    assert _yuan(pack, "2021-02-28") == (500, "hz-2020-43")
    assert _yuan(pack, SINCE) == (600, "later0")
    assert _yuan(pack, "2021-12-31") == (600, "later0")


def test_a_later_document_of_the_city_itself_needs_no_sentence(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({"rank": "city"}, {}), change=lambda data: data.pop("precedence"))
    assert _yuan(pack, SINCE) == (600, "later0")


def test_without_the_sentence_a_superior_document_is_not_let_through(
    rewritten: Callable[..., Pack],
) -> None:
    with pytest.raises(PolicyError, match="No clause lets a superior document prevail"):
        rewritten(({}, {}), change=lambda data: data.pop("precedence"))


@pytest.mark.parametrize(
    ("document", "item", "what"),
    [
        ({"rank": "district"}, {}, "ranks below"),
        ({"rank": "letter"}, {}, "ranks below"),
        ({"issued": date(2020, 5, 31)}, {}, "is older than"),
        ({"status": "draft"}, {}, "overrules nothing"),
        ({"status": "reference"}, {}, "overrules nothing"),
        ({"status": "expired"}, {}, "overrules nothing"),
        ({}, {"since": "2021-02-28"}, "in force only from"),
        ({}, {"clause": None, "assumed": "标准偏高"}, "without a clause overrules nothing"),
        ({}, {"assumed": "标准偏高"}, "without a clause overrules nothing"),
        ({}, {"key": "competition_rat"}, "no key"),
        ({}, {"document": "nobody"}, "is not listed"),
        ({}, {"value": "6.001"}, "two decimals"),
    ],
)
def test_what_may_not_overrule_the_plan_is_refused_with_its_line(
    rewritten: Callable[..., Pack], document: dict[str, Any], item: dict[str, Any], what: str
) -> None:
    with pytest.raises(PolicyError, match=what) as caught:
        rewritten((document, item))
    assert all(fault.line > 0 and fault.remedy for fault in caught.value.faults)


def test_an_amendment_may_leave_a_value_open_again(rewritten: Callable[..., Pack]) -> None:
    pack = rewritten(({}, {"unset": True, "value": None}))
    assert pack.value(KEY, on=date(2021, 2, 28)).value == 50_000
    later = pack.value(KEY, on=date(2021, 3, 1))
    assert later.unset
    assert "later0" in later.open_at


def test_after_the_last_day_of_an_amendment_the_plan_holds_again(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({}, {"until": date(2021, 6, 1)}))
    assert _yuan(pack, "2021-05-31") == (600, "later0")
    assert _yuan(pack, "2021-06-01") == (500, "hz-2020-43")


def test_a_later_value_of_lower_rank_does_not_come_up_again(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({}, {}), change=_plan_raises_in_july)
    assert _yuan(pack, "2021-07-01") == (600, "later0")


def test_a_later_value_of_an_older_document_of_the_same_rank_does_not_come_up_again(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({"rank": "city"}, {}), change=_plan_raises_in_july)
    assert _yuan(pack, "2021-07-01") == (600, "later0")


def test_a_later_value_of_the_plan_holds_once_the_amendment_has_ended(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({}, {"until": date(2021, 6, 1)}), change=_plan_raises_in_july)
    assert _yuan(pack, "2021-06-30") == (500, "hz-2020-43")
    assert _yuan(pack, "2021-07-01") == (700, "hz-2020-43")


def test_a_plan_value_that_begins_within_the_amendment_comes_after_it(
    rewritten: Callable[..., Pack],
) -> None:
    pack = rewritten(({}, {"until": date(2021, 9, 1)}), change=_plan_raises_in_july)
    assert _yuan(pack, "2021-07-01") == (600, "later0")
    assert _yuan(pack, "2021-09-01") == (700, "hz-2020-43")


def test_a_national_value_goes_before_a_provincial_one_in_either_order_of_the_file(
    rewritten: Callable[..., Pack],
) -> None:
    provincial: tuple[dict[str, Any], dict[str, Any]] = ({}, {"until": date(2021, 9, 1)})
    issued, start = {"issued": date(2021, 5, 1)}, {"in_force_from": date(2021, 6, 1)}
    national = ({"rank": "national", **issued, **start}, {"value": "650", "since": "2021-06-01"})
    for order in ((provincial, national), (national, provincial)):
        pack = rewritten(*order)
        assert [_yuan(pack, day)[0] for day in ("2021-05-31", "2021-06-01", "2021-09-01")] == [
            600,
            650,
            650,
        ]


def test_a_provincial_value_does_not_come_between_a_national_one(
    rewritten: Callable[..., Pack],
) -> None:
    national = ({"rank": "national"}, {"value": "650"})
    later = {"issued": date(2021, 5, 1), "in_force_from": date(2021, 6, 1)}
    with pytest.raises(PolicyError, match="ranks below"):
        rewritten(national, (later, {"since": "2021-06-01"}))


def _open_with_floor(data: dict[str, Any]) -> None:
    data["parameters"]["apprentice_rate"]["floor"] = {
        "value": "4000",
        "clause": "三（一）",
        "document": "hz-2020-43",
    }


@pytest.mark.parametrize(("yuan", "refused"), [("3999.99", True), ("4000", False), ("5000", False)])
def test_no_value_below_the_floor_of_a_clause_is_taken(
    rewritten: Callable[..., Pack], tmp_path: Path, yuan: str, refused: bool
) -> None:
    """“4000元以上” leaves the value open, yet neither a setting nor a text may go below it."""
    rewritten(change=_open_with_floor)
    setting = tmp_path / "settings.yaml"
    line = f'  apprentice_rate: {{value: "{yuan}", assumed: 仅供测试}}\n'
    setting.write_text(f"city: hangzhou\nvalues:\n{line}", "utf-8")
    path = tmp_path / "policies" / "hangzhou.yaml"
    raised: dict[str, Any] = {"key": "apprentice_rate", "value": yuan}
    if refused:
        with pytest.raises(PolicyError, match="allows no less than 4000"):
            load_pack(path, settings=setting, exceptions=CONFIG / "exceptions.yaml")
        with pytest.raises(PolicyError, match="allows no less than 4000"):
            rewritten(({}, raised), change=_open_with_floor)
        return
    pack = load_pack(path, settings=setting, exceptions=CONFIG / "exceptions.yaml")
    assert pack.value("apprentice_rate", on=date(2020, 9, 1)).value == float(yuan) * 100
    amended = rewritten(({}, raised), change=_open_with_floor)
    assert amended.value("apprentice_rate", on=date(2021, 3, 1)).value == float(yuan) * 100
