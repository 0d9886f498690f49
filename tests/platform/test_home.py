"""One supervisor a home, free ports, and a console to start."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from subsidy.settings import CHECKOUT, SetupError
from subsidy.supervisor.checks import check_console, check_home, check_ports
from subsidy.supervisor.lock import HomeLock, holder_of
from tests.platform.places import free_port, settings_in


def test_a_second_supervisor_of_one_home_is_refused_and_told_who_holds_it(tmp_path: Path) -> None:
    with HomeLock(tmp_path, shows="http://127.0.0.1:8080"):
        with (
            pytest.raises(SetupError, match=rf"process {os.getpid()}, console http://127"),
            HomeLock(tmp_path, shows="x"),
        ):
            pass
        assert holder_of(tmp_path) == f"process {os.getpid()}, console http://127.0.0.1:8080"

    assert holder_of(tmp_path) is None
    with HomeLock(tmp_path, shows="x"):
        pass


def test_a_killed_supervisor_leaves_no_lock(tmp_path: Path) -> None:
    code = (
        "import os,sys; from pathlib import Path; from subsidy.supervisor.lock import HomeLock\n"
        "HomeLock(Path(sys.argv[1]), shows='x').__enter__(); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=CHECKOUT, check=False)

    assert (tmp_path / "supervisor.lock").exists()
    assert holder_of(tmp_path) is None


def test_a_busy_port_is_named_with_the_way_out(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        settings = settings_in(tmp_path, port=port, prefect_port=free_port())

        with pytest.raises(
            SetupError, match=rf"Port {port} on 127.*in use.*--port or SUBSIDY_PORT"
        ):
            check_ports(settings)


def test_a_missing_console_is_told_before_anything_starts() -> None:
    with pytest.raises(SetupError, match=r"no\.such\.console: is not installed"):
        check_console("no.such.console:create_app")


def test_a_home_with_data_but_without_keys_does_not_start(tmp_path: Path) -> None:
    settings = settings_in(tmp_path / "home")
    keys, schema = check_home(settings)
    assert schema.kind == "absent"
    assert keys.scheduler_auth

    (settings.keys_folder / "encryption.json").unlink()
    (settings.home / "subsidy.db").write_bytes(b"SQLite format 3\0" + b"\0" * 200)

    with pytest.raises(SetupError):
        check_home(settings)
