"""The days that count: filing before the start, certificate registration, application.

Nothing is refused as late while the end of its window is provisional, or when no clause gives it.
"""

from __future__ import annotations

from datetime import date, timedelta

from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.checks.people import stage_source
from subsidy.rules.deadlines import Window, due
from subsidy.rules.facts import anchor_days
from subsidy.rules.policy import Track
from subsidy.rules.verdict import source_of
from subsidy.rules.workdays import Calendar, DueDate

ONE_DAY = timedelta(1)
SEARCH_DAYS = 120
"""How far ahead a lawful start is looked for; no window of the packs is that long."""


def filed_in_time(case: Case, out: Verdicts) -> None:
    """The class was filed so many working days before it started."""
    training = case.facts.training
    if "filed" not in case.track.stages or training.starts is None:
        return
    if case.track.spec.through == "file" and "filing_before_start" not in case.track.windows:
        return
    if training.filed_on is None:
        out.add("E512", "hold", stage_source(case, "filed"))
        return
    filing_in_time(
        track=case.track,
        starts=training.starts,
        filed_on=training.filed_on,
        calendar=case.calendar,
        out=out,
    )


def filing_in_time(
    *, track: Track, starts: date, filed_on: date, calendar: Calendar, out: Verdicts
) -> None:
    """Find a late filing and offer the first lawful start."""
    window = track.window("filing_before_start", on=starts)
    last = _last_day(window, starts, calendar, track, out)
    if last is None or filed_on <= last.low:
        return
    if not last.final:
        _provisional(out, window, last)
        return
    first = first_lawful_start(window=window, filed_on=filed_on, calendar=calendar)
    out.add(
        "E401",
        "refuse",
        source_of(window),
        starts=starts,
        due=last.on,
        filed=filed_on,
        first_start=first,
    )


def first_lawful_start(*, window: Window, filed_on: date, calendar: Calendar) -> date:
    """The first day on which a class filed on `filed_on` may start."""
    for ahead in range(1, SEARCH_DAYS):
        start = filed_on + ONE_DAY * ahead
        if due(window, anchor=start, calendar=calendar).low >= filed_on:
            return start
    return filed_on + ONE_DAY * SEARCH_DAYS


def certificate_in_time(case: Case, out: Verdicts) -> None:
    """Late registration is pointed out; the clause names no consequence."""
    certificate = case.facts.certificate
    if certificate is None or "certificate_registration" not in case.track.windows:
        return
    window = case.track.window("certificate_registration", on=case.anchor)
    last = _last_day(window, certificate.issued_on, case.calendar, case.track, out)
    registered = certificate.registered_on
    if last is not None and registered is not None and last.final and registered > last.on:
        out.add(
            "E402",
            "warn",
            source_of(window),
            issued=certificate.issued_on,
            due=last.on,
            registered=registered,
        )


def applied_in_time(case: Case, out: Verdicts) -> None:
    """The application came within its window; without one the claim simply waits."""
    applied = case.facts.applied_on
    if "applied" not in case.track.stages:
        return
    if applied is None:
        out.add("E501", "hold", stage_source(case, "applied"))
        return
    if "application" not in case.track.windows:
        return
    window = case.track.window("application", on=case.anchor)
    begun = dict(anchor_days(case.facts)).get(window.anchor)
    if begun is None:
        return
    last = _last_day(window, begun, case.calendar, case.track, out)
    if last is None or applied <= last.low:
        return
    if last.final:
        out.add("E403", "refuse", source_of(window), due=last.on, applied=applied)
    else:
        _provisional(out, window, last)


def _last_day(
    window: Window, anchor: date, calendar: Calendar, track: Track, out: Verdicts
) -> DueDate | None:
    """The last lawful day; None and a gap when nobody has given the window a length."""
    if window.n is None:
        out.open_value(
            track.window_value(window.name, on=anchor), means=track.window_means(window.name)
        )
        return None
    last = due(window, anchor=anchor, calendar=calendar)
    out.step(track.window_means(window.name), last.on, on=anchor, source=window)
    return last


def _provisional(out: Verdicts, window: Window, last: DueDate) -> None:
    out.add("E1001", "hold", source_of(window), window=window.name, due=last.on)
