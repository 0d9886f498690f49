"""Every window of every pack has a step that opens it and one that closes it; a new one needs both here."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from states.claim import CLAIM
from states.training_class import TRAINING_CLASS
from subsidy.actions import applications, classes, money, uplifts
from subsidy.rules.packs.running import RUNS, runs_on
from tests.rules.policy.conftest import CONFIG, read_pack
from tests.tracks.windows_run import WINDOWS

TESTS = Path(__file__).parents[1]
HANDS = (applications, classes, money, uplifts)
"""Where the steps that are no moves of a claim live."""
ON_THE_WAY = ("road", "class")
"""Those are looked for after every track's drive, in test_every_track."""


def _declared() -> Iterator[object]:
    for path in sorted((CONFIG / "policies").glob("*.yaml")):
        pack = read_pack(path.stem, "filled")
        for code, track in pack.tracks.items():
            for name in track.windows:
                yield pytest.param(path.stem, code, name, id=f"{path.stem}: {code}: {name}")


@pytest.mark.parametrize(("city", "code", "window"), list(_declared()))
def test_a_window_of_a_track_is_opened_and_closed_or_never_runs_there(
    city: str, code: str, window: str
) -> None:
    pack = read_pack(city, "filled")
    track = pack.tracks[code]
    steps = WINDOWS[window]
    levels = {len(track.levels(route) or ()) for route in pack.spec.routing.routes}
    if not any(runs_on(track, window, levels=n) for n in levels):
        return  # no rule is written for its roads, so nothing can open it
    if steps.seen in ON_THE_WAY:
        return
    source = (TESTS / steps.test).read_text(encoding="utf-8")
    assert window in source or steps.opens.split(" | ")[0] in source


def test_the_table_of_steps_names_every_window_that_may_be_declared() -> None:
    assert set(WINDOWS) == set(RUNS)


@pytest.mark.parametrize("window", [w for w, s in WINDOWS.items() if s.seen != "drawn"])
def test_the_steps_that_open_and_close_a_window_exist_and_do_so(window: str) -> None:
    steps = WINDOWS[window]
    for name in steps.opens.split(" | "):
        assert _is_deed(name) or any(window in _opened(edge) for edge in _edges(name)), name
    for name in steps.closes.split(" | "):
        closing = any({window, "*"} & set(edge.effects.closes) for edge in _edges(name))
        assert closing or _is_deed(name), name


def _edges(event: str):  # type: ignore[no-untyped-def]
    return [edge for edge in CLAIM.all_edges() if edge.event == event]


def _opened(edge) -> set[str]:  # type: ignore[no-untyped-def]
    return {window for window, _ in edge.effects.opens}


def _is_deed(name: str) -> bool:
    """An action of the office, or a step of a class."""
    return any(hasattr(room, name) for room in HANDS) or any(
        edge.event == name for edge in TRAINING_CLASS.all_edges()
    )
