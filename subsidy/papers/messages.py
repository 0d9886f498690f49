"""Every message that leaves the system: its name and the values it needs.

The name and the values (as JSON) lie in an outbox row until the message is rendered and sent. So a
value is a plain text, number, date or list, and never personal: ids, masked texts, sums. The
recipient's address and name are looked up at sending and are no values of the message.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType

from pydantic import NonNegativeInt, ValidationError

from subsidy.papers.message_parts import (
    AboutClaim,
    AboutClass,
    Count,
    Kind,
    Message,
    MovedDeadline,
    Reason,
    Remedy,
    Values,
)


class MessageValuesError(Exception):
    """The values of a message do not fit it; the text names message and fields, not the values."""


class ClassFiled(AboutClass):
    """Sent to the provider: the class is filed and may start."""

    filed_on: date
    starts_on: date
    ends_on: date
    heads: NonNegativeInt


class ClassFilingRefused(AboutClass):
    """Sent to the provider: every reason, and the first day on which the class may start."""

    reasons: tuple[Reason, ...]
    first_lawful_start: date | None


class ClassChangeDecided(AboutClass):
    """Sent to the provider: a change of date, teacher, room or roster is allowed or not."""

    change: str
    approved: bool
    decided_on: date
    reasons: tuple[Reason, ...]


class DeadlineReminder(Message):
    """Sent to whoever must act: 3 working days and 1 working day before the end."""

    kind = "reminder"

    number: str  # claim or class
    matter: str
    due_on: date
    working_days_left: NonNegativeInt
    final: bool  # False: the calendar of those days is not published yet
    clause: str
    document: str


class DeadlineMissed(Message):
    """Sent to whoever should have acted: the end has passed, and what follows."""

    kind = "reminder"

    number: str
    matter: str
    due_on: date
    consequence: str
    clause: str
    document: str
    remedies: tuple[Remedy, ...]


class DeadlineEscalated(Message):
    """Sent one desk higher: the end has passed for so many working days and the matter still waits."""

    kind = "office"

    number: str  # claim or class
    matter: str
    due_on: date
    working_days_over: NonNegativeInt
    step: int  # 1 = section head, 2 = leader, then the leader of the city's office
    count: NonNegativeInt  # claims behind it
    clause: str
    document: str


class CorrectionNeeded(AboutClaim):
    """Sent to the applicant: everything that is missing or wrong, once and completely."""

    faults: tuple[Reason, ...]
    reply_by: date
    working_days: NonNegativeInt


class ClaimRefused(AboutClaim):
    """Sent to the applicant: the refusal with clauses, and how and until when to contest it."""

    decided_on: date
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]


class ClaimApproved(AboutClaim):
    """Sent to the applicant: approved, the sum, and what comes next."""

    approved_on: date
    amount_fen: NonNegativeInt
    payee: str  # unit name, or masked personal name
    next_step: str


class AssessmentFailedResit(AboutClaim):
    """Sent to the trainee: not passed, and until when a resit is possible."""

    assessed_on: date
    failed_parts: tuple[str, ...]  # 理论, 实操
    resit_by: date | None
    resit_how: str


class CertificatesLate(AboutClass):
    """Sent to the provider: certificates not registered in time."""

    kind = "reminder"

    missing: NonNegativeInt
    due_on: date
    working_days_late: NonNegativeInt
    clause: str
    document: str


class NoticePosted(Message):
    """Sent to provider or applicant: the public notice that shows the claim."""

    notice_number: str
    title: str
    first_day: date
    last_day: date
    heads: NonNegativeInt
    total_fen: NonNegativeInt
    where: str  # address of the public page


class ObjectionReceived(Message):
    """Sent to the objector, and to the applicant whose payment now waits."""

    objection_number: str
    notice_number: str
    received_on: date
    settle_by: date


class ObjectionDecided(Message):
    """Sent to the objector and the applicant: what was found."""

    objection_number: str
    notice_number: str
    decided_on: date
    upheld: bool
    finding: str
    remedies: tuple[Remedy, ...]


class PaymentSent(AboutClaim):
    """Sent to the payee: the order has gone to the bank."""

    batch_number: str
    amount_fen: NonNegativeInt
    ordered_on: date
    account_tail: str


class BankReturned(AboutClaim):
    """Sent to the payee: the bank sent the money back; give a good account."""

    amount_fen: NonNegativeInt
    returned_on: date
    reason: str
    account_tail: str
    reply_by: date | None


class Paid(AboutClaim):
    """Sent to the payee: the money is booked."""

    amount_fen: NonNegativeInt
    paid_on: date
    account_tail: str


class PolicyGap(Message):
    """Sent to the policy staff: a value the rules need is not printed anywhere."""

    kind = "office"

    city: str
    key: str
    means: str
    clause: str
    document: str
    waiting: NonNegativeInt  # claims that wait for it


class RosterVerdicts(AboutClass):
    """Sent to the uploader: how many rows were taken, and where the marked file lies."""

    file_name: str
    rows: NonNegativeInt
    accepted: NonNegativeInt
    refused: NonNegativeInt
    reasons: tuple[Count, ...]
    where: str


class CalendarChanged(Message):
    """Sent to whoever was told a day that a new holiday notice moves."""

    kind = "reminder"

    notice: str  # number of the holiday notice
    year: int
    moved: tuple[MovedDeadline, ...]


class CalendarMissing(Message):
    """Sent to section head and engineer every day while the next year's holiday notice is missed."""

    kind = "office"

    city: str
    year: int
    provisional_from: date
    where: str


