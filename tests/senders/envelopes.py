"""One envelope for the tests of all senders."""

from __future__ import annotations

from datetime import UTC, datetime

from subsidy.senders.envelope import Attachment, Envelope

PAID = Envelope(
    city="hangzhou",
    outbox_id="42",
    template="paid",
    created_at=datetime(2020, 11, 24, 3, 0, tzinfo=UTC),
    to="school@example.invalid",
    subject="【补贴到账】合格证项目培训申领 HZ-2020-000123，请核对到账金额和账号尾号",
    text="您好：\n\n补贴已到账。\n",
    html="<p>补贴已到账。</p>",
    attachments=(Attachment("名单.csv", "a,b\n".encode("utf-8-sig"), "text/csv"),),
)
