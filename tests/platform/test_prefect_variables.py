"""Every variable given to Prefect is one that the pinned version knows, with a value it takes."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pydantic import AliasChoices

from subsidy.supervisor.prefect_env import child_environment, prefect_variables
from tests.platform.places import settings_in

POSTGRES = "postgresql+asyncpg://u@127.0.0.1/prefect"


def _known(model: Any, prefix: str = "PREFECT") -> set[str]:
    names: set[str] = set()
    for name, each in model.model_fields.items():
        path = f"{prefix}_{name.upper()}"
        if hasattr(each.annotation, "model_fields"):
            names |= _known(each.annotation, path)
            continue
        names.add(path)
        if isinstance(each.validation_alias, AliasChoices):
            names |= {str(choice).upper() for choice in each.validation_alias.choices}
    return names


def test_prefect_knows_every_variable_we_set(tmp_path: Path) -> None:
    from prefect.settings import Settings

    ours = prefect_variables(settings_in(tmp_path, prefect_database_url=POSTGRES), auth="u:w")

    assert not set(ours) - _known(Settings)


@pytest.mark.slow
def test_prefect_takes_the_values(tmp_path: Path) -> None:
    ours = prefect_variables(settings_in(tmp_path), auth="u:w")
    code = (
        "from prefect.settings import get_current_settings as s; c = s()\n"
        "print(c.server.services.db_vacuum.enabled_vacuum_types, c.server.analytics_enabled,"
        " c.server.ui.show_promotional_content, c.server.api.csrf_protection_enabled,"
        " c.server.events.retention_period.days, c.home)"
    )

    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **ours},
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert "'flow_runs'" in told
    assert f"False False True 14 {tmp_path / 'prefect'}" in told


def test_nobodys_own_prefect_profile_reaches_the_children(tmp_path: Path) -> None:
    mine = {"PREFECT_API_URL": "https://elsewhere", "PATH": "/bin", "SUBSIDY_PORT": "8001"}

    found = child_environment(settings_in(tmp_path), environ=mine)

    assert "PREFECT_API_URL" not in found
    assert {"PATH": "/bin", "SUBSIDY_PORT": "8001", "DO_NOT_TRACK": "1"}.items() <= found.items()


def test_the_engineers_own_prefect_settings_win(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text("[prefect]\nPREFECT_RUNNER_PROCESS_LIMIT = 8\n")

    found = prefect_variables(settings_in(tmp_path), auth="u:w")

    assert found["PREFECT_RUNNER_PROCESS_LIMIT"] == "8"


def test_a_prefect_server_database_gets_larger_batches(tmp_path: Path) -> None:
    found = prefect_variables(settings_in(tmp_path, prefect_database_url=POSTGRES), auth="u:w")

    assert found["PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE"] == "100"
