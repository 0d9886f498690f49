"""Changes of a class whose filing was accepted: asked for, decided by another, a new version."""

from subsidy.actions.class_changes.changing import decide_change, request_change

__all__ = ["decide_change", "request_change"]
