"""What the figures of a city say when they are put together."""
