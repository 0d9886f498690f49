"""Every window that a pack may declare: what opens it, what closes it, and how a test comes to see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlmodel import Session, col, or_, select

from subsidy.actions.acting import sync_roads
from subsidy.records.tables import Claim, Deadline, WindowRule
from subsidy.rules.policy import Track
from tests.tracks.town import STARTS, Town

Seen = Literal["road", "beside", "class", "drawn"]


@dataclass(frozen=True)
class Steps:
    """The step that opens a window and the one that closes it.

    `seen`: `road` on the straight way of every claim whose road has it, `class` on the way of every
    class, `beside` only where somebody steps off the road (its own test is named), `drawn` from other
    rows without a record of its own.
    """

    opens: str
    closes: str
    seen: Seen
    test: str = ""


WINDOWS: Mapping[str, Steps] = {
    "filing_before_start": Steps("plan_class | lodge", "file_class | enter", "road"),
    "filing_review": Steps("file_class", "decide_filing", "class"),
    "uplift_application": Steps(
        "plan_class", "ask_uplift", "class", "actions/deadlines/test_windows_of_a_class.py"
    ),
    "certificate_registration": Steps(
        "issue_certificate | register_line_certificates", "certify", "road"
    ),
    "application": Steps("complete | register_line_certificates", "apply | settle", "road"),
    "allowance_period": Steps("register_line_certificates", "settle", "road"),
    "review": Steps("apply | begin_review | lodge", "review | approve", "road"),
    "approval": Steps("review", "review | approve", "road"),
    "notice_posting": Steps("approve", "publicise_grant", "road"),
    "publicity": Steps("", "", "drawn", "actions/deadlines/test_notices_among_deadlines.py"),
    "payment": Steps("clear_notice | skip_notice", "settle", "road"),
    "correction": Steps("send_back", "resubmit", "beside", "actions/desk/test_correcting.py"),
    "objection": Steps(
        "object_to", "refuse_objection | uphold_objection", "beside", "actions/test_objections.py"
    ),
    "return_repaired": Steps("bank_return", "reissue", "beside", "actions/test_bank_returns.py"),
    "recovery": Steps("start_recovery", "finish_recovery", "beside", "actions/test_instalments.py"),
    "recovery_instalment": Steps(
        "plan_instalments", "record_instalment", "beside", "actions/test_instalments.py"
    ),
}


def rules_of(town: Town, track: Track) -> set[str]:
    """Windows with a length on the track's road in this town."""
    session = town.session
    act = town.act(STARTS, "user:1")
    route = str(town.pack.value(f"routing.{town.district}", on=town.on(STARTS)).value)
    road_id = sync_roads(session, act)[track.code, route]
    found = session.exec(select(WindowRule.name).where(WindowRule.road_id == road_id))
    return set(found.all())


def awaited(town: Town, track: Track, ids: Sequence[int]) -> set[str]:
    """Windows that claims of the track must have stood in when they have come to their end."""
    of_class = _class_of(town.session, ids) is not None and track.spec.kind == "main"
    wanted = {name for name in rules_of(town, track) if WINDOWS[name].seen == "road"}
    if of_class:
        wanted |= {name for name in rules_of(town, track) if WINDOWS[name].seen == "class"}
    return wanted


def stood_in(town: Town, track: Track, ids: Sequence[int]) -> set[str]:
    """Windows that were opened for these claims, and for their class where they are its main ones."""
    return {row.window for row in _rows(town.session, track, ids)}


def left_open(town: Town, track: Track, ids: Sequence[int]) -> set[str]:
    """Windows that still run though everything has come to its end."""
    running = {r.window for r in _rows(town.session, track, ids) if r.status in ("open", "stopped")}
    return running - {"uplift_application"}  # nobody has asked, and no sweep has run


def _rows(session: Session, track: Track, ids: Sequence[int]) -> Sequence[Deadline]:
    class_id = _class_of(session, ids) if track.spec.kind == "main" else None
    mine = col(Deadline.claim_id).in_(list(ids))
    if class_id is not None:
        mine = or_(mine, Deadline.class_id == class_id)
    return session.exec(select(Deadline).where(mine)).all()


def _class_of(session: Session, ids: Sequence[int]) -> int | None:
    return session.get_one(Claim, ids[0]).class_id
