"""A training provider's own area."""
