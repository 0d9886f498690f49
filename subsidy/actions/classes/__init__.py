"""Training classes: planned by the provider, filed, examined, finished or cancelled."""

from subsidy.actions.classes.filing import (
    decide_filing,
    file_class,
    first_lawful_start,
)
from subsidy.actions.classes.finishing import cancel_class, complete_class
from subsidy.actions.classes.planning import ClassPlan, plan_class, plan_of, revise_plan

__all__ = [
    "ClassPlan",
    "cancel_class",
    "complete_class",
    "decide_filing",
    "file_class",
    "first_lawful_start",
    "plan_class",
    "plan_of",
    "revise_plan",
]
