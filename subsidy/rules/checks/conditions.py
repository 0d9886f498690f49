"""Conditions of particular tracks: employer, months, first check, systems, vouchers, certificate."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Literal

from subsidy.rules.checks.case import Case, Verdicts, looked_up
from subsidy.rules.checks.limits import earlier
from subsidy.rules.checks.people import years_later
from subsidy.rules.packs.schema import GateSpec
from subsidy.rules.routing import routing_of
from subsidy.rules.verdict import Source, source_of

RANKS = ("county", "city", "provincial", "national")
"""Ranks of certificate issuers, the lowest first."""
BOTH_OFFICES = {"finance", "hr"}


def gate_effect(gate: GateSpec) -> Literal["refuse", "hold", "warn"]:
    """What a missing paper does; `pass` in a file means it is only shown."""
    return "warn" if gate.effect == "pass" else gate.effect


def _paper(case: Case, out: Verdicts, gate: GateSpec) -> None:
    if gate.paper not in case.facts.stated.papers:
        out.add("E530", gate_effect(gate), source_of(gate), paper=gate.name)


def _threshold(case: Case, gate: GateSpec) -> Source:
    """The gate's clause; where the bureau chose what it compares with, the reason for that choice.

    So that a chosen threshold holds a claim and never refuses it.
    """
    value = case.pack.value(gate.key or "", on=case.anchor)
    return source_of(value) if value.assumed is not None else source_of(gate)


def _employer_insured(case: Case, out: Verdicts, gate: GateSpec) -> None:
    insured = case.facts.stated.employer_insured
    if insured is None:
        out.add("E531", "hold", source_of(gate), what="用人单位参保情况")
    elif not insured:
        out.add("E216", gate_effect(gate), source_of(gate))


def _employed_months(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Full months from the start of employment to the application."""
    since, until = case.facts.stated.employed_since, case.facts.applied_on or case.today
    wanted = looked_up(case, out, gate.key or "")
    if since is None:
        out.add("E531", "hold", source_of(gate), what="吸纳就业起始日期")
    elif isinstance(wanted, int) and full_months(since, until) < wanted:
        months = full_months(since, until)
        out.add("E217", gate_effect(gate), _threshold(case, gate), months=months, wanted=wanted)


def full_months(since: date, until: date) -> int:
    """Whole months from one day to another, the second not counted before its day number."""
    months = (until.year - since.year) * 12 + until.month - since.month
    return max(months - (until.day < since.day), 0)


def _first_check(case: Case, out: Verdicts, gate: GateSpec) -> None:
    check = case.facts.stated.first_check
    if check is None or check.on > case.today:
        out.add("E532", gate_effect(gate), source_of(gate))
    elif check.filed_by == check.checked_by:
        out.add("E1207", "hold", source_of(gate), step="初审", earlier="申报")


