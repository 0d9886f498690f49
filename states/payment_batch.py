"""A payment batch: built, approved, sent to the bank, read back, reconciled."""

from __future__ import annotations

from statemachine import State

from states.chart import Lifecycle, compile_chart, edge


class PaymentBatchChart(Lifecycle):
    """States and arrows of one batch; a line that the bank returns goes into a follow-up batch."""

    built = State("已编制", initial=True)
    approved = State("已批准")
    sent = State("已送银行")
    partly_settled = State("部分到账")
    settled = State("已核对完毕")
    dissolved = State("已作废", final=True)

    approve = edge(built, approved)
    dissolve = edge([built, approved], dissolved)
    send = edge(approved, sent)
    settle_some = edge([sent, partly_settled], partly_settled)
    settle = edge([sent, partly_settled], settled)
    late_return = edge(settled, partly_settled)


PAYMENT_BATCH = compile_chart(
    PaymentBatchChart, name="payment_batch", version=1, ends=("settled", "dissolved")
)
