"""Ask every register of a city about its open claims, batch by batch; nobody has to remember whom."""

from __future__ import annotations

from collections.abc import Collection

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.registers.asking import Register, ask_for, open_claims
from subsidy.actions.registers.extracts import ExtractRegister, newest_extract, register_states

BATCH = 500


def extracts_of(session: Session, act: Act, *, names: Collection[str] = ()) -> dict[str, Register]:
    """The registers that can be asked now: those with an extract, all or the named ones."""
    found: dict[str, Register] = {}
    for state in register_states(session, act):
        extract = newest_extract(session, act, register=state.name)
        if extract is not None and (not names or state.name in names):
            found[state.name] = ExtractRegister(session, extract)
    return found


def ask_round(
    session: Session,
    act: Act,
    *,
    after: int = 0,
    names: Collection[str] = (),
    waiting: bool = False,
) -> tuple[int | None, dict[str, int]]:
    """Ask about the next batch of open claims behind `after`; return where to go on, and the counts.

    `waiting`: only about claims that are held because a register has not answered.
    """
    registers = extracts_of(session, act, names=names)
    claim_ids = open_claims(session, act, after=after, limit=BATCH, waiting=waiting)
    if not claim_ids or not registers:
        return None, {}
    return claim_ids[-1], ask_for(session, act, claim_ids=claim_ids, registers=registers)
