"""What people are told: the values of messages at delivery, who gets them, and letters of the office."""

from subsidy.actions.messages.recipients import Recipient, recipients
from subsidy.actions.messages.source import GroundsMissingError
from subsidy.actions.messages.standing import Standing, standing
from subsidy.actions.messages.telling import tell_gaps, tell_run_report
from subsidy.actions.messages.undelivered import (
    close_mended,
    outage_is_over,
    report_failure,
    report_outage,
    resend,
    send_again,
)
from subsidy.actions.messages.values import BUILDERS, message_values

__all__ = [
    "BUILDERS",
    "GroundsMissingError",
    "Recipient",
    "Standing",
    "close_mended",
    "message_values",
    "outage_is_over",
    "recipients",
    "report_failure",
    "report_outage",
    "resend",
    "send_again",
    "standing",
    "tell_gaps",
    "tell_run_report",
]
