"""Public notices that are over: their claims become payable, the lists are closed.

Both take effect on the working day on which the next step opened, however late this runs. A claim with
an open objection or ticket stays; the rest of its list goes on.
"""

from prefect import flow

from flows.reporting import Milestone, Outcome, run_name
from flows.sweeps import Sweep, queues_of, signer_of, skipped_where, sweep
from subsidy.actions import advance, notices

NAME = "run-publicity"


@flow(name=NAME, flow_run_name=run_name)
async def run_publicity(city: str) -> dict[str, int]:
    """Close the notices of a city whose days are over and let their claims go on."""
    return await sweep(flow=NAME, city=city, work=work)


def work(asked: Sweep) -> Outcome:
    """Let the claims go on first, each as of its own opening day, then close the lists."""
    moved = advance.advance_claims(
        asked.database,
        asked.office,
        signer_of(asked),
        city=asked.city,
        today=asked.today,
        now=asked.now,
        actor=f"flow:{NAME}",
        stopping=asked.stopping,
        events=("clear_notice", "begin_review"),
    )
    act = asked.act(NAME)
    with asked.database.reading() as session:
        due = notices.due_to_close(session, act)
    closed: list[int] = []
    for notice_id, _ in due:
        if asked.stopping():
            break
        with asked.database.transaction() as session:
            done = notices.close_notices(session, act, notice_id=notice_id)
        if done.done:
            closed.append(notice_id)
    counts = {"notices_closed": len(closed), "payable": moved.get("payable", 0)}
    with asked.database.reading() as session:
        counts["objected"] = sum(n.objected for n in notices.notices(session, act, state="posted"))
    return Outcome(
        counts=counts,
        queues=queues_of(asked),
        skipped=skipped_where(counts, objected="objection-open"),
        milestones=[
            Milestone(event="subsidy.notice.closed", subject=f"notice-{number}")
            for number in closed
        ],
    )
