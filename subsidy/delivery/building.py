"""One waiting row made ready: does it still stand, who gets it, what does it say today."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.actions.messages import (
    GroundsMissingError,
    Recipient,
    message_values,
    recipients,
    standing,
)
from subsidy.papers.digests import foldable
from subsidy.papers.message_parts import Kind
from subsidy.papers.messages import MessageValuesError, checked, fields_of, kind_of
from subsidy.papers.notices import Message, render
from subsidy.records.people import SealBrokenError
from subsidy.records.tables import Outbox

log = logging.getLogger("subsidy.delivery")


@dataclass(frozen=True)
class Built:
    """A row with everything that its letter needs; `stopped` or `error` where it is not to go."""

    row: Outbox
    receivers: tuple[Recipient, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)
    stopped: str = ""
    """Why a message about time is cancelled."""
    error: str = ""
    """Why it cannot be built."""

    @property
    def number(self) -> int:
        """Id of the row."""
        return self.row.id or 0

    @cached_property
    def model(self) -> Any:
        """The checked values as the message's own type."""
        return checked(self.row.template, self.values)

    @cached_property
    def message(self) -> Message:
        """The message alone, as if it went by itself."""
        return render(self.row.template, self.values)

    @property
    def kind(self) -> Kind:
        """formal, reminder or office."""
        return kind_of(self.row.template, self.values)

    @property
    def folds(self) -> bool:
        """Whether it may become a line of a digest."""
        return foldable(self.model)

    @property
    def due_on(self) -> date | None:
        """The last day that the message speaks of, where it does."""
        found = getattr(self.model, "due_on", None) or getattr(self.model, "reply_by", None)
        return found if isinstance(found, date) else None


def build(session: Session, act: Act, row: Outbox, *, public_url: str) -> Built:
    """Make one row ready; whatever is wrong with it is its own fault and holds up no other row."""
    try:
        now = standing(session, act, row)
        if now.stopped:
            return Built(row, stopped=now.stopped)
        values = message_values(session, act, row, public_url=public_url, fresh=now.fresh)
        kept = {name: values[name] for name in fields_of(row.template) if name in values}
        made = Built(row, recipients(session, act, row), kept)
        _ = made.model, made.message
    except (GroundsMissingError, MessageValuesError, SealBrokenError) as fault:
        return Built(row, error=str(fault))
    except Exception as fault:  # one odd row must not hold up the others
        log.exception("message not built", extra={"outbox_id": row.id})
        return Built(row, error=f"{type(fault).__name__}: read the log")
    return made
