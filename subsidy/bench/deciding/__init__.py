"""Measuring decisions: the facts, the bare reckoning beside ours, and the report."""
