"""Taking in a spreadsheet: read it, act on the good rows, give it back with verdicts.

The console, the commands and the played story hand files in here. It stands above the actions, which
take plain rows, and the papers, which read and write files.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.applications.lists import (
    certificates_list,
    drop_out_list,
    lodge_list,
    results_list,
    voucher_list,
)
from subsidy.actions.class_work.telling import tell_provider
from subsidy.actions.history import import_history
from subsidy.actions.registers import load_extract, record_answers, record_line_answers
from subsidy.actions.rosters import SheetResult, enrol
from subsidy.actions.training import (
    record_assessments,
    record_attendance,
    register_certificates,
)
from subsidy.papers.spreadsheets import (
    Column,
    Kind,
    Sheet,
    UnreadableFileError,
    Verdict,
    faults_as_verdicts,
    offering,
    read_rows,
    sheet_columns,
    verdict_copy,
)
from subsidy.records.tables import TrainingClass
from subsidy.rules.masking import hide
from subsidy.rules.policy import Pack

Action = Callable[..., SheetResult]
OF_THE_UNIT = ("roster", "attendance", "certificates")
"""Lists that the unit hands in itself: it is told what became of them."""
UNREAD, OTHER = "单元格填写有误", "其他"
ACTIONS: Mapping[str, tuple[str, Action]] = {
    "roster": ("roster", enrol),
    "attendance": ("attendance", record_attendance),
    "assessments": ("assessment", record_assessments),
    "certificates": ("certificates", register_certificates),
    "registers": ("registers", record_answers),
    "history": ("history", import_history),
    "application": ("application", lodge_list),
    "application_results": ("results", results_list),
    "application_certificates": ("certificates", certificates_list),
    "application_registers": ("registers", record_line_answers),
    "application_drop_outs": ("drop_outs", drop_out_list),
    "vouchers": ("vouchers", voucher_list),
    "extract": ("extract", load_extract),
}
"""Kind of list → its columns in config/sheets, and the action that takes its rows."""


@dataclass(frozen=True)
class Taken:
    """What became of one file. `result` is None where the file could not be used at all."""

    sheet: Sheet
    result: SheetResult | None
    copy_name: str
    copy: bytes | None
    """The same spreadsheet with bad cells marked and the reasons beside; None if unreadable."""


def columns_for(pack: Pack, sheet: str) -> tuple[Column, ...]:
    """The columns of a list as a city uses them: its groups, connections and registers as choices.

    Registers that the city does not ask stay: an extract may bring them all.
    """
    spec = pack.spec
    offered = {
        "category": {code: group.name for code, group in spec.groups.items()},
        "connection": {code: each.name for code, each in spec.connections.items()},
        "register": {code: each.asks for code, each in spec.registers.items()},
    }
    columns = sheet_columns(sheet)
    if sheet == "application":  # it knows the words of the roster
        known = {column.key: column.choices for column in sheet_columns("roster")}
        columns = tuple(
            column.model_copy(update={"kind": Kind.CHOICE, "choices": known[column.key]})
            if column.key in offered
            else column
            for column in columns
        )
    return offering(columns, offered, kept=("register",))


def take_in(
    session: Session,
    act: Act,
    *,
    kind: str,
    class_id: int | None = None,
    content: bytes,
    filename: str,
    **details: Any,
) -> Taken:
    """Read one spreadsheet and act on it in the caller's transaction; nothing is committed.

    `kind` is a key of `ACTIONS`; `class_id` goes with the lists of a class, `details` go to the action
    (`sat_on` for assessments, `form` or `application_id` for lists of an application). Rows that the
    reader refused and rows that the rules refused come back marked in the copy. Raises KeyError for an
    unknown kind.
    """
    columns_name, action = ACTIONS[kind]
    columns = columns_for(act.pack, columns_name)
    sheet = read_rows(content, columns=columns)
    verdicts = faults_as_verdicts(sheet)
    result: SheetResult | None = None
    if sheet.usable:
        rows = [(row.number, row.values) for row in sheet.rows if row.ok]
        digest = hashlib.sha256(content).hexdigest()
        if class_id is not None:
            details["class_id"] = class_id
        result = action(session, act, rows=rows, sha256=digest, **details)
        verdicts += [Verdict(v.row_number, v.column, v.ok, v.message_zh) for v in result.verdicts]
        if result.done and kind in OF_THE_UNIT and class_id is not None:
            _tell(session, act, class_id, f"{kind}:{digest[:16]}", filename, sheet, result)
    try:
        name, copy = verdict_copy(content, filename, verdicts, columns=columns)
    except UnreadableFileError:
        return Taken(sheet, result, "", None)
    return Taken(sheet, result, name, copy)


def _tell(
    session: Session,
    act: Act,
    class_id: int,
    occasion: str,
    filename: str,
    sheet: Sheet,
    result: SheetResult,
) -> None:
    """Tell the unit how many rows were taken and for what kinds of reason the others were not."""
    training = session.get_one(TrainingClass, class_id)
    unread = {row.number for row in sheet.rows if not row.ok}
    refused = {v.row_number: v.code for v in result.verdicts if not v.ok}
    book = act.pack.book.codes
    reasons = Counter(
        book[code].title_zh if code in book else OTHER for code in refused.values()
    ) + Counter({UNREAD: len(unread)})
    tell_provider(
        session,
        act,
        row=training,
        template="roster_verdicts",
        occasion=occasion,
        file_name=hide(filename),
        rows=len(sheet.rows),
        accepted=len(sheet.rows) - len(unread | set(refused)),
        refused=len(unread | set(refused)),
        reasons=[{"name": name, "count": count} for name, count in sorted(reasons.items())],
    )
