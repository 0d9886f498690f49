"""Delivering what waits in the outbox: gathered into letters, rendered, sent by the way out of the settings.

The flows, the console and the commands come here. It stands above the actions, the papers and the
senders. A run that was killed after sending sends the same letters once more under the same names
(file, Message-ID, idempotency key), so nobody gets two; of two runs at once one waits for the next time.
Addresses are looked up for one sending and appear neither in rows nor in logs.
"""

from subsidy.delivery.running import ACTOR, deliver_waiting
from subsidy.delivery.showing import Shown, as_it_goes, as_sent
from subsidy.delivery.ways import sender_of

__all__ = ["ACTOR", "Shown", "as_it_goes", "as_sent", "deliver_waiting", "sender_of"]
