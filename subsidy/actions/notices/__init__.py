"""Public notices and objections: an exact list, posted, open to objections, closed after its last day."""

from subsidy.actions.notices.closing import close_notices, due_to_close
from subsidy.actions.notices.correcting import Comparison, compare_notice, correct_notice
from subsidy.actions.notices.listing import (
    LineView,
    NoticeView,
    notice_list,
    notices,
)
from subsidy.actions.notices.objections import Received, decide_objection, file_objection
from subsidy.actions.notices.places import record_place
from subsidy.actions.notices.posting import post_notice
from subsidy.actions.notices.preparing import prepare_notice
from subsidy.actions.notices.proving import Proof, proof_of
from subsidy.actions.notices.receipts import (
    Progress,
    objection_id,
    objection_progress,
    read_objection,
)

__all__ = [
    "Comparison",
    "LineView",
    "NoticeView",
    "Progress",
    "Proof",
    "Received",
    "close_notices",
    "compare_notice",
    "correct_notice",
    "decide_objection",
    "due_to_close",
    "file_objection",
    "notice_list",
    "notices",
    "objection_id",
    "objection_progress",
    "post_notice",
    "prepare_notice",
    "proof_of",
    "read_objection",
    "record_place",
]
