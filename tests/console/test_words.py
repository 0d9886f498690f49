"""The words of the pages: nothing without a Chinese translation, no state without a name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from jinja2 import Environment, meta

from states.charts import CHARTS
from subsidy.console.language.naming import state_name
from subsidy.console.language.states_en import STATES_EN
from subsidy.console.language.words import (
    CHINESE,
    ENGLISH,
    catalogue_file,
    language_of,
    translations,
)
from subsidy.console.pages import TEMPLATES_FOLDER, day, environment, link, moment, yuan
from subsidy.rules.exceptions import load_exceptions
from tests import builders
from tests.console.messages import texts

FRAME = {
    "visit", "csrf", "today", "city_name", "cities", "menu", "demo", "here", "language", "note",
    "parts", "_", "ngettext", "gettext", "pgettext", "npgettext", "link", "zh", "far",
}  # fmt: skip
"""What the layout gives every page, and what the engine itself knows."""
TEMPLATES = sorted(TEMPLATES_FOLDER.rglob("*.html"))


def test_every_text_of_the_pages_has_a_chinese_translation() -> None:
    with catalogue_file(CHINESE).open("rb") as file:
        kept = read_po(file, locale=CHINESE)
    wanted = {message.id for message in texts() if message.id}
    missing = [text for text in wanted if not (kept.get(_first(text)) and _full(kept, text))]
    assert not missing, f"add these to {catalogue_file(CHINESE)}: {sorted(map(str, missing))}"
    unused = [m.id for m in kept if m.id and m.id not in wanted]
    assert not unused, f"no page says these any more: {unused}"


def test_a_translation_keeps_every_blank_that_is_filled_in() -> None:
    with catalogue_file(CHINESE).open("rb") as file:
        kept = read_po(file, locale=CHINESE)
    blanks = re.compile(r"%\((\w+)\)")
    for message in kept:
        if not message.id:
            continue
        source = message.id if isinstance(message.id, str) else message.id[1]
        told = message.string if isinstance(message.string, str) else message.string[0]
        assert set(blanks.findall(told)) == set(blanks.findall(source)), message.id


@pytest.mark.parametrize("machine", sorted(CHARTS))
def test_every_state_has_a_name_in_both_languages(machine: str) -> None:
    assert set(STATES_EN[machine]) == set(CHARTS[machine].labels)
    for state in CHARTS[machine].labels:
        assert state_name(machine, state, CHINESE) == CHARTS[machine].labels[state]
        assert state_name(machine, state, ENGLISH) != state


def test_every_queue_and_code_has_a_name_in_both_languages() -> None:
    book = load_exceptions(builders.CONFIG / "exceptions.yaml")
    assert all(q.title_zh and q.title_en for q in book.queues.values())
    assert all(c.title_zh and c.title_en for c in book.codes.values())


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: p.name)
def test_a_template_says_what_it_gets_and_gets_nothing_else(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    header = re.match(r"{#-(.*?)-#}", source, re.DOTALL)
    assert header, f"{path.name} begins with no comment of what it is"
    assert "Gets:" in header.group(1)
    assert "Sent by:" in header.group(1)
    engine: Environment = environment(ENGLISH)
    own = re.findall(r"(?:macro|set) (\w+)|import \S+ as (\w+)", source)
    needs = meta.find_undeclared_variables(engine.parse(source)) - FRAME
    needs -= {name for pair in own for name in pair}
    told = set(re.findall(r"\w+", header.group(1)))
    assert needs <= told, f"{path.name} uses {sorted(needs - told)} and does not say so"


def test_the_sender_that_a_template_names_exists() -> None:
    root = TEMPLATES_FOLDER.parents[1]
    for path in TEMPLATES:
        senders = re.findall(r"Sent by: (.*?)-#}", path.read_text(encoding="utf-8"), re.DOTALL)
        for sender in senders[0].split(","):
            assert list(root.glob(sender.strip())), (path.name, sender)


def test_the_language_is_chinese_unless_english_was_chosen() -> None:
    assert language_of(None, CHINESE) == CHINESE
    assert language_of("en", CHINESE) == ENGLISH
    assert language_of("fr", CHINESE) == CHINESE
    assert translations(ENGLISH).gettext("Claims") == "Claims"
    assert translations(CHINESE).gettext("Claims") == "申领"


def test_amounts_and_days_are_written_as_clerks_read_them() -> None:
    from datetime import UTC, date, datetime

    assert yuan(123_400) == "¥1,234.00"
    assert yuan(-5) == "-¥0.05"
    assert yuan(None) == "—"
    assert "2020-10-12</time>" in day(date(2020, 10, 12))
    assert day(date(9999, 12, 31)) == "—"
    assert "2020-10-13 00:30" in moment(datetime(2020, 10, 12, 16, 30, tzinfo=UTC))
    assert link("/claims", state="paid", area=None) == "/claims?state=paid"


def _first(text: object) -> str:
    return text if isinstance(text, str) else text[0]  # type: ignore[index,no-any-return]


def _full(kept: object, text: object) -> bool:
    message = kept.get(_first(text))  # type: ignore[attr-defined]
    strings = [message.string] if isinstance(message.string, str) else list(message.string)
    return message.id == text and all(strings) and not message.fuzzy
