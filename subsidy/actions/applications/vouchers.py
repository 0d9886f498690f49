"""Training vouchers and credit: issued to a person before the training, redeemed by one claim."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Session, col, or_, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.tables import Claim, ClaimProgress, Instrument

ISSUERS = ("clerk",)


@dataclass(frozen=True, kw_only=True)
class InstrumentForm:
    """A voucher or credit as it is issued; money in fen, 0 where no document gives a value."""

    number: str
    kind: Literal["voucher", "credit"]
    track: str
    person_id: int
    valid_until: date | None = None
    value_fen: int = 0


def issue_instrument(session: Session, act: Act, *, area_id: int, form: InstrumentForm) -> Outcome:
    """Issue a voucher or credit to a person before the training; the same number again changes nothing."""
    faults = outside_of(session, act, area_id=area_id, roles=ISSUERS)
    track = act.pack.tracks.get(form.track)
    uses = track is not None and any(gate.gate == "instrument" for gate in track.spec.gates)
    if not uses:
        faults.append(entry_fault(act, "E221", fault="本类补贴不使用培训券或信用支付"))
    if form.valid_until is not None and form.valid_until <= act.today:
        faults.append(entry_fault(act, "E221", fault="有效期已过"))
    if faults:
        return Outcome.refused(*faults)
    known = session.exec(
        select(Instrument).where(Instrument.city == act.city, Instrument.number == form.number)
    ).first()
    if known is not None:
        if known.person_id != form.person_id:
            return Outcome.refused(entry_fault(act, "E221", fault="编号已发给他人"))
        return Outcome(True, known.id, note="已发放，未作改动")
    row = Instrument(
        city=act.city,
        number=form.number,
        kind=form.kind,
        track=form.track,
        person_id=form.person_id,
        value_fen=form.value_fen,
        issued_on=act.today,
        issued_by=act.actor,
        valid_until=form.valid_until,
    )
    session.add(row)
    session.flush()
    return Outcome(True, row.id)


def redeem(session: Session, act: Act, *, claim_ids: Sequence[int]) -> int:
    """Redeem the open voucher or credit of each claim's person and track, the oldest first.

    Only one that is still valid and was issued before the training; another stays as it is, and the
    decision says why the claim cannot use it.
    """
    query = (
        select(Claim, col(ClaimProgress.training_starts))
        .join(ClaimProgress, col(ClaimProgress.claim_id) == Claim.id)
        .where(col(Claim.id).in_(list(claim_ids)), ClaimProgress.state == "applied")
        .order_by(col(Claim.id))
    )
    count = 0
    for claim, starts in session.exec(query).all():
        held = session.exec(
            select(Instrument)
            .where(
                Instrument.city == claim.city,
                Instrument.track == claim.track,
                Instrument.person_id == claim.person_id,
                col(Instrument.claim_id).is_(None),
                col(Instrument.issued_on) <= starts,
                or_(col(Instrument.valid_until).is_(None), col(Instrument.valid_until) > act.today),
            )
            .order_by(col(Instrument.issued_on), col(Instrument.id))
            .with_for_update()
        ).first()
        if held is not None:
            held.claim_id, held.redeemed_on = claim.id, act.today
            session.add(held)
            count += 1
    session.flush()
    return count
