"""Delivering what waits in the outbox: values built, text rendered, sent by the way out of the settings.

The flows, the console and the commands come here. It stands above the actions, the papers and the
senders. A run that was killed after sending sends the same messages once more under the same names
(file, Message-ID, idempotency key), so nobody gets two. Addresses are looked up for one sending and
appear neither in rows nor in logs.
"""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Office
from subsidy.actions.messages import (
    GroundsMissingError,
    Recipient,
    message_values,
    outage_is_over,
    recipients,
    report_failure,
    report_outage,
)
from subsidy.papers.messages import MessageValuesError, fields_of
from subsidy.papers.notices import Message, render
from subsidy.records.database import Database
from subsidy.records.people import SealBrokenError
from subsidy.records.tables import Outbox
from subsidy.records.tables.types import table_of
from subsidy.senders.envelope import (
    Envelope,
    PermanentFailureError,
    Sender,
    TemporaryFailureError,
)
from subsidy.senders.mail_folder import MailFolder
from subsidy.senders.smtp import SmtpSender
from subsidy.senders.webhook import WebhookSender
from subsidy.settings import Settings

ACTOR = "flow:deliver-notices"
BATCH = 50
"""Messages between two commits: what a kill may send once more."""
MOST_TRIES = 12
PATIENCE = timedelta(days=3)
"""A message is given up after both: so many tries, and so long."""
CLOSED_AFTER = 3
"""So many receivers put off and nothing sent: the way out is closed, and the run ends."""
SMS_HOUSE = "sms.invalid"
"""Where texts to phones go as long as messages become files: named by the masked ID number."""
ERROR_LENGTH = 300

log = logging.getLogger("subsidy.delivery")


@dataclass(frozen=True)
class Try:
    """What became of one row: sent, retry, or failed with the reason."""

    row: Outbox
    status: str
    channel: str = ""
    masked: str = ""
    values: str = ""
    error: str = ""
    put_off_by: str = field(default="", repr=False)
    """The address that may take it later."""


def sender_of(settings: Settings) -> Sender:
    """The way out that the settings choose. Raises ValueError where its own settings do not fit."""
    if settings.sender == "smtp":
        return SmtpSender(
            host=settings.smtp_host or "",
            port=settings.smtp_port,
            sender_address=settings.smtp_from or "",
            security=settings.smtp_security,
            username=settings.smtp_user or "",
            password=settings.smtp_password or "",
        )
    if settings.sender == "webhook":
        secret = (settings.webhook_secret or "").encode()
        return WebhookSender(url=settings.webhook_url or "", secret=secret)
    return MailFolder(settings.mail_folder)


def deliver_waiting(
    database: Database,
    office: Office,
    sender: Sender,
    *,
    city: str,
    now: datetime,
    today: date,
    limit: int = 2_000,
    stopping: Callable[[], bool] = lambda: False,
    public_url: str = "",
) -> dict[str, int]:
    """Send the city's waiting messages, oldest first, at most `limit`; return counts.

    `sent`, `failed` (a technical ticket each), `retry` (tried again by a later run), `postponed` (the
    next try is not due) and `way_out_closed` (1 when nobody could be reached: the run ended early).
    """
    act = Act(office, city, today, now, ACTOR)
    run = _Run(database, act, sender, limit, stopping, public_url)
    for fresh in (True, False):
        run.take(fresh=fresh)
    if run.counts["sent"]:
        with database.transaction() as session:
            outage_is_over(session, act)
    return {**run.counts, "way_out_closed": int(run.closed)}


@dataclass
class _Run:
    """One run over what waits: messages that were never tried first, so that odd ones block nobody."""

    database: Database
    act: Act
    sender: Sender
    limit: int
    stopping: Callable[[], bool]
    public_url: str
    closed: bool = False
    tried: int = 0
    counts: Counter[str] = field(
        default_factory=lambda: Counter({"sent": 0, "failed": 0, "retry": 0, "postponed": 0})
    )
    reached: bool = False
    put_off: set[str] = field(default_factory=set, repr=False)
    """Addresses that did not take a message now."""

    def take(self, *, fresh: bool) -> None:
        """Send batch by batch until nothing is left, the limit is reached or the way out is closed."""
        after = 0
        while self.tried < self.limit and not self.closed and not self.stopping():
            most = min(BATCH, self.limit - self.tried)
            with self.database.reading() as session:
                rows = _waiting(session, self.act, fresh=fresh, after=after, most=most)
            if not rows:
                return
            after = rows[-1].id or 0
            due = [row for row in rows if _is_due(row, self.act.recorded_at)]
            self.counts["postponed"] += len(rows) - len(due)
            tries = list(self._each(due))
            self.tried += len(tries)
            self.counts.update(_note(self.database, self.act, tries, closed=self.closed))

    def _each(self, rows: Sequence[Outbox]) -> Iterator[Try]:
        for row in rows:
            done = _deliver(self.database, self.act, self.sender, row, public_url=self.public_url)
            self.reached = self.reached or done.status == "sent"
            if done.put_off_by:
                self.put_off.add(done.put_off_by)
            self.closed = not self.reached and len(self.put_off) >= CLOSED_AFTER
            yield done
            if self.closed or self.stopping():
                return


