"""`publicise`, `pay` and `ledger` on the command line: the whole way by hand, with files that are real."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from sqlmodel import Session
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.papers import bank_file
from subsidy.records.database import Database
from subsidy.records.tables import Account, Grant
from tests import builders
from tests.actions import payday

OPENS = payday.OPENS.isoformat()
PASSWORD = "long enough for a test"


@dataclass
class Home:
    """A home with a database; commands run on its business date."""

    folder: Path
    database: Database

    def run(self, *arguments: object, typed: str = "") -> Result:
        return CliRunner().invoke(app, [str(each) for each in arguments], input=typed)

    def told(self, *arguments: object, typed: str = "", code: int = 0) -> dict[str, object]:
        result = self.run(*arguments, "--json", typed=typed)
        assert result.exit_code == code, result.output
        found: dict[str, object] = json.loads(result.stdout.strip().splitlines()[-1])
        return found


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    database = Database(f"sqlite:///{tmp_path / 'subsidy.db'}")
    builders.make_schema(database)
    with database.transaction() as session:
        payday.city(session)
        _account(session, "approver", role="finance")
    monkeypatch.setenv("SUBSIDY_HOME", str(tmp_path))
    monkeypatch.setenv("SUBSIDY_DEMO", "true")
    monkeypatch.setenv("SUBSIDY_BUSINESS_DATE", OPENS)
    monkeypatch.setattr("subsidy.office.load_office", lambda settings: builders.office())
    yield Home(tmp_path, database)
    database.dispose()


def _account(session: Session, login: str, *, role: str) -> None:
    account = Account(
        login=login,
        display_name=login,
        password_hash=PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD),
        created_at=datetime(2020, 7, 1, tzinfo=UTC),
    )
    session.add(account)
    session.flush()
    area = payday.area(session, payday.CITY)
    session.add(Grant(account_id=account.id or 0, role=role, city=payday.CITY, area_id=area))


def answer(home: Home, outcomes: dict[int, str]) -> Path:
    """The bank's answer to the file that lies in its folder."""
    (sent,) = (home.folder / "bank").iterdir()
    with home.database.reading() as session:
        from subsidy.actions import money

        who = payday.act(payday.OPENS, payday.BUILDER)
        (batch,) = money.batches(session, who)
        known = money.sent_batch(session, who, batch_id=batch.batch_id)
    assert known.number in sent.name
    content = bank_file.write_return(
        [
            bank_file.ReturnLine(
                line_no=at,
                outcome=bank_file.Outcome(outcome),
                amount_fen=known.amounts_fen[at],
                booked_on=date(2020, 11, 26),
                bank_reference=f"{at}",
                bank_words="",
            )
            for at, outcome in outcomes.items()
        ],
        layout=bank_file.bank_layout("persons"),
        batch_number=known.number,
        digest=known.digest,
    )
    path = home.folder / "return.csv"
    path.write_bytes(content)
    return path


def test_a_list_is_prepared_posted_and_closed_by_hand(home: Home) -> None:
    with home.database.transaction() as session:
        payday.approved(session, 2)
    on = ("--as-of", payday.POSTED.isoformat())
    listed = home.told(
        "publicise", "prepare", "--area", payday.XIAOSHAN, "--track", payday.UNITS, *on
    )
    number = listed["notice"]
    assert home.told("publicise", "post", number, *on)["moved"] == {"grant_publicised": 2}
    shown = home.run("publicise", "list", "--state", "posted")
    assert (
        f"{number}\tposted\t萧山区人力资源和社会保障局\t2020-11-18至2020-11-24\t2件" in shown.stdout
    )
    assert home.told("publicise", "close")["moved"] == {"payable": 2}


def test_an_empty_list_is_refused_with_the_reason_and_exit_1(home: Home) -> None:
    result = home.run("publicise", "prepare", "--area", payday.XIAOSHAN, "--track", payday.UNITS)
    assert result.exit_code == 1
    assert "E703" in result.stderr


def test_a_batch_is_built_approved_sent_and_read_back_by_hand(home: Home) -> None:
    with home.database.transaction() as session:
        ids = payday.ready(session, 2, track=payday.PERSONS)
    (batch,) = home.told("pay", "build")["batches"]  # type: ignore[misc]
    number = batch["number"]
    assert home.run("pay", "send", number).exit_code == 1
    approved = home.told("pay", "approve", number, "--as", "approver", typed=f"{PASSWORD}\n")
    assert approved["note"] == "已批准"
    sent = home.told("pay", "send", number)
    assert (sent["lines"], sent["total_fen"]) == (2, 2 * payday.AMOUNT)
    back = answer(home, {1: "paid", 2: "closed_account"})
    booked = home.told("pay", "read-return", back)
    assert (booked["settled"], booked["returned"]) == (1, 1)
    again = home.run("pay", "read-return", back)
    assert "此前已读入" in again.stdout
    with home.database.reading() as session:
        assert payday.states(session, ids) == ["paid", "bank_returned"]
    held = home.told("pay", "follow-up", number, code=1)
    assert held["left"] == [[ids[1], ["nothing_blocks_it"]]]
    assert "partly_settled" in home.run("pay", "list").stdout


