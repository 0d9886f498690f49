"""Handing one letter to the way out, for every receiver; what became of each of its messages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from subsidy.actions.acting import Act
from subsidy.actions.messages import Recipient
from subsidy.delivery.building import Built
from subsidy.delivery.composing import envelope_of
from subsidy.delivery.gathering import Letter
from subsidy.delivery.ways import address_for
from subsidy.senders.envelope import PermanentFailureError, Sender, TemporaryFailureError

NOBODY = "nobody to send it to: no mailbox, no phone"


@dataclass(frozen=True)
class Posted:
    """What became of a letter: who has it, who refused it, or that it is to be tried again."""

    letter: Letter
    reached: tuple[Recipient, ...] = ()
    way: str = ""
    retry: str = ""
    """Why it is tried again; nothing else counts then."""
    refused: str = ""
    """What the first receiver that will never take it answered."""
    text_hash: str = ""
    put_off_by: str = field(default="", repr=False)
    """The address that may take it later."""

    def reached_by(self, part: Built) -> Sequence[Recipient]:
        """Who has this message of the letter."""
        return [to for to in self.reached if to in part.receivers]


def post(act: Act, sender: Sender, letter: Letter, *, public_url: str) -> Posted:
    """Send a letter to every receiver; nothing is held open on the database meanwhile.

    A message counts as sent when its first reachable receiver has it. If one receiver is to be tried
    later, all are tried again under the same names.
    """
    reached: list[Recipient] = []
    way = refused = text_hash = ""
    for number, receiver in enumerate(letter.receivers):
        address = address_for(act, sender, receiver)
        if not address:
            continue
        envelope, written = envelope_of(
            act, letter, receiver, copy=number, address=address, public_url=public_url
        )
        text_hash = text_hash or written.text_hash
        try:
            receipt = sender.send(envelope)
        except TemporaryFailureError as fault:
            return Posted(letter, retry=str(fault), put_off_by=address)
        except PermanentFailureError as fault:
            refused = refused or str(fault)
        else:
            reached.append(receiver)
            way = receipt.sender
    return Posted(letter, tuple(reached), way, refused=refused, text_hash=text_hash)
