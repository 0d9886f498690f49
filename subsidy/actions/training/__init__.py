"""What happens in and after the class room: attendance, assessments, certificates."""

from subsidy.actions.training.assessments import record_assessments
from subsidy.actions.training.attendance import record_attendance
from subsidy.actions.training.catching_up import catch_up
from subsidy.actions.training.certificates import register_certificates
from subsidy.actions.training.issuing import issue_certificates

__all__ = [
    "catch_up",
    "issue_certificates",
    "record_assessments",
    "record_attendance",
    "register_certificates",
]
