"""Money beside the claim itself: what was advanced for it, and an approved higher rate."""
