"""Facts of claims that hang on an application: what it states, its persons, advances and vouchers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from typing import Any, cast

from sqlmodel import Session, col, func, select

from subsidy.records.tables import (
    Application,
    ApplicationLine,
    CatalogueItem,
    Claim,
    ClaimClosed,
    Instrument,
)
from subsidy.rules import facts as f

SETTLED = ("paid", "recovering")
"""States of an advance that is with the payee."""


def stated_of(*texts: str) -> f.Stated:
    """The entries from their JSON texts; a later text goes before an earlier one, papers add up."""
    merged: dict[str, Any] = {}
    for text in texts:
        given = json.loads(text)
        papers = {*merged.get("papers", ()), *given.get("papers", ())}
        merged |= given
        if papers:
            merged["papers"] = sorted(papers)
    return f.STATED.validate_python(merged) if merged else f.Stated()


def stated_facts(application: Application | None, line: ApplicationLine | None) -> f.Stated:
    """What the application states for all, with what the person's line says instead."""
    if application is None:
        return f.Stated()
    texts = [application.stated, *([line.stated] if line is not None else [])]
    broken = json.dumps({"broken_off": True})
    return stated_of(*texts, *([broken] if line is not None and line.dropped_on else []))


def application_training(
    application: Application,
    line: ApplicationLine | None,
    *,
    district: str,
    item: CatalogueItem | None,
    project: f.ProjectFacts | None,
    agreement: f.Agreement | None,
) -> f.TrainingFacts:
    """Dates, trade and project of a claim without a class; the heads of one share its project's trade."""
    trade = line if line is not None else item
    return f.TrainingFacts(
        district=district,
        occupation=trade.occupation if trade is not None else "",
        level=cast("f.Level", (trade.level if trade is not None else "") or "none"),
        procurement_ref=item.procurement_record if item is not None else "",
        starts=application.starts_on,
        ends=application.ends_on,
        filed_on=application.lodged_on,
        agreement=agreement,
        project=project,
    )


def heads_of(session: Session, claims: Sequence[Claim]) -> dict[int, list[ApplicationLine]]:
    """The lines of claims of a class or programme, by claim, in id order."""
    ids = [claim.id for claim in claims if claim.application_id is not None]
    found: dict[int, list[ApplicationLine]] = defaultdict(list)
    if not ids:
        return found
    query = (
        select(ApplicationLine)
        .where(col(ApplicationLine.claim_id).in_(ids))
        .order_by(col(ApplicationLine.id))
    )
    for line in session.exec(query).all():
        found[line.claim_id].append(line)
    return found


def advances_of(session: Session, claims: Sequence[Claim]) -> dict[int, int]:
    """Advance paid under the same entitlement and period, in fen, by claim."""
    wanted = {c.entitlement_id for c in claims if c.kind != "advance"}
    if not wanted:
        return {}
    query = (
        select(Claim.entitlement_id, Claim.period, func.sum(ClaimClosed.approved_fen))
        .join(ClaimClosed, col(ClaimClosed.claim_id) == Claim.id)
        .where(
            col(Claim.entitlement_id).in_(sorted(wanted)),
            Claim.kind == "advance",
            col(ClaimClosed.state).in_(SETTLED),
        )
        .group_by(col(Claim.entitlement_id), col(Claim.period))
    )
    paid = {(right, period): int(fen or 0) for right, period, fen in session.exec(query).all()}
    return {
        c.id: paid[c.entitlement_id, c.period]
        for c in claims
        if c.id is not None and c.kind != "advance" and (c.entitlement_id, c.period) in paid
    }


def instruments_of(session: Session, *, claims: Sequence[Claim]) -> dict[int, Instrument]:
    """The voucher or credit of each claim: the redeemed one, else the oldest open one of its person."""
    people = {claim.person_id for claim in claims if claim.person_id is not None}
    if not people:
        return {}
    held = session.exec(
        select(Instrument)
        .where(col(Instrument.person_id).in_(sorted(people)))
        .order_by(col(Instrument.issued_on), col(Instrument.id))
    ).all()
    found: dict[int, Instrument] = {}
    for claim in claims if held else ():
        mine = [
            item
            for item in held
            if (item.city, item.track, item.person_id) == (claim.city, claim.track, claim.person_id)
            and item.claim_id in (None, claim.id)
        ]
        own = [item for item in mine if item.claim_id == claim.id]
        if mine and claim.id is not None:
            found[claim.id] = (own or mine)[0]
    return found
