"""A ticket in an exception queue: open, in hand, waiting for another, resolved."""

from __future__ import annotations

from statemachine import State

from states.chart import Lifecycle, compile_chart, edge


class TicketChart(Lifecycle):
    """States and arrows of one ticket; an override waits for a second person."""

    opened = State("待处理", initial=True)
    assigned = State("处理中")
    override_asked = State("待第二人确认")
    resolved = State("已解决")
    overridden = State("已特批")

    assign = edge([opened, assigned], assigned)
    ask_override = edge([opened, assigned], override_asked)
    refuse_override = edge(override_asked, opened)
    confirm_override = edge(override_asked, overridden)
    resolve = edge([opened, assigned, override_asked], resolved)
    open_again = edge([resolved, overridden], opened)


TICKET = compile_chart(TicketChart, name="ticket", version=1, ends=("resolved", "overridden"))
