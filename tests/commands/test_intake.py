"""A list that is handed in: the unit is told how many rows were taken, and why the others were not."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from subsidy.intake import take_in
from subsidy.papers.messages import checked
from subsidy.records.database import Database
from subsidy.records.tables import Outbox
from tests import builders

HEADERS = "姓名,证件号码,手机号,人员类别,类别证明日期,与本地的联系,银行账号"


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    database = Database(f"sqlite:///{tmp_path}/subsidy.db")
    builders.make_schema(database)
    builders.set_up_city(database)
    with database.transaction() as opened:
        yield opened
    database.dispose()


def roster(*, spoilt: int = 0) -> bytes:
    """Three made-up people; the last digit of the number of row `spoilt` is wrong."""
    lines = [HEADERS]
    for at, one in enumerate(builders.people(3), start=1):
        number = one.id_number
        if at == spoilt:
            number = number[:-1] + ("1" if number[-1] != "1" else "2")
        lines.append(f"{one.name},{number},{one.phone},失业人员,2020-06-30,本地户籍,{one.card}")
    return "\n".join(lines).encode()


def told(session: Session) -> list[dict[str, object]]:
    rows = session.exec(select(Outbox).where(Outbox.template == "roster_verdicts")).all()
    return [json.loads(row.values) for row in rows]


def test_the_unit_is_told_of_taken_and_refused_rows_without_anybodys_data(
    session: Session,
) -> None:
    class_id = builders.planned_class(session)
    act = builders.act("enrolled")
    take_in(
        session,
        act,
        kind="roster",
        class_id=class_id,
        content=roster(spoilt=2),
        filename="名册.csv",
    )

    (values,) = told(session)
    assert (values["rows"], values["accepted"], values["refused"]) == (3, 2, 1)
    assert [reason["count"] for reason in values["reasons"]] == [1]  # type: ignore[attr-defined]
    office = {"office": "某局", "office_phone": "0571-00000000", "provider": "某校", "where": "/"}
    checked("roster_verdicts", {**values, **office})


def test_the_same_file_again_is_told_once(session: Session) -> None:
    class_id = builders.planned_class(session)
    for _ in range(2):
        take_in(
            session,
            builders.act("enrolled"),
            kind="roster",
            class_id=class_id,
            content=roster(),
            filename="名册.csv",
        )

    assert len(told(session)) == 1
