"""Log lines carry ids and counts; what looks personal does not reach them."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as some

from subsidy.journal import REDACTED, holds_personal_digits, start_journal, without_personal_digits


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    stream = io.StringIO()
    start_journal(level="INFO", as_json=False, stream=stream)
    yield stream
    root.handlers[:] = before
    root.setLevel(level)


@pytest.mark.parametrize(
    "text",
    [
        "330102199001011234",
        "33010219900101123X",
        "身份证33010219900101123x号",
        "id=330102199001011234,",
        "330102900101123",
        "account 6222021202012345678",
        "6222 0212 0201 2345 678",
        "6222-0212-0201-2345",
        "13812345678",
        "+86 138 1234 5678",
        "电话13812345678。",
    ],
)
def test_identity_accounts_and_phones_are_found(text: str) -> None:
    assert holds_personal_digits(text)
    assert not any(run in without_personal_digits(text) for run in ("19900101", "2345", "12345"))


@pytest.mark.parametrize(
    "text",
    [
        "HZ-2020-000017",
        "12345678-1234-4234-8234-123456789012",
        "moved 39 of 40 claims in 0.123456789012345 s",
        "2020-10-12T08:00:00.123456+00:00",
        "a3f5b2c1d4e6978812345678901234567890abcdefabcdefabcdefabcdefabcd",
        "batch 20201012",
        "amount_fen=150000",
    ],
)
def test_ids_moments_hashes_and_counts_stay(text: str) -> None:
    assert not holds_personal_digits(text)
    assert without_personal_digits(text) == text


@given(
    some.from_regex(r"[1-9]\d{16}[\dX]", fullmatch=True),
    some.text(alphabet="号 ,，:（", max_size=4),
)
def test_no_identity_number_survives_wherever_it_stands(number: str, around: str) -> None:
    assert number not in without_personal_digits(f"{around}{number}{around}")


def test_a_line_is_redacted_in_message_extra_and_traceback(lines: io.StringIO) -> None:
    log = logging.getLogger("subsidy.test")
    try:
        raise ValueError("row 330102199001011234")
    except ValueError:
        log.exception("refused %s", "330102199001011234", extra={"who": ["13812345678"], "n": 3})

    text = lines.getvalue()
    assert "330102199001011234" not in text
    assert "13812345678" not in text
    assert "n=3" in text
    assert text.count(REDACTED) == 4


def test_json_lines_hold_the_same(lines: io.StringIO) -> None:
    start_journal(level="INFO", as_json=True, stream=lines)

    logging.getLogger("subsidy.test").info("moved", extra={"count": 39, "phone": 13812345678})

    line = json.loads(lines.getvalue())
    assert (line["says"], line["count"], line["phone"]) == ("moved", 39, REDACTED)
    assert line["at"].endswith("+00:00")
