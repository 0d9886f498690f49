"""Every message that leaves the system: its name and the values it needs.

The name and the values (as JSON) lie in an outbox row until the message is rendered and sent. So a
value is a plain text, number, date or list, and never personal: ids, masked texts, sums. The
recipient's address and name are looked up at sending and are no values of the message.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType

from pydantic import BaseModel, ConfigDict, NonNegativeInt, ValidationError, model_validator

from subsidy.papers.masking import reveals


class MessageValuesError(Exception):
    """The values of a message do not fit it; the text names message and fields, not the values."""


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Reason(_Values):
    """One reason with its clause; clause and document may be empty for a plain error."""

    message: str
    clause: str = ""
    document: str = ""
    remedy: str = ""


class Remedy(_Values):
    """One way to contest a decision: where, and until when."""

    way: str  # such as 申请行政复议
    at: str  # the authority
    within: str  # such as 收到本决定之日起60日内


class Count(_Values):
    """One line of a count."""

    name: str
    count: NonNegativeInt


class MovedDeadline(_Values):
    """One deadline whose day changed with the calendar."""

    matter: str
    number: str
    was: date
    now: date


class _Message(_Values):
    office: str  # the office that speaks
    office_phone: str

    @model_validator(mode="after")
    def _is_not_personal(self) -> _Message:
        for field, text in _texts(self.model_dump(mode="json")):
            if (kind := reveals(text)) is not None:
                msg = f"{field} shows an unmasked {kind}; mask it before it is stored"
                raise ValueError(msg)
        return self


class _AboutClass(_Message):
    provider: str  # name of the unit
    class_code: str
    class_name: str


class _AboutClaim(_Message):
    claim_number: str
    track: str  # Chinese name of the track


class ClassFiled(_AboutClass):
    """Sent to the provider: the class is filed and may start."""

    filed_on: date
    starts_on: date
    ends_on: date
    heads: NonNegativeInt


class ClassFilingRefused(_AboutClass):
    """Sent to the provider: every reason, and the first day on which the class may start."""

    reasons: tuple[Reason, ...]
    first_lawful_start: date | None


class ClassChangeDecided(_AboutClass):
    """Sent to the provider: a change of date, teacher, room or roster is allowed or not."""

    change: str
    approved: bool
    decided_on: date
    reasons: tuple[Reason, ...]


class DeadlineReminder(_Message):
    """Sent to whoever must act: 3 working days and 1 working day before the end."""

    number: str  # claim or class
    matter: str
    due_on: date
    working_days_left: NonNegativeInt
    final: bool  # False: the calendar of those days is not published yet
    clause: str
    document: str


class DeadlineMissed(_Message):
    """Sent to whoever should have acted: the end has passed, and what follows."""

    number: str
    matter: str
    due_on: date
    consequence: str
    clause: str
    document: str
    remedies: tuple[Remedy, ...]


class CorrectionNeeded(_AboutClaim):
    """Sent to the applicant: everything that is missing or wrong, once and completely."""

    faults: tuple[Reason, ...]
    reply_by: date
    working_days: NonNegativeInt


class ClaimRefused(_AboutClaim):
    """Sent to the applicant: the refusal with clauses, and how and until when to contest it."""

    decided_on: date
    reasons: tuple[Reason, ...]
    remedies: tuple[Remedy, ...]


class ClaimApproved(_AboutClaim):
    """Sent to the applicant: approved, the sum, and what comes next."""

    approved_on: date
    amount_fen: NonNegativeInt
    payee: str  # unit name, or masked personal name
    next_step: str


class AssessmentFailedResit(_AboutClaim):
    """Sent to the trainee: not passed, and until when a resit is possible."""

    assessed_on: date
    failed_parts: tuple[str, ...]  # 理论, 实操
    resit_by: date | None
    resit_how: str


class CertificatesLate(_AboutClass):
    """Sent to the provider: certificates not registered in time."""

    missing: NonNegativeInt
    due_on: date
    working_days_late: NonNegativeInt
    clause: str
    document: str


class NoticePosted(_Message):
    """Sent to provider or applicant: the public notice that shows the claim."""

    notice_number: str
    title: str
    first_day: date
    last_day: date
    heads: NonNegativeInt
    total_fen: NonNegativeInt
    where: str  # address of the public page


class ObjectionReceived(_Message):
    """Sent to the objector, and to the applicant whose payment now waits."""

    objection_number: str
    notice_number: str
    received_on: date
    settle_by: date


class ObjectionDecided(_Message):
    """Sent to the objector and the applicant: what was found."""

    objection_number: str
    notice_number: str
    decided_on: date
    upheld: bool
    finding: str
    remedies: tuple[Remedy, ...]


class PaymentSent(_AboutClaim):
    """Sent to the payee: the order has gone to the bank."""

    batch_number: str
    amount_fen: NonNegativeInt
    ordered_on: date
    account_tail: str


class BankReturned(_AboutClaim):
    """Sent to the payee: the bank sent the money back; give a good account."""

    amount_fen: NonNegativeInt
    returned_on: date
    reason: str
    account_tail: str
    reply_by: date | None


class Paid(_AboutClaim):
    """Sent to the payee: the money is booked."""

    amount_fen: NonNegativeInt
    paid_on: date
    account_tail: str


class PolicyGap(_Message):
    """Sent to the policy staff: a value the rules need is not printed anywhere."""

    city: str
    key: str
    means: str
    clause: str
    document: str
    waiting: NonNegativeInt  # claims that wait for it


class RosterVerdicts(_AboutClass):
    """Sent to the uploader: how many rows were taken, and where the marked file lies."""

    file_name: str
    rows: NonNegativeInt
    accepted: NonNegativeInt
    refused: NonNegativeInt
    reasons: tuple[Count, ...]
    where: str


class CalendarChanged(_Message):
    """Sent to whoever was told a day that a new holiday notice moves."""

    notice: str  # number of the holiday notice
    year: int
    moved: tuple[MovedDeadline, ...]


class CalendarMissing(_Message):
    """Sent to section head and engineer every day while the next year's holiday notice is missed."""

    city: str
    year: int
    provisional_from: date
    where: str


class RunReport(_Message):
    """Sent to section head and engineer after a run: what moved, what waits, what was left."""

    city: str
    business_date: date
    run: str  # Chinese name of the flow
    run_id: str
    moved: tuple[Count, ...]
    skipped: tuple[Count, ...]
    queues: tuple[Count, ...]
    where: str


MESSAGES: Mapping[str, type[_Message]] = MappingProxyType(
    {
        "class_filed": ClassFiled,
        "class_filing_refused": ClassFilingRefused,
        "class_change_decided": ClassChangeDecided,
        "deadline_reminder": DeadlineReminder,
        "deadline_missed": DeadlineMissed,
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


def fields_of(template: str) -> tuple[str, ...]:
    """Return the names of the values that a message needs."""
    return tuple(_of(template).model_fields)


def checked(template: str, values: Mapping[str, object]) -> _Message:
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


def _of(template: str) -> type[_Message]:
    try:
        return MESSAGES[template]
    except KeyError:
        msg = f"there is no message {template!r}; the names are in messages.MESSAGES"
        raise MessageValuesError(msg) from None


def _texts(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(inner, f"{field}.{key}" if field else str(key))
    elif isinstance(value, (list, tuple)):
        for inner in value:
            yield from _texts(inner, field)
