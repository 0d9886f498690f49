"""The report of a business day for section head and engineer: what moved, what waits, what was left."""

from collections.abc import Mapping

from prefect import flow

from flows.reporting import Outcome, run_name
from flows.sweeps import Sweep, queues_of, sweep
from subsidy.actions.messages import tell_run_report
from subsidy.records.flow_reports import counts_of_day

NAME = "report-day"
WORDS: Mapping[str, str] = {
    "watch-deadlines.reminders": "期限提醒",
    "watch-deadlines.missed": "期限届满",
    "watch-deadlines.lapsed": "逾期",
    "watch-deadlines.moved": "期限重新计算",
    "watch-deadlines.tickets": "新开例外事项",
    "run-publicity.notices_closed": "公示期满",
    "run-publicity.payable": "公示后待拨付",
    "advance-claims.decided_anew": "重新判定",
    "advance-claims.payable": "转待拨付",
    "advance-claims.counted": "只计数",
    "advance-claims.lapsed": "逾期（补办）",
    "advance-claims.tickets_closed": "例外事项自动办结",
    "deliver-notices.sent": "已发送通知",
    "pay-batch.lines": "送银行笔数",
}
"""What a count of a flow is called; the rest of the counts are for engineers."""
LEFT: Mapping[str, str] = {
    "watch-deadlines.waiting": "等待放假安排",
    "run-publicity.objected": "异议未办结",
    "deliver-notices.failed": "发送失败",
    "deliver-notices.retry": "待重发",
}


@flow(name=NAME, flow_run_name=run_name)
async def report_day(city: str) -> dict[str, int]:
    """Put the report of the day into the outbox."""
    return await sweep(flow=NAME, city=city, work=work)


def work(asked: Sweep) -> Outcome:
    """Sum the runs of the day; a report that still waits is brought up to date.

    A day on which nothing moved and nothing was left needs no report.
    """
    queues = queues_of(asked)
    titles = asked.office.packs[asked.city].book.queues
    with asked.database.transaction() as session:
        done = counts_of_day(session, city=asked.city, business_date=asked.today)
        flat = {f"{name}.{code}": n for name, counts in done.items() for code, n in counts.items()}
        moved, skipped = _named(WORDS, flat), _named(LEFT, flat)
        new = bool(moved or skipped) and tell_run_report(
            session,
            asked.act(NAME),
            run="每日办理",
            run_id=f"{asked.city}-{asked.today.isoformat()}",
            moved=moved,
            skipped=skipped,
            queues=[{"name": titles[q.queue].title_zh, "count": q.size} for q in queues],
        )
    # Without the queues: one over its limit sets this flow off, and must not do so again.
    return Outcome(counts={"reports": int(new)})


def _named(words: Mapping[str, str], counts: Mapping[str, int]) -> list[dict[str, object]]:
    return [
        {"name": name, "count": counts[code]} for code, name in words.items() if counts.get(code)
    ]
