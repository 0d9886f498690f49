"""Facts in, decision out: pure, repeatable, with the clause of everything it says.

decision = decide(facts, pack=pack, today=day, calendar=book.seen_on(day, city=pack.city))
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from subsidy.rules.amount import amount_due
from subsidy.rules.checks.case import Case, Verdicts
from subsidy.rules.checks.heads import verdicts_of
from subsidy.rules.checks.term import claim_term, governing_source
from subsidy.rules.eligibility import check_claim
from subsidy.rules.facts import Facts, Override
from subsidy.rules.policy import Pack
from subsidy.rules.routing import Routing, routing_of
from subsidy.rules.verdict import NO_CLAUSE, Decision, source_of
from subsidy.rules.workdays import Calendar

DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)


def decide(facts: Facts, *, pack: Pack, today: date, calendar: Calendar) -> Decision:
    """Decide one claim: may it be paid, how much, to whom, from which fund, and why.

    Raises ValueError when `facts` belong to another city or a track that the pack does not have.
    """
    track = pack.tracks.get(facts.track)
    if track is None or facts.city != pack.city:
        raise ValueError(
            f"The pack of {pack.city} has no track {facts.track!r} for {facts.city!r}. "
            f"Use one of {', '.join(pack.tracks)} or load the pack of the other city."
        )
    out = Verdicts(pack)
    anchor = _anchor(facts, pack, out)
    day = anchor or today
    case = Case(facts, pack, track, calendar, today, day)
    code = track.code
    found = _reckon(case, out, has_anchor=anchor is not None)
    _apply_overrides(facts.overrides, pack, out)
    stopped = bool(out.refusals or out.holds or out.gaps)
    return Decision(
        payable=not stopped
        and found.amount_fen is not None
        and pack.may_pay(anchor=day, track=code),
        amount_fen=None if out.refusals else found.amount_fen,
        payee=found.payee,
        fund=found.fund,
        route=found.route,
        paying_office=found.paying_office,
        status=pack.status_on(day, track=code),
        anchor=anchor,
        refusals=out.refusals,
        holds=out.holds,
        gaps=out.gaps,
        warnings=out.warnings,
        trace=out.trace,
        pack_version=pack.version,
        calendar_version=calendar.version,
        decided_on=today,
        heads=verdicts_of(case, out),
    )


@dataclass(slots=True)
class _Found:
    """What the rules yield besides findings."""

    amount_fen: int | None = None
    payee: str | None = None
    fund: str | None = None
    route: str | None = None
    paying_office: str | None = None


def _reckon(case: Case, out: Verdicts, *, has_anchor: bool) -> _Found:
    """Run every check and the reckoning; a claim from before the plan is not judged by it."""
    found, training = _Found(), case.facts.training
    if has_anchor:
        ruled = claim_term(
            case.pack,
            track=case.track.code,
            anchor=case.anchor,
            starts=training.starts,
            filed_on=training.filed_on,
            out=out,
        )
        if not ruled:
            return found
        routing = routing_of(case.pack, case.track, district=training.district, on=case.anchor)
        _note_routing(case, routing, out)
        found.route = routing.route.value
        found.paying_office = routing.pays.value if routing.pays is not None else None
    check_claim(case, out)
    if has_anchor:
        found.amount_fen = amount_due(case, out)
    found.payee = _settled(case, out, "payee", "收款人")
    found.fund = _settled(case, out, "fund", "资金渠道")
    return found


def decision_schema() -> dict[str, Any]:
    """JSON Schema of the decision."""
    return DECISION.json_schema(mode="serialization")


def decision_json(decision: Decision, *, indent: int | None = None) -> str:
    """The decision as JSON text."""
    return DECISION.dump_json(decision, indent=indent).decode()


def _anchor(facts: Facts, pack: Pack, out: Verdicts) -> date | None:
    """The day that selects the rules: class start, else certificate date, else period start."""
    issued = facts.certificate.issued_on if facts.certificate is not None else None
    event = pack.dated["deciding_event"].latest
    if event.value == "certificate_issued":
        day = issued
    elif event.value == "applied_on":
        day = facts.applied_on
    else:
        day = facts.training.starts or issued or facts.stated.period_starts
        if day is None and pack.tracks[facts.track].spec.through == "file":
            day = facts.applied_on  # nothing was taught: equipment, awards
    if event.unset:
        out.open_value(event, means=pack.dated["deciding_event"].means)
    if day is None:
        out.add("E608", "gap", governing_source(pack))
    else:
        out.step(pack.dated["deciding_event"].means, day, on=day, source=event)
    return day


def _note_routing(case: Case, routing: Routing, out: Verdicts) -> None:
    district = case.facts.training.district
    if routing.route.unset:
        source = source_of(routing.route)
        out.add("E606", "gap", source, district=district, on=case.anchor)
        return
    out.step("办理路径", routing.route.value, on=case.anchor, source=routing.route)
    for value in (routing.pays, routing.levels):
        if value is not None and value.unset:
            out.open_value(value, means=case.pack.dated[value.key].means)
    if routing.pays is not None and not routing.pays.unset:
        out.step("拨付单位", routing.pays.value, on=case.anchor, source=routing.pays)
    if routing.level_list and routing.levels is not None:
        source = source_of(routing.levels)
        out.step("审核层级数", len(routing.level_list), on=case.anchor, source=source)


def _settled(case: Case, out: Verdicts, name: str, means: str) -> str | None:
    value = case.track.value(name, on=case.anchor)
    if value.unset:
        out.open_value(value, means=means)
        return None
    out.step(means, value.value, on=case.anchor, source=value)
    return str(value.value)


def _apply_overrides(overrides: tuple[Override, ...], pack: Pack, out: Verdicts) -> None:
    """Pass refusals for which a complete exception is recorded; they stay visible as warnings."""
    for override in overrides:
        matching = [item for item in out.refusals if item.code == override.code]
        if not matching:
            continue
        source = source_of(matching[0])
        if not _is_complete(override) or not pack.book.may_override(override.code):
            out.add("E1203", "hold", NO_CLAUSE, code=override.code)
            continue
        out.refusals = [item for item in out.refusals if item.code != override.code]
        out.add("E1202", "warn", source, code=override.code, decision=override.decision)


def _is_complete(override: Override) -> bool:
    texts = (override.reason, override.decision, override.decided_by, override.confirmed_by)
    return all(text.strip() for text in texts) and (
        override.decided_by.strip() != override.confirmed_by.strip()
    )
