"""What the bank says about a line, and what that asks for, given what is booked for it already.

Pure: a line's answer and its books in, the claims to settle, give back or hand to a person out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

PAID = "paid"
TICKETS = {
    "name_mismatch": "E801",
    "closed_account": "E802",
    "amount_mismatch": "E803",
    "duplicate": "E804",
}
"""Answers by which the bank gives the money back, and the ticket that each opens."""
WORDS = {"amount_mismatch": "金额不符"}
UNCLEAR_CODE = "E804"


@dataclass(frozen=True, slots=True)
class LineAnswer:
    """What the bank says about one line: paid, closed_account, name_mismatch, amount_mismatch,
    duplicate or unknown; the amount in fen and the day booked, where the bank gives them.
    """

    line_no: int
    outcome: str
    amount_fen: int | None = None
    booked_on: date | None = None


@dataclass
class Work:
    """Claims by what their line's answer asks for."""

    settle: list[int] = field(default_factory=list)
    give_back: dict[int, str] = field(default_factory=dict)
    """Claim → the bank's ground."""
    unclear: list[int] = field(default_factory=list)
    unchanged: int = 0
    """Lines that were booked before."""


@dataclass(frozen=True, slots=True)
class BookedLine:
    """A line as the books have it: amount in fen, result so far, its claims."""

    amount_fen: int
    result: str
    claim_ids: tuple[int, ...]


def sort_answer(answer: LineAnswer, line: BookedLine, work: Work) -> str:
    """Add the line's claims to what is to be done, and return its result from now on.

    `unknown` and `amount_differs` are results that a later, clear answer may replace. Money that
    came back stays back, whatever the bank says later about that order: a person looks at it.
    """
    told = _meaning(answer, line.amount_fen)
    if told == line.result or (line.result in TICKETS and told in TICKETS):
        work.unchanged += 1
        return line.result
    if line.result in TICKETS or (line.result == PAID and told not in TICKETS):
        work.unclear += line.claim_ids
        return line.result
    if told == PAID:
        work.settle += line.claim_ids
    elif told in TICKETS:
        work.give_back |= dict.fromkeys(line.claim_ids, told)
    else:
        work.unclear += line.claim_ids
    return told


def _meaning(answer: LineAnswer, sent_fen: int) -> str:
    """The outcome as the books know it; another amount than was sent is never booked by itself."""
    if answer.outcome not in (PAID, *TICKETS):
        return "unknown"
    differs = answer.amount_fen not in (None, 0, sent_fen)
    if differs and answer.outcome in (PAID, "amount_mismatch"):
        return "amount_differs"
    return answer.outcome
