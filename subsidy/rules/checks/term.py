"""Whether the governing document is in force for a claim or a filing, and may pay at all."""

from __future__ import annotations

from datetime import date

from subsidy.rules.checks.case import Verdicts
from subsidy.rules.policy import Pack
from subsidy.rules.verdict import Source

_WORDS = {"draft": "未印发的草稿", "reference": "参考文件"}


def governing_source(pack: Pack, *, track: str | None = None) -> Source:
    """The clause that gives the document's dates."""
    document = pack.governing_of(track)
    return Source(document.clause, document.id)


def claim_term(
    pack: Pack,
    *,
    track: str | None,
    anchor: date,
    starts: date | None,
    filed_on: date | None,
    out: Verdicts,
) -> bool:
    """Gaps for a day before the plan and for drafts; refusal only when every day is after it.

    No clause says which day counts at the plan's end, so a claim with days on both sides waits.
    Returns False when the plan does not rule the claim at all, because it is from before.
    """
    source, status = governing_source(pack, track=track), pack.status_on(anchor, track=track)
    document = pack.governing_of(track)
    if document.status in _WORDS:
        out.add("E603", "gap", source, status=_WORDS[document.status])
    elif status == "reference":
        out.add("E601", "gap", source, anchor=anchor, starts=document.in_force_from)
    elif status == "expired" and document.in_force_until is not None:
        days = [day for day in (starts, filed_on, anchor) if day is not None]
        until = document.in_force_until
        if document.until_assumed is not None:
            out.add("E615", "gap", source, until=until, why=document.until_assumed)
        elif all(day >= until for day in days):
            out.add("E602", "refuse", source, until=until)
        else:
            out.add("E610", "gap", source, until=until)
    return status != "reference" or document.status in _WORDS


def filing_term(
    pack: Pack, *, track: str | None, starts: date, filed_on: date, out: Verdicts
) -> None:
    """The same for a class filing; a draft lets a class be filed, for reckoning only."""
    document = pack.governing_of(track)
    if document.status in _WORDS:
        source = governing_source(pack, track=track)
        out.add("E603", "warn", source, status=_WORDS[document.status])
        return
    claim_term(pack, track=track, anchor=starts, starts=starts, filed_on=filed_on, out=out)
