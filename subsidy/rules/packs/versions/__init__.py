"""Versions of a pack: the content that is kept of each, and what differs between two."""
