"""What people are told: the values of messages at delivery, who gets them, and letters of the office."""

from subsidy.actions.messages.recipients import Recipient, recipients
from subsidy.actions.messages.source import GroundsMissingError
from subsidy.actions.messages.telling import tell_gaps, tell_run_report
from subsidy.actions.messages.values import BUILDERS, message_values

__all__ = [
    "BUILDERS",
    "GroundsMissingError",
    "Recipient",
    "message_values",
    "recipients",
    "tell_gaps",
    "tell_run_report",
]
