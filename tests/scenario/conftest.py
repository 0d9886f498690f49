"""Play the story once for all tests of this folder, whichever worker comes first."""

import fcntl
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from subsidy.commands.installation.preparing import bring_up
from subsidy.keys import load_or_create_keys
from subsidy.scenario.player import Player
from subsidy.scenario.weekly import open_player
from subsidy.settings import load_settings, make_home
from tests.scenario.autumn import Autumn


@pytest.fixture(scope="session")
def autumn(tmp_path_factory: pytest.TempPathFactory, testrun_uid: str) -> Iterator[Autumn]:
    """The story, played day by day through the real actions and the flows' work."""
    shared = tmp_path_factory.getbasetemp().parent / f"autumn-{testrun_uid}"
    shared.mkdir(exist_ok=True)
    with (shared / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        player = _played(shared / "home")
    yield Autumn(player)
    player.database.dispose()


def _played(home: Path) -> Player:
    """The player behind the last day; whoever finds days left plays them."""
    settings = load_settings(flags={"home": home, "demo": True}, environ={})
    make_home(settings)
    load_or_create_keys(settings.keys_folder, database_in_use=False)
    bring_up(settings.database_url)
    player = open_player(settings)
    player.set_up()
    player.play(say=lambda report: None)
    return player


@pytest.fixture
def books(autumn: Autumn) -> Iterator[Session]:
    """A session to read the story's end with."""
    with autumn.player.database.reading() as session:
        yield session
