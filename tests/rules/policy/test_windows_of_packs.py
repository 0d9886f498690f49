"""Windows as packs declare them: what a check refuses, and that a chosen one takes nobody's right away."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from subsidy.actions.views.policies.sheet import policy_sheet
from subsidy.rules.deadlines import Window
from subsidy.rules.packs.running import RUNS, runs_on
from subsidy.rules.policy import Pack, PolicyError
from tests.rules.policy.conftest import CONFIG, Settings, read_pack
from tests.tracks.town import STARTS

CITIES = sorted(path.stem for path in (CONFIG / "policies").glob("*.yaml"))
OBJECTION = """    anchor: objected_on
    at_end: [ticket, leader]
    remind_at: [1]
    escalate_at: [3, 10]
"""
PUBLICITY = "    anchor: notice_posted\n"
FILED_AFTER = """        direction: before
        anchor: training_starts
        at_end: [block]
        remind_at: [3, 1]
"""
APPLY = "        anchor: training_ends\n        at_end: [ticket, lapse]\n"


@pytest.mark.parametrize(
    ("old", "new", "key", "what"),
    [
        (OBJECTION, OBJECTION.replace("[3, 10]", "[10, 3]"), "objection.escalate_at", "ascend"),
        (OBJECTION, OBJECTION.replace("[3, 10]", "[0, 3]"), "objection.escalate_at", "from 1 on"),
        (OBJECTION, OBJECTION.replace("[3, 10]", "[3, 3]"), "objection.escalate_at", "once"),
        (OBJECTION, OBJECTION.replace("[1]", "[-1]"), "objection.remind_at", "from 1 on"),
        (OBJECTION, OBJECTION.replace("ticket, leader", "remind"), "objection.escalate_at",
         "opens no ticket"),
        (OBJECTION, OBJECTION.replace("leader", "ticket"), "objection.at_end", "twice"),
        (OBJECTION, OBJECTION.replace("leader", "mayor"), "objection.at_end", "Input should be"),
        (OBJECTION, OBJECTION.replace("leader", "lapse"), "windows.objection", "it would lapse"),
        (OBJECTION, OBJECTION.replace("leader", "block"), "objection.at_end", "left to block"),
        (PUBLICITY, PUBLICITY + "    escalate_at: [3]\n", "publicity.escalate_at", "no ticket"),
        (FILED_AFTER, FILED_AFTER.replace("before", "after"), "filing_before_start.at_end",
         "left to block"),
        (APPLY, APPLY.replace("training_ends", "certificate_issued"),
         "pass_certificate.windows.application.anchor", "never opens"),
        ("  objection:\n    means", "  protest:\n    means", "windows.protest", "Nothing opens"),
    ],
)  # fmt: skip
def test_a_window_that_contradicts_itself_is_refused_with_file_line_key_and_remedy(
    edited: Callable[..., Pack], old: str, new: str, key: str, what: str
) -> None:
    with pytest.raises(PolicyError) as caught:
        edited(old, new)
    fault = next(fault for fault in caught.value.faults if key in fault.key and what in fault.what)
    assert fault.file.endswith("policies/hangzhou.yaml")
    assert fault.line > 1
    assert fault.remedy


def test_every_window_whose_end_opens_a_ticket_says_when_it_goes_one_desk_higher() -> None:
    for pack in _packs():
        for track in pack.tracks.values():
            for window in track.windows.values():
                ticket = {"ticket", "leader"} & set(window.at_end)
                assert bool(window.escalate_at) == bool(ticket), (pack.city, window.name)


def test_the_sheet_of_a_pack_shows_when_a_matter_goes_one_desk_higher() -> None:
    sheet = policy_sheet(read_pack("hangzhou", True), on=STARTS)
    [line] = [line for line in sheet.lines if line.key == "windows.objection"]
    assert ("escalate_at", ("3", "10")) in [(note[0], tuple(note[1])) for note in line.notes]


def _packs() -> Iterator[Pack]:
    kinds: tuple[Settings, ...] = (False, True, "filled")
    for city in CITIES:
        for settings in kinds:
            yield read_pack(city, settings)


def test_no_window_that_the_bureau_chose_makes_anybody_lapse_or_blocks() -> None:
    seen = 0
    for pack in _packs():
        for track in pack.tracks.values():
            for window in track.windows.values():
                if window.assumed is not None:
                    seen += 1
                    assert not window.may_lapse
                    assert not {"lapse", "block"} & set(window.at_end), (pack.city, window.name)
    assert seen > 100


@given(
    at_end=st.sets(st.sampled_from(["remind", "ticket", "block", "lapse", "leader"])),
    why=st.text(min_size=1),
    n=st.integers(1, 400),
)
def test_whatever_stands_at_its_end_a_chosen_window_never_lapses(
    at_end: set[str], why: str, n: int
) -> None:
    window = Window(
        name="any",
        n=n,
        unit="working",
        direction="after",
        anchor="applied_on",
        clause="",
        document="",
        assumed=why,
        at_end=tuple(at_end),  # type: ignore[arg-type]
    )
    assert not window.may_lapse


def test_every_window_of_the_packs_is_one_that_something_opens() -> None:
    declared = {
        name
        for city in CITIES
        for track in read_pack(city, True).tracks.values()
        for name in track.windows
    }
    assert declared <= set(RUNS)
    assert set(RUNS) <= declared | {"uplift_application", "allowance_period"}


def test_a_window_runs_only_on_roads_that_come_past_it() -> None:
    cixi, hangzhou = read_pack("cixi", True), read_pack("hangzhou", True)
    award, certificate = cixi.tracks["craftsman_award"], hangzhou.tracks["certificate"]
    assert not runs_on(award, "application", levels=1)
    assert not runs_on(award, "approval", levels=1)
    assert not runs_on(cixi.tracks["certificate"], "notice_posting", levels=2)
    assert runs_on(certificate, "uplift_application", levels=2)
    assert not runs_on(hangzhou.tracks["start_up"], "uplift_application", levels=2)
    assert not runs_on(hangzhou.tracks["level_assessment"], "filing_review", levels=2)
