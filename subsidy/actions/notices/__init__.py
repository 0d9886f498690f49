"""Public notices and objections: an exact list, posted, open to objections, closed after its last day."""

from subsidy.actions.notices.correcting import correct_notice
from subsidy.actions.notices.listing import (
    LineView,
    NoticeView,
    due_to_close,
    notice_list,
    notices,
)
from subsidy.actions.notices.objections import (
    Progress,
    Received,
    decide_objection,
    file_objection,
    objection_progress,
    read_objection,
)
from subsidy.actions.notices.posting import close_notices, post_notice
from subsidy.actions.notices.preparing import prepare_notice

__all__ = [
    "LineView",
    "NoticeView",
    "Progress",
    "Received",
    "close_notices",
    "correct_notice",
    "decide_objection",
    "due_to_close",
    "file_objection",
    "notice_list",
    "notices",
    "objection_progress",
    "post_notice",
    "prepare_notice",
    "read_objection",
]
