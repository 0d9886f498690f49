"""`up`, `doctor` and `migrate` refuse with a sentence and exit 3; the doctor hides secrets."""

import json
import socket
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from subsidy.cli import app
from subsidy.keys import load_or_create_keys
from subsidy.supervisor.lock import HomeLock
from tests.platform.places import free_port


def _run(*arguments: object) -> Result:
    return CliRunner().invoke(app, [str(each) for each in arguments])


def test_up_refuses_a_busy_port_with_exit_3(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = _run("up", "--home", tmp_path, "--port", port, "--prefect-port", free_port())

    assert result.exit_code == 3
    assert (
        f"Cannot start. Port {port} on 127.0.0.1, wanted for the console, is in use"
        in result.stderr
    )
    assert "Traceback" not in result.output


def test_up_refuses_a_home_that_is_in_use_with_exit_3(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with HomeLock(tmp_path / "run", shows="http://127.0.0.1:8080"):
        result = _run("up", "--home", tmp_path)

    assert result.exit_code == 3
    assert "another `subsidy up` runs on this home" in result.stderr


def test_up_refuses_a_home_that_cannot_be_written_with_exit_3(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    result = _run("up", "--home", tmp_path / "file")

    assert result.exit_code == 3
    assert "cannot be written" in result.stderr


def test_up_refuses_a_foreign_database_with_exit_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sqlite3

    link = sqlite3.connect(tmp_path / "subsidy.db")
    link.execute("create table theirs (id integer)")
    link.close()

    result = _run("up", "--home", tmp_path)

    assert result.exit_code == 3
    assert "holds tables that are not ours" in result.stderr


def test_the_doctor_tells_settings_with_their_origin_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = load_or_create_keys(tmp_path / "keys", database_in_use=False)
    monkeypatch.setenv("SUBSIDY_SMTP_PASSWORD", "hunter2")
    monkeypatch.setenv("SUBSIDY_PORT", str(free_port()))
    monkeypatch.setenv("SUBSIDY_PREFECT_PORT", str(free_port()))

    result = _run("doctor", "--home", tmp_path, "--json")

    report = json.loads(result.stdout)
    assert (result.exit_code, report["findings"]) == (0, [])
    by_name = {each["name"]: each for each in report["settings"]}
    assert by_name["port"]["from"] == "SUBSIDY_PORT"
    assert by_name["smtp_password"]["value"] == "set"
    assert report["database"]["schema"] == "absent"
    assert set(report["keys"].values()) == {"present"}
    assert 2020 in report["calendar"]["years"]
    assert report["processes"]["running"] is None
    assert "hunter2" not in result.output
    assert keys.scheduler_auth not in result.output


def test_the_doctor_names_what_is_amiss_and_exits_1(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load_or_create_keys(tmp_path / "keys", database_in_use=False)
    (tmp_path / "keys" / "index.key").chmod(0o640)
    monkeypatch.setenv("SUBSIDY_PROT", "1")

    result = _run("doctor", "--home", tmp_path)

    assert result.exit_code == 1
    assert "SUBSIDY_PROT is set but is no setting of ours" in result.stdout
    assert "chmod 600" in result.stdout


def test_faulty_settings_end_the_doctor_with_exit_3(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("port = 'many'")

    result = _run("doctor", "--home", tmp_path)

    assert result.exit_code == 3
    assert "port cannot be 'many'" in result.stderr


def test_migrate_refuses_while_the_home_is_in_use(tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with HomeLock(tmp_path / "run", shows="x"):
        result = _run("migrate", "--home", tmp_path)

    assert result.exit_code == 3
