"""Which notices and objections a caller may see."""

from __future__ import annotations

from subsidy.actions.notices import Proof, proof_of
from subsidy.actions.views.notice_papers import ObjectionRow, objections_of
from subsidy.actions.views.notice_views import NoticeRow, notice_of
from subsidy.console.visits import NotFoundError, Visit


def own_notice(visit: Visit, notice_id: int) -> NoticeRow:
    """A notice of the caller's areas. Raises NotFoundError."""
    with visit.reading() as session:
        found = notice_of(session, city=visit.city, notice_id=notice_id)
    if found is None:
        raise NotFoundError
    visit.need_area(found.area_id)
    return found


def shown_notice(visit: Visit, notice_id: int) -> NoticeRow:
    """A notice that is or was posted. Raises NotFoundError."""
    with visit.reading() as session:
        found = notice_of(session, city=visit.city, notice_id=notice_id, public=True)
    if found is None:
        raise NotFoundError
    return found


def objection_to(visit: Visit, notice_id: int, objection_id: int) -> ObjectionRow:
    """An objection to this list. Raises NotFoundError."""
    with visit.reading() as session:
        known = {o.id: o for o in objections_of(session, notice_id=notice_id)}
    if objection_id not in known:
        raise NotFoundError
    return known[objection_id]


def proof(visit: Visit, notice_id: int) -> Proof | None:
    """What proves the posting, checked now; None before it, or where this console has no key."""
    if visit.desk.signer is None:
        return None
    with visit.reading() as session:
        return proof_of(session, visit.desk.signer, notice_id=notice_id)
