"""Where else a notice was put up: the bureau's site, a board, with the day and a picture as proof."""

from __future__ import annotations

from datetime import date
from urllib.parse import urlsplit

from sqlmodel import Session

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing
from subsidy.actions.notices.posting import notice_row
from subsidy.actions.notices.preparing import ROLES
from subsidy.records.tables import NoticePlace
from subsidy.rules.verdict import NO_CLAUSE, Finding

LONGEST = 200


def record_place(
    session: Session,
    act: Act,
    *,
    notice_id: int,
    place: str,
    put_up_on: date,
    url: str = "",
    file_name: str = "",
    file_hash: str = "",
) -> Outcome:
    """Enter where a posted notice also hangs out. `file_hash` names a picture that the home keeps.

    Refused without a place, for a day before the posting or after today, and for an address that is
    none. Entries are never changed; a wrong one is set right by another. `subject_id` is the notice.
    """
    notice = notice_row(session, notice_id)
    faults: list[Finding] = outside_of(session, act, area_id=notice.area_id, roles=ROLES)
    if notice.posted_on is None or notice.state == "prepared":
        faults.append(act.pack.book.finding("E709", effect="refuse", source=NO_CLAUSE))
    elif not notice.posted_on <= put_up_on <= act.today:
        faults.append(missing(act, f"张贴日期（{notice.posted_on}至{act.today}之间）"))
    if not place.strip() or len(place.strip()) > LONGEST:
        faults.append(missing(act, f"张贴地点（{LONGEST}字以内）"))
    if url and not _is_address(url):
        faults.append(missing(act, "完整的网址（以 http:// 或 https:// 开头）"))
    if faults:
        return Outcome.refused(*faults, subject_id=notice_id)
    session.add(
        NoticePlace(
            city=notice.city,
            notice_id=notice_id,
            place=place.strip(),
            url=url,
            put_up_on=put_up_on,
            file_name=file_name[-LONGEST:],
            file_hash=file_hash,
            entered_by=act.actor,
            entered_at=act.recorded_at,
        )
    )
    session.flush()
    return Outcome(True, notice_id, note=notice.number)


def _is_address(url: str) -> bool:
    if len(url) > 5 * LONGEST or any(char.isspace() for char in url):
        return False
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
