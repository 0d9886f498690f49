"""What people drew outside our claims: payments that lists of older years and other places brought.

They count like paid claims. A payment that several cities took in counts once. What was paid for the
certificate of a claim answers the register of the other scheme, whatever that register said.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from sqlalchemy import func, or_
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.records.people import certificate_index
from subsidy.records.tables import ApplicationLine, Certificate, Enrolment, PastSubsidy
from subsidy.rules import facts as f
from subsidy.rules.checks.across import ELSEWHERE

CHUNK = 500
PAID_FOR = "E304"
"""Registers with this code ask whether the certificate was paid for under another scheme."""
OURS = "past_subsidy"
"""Source of an answer that the city's own list gives."""


@dataclass(frozen=True)
class OutsidePayment:
    """One payment, with what the rules may compare."""

    city: str
    """The city that took it in."""
    payment: tuple[object, ...]
    """What makes it the same payment in the lists of two cities."""
    facts: f.PastClaim


@dataclass(frozen=True)
class CertificateUse:
    """Money that was paid for a certificate."""

    city: str
    index: str
    paid_on: date


class OutsidePayments:
    """The payments of several people."""

    def __init__(
        self,
        payments: Mapping[int, Sequence[OutsidePayment]],
        uses: Mapping[int, Sequence[CertificateUse]],
    ) -> None:
        """Hold what was read."""
        self._payments, self._uses = payments, uses

    def seen_by(self, city: str, person_id: int) -> list[OutsidePayment]:
        """The payments of a person, each once: as the asking city knows it, if it does."""
        known = self._payments.get(person_id, ())
        own = [each for each in known if each.city == city]
        seen = {each.payment for each in own}
        others = {
            each.payment: each for each in known if each.city != city and each.payment not in seen
        }
        return [*own, *others.values()]

    def uses_of(
        self, act: Act, city: str, certificate: Certificate, *, after: Sequence[f.RegisterAnswer]
    ) -> list[f.RegisterAnswer]:
        """The answer `found` where money was paid for the certificate; none leaves the register's.

        It carries a day that no answer given so far is behind, so that it is the one that counts.
        """
        known = self._uses.get(certificate.person_id, ())
        index = certificate_index(act.office.vault, certificate.number) if known else ""
        found = [use for use in known if index and use.index == index]
        if not found:
            return []
        own = [use for use in found if use.city == city]
        first = min((own or found), key=lambda use: use.paid_on)
        paid_on = first.paid_on if own else date(first.paid_on.year, 1, 1)
        return [
            f.RegisterAnswer(
                register=name,
                answer="found",
                source=OURS if own else ELSEWHERE,
                asked_on=max([paid_on, *(a.asked_on for a in after if a.register == name)]),
            )
            for name, register in act.pack.spec.registers.items()
            if register.code == PAID_FOR and register.needs == "certificate"
        ]


def outside_payments(
    session: Session,
    act: Act,
    *,
    person_ids: Collection[int],
    paid_claims: Mapping[int, str],
) -> OutsidePayments:
    """Read what was paid to the people outside claims, in the lists of every city.

    `paid_claims` maps their paid claims to the city: a certificate that a claim of another city was
    paid for is used as well.
    """
    payments: dict[int, list[OutsidePayment]] = defaultdict(list)
    uses: dict[int, list[CertificateUse]] = defaultdict(list)
    wanted = sorted(person_ids)
    for start in range(0, len(wanted), CHUNK):
        query = (
            select(PastSubsidy)
            .where(
                col(PastSubsidy.person_id).in_(wanted[start : start + CHUNK]),
                col(PastSubsidy.taken_back_on).is_(None),
            )
            .order_by(col(PastSubsidy.id))
        )
        for row in session.exec(query).all():
            payments[row.person_id].append(_payment(act, row))
            if row.certificate_index:
                use = CertificateUse(row.city, row.certificate_index, row.paid_on)
                uses[row.person_id].append(use)
    elsewhere = {id_: city for id_, city in paid_claims.items() if city != act.city}
    for person_id, use in _uses_by_claims(session, act, elsewhere):
        uses[person_id].append(use)
    return OutsidePayments(payments, uses)


def _uses_by_claims(
    session: Session, act: Act, paid: Mapping[int, str]
) -> list[tuple[int, CertificateUse]]:
    """Certificates behind paid claims of other cities."""
    found = []
    wanted = sorted(paid)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        claim_id = func.coalesce(Enrolment.claim_id, ApplicationLine.claim_id)
        query = (
            select(Certificate, claim_id)
            .outerjoin(Enrolment, col(Enrolment.id) == Certificate.enrolment_id)
            .outerjoin(ApplicationLine, col(ApplicationLine.id) == Certificate.line_id)
            .where(or_(col(Enrolment.claim_id).in_(part), col(ApplicationLine.claim_id).in_(part)))
            .order_by(col(Certificate.id))
        )
        for row, behind in session.exec(query).all():
            index = certificate_index(act.office.vault, row.number)
            found.append((row.person_id, CertificateUse(paid[behind], index, row.issued_on)))
    return found


def _payment(act: Act, row: PastSubsidy) -> OutsidePayment:
    pack = act.office.packs.get(row.city)
    track = pack.tracks.get(row.track) if pack is not None else None
    counts = track is None or track.spec.counts_towards_limits
    facts = f.PastClaim(
        ref=f"past:{row.id}",
        status="paid",
        occupation=row.occupation,
        project=row.project,
        level=cast("f.Level", row.level),
        starts=row.starts_on if row.ends_on is not None else None,
        ends=row.ends_on or row.paid_on,  # the list tells no other day
        applied_on=row.paid_on,
        counts=counts and row.scheme == "training",
        track=track.code if track is not None else "",
    )
    same = (row.scheme, row.occupation, row.level, row.certificate_index, row.paid_on)
    return OutsidePayment(row.city, (*same, row.amount_fen), facts)
