"""Lists that people upload for a class: read, judged row by row, given back with the verdicts."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from subsidy.actions.acting import Act
from subsidy.actions.class_work.sheets import SheetResult
from subsidy.console.answers import download, page
from subsidy.console.language.words import N_
from subsidy.console.shelf import Shelf
from subsidy.console.visits import NotFoundError, Visit
from subsidy.intake import Taken, columns_for, take_in
from subsidy.papers.spreadsheets import blank_sheet, sheet_title


@dataclass(frozen=True)
class Kind:
    """One kind of list: its columns in config/sheets, and what people call it."""

    sheet: str
    title: str
    asks_day: bool = False


KINDS: Mapping[str, Kind] = {
    "roster": Kind("roster", N_("Roster")),
    "attendance": Kind("attendance", N_("Attendance")),
    "assessments": Kind("assessment", N_("Results"), asks_day=True),
    "certificates": Kind("certificates", N_("Certificates")),
    "registers": Kind("registers", N_("Answers of registers")),
}
OF_APPLICATIONS: Mapping[str, Kind] = {
    "application": Kind("application", N_("Persons of the application")),
    "application_results": Kind("results", N_("Results")),
    "application_certificates": Kind("certificates", N_("Certificates")),
    "application_registers": Kind("registers", N_("Answers of registers")),
    "application_drop_outs": Kind("drop_outs", N_("Drop-outs")),
    "vouchers": Kind("vouchers", N_("Vouchers")),
}
"""Lists that hang on no class."""
HISTORY = Kind("history", N_("Older payments and those of other places"))
EXTRACT = Kind("extract", N_("Data of an outside register"))
FOR_NO_CLASS: Mapping[str, Kind] = {"history": HISTORY, "extract": EXTRACT}
"""Lists that are for a whole city."""


@dataclass(frozen=True)
class Told:
    """What the page of an upload shows: (row, text) of what was not taken, and of hints."""

    title: str
    name: str
    result: SheetResult | None
    file_faults: tuple[str, ...]
    faults: tuple[tuple[int, str], ...]
    hints: tuple[tuple[int, str], ...]
    token: str


def take_upload(visit: Visit, act: Act, *, kind_name: str, class_id: int) -> Told:
    """Read the uploaded file and hand its good rows to the action; nothing is lost silently."""
    kind = KINDS.get(kind_name)
    if kind is None:
        raise NotFoundError
    more = {"sat_on": visit.day_or_none("sat_on")} if kind.asks_day else {}
    return _take(visit, act, kind, kind_name, class_id=class_id, **more)


def take_history(visit: Visit, act: Act) -> Told:
    """As `take_upload`, for payments of older years and other places."""
    return _take(visit, act, HISTORY, "history")


def take_list(visit: Visit, act: Act, kind_name: str, **details: Any) -> Told:
    """As `take_upload`, for lists that hang on no class."""
    return _take(visit, act, OF_APPLICATIONS[kind_name], kind_name, **details)


def take_extract(visit: Visit, act: Act) -> Told:
    """As `take_upload`, for what the keeper of an outside register sent."""
    return _take(
        visit,
        act,
        EXTRACT,
        "extract",
        register=visit.text("register", needed=True),
        as_of=visit.day("data_of"),
        whole=not visit.text("partial"),
    )


def _take(visit: Visit, act: Act, kind: Kind, kind_name: str, **details: Any) -> Told:
    name, content = visit.file("file")
    with visit.writing() as session:
        taken = take_in(session, act, kind=kind_name, content=content, filename=name, **details)
    token = ""
    if taken.copy is not None:
        token = f"verdict-{secrets.token_urlsafe(18)}"
        shelf_of(visit).put(token, owner=_owner(visit), name=taken.copy_name, content=taken.copy)
    return _told(visit.say(kind.title), name, taken, token)


def upload_page(
    visit: Visit, taken: Told, *, back: str, back_title: str = "", copies: str = ""
) -> Response:
    """The page that tells what became of an upload; `copies` is where its verdicts are fetched."""
    bad = taken.result is None or not taken.result.done
    return page(
        visit,
        "upload.html",
        422 if bad else 200,
        taken=taken,
        back=back,
        back_title=back_title or visit.say(N_("Back to the class")),
        copies=copies or _copies(visit.request.url.path),
    )


def _copies(path: str) -> str:
    """Where the verdicts of an upload to `path` are fetched."""
    found = ("/own", "/applications")
    return next((place for place in found if path.startswith(place)), "/classes")


def give_copy(visit: Visit, token: str) -> Response:
    """The uploader's own file with the verdict on every row."""
    found = shelf_of(visit).get(token, owner=_owner(visit))
    if found is None:
        raise NotFoundError
    return download(*found)


def give_blank(visit: Visit, kind_name: str) -> Response:
    """An empty list to fill in."""
    kind = {**FOR_NO_CLASS, **KINDS, **OF_APPLICATIONS}.get(kind_name)
    if kind is None:
        raise NotFoundError
    title = sheet_title(kind.sheet)
    columns = columns_for(visit.desk.office.packs[visit.city], kind.sheet)
    return download(f"{title}.xlsx", blank_sheet(columns, title=title))


def shelf_of(visit: Visit) -> Shelf:
    """The shelf of this home."""
    return Shelf(visit.desk.settings.files_folder / "shelf", visit.desk.office.vault)


def _owner(visit: Visit) -> str:
    return f"user:{visit.who.account_id}"


def _told(title: str, name: str, taken: Taken, token: str) -> Told:
    said = [(row.number, fault.message_zh) for row in taken.sheet.rows for fault in row.faults]
    bad = {row.number for row in taken.sheet.rows if not row.ok}
    if taken.result is not None:
        said += [(v.row_number, v.message_zh) for v in taken.result.verdicts if v.message_zh]
        bad |= {v.row_number for v in taken.result.verdicts if not v.ok}
    return Told(
        title,
        name,
        taken.result,
        tuple(fault.message_zh for fault in taken.sheet.faults),
        tuple(sorted((row, text) for row, text in said if row in bad)),
        tuple(sorted((row, text) for row, text in said if row not in bad)),
        token,
    )
