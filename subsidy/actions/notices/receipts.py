"""The sealed words of objections: written, opened for those who look into them, asked about by receipt."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.people import open_text, seal_text
from subsidy.records.tables import Claim, FullView, NoticeLine, Objection, PublicNotice


@dataclass(frozen=True, slots=True)
class Progress:
    """What the holder of a receipt may see: the state and the reasons, nobody's data."""

    receipt: str
    received_on: date
    received_at: datetime
    settle_by: date | None
    """Until when it is to be decided."""
    notice_id: int
    notice_number: str
    outcome: str
    reasons: str
    decided_on: date | None


def objection_progress(session: Session, act: Act, *, receipt: str) -> Progress | None:
    """What the holder of a receipt may see; None for an unknown number."""
    found = session.exec(
        select_rows(Objection, PublicNotice.number)
        .join(PublicNotice, col(PublicNotice.id) == Objection.notice_id)
        .where(Objection.city == act.city, Objection.receipt == receipt)
    ).first()
    if found is None:
        return None
    row, number = found
    return Progress(
        row.receipt,
        row.received_on,
        row.received_at,
        row.settle_by,
        row.notice_id,
        number,
        row.outcome,
        row.reasons,
        row.decided_on,
    )


def objection_id(session: Session, act: Act, *, receipt: str) -> int | None:
    """Id of the objection with this receipt number; None for an unknown one."""
    return session.exec(
        select_rows(Objection.id).where(Objection.city == act.city, Objection.receipt == receipt)
    ).first()


def read_objection(
    session: Session, act: Act, *, objection_id: int, reason: str
) -> tuple[str, str]:
    """Open words and contact for the person who looks into it; the view is logged with its reason.

    Raises ValueError without a reason, LookupError for an unknown objection, and PermissionError for
    somebody who may not decide it.
    """
    if not reason.strip():
        raise ValueError("opening an objection needs a reason")
    row = session.get(Objection, objection_id)
    if row is None:
        raise LookupError(f"no objection has the id {objection_id}")
    claim = session.get_one(Claim, row.claim_id)
    if outside_of(session, act, area_id=claim.area_id, roles=("section_head",)):
        raise PermissionError("an objection is read by who may decide it")
    if claim.person_id is not None:
        session.add(
            FullView(
                city=row.city,
                person_id=claim.person_id,
                actor=act.actor,
                reason=reason,
                fields="objection.words objection.contact",
                at=act.recorded_at,
            )
        )
    contact = ""
    if row.contact_sealed is not None:
        contact = open_text(
            act.office.vault,
            row.contact_sealed,
            bound_to=f"objection.contact:{row.receipt}",
            key_version=row.key_version,
        )
    return words_of(act, row), contact


def seal_objection(
    act: Act, line: NoticeLine, *, words: str, contact: str, channel: str, settle_by: date
) -> Objection:
    """A new objection under a receipt number of its own, with words and contact sealed."""
    vault = act.office.vault
    receipt = f"YY{act.today:%Y%m%d}-{secrets.token_hex(4).upper()}"
    sealed_contact = None
    if contact:
        sealed_contact = seal_text(vault, contact, bound_to=f"objection.contact:{receipt}")
    return Objection(
        city=act.city,
        receipt=receipt,
        notice_id=line.notice_id,
        claim_id=line.claim_id,
        received_at=act.recorded_at,
        received_on=act.today,
        channel=channel,
        settle_by=settle_by,
        words_sealed=seal_text(vault, words, bound_to=f"objection.words:{receipt}"),
        contact_sealed=sealed_contact,
        key_version=vault.ring.current,
    )


def words_of(act: Act, row: Objection) -> str:
    """What the objector wrote."""
    return open_text(
        act.office.vault,
        row.words_sealed,
        bound_to=f"objection.words:{row.receipt}",
        key_version=row.key_version,
    )
