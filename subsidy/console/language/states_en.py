"""English names of the states of every chart; the Chinese ones live in the charts themselves."""

from __future__ import annotations

from collections.abc import Mapping

STATES_EN: Mapping[str, Mapping[str, str]] = {
    "claim": {
        "listed": "In catalogue",
        "enrolled": "Enrolled",
        "filed": "Class filed",
        "completed": "Completed",
        "assessed": "Assessed",
        "certified": "Certificate registered",
        "result_publicised": "Result on notice",
        "applied": "Applied",
        "reviewed": "In review",
        "approved": "Approved",
        "grant_publicised": "Grant on notice",
        "payable": "Due for payment",
        "paying": "Being paid",
        "paid": "Paid",
        "correcting": "With applicant",
        "held": "On hold",
        "objected": "Objection",
        "bank_returned": "Returned by bank",
        "recovering": "Being recovered",
        "counted": "Counted only",
        "rejected": "Refused",
        "failed": "Assessment failed",
        "lapsed": "Lapsed",
        "withdrawn": "Withdrawn",
        "recovered": "Recovered",
    },
    "training_class": {
        "planned": "Planned",
        "filed": "Filed",
        "returned": "Filing sent back",
        "accepted": "Filing accepted",
        "completed": "Completed",
        "cancelled": "Cancelled",
        "refused": "Filing refused",
    },
    "catalogue_item": {
        "drafted": "Draft",
        "submitted": "Submitted",
        "returned": "Sent back",
        "approved": "Approved",
        "published": "Listed",
        "refused": "Refused",
        "closed": "Closed",
    },
    "notice": {
        "prepared": "Prepared",
        "posted": "On notice",
        "closed": "Ended",
        "replaced": "Replaced",
    },
    "payment_batch": {
        "built": "Built",
        "approved": "Approved",
        "sent": "Sent to bank",
        "partly_settled": "Partly settled",
        "settled": "Settled",
        "dissolved": "Dissolved",
    },
    "ticket": {
        "opened": "Open",
        "assigned": "In hand",
        "override_asked": "Waits for second person",
        "resolved": "Resolved",
        "overridden": "Overridden",
    },
}
