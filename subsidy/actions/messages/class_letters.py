"""Letters to the unit about its class: filed, refused, changed, a list taken in."""

from __future__ import annotations

from sqlalchemy import func
from sqlmodel import col, select

from subsidy.actions.messages.source import GroundsMissingError, Source, Values
from subsidy.records.tables import Enrolment
from subsidy.records.tables.classes import TrainingClass


def class_filed(source: Source) -> Values:
    """The class as it stands on file; the row carries what was accepted."""
    row = _class(source)
    return _about(source, row) | {
        "filed_on": row.filed_on,
        "starts_on": row.starts_on,
        "ends_on": row.ends_on,
        "heads": _heads(source, row),
    }


def class_filing_refused(source: Source) -> Values:
    """Reasons and first lawful start are those of the refusal, carried by the row."""
    return _about(source, _class(source)) | {"reasons": [], "first_lawful_start": None}


def class_change_decided(source: Source) -> Values:
    """What was asked and decided is carried by the row."""
    return _about(source, _class(source)) | {"decided_on": source.on, "reasons": []}


def roster_verdicts(source: Source) -> Values:
    """Counts and the marked file are carried by the row."""
    row = _class(source)
    where = f"{source.public_url}/classes/{row.id}"
    return _about(source, row) | {"reasons": [], "where": where}


def _about(source: Source, row: TrainingClass) -> Values:
    office, unit = source.office(source.area(row.area_id)), source.provider
    return {
        "office": office.name,
        "office_phone": office.phone,
        "provider": unit.name if unit else "",
        "class_code": row.number,
        "class_name": row.title,
    }


def _class(source: Source) -> TrainingClass:
    if source.training is None:
        raise GroundsMissingError(f"outbox row {source.row.id} is about no class")
    return source.training


def _heads(source: Source, row: TrainingClass) -> int:
    return source.session.exec(
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.class_id == row.id, col(Enrolment.dropped_on).is_(None))
    ).one()
