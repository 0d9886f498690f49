"""What Prefect keeps of a sweep: codes, ids and counts, with links to the console."""

from datetime import date

import pytest

from flows.reporting import (
    Milestone,
    Outcome,
    QueueSize,
    Skipped,
    UnfitForFlowsError,
    as_markdown,
    fit_code,
    queue_rows,
)

DAY = date(2020, 10, 12)
URL = "http://127.0.0.1:8080"
OUTCOME = Outcome(
    counts={"looked_at": 40, "moved": 39},
    queues=[
        QueueSize(queue="identity", size=12, overdue=2, limit=10),
        QueueSize(queue="late", size=0),
    ],
    skipped=[Skipped(why="E203", count=1, ids=("HZ-2020-000017",))],
)


def test_a_sweeps_page_tells_counts_reasons_and_links_to_each_claim() -> None:
    page = as_markdown(OUTCOME, flow="advance-claims", city="hangzhou", today=DAY, console_url=URL)

    assert "# advance-claims · hangzhou · 2020-10-12" in page
    assert "| moved | 39 |" in page
    assert f"| E203 | 1 | [HZ-2020-000017]({URL}/claims/HZ-2020-000017) |" in page


def test_the_queue_table_marks_the_queue_that_is_over_its_limit() -> None:
    rows = queue_rows(OUTCOME, city="hangzhou", console_url=URL)

    assert [(row["queue"], row["open"], row["overdue"], row["over"]) for row in rows] == [
        ("identity", 12, 2, "yes"),
        ("late", 0, 0, ""),
    ]
    assert rows[0]["list"] == f"{URL}/tickets?city=hangzhou&queue=identity"


@pytest.mark.parametrize(
    "value",
    [
        "王小明",
        "Wang Xiaoming",
        "330102199001011234",
        "13812345678",
        "6222021202012345678",
        "",
        "a" * 65,
        "E203\n王",
    ],
)
def test_a_name_or_a_number_of_a_person_is_refused_and_not_repeated(value: str) -> None:
    for build in (
        lambda: fit_code(value),
        lambda: Outcome(counts={value: 1}),
        lambda: Outcome(counts={}, queues=[QueueSize(queue=value, size=1)]),
        lambda: Outcome(counts={}, skipped=[Skipped(why="E203", count=1, ids=(value,))]),
        lambda: Outcome(counts={}, milestones=[Milestone(event="subsidy.done", subject=value)]),
    ):
        with pytest.raises(UnfitForFlowsError) as caught:
            build()
        assert not value or value not in str(caught.value)


@pytest.mark.parametrize("count", ["3", 3.5, True, None])
def test_a_count_is_a_whole_number(count: object) -> None:
    with pytest.raises(UnfitForFlowsError, match="looked_at is no whole number"):
        Outcome(counts={"looked_at": count})  # type: ignore[dict-item]
