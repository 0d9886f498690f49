"""The door of public notices: the paper and the spreadsheet of one, and pictures of where it hung.

Joins what the actions read with what papers print. Pictures and scans lie in the home by their hash.
"""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.notices.lists import REMOVED, as_posted
from subsidy.papers.prints import (
    NoticeLine,
    ObjectionDesk,
    PublicNotice,
    public_notice_page,
    public_notice_sheet,
)
from subsidy.papers.wording import day_short
from subsidy.records.tables import Area, Provider
from subsidy.records.tables import Claim as ClaimRow
from subsidy.records.tables import NoticeLine as LineRow
from subsidy.records.tables import PublicNotice as NoticeRow
from subsidy.rules.masking.notices import Masking
from subsidy.rules.workdays import ONE_DAY, working_days_between

TITLES = {"grant": "职业培训补贴拟拨付公示", "result": "职业培训考核结果公示"}
LARGEST_EVIDENCE = 8 * 1024 * 1024
EVIDENCE_KINDS = {b"\xff\xd8\xff": "jpg", b"\x89PNG\r\n\x1a\n": "png", b"%PDF-": "pdf"}
"""First bytes of a file → what it is."""
MEDIA = {"jpg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}


class NotPostedError(LookupError):
    """Only a list that was posted can be printed: before that it has no days and may still change."""


class EvidenceError(ValueError):
    """The file is no JPG, PNG or PDF, or larger than `LARGEST_EVIDENCE`; hand in another one."""


def paper_of(
    session: Session, act: Act, *, notice_id: int, public_url: str = "", public: bool = False
) -> PublicNotice:
    """The notice as it was put up: every line of the posted list; to the public none that came off.

    Raises LookupError for an unknown notice and NotPostedError before the posting.
    """
    row = session.get(NoticeRow, notice_id)
    if row is None or row.city != act.city:
        raise LookupError(f"no notice has the id {notice_id}")
    if row.first_day is None or row.last_day is None or row.posted_on is None:
        raise NotPostedError(f"notice {row.number} is not posted yet")
    corrected = session.get(NoticeRow, row.corrects_id) if row.corrects_id else None
    rule = act.pack.governing_of(row.track or None)
    return PublicNotice(
        number=row.number,
        title=f"{TITLES[row.kind]}{'（更正）' if corrected else ''}",
        office=row.office,
        basis=(f"《{rule.title}》{f'（{rule.number}）' if rule.number else ''}",),
        first_day=row.first_day,
        last_day=row.last_day,
        length=_length(act, row),
        posted_on=row.posted_on,
        lines=tuple(_lines(session, row, public=public)),
        desk=_desk(session, act, row, public_url),
        kind="result" if row.kind == "result" else "grant",
        assumed=row.assumed,
        version=row.list_version,
        corrects=corrected.number if corrected else "",
        masked_by=Masking.read(row.masking).words,
        list_hash=row.list_hash,
    )


def printed(
    session: Session,
    act: Act,
    *,
    notice_id: int,
    public_url: str = "",
    public: bool = False,
    nonce: str = "",
) -> str:
    """The notice as an HTML page for A4 paper. Raises as `paper_of`."""
    paper = paper_of(session, act, notice_id=notice_id, public_url=public_url, public=public)
    return public_notice_page(paper, nonce=nonce)


def spreadsheet(session: Session, act: Act, *, notice_id: int, public: bool = False) -> bytes:
    """Exactly the listed lines as an .xlsx. Raises as `paper_of`."""
    return public_notice_sheet(paper_of(session, act, notice_id=notice_id, public=public))


def _lines(session: Session, row: NoticeRow, *, public: bool) -> list[NoticeLine]:
    units = _units(session, row.id or 0)
    return [
        _line(row, each, units.get(each.claim_id, ""))
        for each in as_posted(session, notice_id=row.id or 0)
        if each.status != REMOVED or not public
    ]


def _line(row: NoticeRow, line: LineRow, unit: str) -> NoticeLine:
    remarks = []
    if line.corrected_on is not None:
        until = day_short(line.last_day)
        remarks.append(f"{day_short(line.corrected_on)}更正，公示至{until}")
    if line.status == REMOVED:
        remarks.append("公示后撤下")
    return NoticeLine(
        name=line.masked_name,
        item=line.title,
        amount_fen=line.amount_fen if row.kind == "grant" else None,
        id_masked=line.masked_id,
        unit=Masking.free(unit) if line.masked_id else "",
        level=line.level,
        payee="本人" if line.payee == line.masked_name and line.masked_id else line.payee,
        remark="；".join(remarks),
        position=line.position,
    )


def _units(session: Session, notice_id: int) -> dict[int, str]:
    """Claim id → name of the unit behind it, which is public."""
    rows = session.exec(
        select(LineRow.claim_id, Provider.name)
        .join(ClaimRow, col(ClaimRow.id) == LineRow.claim_id)
        .join(Provider, col(Provider.id) == ClaimRow.provider_id)
        .where(LineRow.notice_id == notice_id)
    ).all()
    return dict(rows)


def _length(act: Act, row: NoticeRow) -> str:
    assert row.first_day is not None
    assert row.last_day is not None
    track = act.pack.tracks.get(row.track)
    working = track is None or track.window("publicity", on=act.today).unit == "working"
    if not working:
        return f"{(row.last_day - row.first_day).days + 1}日"
    days = working_days_between(act.calendar, after=row.first_day - ONE_DAY, through=row.last_day)
    return f"{days}个工作日"


def _desk(session: Session, act: Act, row: NoticeRow, public_url: str) -> ObjectionDesk:
    area = session.get_one(Area, row.area_id)
    known = act.office.contacts.get(act.city)
    phone = row.contact or (known.office(area.code).phone if known is not None else "")
    page = f"{public_url}/public/notices/{row.id}" if public_url else ""
    return ObjectionDesk(office=row.office, phone=phone, page=page)


@dataclass(frozen=True)
class Evidence:
    """The folder of pictures and scans, each under the SHA-256 of its bytes."""

    folder: Path

    def keep(self, content: bytes) -> str:
        """Keep a file and return its hash; the same bytes are kept once. Raises EvidenceError."""
        if len(content) > LARGEST_EVIDENCE or kind_of(content) == "":
            raise EvidenceError("not a JPG, PNG or PDF of at most 8 MB")
        name = hashlib.sha256(content).hexdigest()
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self.folder / name
        if not path.exists():
            draft = self.folder / f".{name}.{os.getpid()}"
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(content)
            draft.replace(path)
        return name

    def read(self, name: str) -> bytes | None:
        """The file of this hash; None where there is none or its bytes are no longer those."""
        if len(name) != hashlib.sha256().digest_size * 2 or not name.isalnum():
            return None
        try:
            content = (self.folder / name).read_bytes()
        except OSError:
            return None
        return content if hashlib.sha256(content).hexdigest() == name else None


def kind_of(content: bytes) -> str:
    """`jpg`, `png` or `pdf` by the first bytes; empty for anything else."""
    return next((kind for first, kind in EVIDENCE_KINDS.items() if content.startswith(first)), "")


def evidence_folder(files_folder: Path) -> Path:
    """Where the home keeps pictures of notices."""
    return files_folder / "notices"
