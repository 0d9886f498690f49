"""A public notice: an exact list, posted, open to objections, closed after its last day."""

from __future__ import annotations

from statemachine import State

from states.chart import Lifecycle, compile_chart, edge


class NoticeChart(Lifecycle):
    """States and arrows of one notice of results or of grants."""

    prepared = State("拟公示", initial=True)
    posted = State("公示中")
    closed = State("公示期满", final=True)
    replaced = State("已更正")

    post = edge(prepared, posted)
    close = edge(posted, closed)
    replace = edge(posted, replaced)
    restore = edge(replaced, posted)


NOTICE = compile_chart(NoticeChart, name="notice", version=1, ends=("closed", "replaced"))