def test_sending_a_second_time_delivers_nothing_more(home: Home) -> None:
    with home.database.transaction() as session:
        payday.ready(session, 1, track=payday.PERSONS)
        payday.approve(session, payday.batch_of(session))
    number = home.told("pay", "list")["batches"][0]["number"]  # type: ignore[index]
    home.told("pay", "send", number)
    assert home.told("pay", "send", number)["note"] == "此前已送出，未再次送出"
    assert len(list((home.folder / "bank").iterdir())) == 1


def test_a_wrong_password_approves_nothing(home: Home) -> None:
    with home.database.transaction() as session:
        payday.ready(session, 1)
        payday.batch_of(session)
    number = home.told("pay", "list")["batches"][0]["number"]  # type: ignore[index]
    for login in ("approver", "nobody"):
        result = home.run("pay", "approve", number, "--as", login, typed="wrong\n")
        assert result.exit_code == 2
        assert "do not fit" in result.stderr
    assert "\tbuilt\t" in home.run("pay", "list").stdout


def test_a_changed_return_file_is_refused_whole(home: Home) -> None:
    with home.database.transaction() as session:
        ids = payday.ready(session, 1, track=payday.PERSONS)
        payday.approve(session, payday.batch_of(session))
    number = home.told("pay", "list")["batches"][0]["number"]  # type: ignore[index]
    home.told("pay", "send", number)
    back = answer(home, {1: "paid"})
    back.write_bytes(back.read_bytes().replace(b"1000.00", b"9000.00"))
    result = home.run("pay", "read-return", back)
    assert result.exit_code in {1, 2}
    with home.database.reading() as session:
        assert payday.states(session, ids) == ["paying"]


def test_an_unknown_batch_area_or_track_is_wrong_input(home: Home) -> None:
    wrong = (
        ("pay", "send", "BF-1"),
        ("pay", "build", "--area", "hz-nowhere"),
        ("publicise", "post", "2020-G0009"),
        ("publicise", "prepare", "--area", payday.XIAOSHAN, "--track", "nothing"),
        ("ledger", "entries", "--claim", "SQ9"),
    )
    for arguments in wrong:
        assert home.run(*arguments).exit_code == 2, arguments


def test_the_ledger_shows_balances_entries_and_that_all_is_well(home: Home) -> None:
    with home.database.transaction() as session:
        payday.ready(session, 2, track=payday.PERSONS)
        payday.sent(session)
    rows = home.told("ledger", "balance")["balances"]
    stages = {row["stage"]: row["balance_fen"] for row in rows}  # type: ignore[attr-defined]
    assert stages == {"budget": -2 * payday.AMOUNT, "approved": 0, "ordered": 2 * payday.AMOUNT}
    way = home.run("ledger", "entries", "--claim", "SQ000000").stdout
    assert "budget→approved\t1,000.00元" in way
    assert home.told("ledger", "check")["ok"] is True
    assert home.told("ledger", "reconcile")["balanced"] is True


def test_a_ledger_that_disagrees_ends_with_exit_1(home: Home) -> None:
    from subsidy.records.moves.interactive import progress_of

    with home.database.transaction() as session:
        ids = payday.ready(session, 1)
        progress_of(session, ids[0]).state = "paying"
    result = home.run("ledger", "check")
    assert result.exit_code == 1
    assert f"办件{ids[0]}（paying）ordered应为1,000.00元，实为0.00元" in result.stdout


def test_outside_the_demo_nobody_chooses_the_day(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUBSIDY_DEMO")
    monkeypatch.delenv("SUBSIDY_BUSINESS_DATE")
    result = home.run("pay", "build", "--as-of", OPENS)
    assert result.exit_code == 2
    assert "in the demo only" in result.stderr


def test_no_command_prints_a_name_or_an_account(home: Home) -> None:
    from subsidy.papers.sample_people import sample_person

    with home.database.transaction() as session:
        payday.ready(session, 1, track=payday.PERSONS)
        payday.approve(session, payday.batch_of(session))
    number = home.told("pay", "list")["batches"][0]["number"]  # type: ignore[index]
    said = [
        home.run(*arguments).output
        for arguments in (
            ("pay", "send", number),
            ("pay", "list"),
            ("publicise", "list"),
            ("ledger", "entries"),
            ("ledger", "reconcile"),
        )
    ]
    person = sample_person(0, seed=3)
    assert not any(p in text for text in said for p in (person.name, person.card))
