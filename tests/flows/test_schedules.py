"""config/schedules.yaml is read strictly, and names only flows that exist."""

import importlib.util
import sys
from pathlib import Path

import pytest

from flows.schedules import read_schedules
from flows.serve import plan
from subsidy.settings import CHECKOUT, SetupError
from tests.platform.places import settings_in

TWO = """
time_zone: Asia/Shanghai
flows:
  count-queues: {flow: "tests.flows.sample_sweeps:count_queues", says: Counts., cron: "0 8 * * *"}
  sit-still: {flow: "tests.flows.sample_sweeps:sit_still", says: Sits., per_city: false}
"""


def _file(folder: Path, text: str) -> Path:
    path = folder / "schedules.yaml"
    path.write_text(text)
    return path


def test_the_shipped_schedules_name_flows_that_exist(tmp_path: Path) -> None:
    settings = settings_in(tmp_path)
    schedules = read_schedules(settings.config_file("schedules.yaml"))

    planned = list(plan(settings, schedules))

    everyday = {name for name, each in schedules.flows.items() if not each.demo_only}
    assert {name for name, *_ in planned} == everyday
    assert all(flow.name == name for name, _, _, flow in planned)


def test_a_flow_is_planned_once_a_city(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, cities="hangzhou,cixi")

    planned = plan(settings, read_schedules(_file(tmp_path, TWO)))

    assert [(name, city) for name, city, _, _ in planned] == [
        ("count-queues", "hangzhou"),
        ("count-queues", "cixi"),
        ("sit-still", "all"),
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("time_zone: UTC", "time_zone: Input should be 'Asia/Shanghai'"),
        ("time_zone: Asia/Shanghai\nflow: {}", "flow: Extra inputs are not permitted"),
        (TWO.replace("0 8 * * *", "daily"), "flows.count-queues.cron"),
        (
            TWO + "automations:\n  over: {on_event: subsidy.x, run: none-such, says: x}",
            "automations.over.run",
        ),
        ("time_zone: [", "is not YAML"),
    ],
)
def test_a_fault_is_told_with_file_and_key(tmp_path: Path, text: str, says: str) -> None:
    with pytest.raises(SetupError) as caught:
        read_schedules(_file(tmp_path, text))

    assert says in str(caught.value)
    assert "schedules.yaml" in str(caught.value)


@pytest.mark.parametrize(
    "entry", ["tests.flows.sample_sweeps:nothing", "tests.flows.none:x", "flows.schedules:TWO"]
)
def test_a_flow_that_cannot_be_loaded_is_named(tmp_path: Path, entry: str) -> None:
    text = TWO.replace("tests.flows.sample_sweeps:count_queues", entry)

    with pytest.raises(SetupError, match=r"flows\.count-queues\.flow"):
        list(plan(settings_in(tmp_path), read_schedules(_file(tmp_path, text))))


def test_no_flow_file_shares_its_name_with_a_library() -> None:
    elsewhere = [path for path in sys.path if path and Path(path).resolve() != CHECKOUT / "flows"]
    names = [path.stem for path in (CHECKOUT / "flows").glob("*.py") if path.stem != "__init__"]

    taken = [
        name
        for name in names
        if name in sys.stdlib_module_names
        or importlib.machinery.PathFinder.find_spec(name, elsewhere) is not None
    ]

    assert names
    assert taken == []
