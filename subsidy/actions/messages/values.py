"""The values of a message, built from the database at the moment it is delivered.

Whatever the action wrote with the row wins; the rest is looked up: what is said is what is true, not
what was true when the row was written, except where the row itself fixes a day or a version.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.messages import (
    claim_letters,
    class_letters,
    deadline_letters,
    money_letters,
    notice_letters,
    office_letters,
)
from subsidy.actions.messages.source import Source, Values
from subsidy.records.tables import Outbox

BUILDERS: Mapping[str, Callable[[Source], Values]] = {
    "class_filed": class_letters.class_filed,
    "class_filing_refused": class_letters.class_filing_refused,
    "class_change_decided": class_letters.class_change_decided,
    "roster_verdicts": class_letters.roster_verdicts,
    "certificates_late": deadline_letters.certificates_late,
    "deadline_reminder": deadline_letters.deadline_reminder,
    "deadline_missed": deadline_letters.deadline_missed,
    "deadline_escalated": deadline_letters.deadline_escalated,
    "calendar_changed": deadline_letters.calendar_changed,
    "correction_needed": claim_letters.correction_needed,
    "claim_refused": claim_letters.claim_refused,
    "claim_approved": claim_letters.claim_approved,
    "assessment_failed_resit": claim_letters.assessment_failed_resit,
    "notice_posted": notice_letters.notice_posted,
    "objection_received": notice_letters.objection_received,
    "objection_decided": notice_letters.objection_decided,
    "payment_sent": money_letters.payment_sent,
    "paid": money_letters.paid,
    "bank_returned": money_letters.bank_returned,
    "policy_gap": office_letters.policy_gap,
    "calendar_missing": office_letters.calendar_missing,
    "run_report": office_letters.run_report,
}


def message_values(
    session: Session,
    act: Act,
    outbox_row: Outbox,
    *,
    public_url: str = "",
    fresh: Mapping[str, object] | None = None,
) -> Values:
    """Return the values of one outbox row, masked, as `papers.notices.render` takes them.

    May hold more names than the template prints (ids that the row carried). Raises KeyError for a
    template that nobody builds and GroundsMissingError where the database lacks what must be said.
    `fresh` are values of a message about time as they are on the day it goes (see `standing`).
    """
    given = {**json.loads(outbox_row.values or "{}"), **(fresh or {})}
    source = Source(session, act, outbox_row, given, public_url)
    return BUILDERS[outbox_row.template](source) | _plain(source, given)


def _plain(source: Source, given: Mapping[str, object]) -> Values:
    """The row's own values; findings among them get their document's number."""
    shown = dict(given)
    if isinstance(listed := given.get("reasons"), list):
        shown["reasons"] = [
            source.reason(item) if isinstance(item, dict) and "message" in item else item
            for item in listed
        ]
    if isinstance(document := given.get("document"), str):
        shown["document"] = source.document(document)
    return shown
