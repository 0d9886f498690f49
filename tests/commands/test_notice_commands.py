"""`notice`, `objection`, `publicise correct`: read, proved, exported, corrected, objected to by hand."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from openpyxl import load_workbook
from sqlalchemy import text

from subsidy.office import SealSigner
from subsidy.records.seals import seal_minutes
from subsidy.records.triggers import create_triggers, drop_triggers
from tests import builders
from tests.actions import payday
from tests.commands.test_money_commands import PASSWORD, Home, _account, home

__all__ = ["home"]
SHOWN, NEXT = ("--as-of", "2020-11-20"), ("--as-of", "2020-11-23")


@pytest.fixture
def ids(home: Home, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Three claims on the posted list 2020-G0001; a head who did not approve them."""
    monkeypatch.setattr("subsidy.keys.load_keys", lambda folder: builders.keys())
    with home.database.transaction() as session:
        _account(session, "head", role="section_head")
        found = payday.approved(session, 3)
        payday.posted(session, found)
    return found


def test_a_notice_is_listed_shown_and_exported(home: Home, ids: list[int]) -> None:
    assert "2020-G0001\tposted" in home.run("notice", "list").stdout
    told = home.told("notice", "show", "2020-G0001")
    assert [line["position"] for line in told["lines"]] == [1, 2, 3]  # type: ignore[index,attr-defined]
    sheet, page = home.folder / "list.xlsx", home.folder / "list.html"
    assert home.run("notice", "export", "2020-G0001", sheet).exit_code == 0
    assert home.run("notice", "export", "2020-G0001", page).exit_code == 0
    rows = list(load_workbook(sheet).worksheets[0].iter_rows(values_only=True))
    assert sum(row[0] in (1, 2, 3) for row in rows) == 3
    assert "公示时间" in page.read_text(encoding="utf-8")
    assert home.run("notice", "export", "2020-G0001", "list.doc").exit_code == 2
    assert home.run("notice", "show", "2020-G0009").exit_code == 2


def test_a_posting_is_verified_and_a_changed_list_is_found(home: Home, ids: list[int]) -> None:
    (waiting,) = home.told("notice", "verify", "2020-G0001")["proofs"]  # type: ignore[misc]
    assert waiting["state"] == "proof_waiting"
    with home.database.transaction() as session:
        later = datetime(2020, 11, 30, tzinfo=UTC) + timedelta(days=3650)
        seal_minutes(session, SealSigner(builders.keys()), now=later)
    (whole,) = home.told("notice", "verify")["proofs"]  # type: ignore[misc]
    assert whole["state"] == "proof_whole"
    with home.database.transaction() as session:
        drop_triggers(session.connection())
        session.execute(text("UPDATE notice_line SET amount_fen = 1 WHERE claim_id = 1"))
        create_triggers(session.connection())
    result = home.run("notice", "verify", "2020-G0001")
    assert result.exit_code == 1
    assert "the list is not the one whose hash was kept" in result.stdout


def test_a_list_is_corrected_after_a_look_at_what_would_change(home: Home, ids: list[int]) -> None:
    assert home.told("publicise", "correct", "2020-G0001", "--dry-run", *SHOWN)["changed"] == []
    with home.database.transaction() as session:
        payday.rename(session, ids[0], "更正后")
    seen = home.run("publicise", "correct", "2020-G0001", "--dry-run", *SHOWN).stdout
    assert "不变2条，变更1条（公示至2020-11-27），撤下0条" in seen
    assert "改  更**" in seen
    assert home.run("publicise", "correct", "2020-G0001", *SHOWN).exit_code == 1
    done = home.told("publicise", "correct", "2020-G0001", "--reason", "姓名有误", *SHOWN)
    assert done["notice"] == "2020-G0002"
    shown = home.run("notice", "show", "2020-G0002").stdout
    assert "各版：2020-G0001（replaced）、2020-G0002（posted）" in shown
    assert "至2020-11-27（更正）" in shown
    late = home.told("publicise", "close", "--as-of", "2020-12-01")
    assert late["moved"] == {"payable": 3}


def test_an_objection_is_filed_read_decided_and_asked_about(home: Home, ids: list[int]) -> None:
    filed = home.told(
        "objection", "file", "2020-G0001", "--line", 2, *SHOWN, typed="未参加培训\n\n"
    )
    receipt = str(filed["receipt"])
    assert filed["settle_by"] == "2020-11-27"
    assert "未办结" in home.run("notice", "objections", "2020-G0001").stdout
    words = ("objection", "read", receipt, "--reason", "核查异议", *NEXT)
    assert home.run(*words).exit_code == 2, "nobody is named"
    assert home.run(*words, "--as", "approver", typed=f"{PASSWORD}\n").exit_code == 2
    read = home.run(*words, "--as", "head", typed=f"{PASSWORD}\n")
    assert "未参加培训" in read.stdout
    decision = (
        "objection",
        "decide",
        receipt,
        "--outcome",
        "refused",
        "--reasons",
        "不属实",
        *NEXT,
    )
    assert home.run(*decision).exit_code == 2
    assert home.told(*decision, "--as", "head", typed=f"{PASSWORD}\n")["moved"] == {
        "grant_publicised": 1
    }
    assert home.told("objection", "status", receipt.lower())["outcome"] == "refused"
    assert home.run("objection", "status", "YY-1").exit_code == 2
    assert home.run(
        "objection", "file", "2020-G0001", "--line", 9, *SHOWN, typed="甲\n\n"
    ).exit_code == 2  # fmt: skip


def test_where_a_notice_also_hangs_is_entered_with_a_picture(
    home: Home, ids: list[int], tmp_path: Path
) -> None:
    picture, other = tmp_path / "board.png", tmp_path / "board.txt"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n...")
    other.write_text("no picture", encoding="utf-8")
    entry = ("notice", "place", "2020-G0001", "--where", "公告栏", "--on", "2020-11-18", *SHOWN)
    assert home.run(*entry, "--file", other).exit_code == 2
    kept = home.told(*entry, "--file", picture)["file_hash"]
    assert (home.folder / "files" / "notices" / str(kept)).read_bytes() == picture.read_bytes()
    early = ("notice", "place", "2020-G0001", "--where", "公告栏", "--on", "2020-11-01", *SHOWN)
    assert home.run(*early).exit_code == 1
    assert str(date(2020, 11, 18)) in home.run("notice", "show", "2020-G0001").stdout
