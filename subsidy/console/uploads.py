"""Lists that people upload for a class: read, judged row by row, given back with the verdicts."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from starlette.responses import Response

from subsidy.actions.acting import Act
from subsidy.actions.class_work.sheets import SheetResult
from subsidy.actions.rosters import enrol
from subsidy.actions.training import (
    record_assessments,
    record_attendance,
    register_certificates,
)
from subsidy.console.answers import download, page
from subsidy.console.shelf import Shelf
from subsidy.console.visits import NotFoundError, Visit
from subsidy.console.words import N_
from subsidy.papers.spreadsheets import (
    Fault,
    Sheet,
    UnreadableFileError,
    Verdict,
    blank_sheet,
    faults_as_verdicts,
    read_rows,
    sheet_columns,
    sheet_title,
    verdict_copy,
)

Taking = Callable[..., SheetResult]


@dataclass(frozen=True)
class Kind:
    """One kind of list: the reader's name for it, the action that takes it, what people call it."""

    sheet: str
    take: Taking
    title: str
    asks_day: bool = False


KINDS: Mapping[str, Kind] = {
    "roster": Kind("roster", enrol, N_("Roster")),
    "attendance": Kind("attendance", record_attendance, N_("Attendance")),
    "assessment": Kind("assessment", record_assessments, N_("Results"), asks_day=True),
    "certificates": Kind("certificates", register_certificates, N_("Certificates")),
}


@dataclass(frozen=True)
class Taken:
    """What the page of an upload shows. `faults` are (row, text) of what was not taken."""

    kind: str
    title: str
    name: str
    result: SheetResult | None
    rows_read: int
    file_faults: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]
    hints: tuple[tuple[int, str], ...]
    token: str


def take_upload(visit: Visit, act: Act, *, kind_name: str, class_id: int) -> Taken:
    """Read the uploaded file and hand its good rows to the action; nothing is lost silently."""
    kind = KINDS.get(kind_name)
    if kind is None:
        raise NotFoundError
    name, content = visit.file("file")
    try:
        sheet = read_rows(content, columns=sheet_columns(kind.sheet))
    except UnreadableFileError as error:
        return _unusable(visit, kind_name, kind, name, (error.fault,))
    if not sheet.usable:
        return _unusable(visit, kind_name, kind, name, tuple(sheet.faults))
    more = {"sat_on": visit.day_or_none("sat_on")} if kind.asks_day else {}
    with visit.writing() as session:
        result = kind.take(
            session,
            act,
            class_id=class_id,
            rows=[(row.number, row.values) for row in sheet.rows if row.ok],
            sha256=hashlib.sha256(content).hexdigest(),
            **more,
        )
    verdicts = [
        *faults_as_verdicts(sheet),
        *(Verdict(v.row_number, v.column, v.ok, v.message_zh) for v in result.verdicts),
    ]
    token = _keep_copy(visit, kind, name, content, verdicts)
    return _taken(visit, kind_name, kind, name, sheet, result, verdicts, token)


def upload_page(visit: Visit, taken: Taken, *, back: str) -> Response:
    """The page that tells what became of an upload."""
    bad = bool(taken.file_faults or (taken.result and not taken.result.done))
    return page(visit, "upload.html", 422 if bad else 200, taken=taken, back=back)


def give_copy(visit: Visit, token: str) -> Response:
    """The uploader's own file with the verdict on every row."""
    found = shelf_of(visit).get(token, owner=_owner(visit))
    if found is None:
        raise NotFoundError
    return download(*found)


def give_blank(visit: Visit, kind_name: str) -> Response:
    """An empty list to fill in."""
    kind = KINDS.get(kind_name)
    if kind is None:
        raise NotFoundError
    title = sheet_title(kind.sheet)
    return download(f"{title}.xlsx", blank_sheet(sheet_columns(kind.sheet), title=title))


def shelf_of(visit: Visit) -> Shelf:
    """The shelf of this home."""
    return Shelf(visit.desk.settings.files_folder / "shelf", visit.desk.office.vault)


def _owner(visit: Visit) -> str:
    return f"user:{visit.who.account_id}"


def _keep_copy(
    visit: Visit, kind: Kind, name: str, content: bytes, verdicts: list[Verdict]
) -> str:
    copy_name, copy = verdict_copy(content, name, verdicts, columns=sheet_columns(kind.sheet))
    token = f"verdict-{secrets.token_urlsafe(18)}"
    shelf_of(visit).put(token, owner=_owner(visit), name=copy_name, content=copy)
    return token


def _unusable(
    visit: Visit, kind_name: str, kind: Kind, name: str, faults: tuple[Fault, ...]
) -> Taken:
    words = tuple(fault.message_zh for fault in faults)
    return Taken(kind_name, visit.say(kind.title), name, None, 0, words, (), (), "")


def _taken(
    visit: Visit,
    kind_name: str,
    kind: Kind,
    name: str,
    sheet: Sheet,
    result: SheetResult,
    verdicts: list[Verdict],
    token: str,
) -> Taken:
    said = [(v.row_number, v.message_zh) for v in verdicts if v.message_zh]
    bad = {v.row_number for v in verdicts if not v.ok}
    return Taken(
        kind_name,
        visit.say(kind.title),
        name,
        result,
        len(sheet.rows),
        tuple(fault.message_zh for fault in sheet.faults),
        tuple(sorted((row, text) for row, text in said if row in bad)),
        tuple(sorted((row, text) for row, text in said if row not in bad)),
        token,
    )
