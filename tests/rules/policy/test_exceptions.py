"""The numbered exceptions: complete, in the right queue, and safe to show."""

from __future__ import annotations

import re
import string
from datetime import date
from pathlib import Path

import pytest

from subsidy.rules.exceptions import QUEUES, load_exceptions, queue_of
from subsidy.rules.policy import PolicyError
from subsidy.rules.verdict import Source

ROOT = Path(__file__).parents[3]
BOOK = load_exceptions(ROOT / "config" / "exceptions.yaml")


def test_every_queue_has_codes_and_every_code_its_queue() -> None:
    for queue in QUEUES:
        assert BOOK.in_queue(queue)
    assert queue_of("E101") == "identity"
    assert queue_of("E999") == "funds"
    assert queue_of("E1001") == "calendar"
    assert queue_of("E1201") == "audit"


def test_every_code_has_owner_limit_actions_and_words_for_the_clerk() -> None:
    for code in BOOK.codes.values():
        assert code.limit_days > 0
        assert code.actions
        assert code.todo_zh.endswith("。")
        assert code.todo_en.endswith(".")
        assert re.search(r"[一-鿿]", code.title_zh + code.message_zh)
        assert not re.search(r"[一-鿿]", code.title_en + code.message_en + code.todo_en)


def test_both_languages_name_only_facts_that_the_rule_gives() -> None:
    """A text may name fewer facts than the other language, but none that does not exist."""
    known = {"clause", "document"}
    for code in BOOK.codes.values():
        fields = {
            name
            for text in (code.message_zh, code.message_en, code.remedy_zh)
            for _, name, _, _ in string.Formatter().parse(text)
            if name
        }
        assert not fields & {"name", "id_number", "account", "phone"}
        facts = {name: date(2020, 1, 1) for name in fields - known}
        finding = BOOK.finding(
            code.code, effect="hold", source=Source("四（三）", "hz-2020-43"), facts=facts
        )
        assert "{" not in finding.message_zh + finding.message_en + finding.remedy_zh


def test_every_code_that_the_rules_use_is_in_the_book() -> None:
    used = set()
    for path in (ROOT / "subsidy" / "rules").rglob("*.py"):
        used |= set(re.findall(r'"(E\d{3,4})"', path.read_text("utf-8")))
    for path in (ROOT / "config" / "policies").glob("*.yaml"):
        used |= set(re.findall(r"code: (E\d{3,4})", path.read_text("utf-8")))
    assert used
    assert used <= set(BOOK.codes)


def test_a_code_without_a_queue_is_refused(tmp_path: Path) -> None:
    text = (ROOT / "config" / "exceptions.yaml").read_text("utf-8")
    path = tmp_path / "exceptions.yaml"
    path.write_text(text.replace("  E101:", "  E1301:", 1), "utf-8")
    with pytest.raises(PolicyError, match="No queue has this number"):
        load_exceptions(path)


def test_a_repeat_cannot_be_overridden_and_the_yearly_limit_can() -> None:
    assert not BOOK.may_override("E302")
    assert BOOK.may_override("E301")
