"""Take a wrong list back: its payments count no more, and whoever they touched is decided again."""

from __future__ import annotations

from sqlmodel import Session, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.entry import note_deed
from subsidy.actions.grounds.permits import city_area, outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.actions.history.importing import KIND, SUBJECT, undecide
from subsidy.records.tables import ImportedFile, PastSubsidy

HEADS = ("section_head",)
TAKEN_BACK = "taken_back:"
"""Begins the subject of a list that was taken back: the same file may come in again."""


def take_back(session: Session, act: Act, *, file_id: int, reason: str) -> Outcome:
    """Let the payments that a list brought count no more; who did it and why stays in the history.

    They are kept, and a later list that names them brings them back. Raises LookupError for a file that
    is no list of the city.
    """
    file = session.exec(
        select(ImportedFile)
        .where(
            ImportedFile.id == file_id,
            ImportedFile.city == act.city,
            ImportedFile.kind == KIND,
        )
        .with_for_update()
    ).first()
    if file is None:
        raise LookupError(f"{act.city} took in no list {file_id}")
    area = city_area(session, act.city)
    faults = outside_of(session, act, area_id=area.id or 0, roles=HEADS)
    if not reason.strip():
        faults.append(missing(act, "撤回原因"))
    if faults:
        return Outcome.refused(*faults, subject_id=file_id)
    if file.subject != SUBJECT:
        return Outcome(True, file_id, note="该文件此前已撤回，未作改动")
    rows = session.exec(
        select(PastSubsidy).where(
            PastSubsidy.city == act.city, PastSubsidy.file_sha256 == file.sha256
        )
    ).all()
    for row in rows:
        row.taken_back_on = row.taken_back_on or act.today
    file.subject = f"{TAKEN_BACK}{file_id}"
    session.add_all([*rows, file])
    session.flush()
    note_deed(
        session, act, machine="history_list", subject_id=file_id, event="take_back", note=reason
    )
    undecide(session, person_ids={row.person_id for row in rows})
    return Outcome(True, file_id, moved={"taken_back": len(rows)})
