"""The played autumn, read as an auditor would: by class, roster row, state, day and amount."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from subsidy.records.tables import (
    Claim,
    ClaimClosed,
    ClaimHistory,
    ClaimProgress,
    Ticket,
)
from subsidy.records.tables.claims import ProgressColumns
from subsidy.scenario.player import Player


@dataclass
class Autumn:
    """The story after its last day."""

    player: Player

    def claims(self, session: Session, key: str) -> dict[int, int]:
        """Roster row → claim id of a class."""
        return self.player.stage.claims(session, key)

    def ending(self, session: Session, key: str, row: int) -> ProgressColumns:
        """Where one person's claim of a class stands."""
        claim = self.claims(session, key)[row]
        for table in (ClaimProgress, ClaimClosed):
            found = session.get(table, claim)
            if found is not None:
                return found
        raise LookupError(f"{key} {row}")

    def endings(self, session: Session, key: str) -> Counter[str]:
        """State → how many claims of a class."""
        return Counter(self.ending(session, key, row).state for row in self.claims(session, key))

    def days(self, session: Session, key: str, row: int) -> dict[str, list[date]]:
        """Event → the days on which it took effect for one claim."""
        claim = self.claims(session, key)[row]
        found: dict[str, list[date]] = {}
        for line in session.exec(
            select(ClaimHistory)
            .where(ClaimHistory.claim_id == claim)
            .order_by(col(ClaimHistory.version))
        ):
            found.setdefault(line.event, []).append(line.effective_on)
        return found

    def tickets(self, session: Session, key: str, row: int) -> dict[str, str]:
        """Exception code → state of the newest ticket of one claim."""
        claim = self.claims(session, key)[row]
        rows = session.exec(select(Ticket).where(Ticket.claim_id == claim).order_by(col(Ticket.id)))
        return {ticket.code: ticket.state for ticket in rows}

    def paid_fen(self, session: Session, key: str) -> int:
        """What a class was paid, in fen."""
        ids = list(self.claims(session, key).values())
        rows = session.exec(
            select(ClaimClosed.approved_fen).where(
                col(ClaimClosed.claim_id).in_(ids), ClaimClosed.state == "paid"
            )
        )
        return sum(rows)

    def all_claims(self, session: Session, city: str) -> int:
        """How many claims a city has."""
        return len(session.exec(select(Claim.id).where(Claim.city == city)).all())
