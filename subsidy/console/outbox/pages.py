"""Messages: the list, one with its text and tries, sending again, and the templates with samples."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from starlette.responses import Response

from subsidy.actions.messages import resend
from subsidy.actions.providers import correct_mailbox
from subsidy.actions.views.outbox import (
    MessageView,
    OutboxFilter,
    message_view,
    open_tickets,
    outbox_page,
    outbox_state,
)
from subsidy.console.answers import done_or_refused, page, refused
from subsidy.console.doors import Doors
from subsidy.console.language.naming import MESSAGES as NAMES
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.visits import Entering, FieldError, NotFoundError, Visit
from subsidy.delivery import Shown, as_it_goes, as_sent
from subsidy.papers.message_samples import SAMPLES
from subsidy.papers.messages import GATHERED, MESSAGES, fields_of, kind_of
from subsidy.papers.notices import Message, render

if TYPE_CHECKING:
    from sqlmodel import Session

doors = Doors("/outbox")
STATUSES = ("waiting", "sent", "failed", "cancelled")


@dataclass(frozen=True)
class TemplateSample:
    """One template with what it needs and how it reads."""

    name: str
    kind: str
    gathered: bool
    fields: tuple[str, ...]
    message: Message


@doors.get("", "outbox.list")
def show_list(visit: Entering) -> Response:
    """Messages about matters of the caller's areas, newest first, narrowed by the address."""
    query = visit.query
    before = query.get("before", "")
    wanted = OutboxFilter(
        status=query.get("status", ""),
        template=query.get("template", ""),
        day=_day(query.get("day", "")),
        provider=query.get("provider", ""),
        number=query.get("number", ""),
        before=int(before) if before.isdecimal() and len(before) < 19 else None,
    )
    with visit.reading() as session:
        rows, more = outbox_page(session, city=visit.city, areas=visit.areas, wanted=wanted)
    bare = {k: v for k, v in query.items() if k != "before"}
    return page(
        visit,
        "outbox/list.html",
        rows=rows,
        query=query,
        statuses=STATUSES,
        templates=sorted((name, visit.say(NAMES[name])) for name in MESSAGES),
        first_page=link("/outbox", **bare),
        next_page=link("/outbox", **bare, before=more) if more else "",
        may_resend=visit.may("outbox.resend") and any(row.status == "failed" for row in rows),
        contacts=visit.desk.office.contacts.get(visit.city),
    )


@doors.get("/templates", "outbox.templates")
def show_templates(visit: Entering) -> Response:
    """Every template with a made-up sample and the values it needs."""
    samples = [
        TemplateSample(
            name,
            kind_of(name, SAMPLES[name] if name != "deadline_missed" else {}),
            name in GATHERED,
            fields_of(name),
            render(name, SAMPLES[name]),
        )
        for name in (*MESSAGES, *GATHERED)
    ]
    return page(visit, "outbox/templates.html", samples=samples)


@doors.get("/state", "outbox.state")
def show_state(visit: Entering) -> Response:
    """For the engineer: what waits and what failed, by count, without anybody's business."""
    with visit.reading() as session:
        state = outbox_state(session, city=visit.city)
    return page(visit, "outbox/state.html", state=state)


@doors.post("/resend", "outbox.resend")
def send_chosen_again(visit: Entering) -> Response:
    """Put the chosen failed messages back in the queue."""
    chosen = visit.wholes("message")
    if not chosen:
        raise FieldError("message", N_("choose rows of the list"))
    return _again(visit, chosen, to="/outbox?status=failed")


@doors.get("/{message_id}", "outbox.list")
def show_one(visit: Entering, message_id: int) -> Response:
    """One message: its text as it was sent, or as it would go now; every try."""
    with visit.reading() as session:
        view = _in_reach(visit, session, message_id)
        shown = _shown(visit, session, view)
        tickets = open_tickets(session, view.row, city=visit.city)
    return page(
        visit,
        "outbox/show.html",
        view=view,
        row=view.row,
        shown=shown,
        tickets=tickets,
        may_resend=visit.may("outbox.resend") and view.row.status == "failed",
        may_tickets=visit.may("tickets.show"),
    )


@doors.post("/{message_id}/resend", "outbox.resend")
def send_again(visit: Entering, message_id: int) -> Response:
    """Put one failed message back in the queue, to a corrected mailbox of the unit where one is given."""
    to, mailbox = f"/outbox/{message_id}", visit.text("mailbox")
    if mailbox:
        with visit.writing() as session:
            view = _in_reach(visit, session, message_id)
            if view.row.to_kind != "provider":
                raise FieldError("mailbox", N_("only a unit's mailbox is corrected here"))
            unit = view.kept.to_id
            outcome = correct_mailbox(session, visit.act(), provider_id=unit, mailbox=mailbox)
        if not outcome.done:
            return refused(visit, outcome.findings, back=to)
    return _again(visit, [message_id], to=to)


def _again(visit: Visit, chosen: list[int], *, to: str) -> Response:
    with visit.writing() as session:
        for message_id in chosen:
            _in_reach(visit, session, message_id)
        outcome = resend(session, visit.act(), outbox_ids=chosen)
    note = visit.say(N_("Back in the queue; it goes with the next delivery."))
    return done_or_refused(visit, outcome, to=to, note=note)


def _in_reach(visit: Visit, session: Session, message_id: int) -> MessageView:
    """A message about a matter of the caller's areas, else NotFoundError."""
    found = message_view(session, city=visit.city, areas=visit.areas, outbox_id=message_id)
    if found is None:
        raise NotFoundError
    return found


def _shown(visit: Visit, session: Session, view: MessageView) -> Shown:
    """The text: what was sent is never built anew."""
    url = visit.desk.settings.console_url
    if view.row.status == "sent":
        return as_sent(session, visit.act(), view.kept, public_url=url)
    if view.row.status == "cancelled":
        return Shown(stopped=view.row.error)
    hours = not visit.desk.settings.demo
    return as_it_goes(session, visit.act(), view.kept, public_url=url, hours=hours)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise FieldError("day", N_("enter a date such as 2020-10-12")) from None
