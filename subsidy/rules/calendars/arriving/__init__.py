"""Notices that arrive late: when they are due, how one is handed in, and what is wrong with it."""
