"""What comes to an application later: entries and papers, the first check, the joint acceptance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from sqlmodel import Session, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.applications.entering import facts_changed
from subsidy.actions.applications.forms import (
    missing_entries,
    read_entries,
    stated_text,
    unreadable,
)
from subsidy.actions.applications.moving import (
    APPLICANTS,
    application_row,
    claims_of_application,
)
from subsidy.actions.class_work.class_facts import class_row
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.together import claims_of
from subsidy.actions.grounds.application_facts import stated_of
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import same_person
from subsidy.actions.grounds.ticket_rows import close_when_mended
from subsidy.records.tables import Application, ApplicationLine
from subsidy.rules.facts import Acceptance, FirstCheck, Stated

CHECKERS = ("industry",)
SIGNERS: Mapping[str, tuple[str, ...]] = {
    "finance": ("finance",),
    "hr": ("section_head", "leader"),
}


def supply(
    session: Session,
    act: Act,
    *,
    application_id: int,
    values: Mapping[str, str],
    claim_id: int | None = None,
) -> Outcome:
    """Fill in or add entries (`papers` are added), for all lines or for one claim's."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    entries, bad = read_entries(values)
    faults += unreadable(act, bad)
    barred = sorted({"first_check", "acceptances"} & set(entries))
    faults += [entry_fault(act, "E562", faults="初审和验收由经办部门登记") for _ in barred[:1]]
    if faults or not entries:
        return Outcome.refused(*faults, subject_id=application_id)
    if claim_id is None:
        row.stated = _added(row.stated, entries)
        session.add(row)
    else:
        for line in _lines(session, application_id, claim_id):
            line.stated = _added(line.stated, entries)
            session.add(line)
    session.flush()
    claims = [claim_id] if claim_id is not None else _claim_ids(session, application_id)
    track = act.pack.tracks[row.track]
    if not missing_entries(act, track, stated_of(row.stated)):
        for each in claims:
            close_when_mended(session, act, claim_id=each, codes=["E531"])
    facts_changed(session, act, claims)
    return Outcome(True, application_id)


def supply_class(
    session: Session, act: Act, *, class_id: int, values: Mapping[str, str]
) -> Outcome:
    """The same for a class: papers, hours and system records that hold for all its claims."""
    row = class_row(session, class_id, lock=True)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    entries, bad = read_entries(values)
    faults += unreadable(act, bad)
    if faults or not entries:
        return Outcome.refused(*faults, subject_id=class_id)
    row.stated = _added(row.stated, entries)
    session.add(row)
    session.flush()
    facts_changed(session, act, [c.claim_id for c in claims_of(session, class_id=class_id)])
    return Outcome(True, class_id)


def _added(text: str, entries: Mapping[str, object]) -> str:
    before = stated_of(text)
    papers = entries.get("papers")
    given = dict(entries)
    if isinstance(papers, tuple):
        given["papers"] = tuple(sorted({*before.papers, *papers}))
    return stated_text(replace(before, **given))  # type: ignore[arg-type]


def check_first(session: Session, act: Act, *, application_id: int) -> Outcome:
    """The industry authority's first check of the persons; whoever lodged the list may not check it."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=CHECKERS)
    if row.lodged_by == act.actor:
        faults.append(same_person(act, step="初审", earlier="申报"))
    if faults:
        return Outcome.refused(*faults, subject_id=application_id)
    check = FirstCheck(on=act.today, filed_by=row.lodged_by, checked_by=act.actor)
    return _written(session, act, row, replace(stated_of(row.stated), first_check=check))


def accept(
    session: Session, act: Act, *, application_id: int, office: Literal["finance", "hr"]
) -> Outcome:
    """One of the two signatures under the joint acceptance; both by one person are refused."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=SIGNERS[office])
    stated = stated_of(row.stated)
    others = [item for item in stated.acceptances if item.office != office]
    if any(item.by == act.actor for item in others) or row.lodged_by == act.actor:
        faults.append(same_person(act, step="验收", earlier="另一部门验收或申报"))
    if faults:
        return Outcome.refused(*faults, subject_id=application_id)
    signed = (*others, Acceptance(office=office, on=act.today, by=act.actor))
    return _written(session, act, row, replace(stated, acceptances=signed))


def _written(session: Session, act: Act, row: Application, stated: Stated) -> Outcome:
    row.stated = stated_text(stated)
    session.add(row)
    session.flush()
    facts_changed(session, act, _claim_ids(session, row.id or 0))
    return Outcome(True, row.id)


def _claim_ids(session: Session, application_id: int) -> list[int]:
    return [claim.claim_id for claim in claims_of_application(session, application_id)]


def _lines(session: Session, application_id: int, claim_id: int) -> Sequence[ApplicationLine]:
    return session.exec(
        select(ApplicationLine).where(
            ApplicationLine.application_id == application_id,
            ApplicationLine.claim_id == claim_id,
        )
    ).all()