def _joint_acceptance(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Finance and human resources both signed, by two people."""
    signed = [item for item in case.facts.stated.acceptances if item.on <= case.today]
    missing = BOTH_OFFICES - {item.office for item in signed}
    signers = {item.by for item in signed}
    if missing:
        names = {"finance": "财政部门", "hr": "人力社保部门"}
        who = "、".join(sorted(names[office] for office in missing))
        out.add("E533", gate_effect(gate), source_of(gate), who=who)
    elif len(signers) < len(BOTH_OFFICES):
        out.add("E1207", "hold", source_of(gate), step="验收", earlier="另一部门验收")


def _systems(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Every system of the list held the record before the training began."""
    wanted = looked_up(case, out, gate.key or "")
    if not isinstance(wanted, tuple):
        return
    start = case.facts.training.starts or case.facts.stated.period_starts or case.anchor
    held = {r.system: r.registered_on for r in case.facts.stated.systems}
    for system in wanted:
        day = held.get(system)
        if day is None or day > start:
            out.add("E534", gate_effect(gate), _threshold(case, gate), system=system, starts=start)


def _instrument(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """A voucher or credit of a kind that the city uses, issued before, redeemed while valid."""
    kinds = looked_up(case, out, gate.key or "")
    if not isinstance(kinds, tuple):
        return
    item, start = case.facts.instrument, case.facts.training.starts or case.anchor
    redeemed = (item.redeemed_on if item else None) or case.facts.applied_on or case.today
    fault = ""
    if item is None:
        fault = "尚未发放"
    elif item.kind not in kinds:
        fault = "本市没有这种方式"
    elif item.issued_on > start:
        fault = "在培训开始之后才发放"
    elif item.valid_until is not None and redeemed >= item.valid_until:
        fault = "兑付时已过有效期"
    if fault:
        out.add("E221", gate_effect(gate), _threshold(case, gate), fault=fault)


def _hours(case: Case, out: Verdicts, gate: GateSpec) -> None:
    wanted, hours = looked_up(case, out, gate.key or ""), case.facts.stated.hours
    if isinstance(wanted, int) and hours < wanted:
        out.add("E220", gate_effect(gate), _threshold(case, gate), hours=hours, wanted=wanted)


def _issuer(case: Case, out: Verdicts, gate: GateSpec) -> None:
    certificate, least = case.facts.certificate, looked_up(case, out, gate.key or "")
    if certificate is None or not isinstance(least, str):
        return
    if not certificate.issuer:
        out.add("E531", "hold", source_of(gate), what="发证机关层级")
    elif RANKS.index(certificate.issuer) < RANKS.index(least):
        out.add("E218", gate_effect(gate), _threshold(case, gate))


def _opened_within(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """A small business no older than so many years when the training starts."""
    opened, years = case.facts.stated.opened_on, looked_up(case, out, gate.key or "")
    start = case.facts.training.starts or case.anchor
    if opened is None:
        out.add("E531", "hold", source_of(gate), what="开业日期")
    elif isinstance(years, int) and start > years_later(opened, years):
        out.add("E219", gate_effect(gate), _threshold(case, gate), years=years)


def _modules(case: Case, out: Verdicts, gate: GateSpec) -> None:
    wanted, done = looked_up(case, out, gate.key or ""), case.facts.stated.modules
    if isinstance(wanted, int) and done < wanted:
        out.add("E233", gate_effect(gate), _threshold(case, gate), done=done, wanted=wanted)


def _level(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """The certificate is of one of the levels that the clause names."""
    certificate, levels = case.facts.certificate, looked_up(case, out, gate.key or "")
    if certificate is not None and isinstance(levels, tuple) and certificate.level not in levels:
        out.add("E231", gate_effect(gate), _threshold(case, gate))


def _occupation(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """The occupation stands on the list that the clause points to."""
    occupation, listed = case.facts.training.occupation, looked_up(case, out, gate.key or "")
    if not occupation:
        out.add("E531", "hold", source_of(gate), what="职业（工种）")
    elif isinstance(listed, tuple) and occupation not in listed:
        out.add("E232", gate_effect(gate), _threshold(case, gate))


def _source(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """How the certificate was come by: examination, direct recognition, competition."""
    certificate, known = case.facts.certificate, looked_up(case, out, gate.key or "")
    if certificate is not None and isinstance(known, tuple) and certificate.source not in known:
        how = {"exam": "考核", "direct": "直接认定", "competition": "竞赛"}[certificate.source]
        out.add("E236", gate_effect(gate), _threshold(case, gate), how=how)


def _since_certificate(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Nothing is drawn for days before the certificate was issued."""
    certificate, starts = case.facts.certificate, case.facts.stated.period_starts
    if starts is None:
        out.add("E531", "hold", source_of(gate), what="申领期间")
    elif certificate is not None and starts < certificate.issued_on:
        issued = certificate.issued_on
        out.add("E230", gate_effect(gate), source_of(gate), starts=starts, issued=issued)


def _excellent_years(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """So many calendar years running with an excellent yearly assessment."""
    wanted, years = looked_up(case, out, gate.key or ""), set(case.facts.stated.excellent_years)
    if not isinstance(wanted, int):
        return
    if not any(years >= set(range(year, year + wanted)) for year in years):
        out.add("E234", gate_effect(gate), _threshold(case, gate), wanted=wanted)


def _hired_within(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Training of new employees begins so soon after they were taken on."""
    since, most = case.facts.stated.employed_since, looked_up(case, out, gate.key or "")
    start = case.facts.training.starts or case.anchor
    if since is None:
        out.add("E531", "hold", source_of(gate), what="录用日期")
    elif isinstance(most, int) and full_months(since, start) >= most:
        out.add("E237", gate_effect(gate), _threshold(case, gate), months=most)


def _same_level(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """The project was approved by the bureau of the level that pays for it."""
    project, facts = case.facts.training.project, case.facts.training
    if project is None or not project.approved_by:
        return
    routing = routing_of(case.pack, case.track, district=facts.district, on=case.anchor)
    if routing.pays is not None and routing.pays.value not in (None, project.approved_by):
        names = {"city": "市", "district": "区、县（市）"}
        wanted, given = names[routing.pays.value], names[project.approved_by]
        out.add("E539", gate_effect(gate), source_of(gate), wanted=wanted, given=given)


def _city_filed(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """What a district approved has been filed with the city since; no clause says by when."""
    project = case.facts.training.project
    if project is None or project.approved_by != "district":
        return
    if project.city_filed_on is None or project.city_filed_on > case.today:
        out.add("E538", gate_effect(gate), source_of(gate))


def _standard_from_city(case: Case, out: Verdicts, gate: GateSpec) -> None:
    project = case.facts.training.project
    if project is not None and project.standard_by == "district":
        out.add("E540", gate_effect(gate), source_of(gate))


def _authorised_payee(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Host and undertaker are one unit, or a paper says which of the two is paid."""
    differs = case.facts.stated.undertaker_differs
    if differs is None:
        out.add("E531", "hold", source_of(gate), what="举办方与承办方是否同一单位")
    elif differs and gate.paper not in case.facts.stated.papers:
        out.add("E537", gate_effect(gate), source_of(gate), paper=gate.name)


def _post_permit(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """Occupations of the list are open only to those trained for them; the rest need no such paper."""
    occupation = case.facts.training.occupation
    dated = case.pack.dated[gate.key or ""].on(case.anchor)
    if dated.unset and not occupation:
        return
    listed = looked_up(case, out, gate.key or "")
    if not isinstance(listed, tuple) or occupation not in listed:
        return
    if gate.paper not in case.facts.stated.papers:
        out.add("E240", gate_effect(gate), source_of(gate), paper=gate.name)


def _once_only(case: Case, out: Verdicts, gate: GateSpec) -> None:
    """A one-off aid was drawn for the same facility, or for one that the earlier claim does not name."""
    facility = case.facts.stated.facility
    for past in earlier(case):
        if past.track == case.track.code and past.facility in ("", facility):
            out.add("E241", gate_effect(gate), source_of(gate))
            return


CONDITIONS: dict[str, Callable[[Case, Verdicts, GateSpec], None]] = {
    "paper": _paper,
    "employer_insured": _employer_insured,
    "employed_months": _employed_months,
    "first_check": _first_check,
    "joint_acceptance": _joint_acceptance,
    "systems": _systems,
    "instrument": _instrument,
    "hours": _hours,
    "issuer": _issuer,
    "opened_within": _opened_within,
    "same_level": _same_level,
    "city_filed": _city_filed,
    "standard_from_city": _standard_from_city,
    "authorised_payee": _authorised_payee,
    "modules": _modules,
    "level": _level,
    "occupation": _occupation,
    "source": _source,
    "since_certificate": _since_certificate,
    "excellent_years": _excellent_years,
    "hired_within": _hired_within,
    "post_permit": _post_permit,
    "once_only": _once_only,
}
