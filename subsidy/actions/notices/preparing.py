"""Writing down the exact list that a public notice will show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sqlmodel import Session, col
from sqlmodel import select as select_rows

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.permits import area_name, city_area, outside_of
from subsidy.actions.notices.faces import faces
from subsidy.actions.notices.lists import candidates, hash_of, line_of
from subsidy.records.tables import Area, PublicNotice
from subsidy.rules.masking.notices import Masking
from subsidy.rules.verdict import NO_CLAUSE

ROLES = ("clerk",)
LETTER = {"grant": "G", "result": "R"}


def prepare_notice(
    session: Session,
    act: Act,
    *,
    area_id: int,
    track: str,
    kind: str = "grant",
    claim_ids: Sequence[int] | None = None,
    office: str = "",
    contact: str = "",
) -> Outcome:
    """Write down the exact list of one office and track; nothing moves before it is posted.

    `area_id` is the area of the office that pays (for results: that handles). Without `claim_ids`
    every claim that is ready goes on the list. `left` names the others with their reasons. `office`
    and `contact` are name and phone as shown; left empty they are those of the area's office.
    """
    faults = outside_of(session, act, area_id=area_id, roles=ROLES)
    if faults:
        return Outcome.refused(*faults)
    lock_numbers(session, act.city)
    ready, left = candidates(
        session, act, area_id=area_id, track=track, kind=kind, claim_ids=claim_ids
    )
    if not ready:
        empty = act.pack.book.finding("E703", effect="refuse", source=NO_CLAUSE)
        return replace(Outcome.refused(empty), left=left)
    rule = Masking.of_pack(act.pack, on=act.today)
    own_name, phone = _office_of(session, act, area_id)
    notice = PublicNotice(
        city=act.city,
        number=next_number(session, act, kind),
        kind=kind,
        track=track,
        masking=rule.text,
        area_id=area_id,
        office=office or own_name,
        contact=contact or phone,
    )
    session.add(notice)
    session.flush()
    assert notice.id is not None
    shown = faces(session, act, ready, rule)
    lines = [
        line_of(
            terms,
            shown[terms.claim_id],
            notice_id=notice.id,
            city=act.city,
            position=at,
            kind=kind,
        )
        for at, terms in enumerate(ready, start=1)
    ]
    session.add_all(lines)
    notice.list_hash = hash_of(notice, lines)
    session.flush()
    return Outcome(True, notice.id, left=left, note=notice.number)


def _office_of(session: Session, act: Act, area_id: int) -> tuple[str, str]:
    """(name, phone) of the office of an area; of one that the contacts do not know the area's name."""
    known = act.office.contacts.get(act.city)
    area = session.get_one(Area, area_id)
    if known is None or area.code not in known.offices:
        return area_name(session, area_id), ""
    office = known.office(area.code)
    return office.name, office.phone


def lock_numbers(session: Session, city: str) -> None:
    """One list of a city is numbered at a time (SQLite's write lock does the same)."""
    office = city_area(session, city)
    session.exec(select_rows(Area).where(Area.id == office.id).with_for_update()).one()


def next_number(session: Session, act: Act, kind: str) -> str:
    """The number after the highest one of this kind and year; numbers are never given twice."""
    year = f"{act.today.year}-{LETTER[kind]}"
    used = session.exec(
        select_rows(PublicNotice.number).where(
            PublicNotice.city == act.city, col(PublicNotice.number).startswith(year)
        )
    ).all()
    last = max((int(number.removeprefix(year)) for number in used), default=0)
    return f"{year}{last + 1:04d}"
