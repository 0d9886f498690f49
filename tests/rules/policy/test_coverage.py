"""config/policies/rules.csv and coverage*.csv: each rule has its word, each word its proof."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest

from subsidy.rules.packs.coverage import (
    STATUSES,
    Rule,
    check_coverage,
    encoded_keys,
    load_coverage,
    load_rules,
)
from subsidy.rules.policy import PolicyError
from tests.rules.policy.conftest import read_pack
from tests.rules.policy.perturbing import (
    Encoded,
    encoded_values,
    has_case,
    packs_with,
    runnable,
    still_pass,
)
from tests.rules.policy.test_cases import read

ROOT = Path(__file__).parents[3]
POLICIES = ROOT / "config" / "policies"
RULES = load_rules(POLICIES / "rules.csv")
ROWS = load_coverage(POLICIES)
SOURCES = sorted({rule.source for rule in RULES})
SEED, SAMPLED = 20200701, 20


@cache
def _names_in(path: Path) -> set[str]:
    if path.suffix == ".yaml":
        return {case["name"] for case in read(path)}
    text = path.read_text("utf-8")
    return set(re.findall(r"^(?:async )?def (test_\w+)", text, flags=re.MULTILINE))


def test_the_list_holds_all_385_rules_of_the_five_sources_in_our_words() -> None:
    assert len(RULES) == 385
    assert len({rule.source for rule in RULES}) == 5
    for rule in RULES:
        assert len(rule.rule) <= 100, rule.id
        assert rule.clause, rule.id
        assert rule.quote, rule.id


@pytest.mark.parametrize("source", SOURCES)
def test_every_rule_of_a_source_has_its_word(source: str) -> None:
    mine = [rule for rule in RULES if rule.source == source]
    faults = check_coverage(mine, [row for row in ROWS if row.id in {rule.id for rule in mine}])
    assert [str(fault) for fault in faults] == []


def test_the_385_rules_of_the_five_documents_all_have_a_row_that_holds_together() -> None:
    assert len(RULES) == 385
    assert [str(fault) for fault in check_coverage(RULES, ROWS)] == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.id)
def test_every_test_that_the_coverage_names_exists(row: object) -> None:
    for test in row.tests:  # type: ignore[attr-defined]
        file, _, name = test.partition("::")
        assert (ROOT / file).is_file(), test
        assert name in _names_in(ROOT / file), test


def test_every_encoded_rule_says_in_which_file_and_under_which_key() -> None:
    for row in ROWS:
        if row.status != "encoded":
            continue
        path = ROOT / row.where.split(" ")[0].rstrip(":,")
        assert path.is_file(), f"{row.id}: `where` begins with no file"
        if row.pack:
            assert row.parts, f"{row.id} names no key of the pack"
            text = path.read_text("utf-8")
            for part in row.parts[:1]:
                last = part.split(".")[-1].partition("*")[0]
                assert last in text, f"{row.id} names {part}"


# ------------------------------------------------------------------ a changed value is noticed


def _values() -> list[Encoded]:
    found = [value for row in ROWS for value in encoded_values(row)]
    return sorted(found, key=lambda value: value.name)


def _provable() -> list[Encoded]:
    """Values with a test that can run under another pack; counted ones must have a case."""
    return [value for value in _values() if value.is_counted or runnable(value.row)]


def _is_noticed(value: Encoded) -> None:
    if value.is_counted:
        assert has_case(value.row), f"{value.name}: no case in YAML proves the number"
    tests = runnable(value.row)
    assert tests, f"{value.name}: none of its tests can run under another pack"
    assert still_pass(tests, read_pack), f"{value.name}: its tests fail as it is"
    assert not still_pass(tests, packs_with(value)), (
        f"{value.name}: changed, and none of {', '.join(value.row.tests)} notices"
    )


def _sample() -> list[Encoded]:
    found = _provable()
    return random.Random(SEED).sample(found, min(SAMPLED, len(found)))


@pytest.mark.parametrize("value", _sample(), ids=lambda value: value.name)
def test_a_changed_value_fails_the_test_that_its_row_names(value: Encoded) -> None:
    _is_noticed(value)


@pytest.mark.slow
def test_every_changed_value_fails_the_test_that_its_row_names() -> None:
    unnoticed = []
    for value in _provable():
        try:
            _is_noticed(value)
        except AssertionError as error:
            unnoticed.append(str(error).splitlines()[0])
    assert unnoticed == []


def test_there_are_enough_values_to_sample() -> None:
    assert len(_provable()) >= SAMPLED


# ------------------------------------------------------------------ the loader


def _rule(number: str) -> Rule:
    return Rule(number, "文件", "一", "rate", "原文", "A rule.")


def test_a_wrong_word_a_double_row_and_a_missing_test_are_faults(tmp_path: Path) -> None:
    (tmp_path / "coverage-one.csv").write_text(
        "id,status,where,tests\nHZ-1,done,here,\nHZ-2,encoded,here,\n", "utf-8"
    )
    (tmp_path / "coverage-two.csv").write_text(
        "id,status,where,tests\nHZ-2,manual,,\nHZ-9,manual,by hand,\n", "utf-8"
    )
    rules = [_rule(f"HZ-{n}") for n in (1, 2, 3)]
    faults = check_coverage(rules, load_coverage(tmp_path))
    told = {(fault.file, fault.line, fault.key): fault.what for fault in faults}
    assert told["rules.csv", 0, "HZ-3"] == "No row says what became of it."
    assert told["coverage-one.csv", 2, "HZ-1"] == "Status 'done'."
    assert told["coverage-one.csv", 3, "HZ-2"] == "Encoded without a test."
    assert told["coverage-two.csv", 3, "HZ-9"] == "No such rule is listed."
    doubled = [fault.what for fault in faults if fault.file == "coverage-two.csv"]
    assert "Answered before in coverage-one.csv:3." in doubled
    assert "`where` is empty." in doubled
    assert all(fault.remedy for fault in faults)


def test_a_file_with_other_columns_is_refused_with_the_right_ones(tmp_path: Path) -> None:
    (tmp_path / "coverage.csv").write_text("id,word\nHZ-1,encoded\n", "utf-8")
    with pytest.raises(PolicyError, match="id, status, where, tests"):
        load_coverage(tmp_path)
    (tmp_path / "coverage.csv").write_text("id,status,where,tests\nHZ-1,manual\n", "utf-8")
    with pytest.raises(PolicyError, match="fewer cells"):
        load_coverage(tmp_path)


def test_a_rule_listed_twice_or_empty_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rules.csv"
    head = "id,source,clause,category,quote,rule\n"
    path.write_text(f"{head}HZ-1,文件,一,rate,原文,Words.\nHZ-1,文件,一,rate,原文,\n", "utf-8")
    with pytest.raises(PolicyError) as caught:
        load_rules(path)
    assert [fault.what for fault in caught.value.faults] == ["Listed twice.", "`rule` is empty."]


def test_a_part_of_where_leads_to_its_dated_keys() -> None:
    known = read_pack("hangzhou", False).dated
    assert encoded_keys("parameters.project_day_rate", known) == ("project_day_rate",)
    assert encoded_keys("tracks.pass_certificate.payee", known) == ("pass_certificate.payee",)
    window = "pass_certificate.windows.application"
    assert encoded_keys(f"tracks.{window}", known) == (window,)
    assert "routing.hz-linan" in encoded_keys("routing", known)
    assert len(encoded_keys("certificate_rate_*", known)) == 6
    assert len(encoded_keys("tracks.*.fund", known)) == len(read_pack("hangzhou", False).tracks)
    assert encoded_keys("groups.veteran", known) == ()


def test_the_statuses_are_the_four_words() -> None:
    assert STATUSES == ("encoded", "manual", "reported", "not_applicable")
