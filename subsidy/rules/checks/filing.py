"""A class filing: its papers, its working days before the start, the plan's term, its district."""

from __future__ import annotations

from datetime import date

from subsidy.rules.checks.case import Verdicts
from subsidy.rules.checks.papers import filing_papers
from subsidy.rules.checks.term import filing_term
from subsidy.rules.checks.timing import filing_in_time, first_lawful_start
from subsidy.rules.facts import TrainingFacts
from subsidy.rules.policy import Pack
from subsidy.rules.routing import route_of
from subsidy.rules.verdict import NO_CLAUSE, Finding, source_of
from subsidy.rules.workdays import Calendar


def check_filing(
    training: TrainingFacts, *, track: str, pack: Pack, filed_on: date, calendar: Calendar
) -> list[Finding]:
    """Everything that stands against a class filing handed in on `filed_on`.

    An empty list, or one with warnings only, lets it be approved. A late filing (E401) carries
    the first lawful start under `facts["first_start"]`.
    """
    out, plan = Verdicts(pack), pack.tracks[track]
    if training.starts is None:
        out.add("E608", "hold", NO_CLAUSE, column="starts")
        return out.all()
    filing_term(pack, track=track, starts=training.starts, filed_on=filed_on, out=out)
    _district(training, pack, out)
    _size(training, pack, out)
    filing_papers(training, plan, out, on=filed_on)
    filing_in_time(
        track=plan, starts=training.starts, filed_on=filed_on, calendar=calendar, out=out
    )
    return out.all()


def first_lawful_start_of(
    *, track: str, pack: Pack, filed_on: date, calendar: Calendar
) -> date | None:
    """The first day a class of this track filed on `filed_on` may start; None: window unset."""
    window = pack.tracks[track].window("filing_before_start", on=filed_on)
    if window.n is None:
        return None
    return first_lawful_start(window=window, filed_on=filed_on, calendar=calendar)


def _size(training: TrainingFacts, pack: Pack, out: Verdicts) -> None:
    if training.starts is None or "class_size_max" not in pack.dated:
        return
    limit = pack.value("class_size_max", on=training.starts)
    if not limit.unset and training.head_count > limit.value:
        source, count = source_of(limit), training.head_count
        out.add("E516", "warn", source, column="head_count", count=count, limit=limit.value)


def _district(training: TrainingFacts, pack: Pack, out: Verdicts) -> None:
    starts = training.starts
    if starts is None:
        return
    route = route_of(pack, district=training.district, on=starts)
    if route.unset:
        out.add(
            "E606",
            "gap",
            source_of(route),
            column="district",
            district=training.district,
            on=starts,
        )
