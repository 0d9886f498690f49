"""The outbox as people look at it: lists, one message with its tries, and what the engineer may see."""

from subsidy.actions.views.outbox.listing import (
    OutboxFilter,
    OutboxRow,
    messages_of_class,
    outbox_page,
)
from subsidy.actions.views.outbox.one import MessageView, TryRow, message_view, open_tickets
from subsidy.actions.views.outbox.standing import OutboxState, outbox_state

__all__ = [
    "MessageView",
    "OutboxFilter",
    "OutboxRow",
    "OutboxState",
    "TryRow",
    "message_view",
    "messages_of_class",
    "open_tickets",
    "outbox_page",
    "outbox_state",
]
