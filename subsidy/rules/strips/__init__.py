"""A window drawn day by day."""
