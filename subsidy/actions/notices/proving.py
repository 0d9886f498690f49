"""That a notice was put up, when, by whom and with which list: the sealed history says it.

The posting is a row of the history whose note holds the hash of the exact list. The minute of that row is
sealed and signed with the installation's key, which is not in the database.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlmodel import Session, col, select

from states.notice import NOTICE
from subsidy.actions.notices.lists import as_posted, hash_of
from subsidy.actions.notices.posting import HASH_MARK
from subsidy.actions.views.places import actor_names
from subsidy.records.seals import Signer, verify_link
from subsidy.records.tables import PublicNotice, SubjectHistory


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves a posting. `faults` is empty where everything fits together."""

    number: str
    posted_at: datetime
    """The moment of the clock, UTC."""
    posted_by: str
    list_hash: str
    """SHA-256 of the canonical bytes as they are in the database now."""
    seal_number: int | None = None
    """Link of the chain `subjects`; None while the minute of the posting is not sealed yet."""
    sealed_at: datetime | None = None
    signature: str = ""
    faults: tuple[str, ...] = ()

    @property
    def state(self) -> str:
        """`proof_whole`, `proof_waiting` (not sealed yet) or `proof_broken`."""
        if self.faults:
            return "proof_broken"
        return "proof_waiting" if self.seal_number is None else "proof_whole"


def proof_of(session: Session, signer: Signer, *, notice_id: int) -> Proof | None:
    """Recompute the list's hash and check history, seal and signature; None before the posting."""
    notice = session.get(PublicNotice, notice_id)
    if notice is None or notice.state == "prepared":
        return None
    row = session.exec(
        select(SubjectHistory)
        .where(
            SubjectHistory.machine == NOTICE.name,
            SubjectHistory.subject_id == notice_id,
            SubjectHistory.event == "post",
        )
        .order_by(col(SubjectHistory.version).desc())
    ).first()
    now = hash_of(notice, as_posted(session, notice_id=notice_id))
    if row is None:
        at = datetime(1970, 1, 1, tzinfo=UTC)
        return Proof(notice.number, at, "", now, faults=("no posting is on record",))
    faults = []
    if now != notice.list_hash:
        faults.append("the list is not the one whose hash was kept")
    if row.note != f"{HASH_MARK}{notice.list_hash}":
        faults.append("the history was written for another list")
    seal: Any
    seal, wrong = verify_link(session, signer, batch=row.batch)
    return Proof(
        number=notice.number,
        posted_at=row.recorded_at,
        posted_by=actor_names(session, {row.actor}).get(row.actor, row.actor),
        list_hash=now,
        seal_number=seal.number if seal is not None else None,
        sealed_at=seal.sealed_at if seal is not None else None,
        signature=seal.signature if seal is not None else "",
        faults=(*faults, *wrong),
    )
