"""Pages on what the figures of a city say."""
