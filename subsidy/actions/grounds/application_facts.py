"""Facts of claims that hang on an application: what it states, its persons and vouchers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, cast

from sqlmodel import Session, col, select

from subsidy.records.tables import (
    Application,
    ApplicationLine,
    CatalogueItem,
    Certificate,
    Claim,
    Instrument,
)
from subsidy.rules import facts as f


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
    """Dates, trade and project of a claim without a class; a line without a trade has its project's."""
    own = line.occupation if line is not None else ""
    level = line.level if line is not None else ""
    return f.TrainingFacts(
        district=district,
        occupation=own or (item.occupation if item is not None else ""),
        level=cast("f.Level", level or (item.level if item is not None else "") or "none"),
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


def certified(training: f.TrainingFacts, row: Certificate | None) -> f.TrainingFacts:
    """The training, with the certificate's level where there was no class and nobody named one."""
    if row is None or training.ref or training.level != "none":
        return training
    return replace(training, level=cast("f.Level", row.level or "none"))


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
