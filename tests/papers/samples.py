"""Values for every message, as an outbox row would hold them."""

from subsidy.papers.message_samples import SAMPLES

__all__ = ["SAMPLES"]
