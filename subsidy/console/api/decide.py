"""Deciding facts that a program hands in: the answer of `subsidy decide`, and nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Any

from fastapi import Depends, Request
from pydantic import ValidationError
from pydantic_core import from_json, to_json
from starlette.responses import JSONResponse, Response

from subsidy.console.answers import problem
from subsidy.console.doors import Doors
from subsidy.console.visits import Entering, Visit
from subsidy.rules.calendars.iso import iso_day
from subsidy.rules.decide import decide, decision_json, decision_schema
from subsidy.rules.facts import Facts, facts_from_json, facts_schema

LARGEST_FACTS = 1024 * 1024
"""Facts of one claim are a few kilobytes; a longer text is not one claim."""
DAY = "today"
REMEDIES = {
    "missing": "Add it.",
    "extra_forbidden": "Remove it or mend its spelling.",
    "literal_error": "Use one of the words listed.",
    "json_invalid": "Send the facts of one claim as one JSON object.",
}

doors = Doors("/api")


class WrongFactsError(Exception):
    """The facts cannot be decided; `faults` says where, what, and what to do."""

    def __init__(self, status: int, faults: Iterable[dict[str, str]]) -> None:
        """Keep the status of the answer and its list."""
        super().__init__(status)
        self.status, self.faults = status, list(faults)


async def _sent(request: Request) -> bytes:
    """The body of a JSON request; nothing of a form, which has been read already."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return await request.body() if kind == "application/json" else b""


@doors.get("/decide/schema", "decide.try")
def show_schema(visit: Entering) -> Response:
    """The JSON Schemas of what is sent and of what is answered."""
    return JSONResponse({"facts": facts_schema(), "decision": decision_schema()})


@doors.post("/decide", "decide.try")
def try_facts(visit: Entering, sent: Annotated[bytes, Depends(_sent)]) -> Response:
    """Decide one claim from its facts. `today`, in the address or beside the facts, is the day."""
    try:
        return _answer(visit, sent)
    except WrongFactsError as wrong:
        return problem(
            wrong.status,
            "these facts cannot be decided",
            "Mend every entry listed; GET /api/decide/schema describes the format.",
            errors=wrong.faults,
        )


def _answer(visit: Visit, sent: bytes) -> Response:
    facts, today = _read(visit, sent)
    office = visit.desk.office
    pack = office.packs.get(facts.city)
    if pack is None:
        raise _wrong("city", "No policy pack for this city.", _one_of(office.packs))
    if facts.track not in pack.tracks:
        raise _wrong("track", "The city's pack has no such track.", _one_of(pack.tracks))
    calendar = office.calendars.seen_on(today, city=facts.city)
    try:
        decision = decide(facts, pack=pack, today=today, calendar=calendar)
    except (OverflowError, ValueError):
        what = "A date lies too far from today to be counted with."
        raise _wrong("dates", what, "Send the dates as they were.") from None
    return Response(decision_json(decision, indent=2), media_type="application/json")


def _read(visit: Visit, sent: bytes) -> tuple[Facts, date]:
    """The facts and the business date. Raises WrongFactsError with every wrong entry."""
    if not sent:
        what = "The request carries no JSON."
        raise _wrong("body", what, "Send the facts with content-type application/json.", 415)
    if len(sent) > LARGEST_FACTS:
        what = "The text is longer than the facts of one claim."
        raise _wrong("body", what, "Send one claim a request.", 413)
    days = [visit.query[DAY]] if DAY in visit.query else []
    try:
        body: Any = from_json(sent)
        if isinstance(body, dict) and DAY in body:
            days.append(body.pop(DAY))
            sent = to_json(body)
        facts = facts_from_json(sent)
    except ValidationError as error:
        raise WrongFactsError(422, _faults(error)) from None
    except ValueError:
        what = "This is not JSON."
        raise _wrong("body", what, REMEDIES["json_invalid"]) from None
    return facts, _day(days, visit.today)


def _day(given: list[Any], otherwise: date) -> date:
    try:
        days = {iso_day(str(text)) for text in given} or {otherwise}
    except ValueError:
        raise _wrong(DAY, "This is no day.", "Write it as 2020-10-12.") from None
    if len(days) > 1:
        raise _wrong(DAY, "Address and body name two days.", "Give it once.")
    return days.pop()


def _faults(error: ValidationError) -> Iterable[dict[str, str]]:
    """One entry a fault, without repeating what was sent."""
    for item in error.errors(include_input=False, include_url=False, include_context=False):
        where = ".".join(str(part) for part in item["loc"]) or "body"
        remedy = REMEDIES.get(item["type"], "Correct the entry.")
        yield _fault(where, f"{item['msg']}.", remedy)


def _wrong(where: str, what: str, remedy: str, status: int = 422) -> WrongFactsError:
    return WrongFactsError(status, [_fault(where, what, remedy)])


def _fault(where: str, what: str, remedy: str) -> dict[str, str]:
    return {"where": where, "what": what, "remedy": remedy}


def _one_of(names: Iterable[str]) -> str:
    return f"Use one of {', '.join(sorted(names))}."