def _waiting(session: Session, act: Act, *, fresh: bool, after: int, most: int) -> Sequence[Outbox]:
    """Rows by the partial index over what waits."""
    tried = col(Outbox.attempts) == 0 if fresh else col(Outbox.attempts) > 0
    return session.exec(
        select(Outbox)
        .where(
            Outbox.status == "waiting",
            Outbox.city == act.city,
            tried,
            col(Outbox.id) > after,
            col(Outbox.effective_on) <= act.today,
        )
        .order_by(col(Outbox.id))
        .limit(most)
    ).all()


def _is_due(row: Outbox, now: datetime) -> bool:
    """Tries lie 1, 3, 7, 15 … minutes behind the making of the message."""
    return row.attempts == 0 or row.created_at + timedelta(minutes=2**row.attempts - 1) <= now


def _deliver(database: Database, act: Act, sender: Sender, row: Outbox, *, public_url: str) -> Try:
    """Build, render and send one row; nothing is held open on the database while it is sent."""
    try:
        with database.reading() as session:
            values = message_values(session, act, row, public_url=public_url)
            receivers = recipients(session, act, row)
        values = {name: values[name] for name in fields_of(row.template) if name in values}
        message = render(row.template, values)
    except (GroundsMissingError, MessageValuesError, SealBrokenError) as fault:
        return Try(row, "failed", error=str(fault))
    except Exception as fault:  # one odd row must not hold up the others
        log.exception("message not built", extra={"outbox_id": row.id})
        return Try(row, "failed", error=f"{type(fault).__name__}: read the log")
    kept = json.dumps(values, ensure_ascii=False, sort_keys=True, default=str)
    return _send(act, sender, row, message, receivers, kept)


def _send(
    act: Act,
    sender: Sender,
    row: Outbox,
    message: Message,
    receivers: Sequence[Recipient],
    kept: str,
) -> Try:
    """Send to every receiver. The row counts as sent when its first reachable one has it."""
    reached: list[Recipient] = []
    channel, refused = "", ""
    for number, receiver in enumerate(receivers):
        address = _address(act, sender, receiver)
        if not address:
            continue
        try:
            receipt = sender.send(_envelope(row, message, address, copy=number))
        except TemporaryFailureError as fault:
            return Try(row, "retry", error=str(fault), put_off_by=address)
        except PermanentFailureError as fault:
            refused = refused or str(fault)
        else:
            reached.append(receiver)
            channel = receipt.sender
    if not reached:
        return Try(row, "failed", error=refused or "nobody to send it to: no mailbox, no phone")
    masked = ", ".join(receiver.masked for receiver in reached)
    return Try(row, "sent", channel=channel, masked=masked, values=kept, error=refused)


def _envelope(row: Outbox, message: Message, address: str, *, copy: int) -> Envelope:
    return Envelope(
        city=row.city,
        outbox_id=f"{row.id}.{copy}" if copy else str(row.id),
        template=row.template,
        created_at=row.created_at,
        to=address,
        subject=message.subject,
        text=message.text,
        html=message.html,
    )


def _address(act: Act, sender: Sender, receiver: Recipient) -> str:
    """The address as this way out takes it; empty where it leads to no phone."""
    if receiver.channel == "mail":
        return receiver.address
    if isinstance(sender, WebhookSender):
        return receiver.address
    if isinstance(sender, SmtpSender):
        contacts = act.office.contacts.get(act.city)
        gateway = contacts.sms_mail_domain if contacts is not None else None
        return f"{receiver.address}@{gateway}" if gateway else ""
    return f"{receiver.stand_in}@{SMS_HOUSE}"


def _note(database: Database, act: Act, tries: Sequence[Try], *, closed: bool) -> Counter[str]:
    """Put what became of a batch on record, in one transaction; return how many of each."""
    counts: Counter[str] = Counter()
    if not tries:
        return counts
    with database.transaction() as session:
        for done in tries:
            status, values = _outcome(done, act)
            table = table_of(Outbox)
            session.execute(
                update(table)
                .where(table.c.id == done.row.id, table.c.status == "waiting")
                .values(status=status, **values)
            )
            counts["retry" if status == "waiting" else status] += 1
            if status == "failed":
                report_failure(session, act, done.row)
        if closed:
            report_outage(session, act)
    return counts


def _outcome(done: Try, act: Act) -> tuple[str, dict[str, object]]:
    """New status and columns of a row."""
    row, error = done.row, done.error[:ERROR_LENGTH]
    attempts = row.attempts + 1
    if done.status == "sent":
        told = {"channel": done.channel, "address_masked": done.masked, "values": done.values}
        return "sent", {**told, "attempts": attempts, "sent_at": act.recorded_at, "error": error}
    given_up = attempts >= MOST_TRIES and act.recorded_at - row.created_at > PATIENCE
    lost = done.status == "failed" or given_up
    return ("failed" if lost else "waiting"), {"attempts": attempts, "error": error}
