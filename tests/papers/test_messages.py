"""Every message can be rendered from what an outbox row holds, and shows nobody's data."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from jinja2 import StrictUndefined, meta
from jinja2.exceptions import SecurityError, UndefinedError

from subsidy.papers.messages import GATHERED, MESSAGES, MessageValuesError, checked, fields_of
from subsidy.papers.notices import TEMPLATES_FOLDER, environment, render
from subsidy.papers.sample_people import sample_person
from tests.papers.samples import SAMPLES

NOTICES = TEMPLATES_FOLDER / "notices"
EVERY_MESSAGE = sorted({**MESSAGES, **GATHERED})


def test_every_message_has_its_templates_and_every_template_its_message() -> None:
    folders = {path.name for path in NOTICES.iterdir() if path.is_dir()}

    assert folders == set(EVERY_MESSAGE) == set(SAMPLES)
    for name in folders:
        assert {path.name for path in (NOTICES / name).iterdir()} >= {"subject.txt", "body.txt"}


@pytest.mark.parametrize("template", EVERY_MESSAGE)
def test_every_template_variable_is_supplied_and_every_field_is_used(template: str) -> None:
    used: set[str] = set()
    for path in sorted((NOTICES / template).iterdir()):
        tree = environment().parse(path.read_text(encoding="utf-8"))
        wanted = meta.find_undeclared_variables(tree)
        assert wanted <= set(fields_of(template)), f"{path.name} asks for what nobody gives"
        used |= wanted if path.name != "body.html" else set()

    assert used == set(fields_of(template))


@pytest.mark.parametrize("template", EVERY_MESSAGE)
def test_the_header_comment_names_the_fields_and_the_sender(template: str) -> None:
    head = (NOTICES / template / "body.txt").read_text(encoding="utf-8").split("-#}")[0]

    gets = re.search(r"Gets: (.*?)\.\n", head, re.DOTALL)
    assert gets is not None
    assert [name.strip() for name in gets[1].split(",")] == list(fields_of(template))
    assert "Sent by: " in head


@pytest.mark.parametrize("template", EVERY_MESSAGE)
def test_every_message_renders_from_json_into_clean_chinese_text(template: str) -> None:
    message = render(template, json.loads(json.dumps(SAMPLES[template])))

    assert message.subject.startswith("【")
    assert "\n" not in message.subject
    assert "某区人力资源和社会保障局" in message.text
    for text in (message.subject, message.text):
        assert "{{" not in text
        assert "None" not in text
        assert not re.search(r"\n{3,}", text), text
        assert not re.search(r"[ \t]+\n", text), text


@pytest.mark.parametrize("template", EVERY_MESSAGE)
def test_a_message_without_one_of_its_values_is_not_sent_half_empty(template: str) -> None:
    for field in fields_of(template):
        values = {name: value for name, value in SAMPLES[template].items() if name != field}
        with pytest.raises(MessageValuesError, match=field):
            render(template, values)


def test_a_refused_filing_lists_every_reason_with_its_clause_and_the_first_lawful_start() -> None:
    text = render("class_filing_refused", SAMPLES["class_filing_refused"]).text

    assert "1. 开班前不足7个工作日" in text
    assert "依据：杭人社发〔2020〕43号 三（三）2（2）①" in text
    assert "2. 缺少授课计划。" in text
    assert "2020年10月13日（星期二）" in text


def test_a_refusal_says_how_and_until_when_to_contest_it() -> None:
    text = render("claim_refused", SAMPLES["claim_refused"]).text

    assert "1. 收到本决定之日起60日内，向某区人民政府申请行政复议。" in text
    assert "6个月内，向某区人民法院提起行政诉讼" in text


def test_a_provisional_deadline_says_that_it_may_only_move_later() -> None:
    values = SAMPLES["deadline_reminder"]

    assert "不会提前" in render("deadline_reminder", values).text
    assert "不会提前" not in render("deadline_reminder", {**values, "final": True}).text


def test_sums_are_written_in_yuan_with_two_places() -> None:
    assert "1,500.50元" in render("paid", SAMPLES["paid"]).text


@pytest.mark.parametrize("trait", ["id_number", "phone", "card"])
def test_an_unmasked_personal_number_in_a_value_stops_the_message(trait: str) -> None:
    number = getattr(sample_person(3), trait)
    reasons = [{"message": f"号码{number}有误"}]

    with pytest.raises(MessageValuesError) as stopped:
        checked("claim_refused", {**SAMPLES["claim_refused"], "reasons": reasons})

    assert number not in str(stopped.value)
    assert "reasons.message" in str(stopped.value)


def test_unknown_messages_and_fields_are_named() -> None:
    with pytest.raises(MessageValuesError, match="no message 'hello'"):
        render("hello", {})
    with pytest.raises(MessageValuesError, match="extra"):
        render("paid", {**SAMPLES["paid"], "extra": 1})


def test_the_html_of_a_report_escapes_what_it_is_given() -> None:
    html = render("run_report", SAMPLES["run_report"]).html

    assert html is not None
    assert "缺&lt;数据&gt;" in html
    assert "city=hangzhou&amp;day" in html


def test_templates_run_in_a_sandbox_and_stop_at_what_is_missing(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("{{ ''.__class__.__mro__ }}", encoding="utf-8")
    (tmp_path / "gap.txt").write_text("{{ nothing }}", encoding="utf-8")
    room = environment(tmp_path)

    assert room.undefined is StrictUndefined
    with pytest.raises(SecurityError):
        room.get_template("bad.txt").render()
    with pytest.raises(UndefinedError):
        room.get_template("gap.txt").render()
