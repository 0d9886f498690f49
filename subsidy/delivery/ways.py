"""The ways out: which sender the settings choose, and how an address is written for it."""

from __future__ import annotations

from subsidy.actions.acting import Act
from subsidy.actions.messages import Recipient
from subsidy.senders.envelope import Sender
from subsidy.senders.mail_folder import MailFolder
from subsidy.senders.smtp import SmtpSender
from subsidy.senders.webhook import WebhookSender
from subsidy.settings import Settings

SMS_HOUSE = "sms.invalid"
"""Where texts to phones go as long as messages become files: named by the masked ID number."""


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


def address_for(act: Act, sender: Sender, receiver: Recipient) -> str:
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
