"""Rows of older payments, and the two cities whose offices take them in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act
from subsidy.actions.catalogue import open_area
from subsidy.actions.history import import_history
from subsidy.actions.rosters import SheetResult
from subsidy.papers.sample_people import SamplePerson
from subsidy.records.tables import CrossCityCheck, PastSubsidy
from tests import builders
from tests.actions.desk import steps
from tests.builders import CLERK, act, done

TODAY = steps.REVIEWED
HOUSE = "elderly-carer"
"""Occupation of the usual class."""


def clerk(city: str = builders.CITY, *, day: date = TODAY) -> Act:
    """A clerk of a city's own office."""
    return replace(act(day, actor=CLERK), city=city)


def neighbour(session: Session) -> Act:
    """A clerk of Cixi, whose office is open in the same database."""
    who = clerk("cixi")
    done(open_area(session, who, code="cixi", name="慈溪市", is_city=True))
    return who


def payment(one: SamplePerson, **changed: str) -> dict[str, str]:
    """A training subsidy of spring 2020, as the reader of spreadsheets gives it."""
    told = {
        "name": one.name,
        "id_number": one.id_number,
        "scheme": "training",
        "track": "",
        "occupation": "中式烹调师",
        "code_edition": "",
        "level": "5",
        "certificate_kind": "",
        "certificate_number": "",
        "starts_on": "2020-03-02",
        "ends_on": "2020-03-20",
        "paid_on": "2020-05-15",
        "amount_fen": "80000",
        "paying_place": "萧山区就业管理中心",
    }
    return told | changed


def rows_of(*payments: Mapping[str, str]) -> list[tuple[int, Mapping[str, str]]]:
    """The payments as rows from 2 on."""
    return list(enumerate(payments, start=2))


def take(
    session: Session, *payments: Mapping[str, str], who: Act | None = None, sha256: str = ""
) -> SheetResult:
    """Take a list in."""
    return import_history(session, who or clerk(), rows=rows_of(*payments), sha256=sha256)


def kept(session: Session) -> Sequence[PastSubsidy]:
    """Every payment on file, the oldest first."""
    return session.exec(select(PastSubsidy).order_by(col(PastSubsidy.id))).all()


def asked(session: Session) -> list[tuple[str, str, bool]]:
    """(asking city, question, answer) in the order of the log."""
    rows = session.exec(select(CrossCityCheck).order_by(col(CrossCityCheck.id))).all()
    return [(row.city, row.question, row.answer) for row in rows]


def codes_at(result: SheetResult, row: int) -> set[str]:
    """Codes said about one row."""
    return {v.code for v in result.verdicts if v.row_number == row and v.code}
