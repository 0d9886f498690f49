"""config/policies/coverage.csv: every row has its word, and every test it names exists."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from subsidy.rules.packs.coverage import STATUSES, load_coverage
from subsidy.rules.policy import PolicyError

ROOT = Path(__file__).parents[3]
ROWS = load_coverage(ROOT / "config" / "policies" / "coverage.csv")


def _names_in(path: Path) -> set[str]:
    text = path.read_text("utf-8")
    if path.suffix == ".yaml":
        return {case["name"] for case in YAML(typ="safe").load(text)}
    return set(re.findall(r"^def (test_\w+)", text, flags=re.MULTILINE))


def test_every_test_that_the_coverage_names_exists() -> None:
    known: dict[str, set[str]] = {}
    for row in ROWS:
        for test in row.tests:
            file, _, name = test.partition("::")
            if file not in known:
                known[file] = _names_in(ROOT / file)
            assert name in known[file], f"{row.id} names {test}"


def test_every_key_that_the_coverage_names_is_in_the_pack() -> None:
    text = (ROOT / "config" / "policies" / "hangzhou.yaml").read_text("utf-8")
    for row in ROWS:
        if row.where.startswith("config/policies/hangzhou.yaml ") and row.status == "encoded":
            key = row.where.split(" ")[1].split(".")[-1].rstrip(":,").replace("*", "")
            assert key in text, f"{row.id} names {key}"


def test_hangzhous_two_tracks_are_covered() -> None:
    by_id = {row.id: row.status for row in ROWS}
    wanted = ("HZ-3.3.2-2", "HZ-4.3-", "HZ-2.")
    for prefix in wanted:
        assert sum(row_id.startswith(prefix) for row_id in by_id) >= 3
    assert by_id["HZ-4.2-e"] == "encoded"
    assert by_id["HZ-3.2-c"] == "manual"
    assert set(by_id.values()) <= set(STATUSES)


def test_a_wrong_word_a_double_row_and_a_missing_test_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "coverage.csv"
    path.write_text(
        "id,status,where,tests\nHZ-1,done,here,\nHZ-2,encoded,here,\nHZ-2,manual,,\n", "utf-8"
    )
    with pytest.raises(PolicyError) as caught:
        load_coverage(path)
    assert len(caught.value.faults) == 4
