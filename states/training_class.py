"""A training class: planned, filed, examined, under way, finished; its claims move with it."""

from __future__ import annotations

from statemachine import State

from states.chart import Lifecycle, compile_chart, edge


class TrainingClassChart(Lifecycle):
    """States and arrows of one class. Only an accepted filing may start (经审核通过后可开展培训)."""

    planned = State("编制中", initial=True)
    filed = State("已提交备案")
    returned = State("备案退回")
    accepted = State("备案通过")
    completed = State("已结业", final=True)
    cancelled = State("已取消")
    refused = State("备案不予通过")

    file = edge([planned, returned, refused], filed)
    send_back = edge(filed, returned)
    refuse = edge(filed, refused)
    accept = edge(filed, accepted)
    refile = edge(accepted, filed)
    complete = edge(accepted, completed)
    cancel = edge([planned, filed, returned, refused, accepted], cancelled)
    restore = edge(cancelled, planned)


TRAINING_CLASS = compile_chart(
    TrainingClassChart, name="training_class", version=1, ends=("completed", "cancelled")
)