class RunReport(Message):
    """Sent to section head and engineer after a run: what moved, what waits, what was left."""

    kind = "office"

    city: str
    business_date: date
    run: str  # Chinese name of the flow
    run_id: str
    moved: tuple[Count, ...]
    skipped: tuple[Count, ...]
    queues: tuple[Count, ...]
    where: str


class DigestLine(Values):
    """One reminder in a digest. Days below zero are working days over the end."""

    number: str  # claim or class
    matter: str
    due_on: date
    days_left: int
    remark: str = ""
    basis: str = ""  # document and clause


class Digest(Message):
    """Everything one addressee is reminded of on a day, the most urgent first."""

    kind = "reminder"

    day: date
    lines: tuple[DigestLine, ...]
    more: NonNegativeInt  # reminders that found no room
    where: str  # address of the page that lists all


class Section(Values):
    """One message inside a letter, whole."""

    subject: str
    text: str


class Letter(Message):
    """Several messages about one matter to one addressee: each in full under its own heading."""

    sections: tuple[Section, ...]


MESSAGES: Mapping[str, type[Message]] = MappingProxyType(
    {
        "class_filed": ClassFiled,
        "class_filing_refused": ClassFilingRefused,
        "class_change_decided": ClassChangeDecided,
        "deadline_reminder": DeadlineReminder,
        "deadline_missed": DeadlineMissed,
        "deadline_escalated": DeadlineEscalated,
        "correction_needed": CorrectionNeeded,
        "claim_refused": ClaimRefused,
        "claim_approved": ClaimApproved,
        "assessment_failed_resit": AssessmentFailedResit,
        "certificates_late": CertificatesLate,
        "notice_posted": NoticePosted,
        "objection_received": ObjectionReceived,
        "objection_decided": ObjectionDecided,
        "payment_sent": PaymentSent,
        "bank_returned": BankReturned,
        "paid": Paid,
        "policy_gap": PolicyGap,
        "roster_verdicts": RosterVerdicts,
        "calendar_changed": CalendarChanged,
        "calendar_missing": CalendarMissing,
        "run_report": RunReport,
    }
)
"""What is put into the outbox, by the name of its template."""
GATHERED: Mapping[str, type[Message]] = MappingProxyType({"digest": Digest, "letter": Letter})
"""What delivery makes of several messages; never a row of the outbox itself."""


def kind_of(template: str, values: Mapping[str, object]) -> Kind:
    """Return whether a message is formal, a reminder, or mail of the office.

    News of a missed deadline that names ways to contest it is a decision, and so formal.
    """
    kind = _of(template).kind
    return "formal" if kind == "reminder" and values.get("remedies") else kind


def fields_of(template: str) -> tuple[str, ...]:
    """Return the names of the values that a message needs."""
    return tuple(_of(template).model_fields)


def checked(template: str, values: Mapping[str, object]) -> Message:
    """Return the values of an outbox row as the message's own type.

    Raises MessageValuesError for an unknown message, a missing or unknown field, a wrong type, or
    a text that shows an unmasked ID, phone or card number.
    """
    try:
        return _of(template).model_validate(dict(values))
    except ValidationError as trouble:
        faults = [
            f"{'.'.join(map(str, fault['loc'])) or 'values'}: {fault['msg']}"
            for fault in trouble.errors(include_input=False, include_url=False)
        ]
        msg = f"message {template}: {'; '.join(faults)}. Give the fields of messages.py."
        raise MessageValuesError(msg) from None


def _of(template: str) -> type[Message]:
    try:
        return MESSAGES.get(template) or GATHERED[template]
    except KeyError:
        msg = f"there is no message {template!r}; the names are in messages.MESSAGES"
        raise MessageValuesError(msg) from None
