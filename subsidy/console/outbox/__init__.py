"""The outbox: what people were told, what waits, and what every message looks like."""
