"""Played stories: generated people, real actions and flows, one business day after another."""
