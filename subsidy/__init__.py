"""Public training subsidies: the lifecycle of a claim, from published catalogue to payment."""

__version__ = "0.1.0"
