"""How fast deadlines are found and fired, beside the same effects in bare SQL."""
