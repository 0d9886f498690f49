"""Taking in a spreadsheet for a class: read it, act on the good rows, give it back with verdicts.

The console, the commands and the played story hand files in here. It stands above the actions, which
take plain rows, and the papers, which read and write files.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.registers import record_answers
from subsidy.actions.rosters import SheetResult, enrol
from subsidy.actions.training import (
    record_assessments,
    record_attendance,
    register_certificates,
)
from subsidy.papers.spreadsheets import (
    Sheet,
    UnreadableFileError,
    Verdict,
    faults_as_verdicts,
    read_rows,
    sheet_columns,
    verdict_copy,
)

Action = Callable[..., SheetResult]
ACTIONS: Mapping[str, tuple[str, Action]] = {
    "roster": ("roster", enrol),
    "attendance": ("attendance", record_attendance),
    "assessments": ("assessment", record_assessments),
    "certificates": ("certificates", register_certificates),
    "registers": ("registers", record_answers),
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


def take_in(
    session: Session,
    act: Act,
    *,
    kind: str,
    class_id: int,
    content: bytes,
    filename: str,
    **details: Any,
) -> Taken:
    """Read one spreadsheet and act on it in the caller's transaction; nothing is committed.

    `kind` is a key of `ACTIONS`; `details` go to the action (`sat_on` for assessments). Rows that the
    reader refused and rows that the rules refused come back marked in the copy. Raises KeyError for an
    unknown kind.
    """
    columns_name, action = ACTIONS[kind]
    columns = sheet_columns(columns_name)
    sheet = read_rows(content, columns=columns)
    verdicts = faults_as_verdicts(sheet)
    result: SheetResult | None = None
    if sheet.usable:
        rows = [(row.number, row.values) for row in sheet.rows if row.ok]
        digest = hashlib.sha256(content).hexdigest()
        result = action(session, act, class_id=class_id, rows=rows, sha256=digest, **details)
        verdicts += [Verdict(v.row_number, v.column, v.ok, v.message_zh) for v in result.verdicts]
    try:
        name, copy = verdict_copy(content, filename, verdicts, columns=columns)
    except UnreadableFileError:
        return Taken(sheet, result, "", None)
    return Taken(sheet, result, name, copy)
