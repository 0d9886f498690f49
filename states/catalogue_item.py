"""A project in the subsidy catalogue: drafted by a district, approved by the city, listed, withdrawn."""

from __future__ import annotations

from statemachine import State

from states.chart import Lifecycle, compile_chart, edge


class CatalogueItemChart(Lifecycle):
    """States and arrows of one catalogue item (Hangzhou annexes 3 to 6: filed, examined, listed)."""

    drafted = State("拟稿", initial=True)
    submitted = State("已提交备案审核")
    returned = State("退回修改")
    approved = State("审核同意")
    published = State("已列入目录")
    refused = State("不予备案", final=True)
    closed = State("已停用")

    submit = edge([drafted, returned], submitted)
    send_back = edge(submitted, returned)
    approve = edge(submitted, approved)
    refuse = edge(submitted, refused)
    publish = edge([approved, closed], published)
    close = edge(published, closed)


CATALOGUE_ITEM = compile_chart(
    CatalogueItemChart, name="catalogue_item", version=1, ends=("refused", "closed")
)
