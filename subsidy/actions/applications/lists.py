"""Lists that come with an application: their cells put into the codes of the pack, then the deed.

A row whose words the pack does not know stays out and says which cell; the others go on.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlmodel import Session

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.applications.asking import by_voucher, papers_of
from subsidy.actions.applications.forms import ApplicationForm, unreadable
from subsidy.actions.applications.lodging import lodge
from subsidy.actions.applications.moving import (
    APPLICANTS,
    application_row,
    drop_out,
    lines_by_index,
    record_results,
    register_line_certificates,
)
from subsidy.actions.applications.vouchers import ISSUERS, InstrumentForm, issue_instrument
from subsidy.actions.class_work.entry import entry_fault
from subsidy.actions.class_work.sheets import (
    Rows,
    RowVerdict,
    SheetResult,
    counted,
    not_found,
    remember,
    seen_before,
    verdicts_of,
    who,
)
from subsidy.actions.grounds.permits import outside_of
from subsidy.records.people import find_person, read_field, save_person
from subsidy.rules.identity import check_id_number, check_name, same_name
from subsidy.rules.masking import mask_id, mask_name
from subsidy.rules.packs.occupations import is_code
from subsidy.rules.verdict import Finding

SEPARATORS = re.compile(r"[\s、，,;；]+")
LISTS = ("papers", "excellent_years")


def lodge_list(
    session: Session, act: Act, *, form: ApplicationForm, rows: Rows, sha256: str = ""
) -> SheetResult:
    """Lodge an application with a list as people write it: names of occupations and papers."""
    good: list[tuple[int, Mapping[str, str]]] = []
    verdicts: list[RowVerdict] = []
    for number, values in rows:
        told, faults = in_codes(act, form.track, values)
        if faults:
            verdicts += verdicts_of(number, faults)
        else:
            good.append((number, told))
    result = lodge(session, act, form=form, rows=good).result
    if not result.done or not verdicts:
        return result
    bad = len(rows) - len(good)
    result = replace(result, bad=result.bad + bad, verdicts=[*result.verdicts, *verdicts], note="")
    return counted(result)


def in_codes(
    act: Act, track: str, values: Mapping[str, str]
) -> tuple[dict[str, str], list[Finding]]:
    """A row with occupation, papers and lists in the codes of the pack, and what is not known."""
    told, faults = dict(values), list[Finding]()
    trade = told.get("occupation", "").strip()
    if trade and trade not in act.office.occupations:
        found = act.office.occupations.matches(trade)
        if len(found) == 1:
            told["occupation"] = found[0].id
        else:
            code = "E542" if found and is_code(trade) else "E541"
            faults.append(entry_fault(act, code, column="occupation"))
    for name in LISTS:
        if told.get(name):
            told[name] = " ".join(part for part in SEPARATORS.split(told[name]) if part)
    if told.get("papers"):
        codes = paper_codes(act, track, told["papers"])
        if codes is None:
            faults += unreadable(act, ["papers"])
        else:
            told["papers"] = " ".join(codes)
    return told, faults


def paper_codes(act: Act, track: str, text: str) -> list[str] | None:
    """The codes of papers given by code or name; None where one is not known to the track."""
    known = act.pack.tracks.get(track)
    names = papers_of(known) if known is not None else {}
    by_name = {name: code for code, name in names.items()}
    codes = [by_name.get(word, word) for word in text.split()]
    return codes if all(code in names for code in codes) else None


def results_list(
    session: Session, act: Act, *, application_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """`record_results`; the same file again changes nothing."""
    subject = f"application:{application_id}"
    again = seen_before(session, act, kind="results", subject=subject, sha256=sha256)
    if again is not None:
        return again
    result = record_results(session, act, application_id=application_id, rows=rows)
    return remember(session, act, kind="results", subject=subject, sha256=sha256, result=result)


def certificates_list(
    session: Session, act: Act, *, application_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """`register_line_certificates`; the rank of the issuer counts, not its name."""
    subject, kind = f"application:{application_id}", "certificates"
    again = seen_before(session, act, kind=kind, subject=subject, sha256=sha256)
    if again is not None:
        return again
    ranked = [(n, {**values, "issuer": values.get("issuer_rank", "")}) for n, values in rows]
    result = register_line_certificates(session, act, application_id=application_id, rows=ranked)
    return remember(session, act, kind=kind, subject=subject, sha256=sha256, result=result)


def drop_out_list(
    session: Session, act: Act, *, application_id: int, rows: Rows, sha256: str = ""
) -> SheetResult:
    """`drop_out` for the persons of a list, each with the day of leaving (`dropped_on`)."""
    row = application_row(session, application_id)
    faults = outside_of(session, act, area_id=row.area_id, roles=APPLICANTS)
    if faults:
        return SheetResult.refused(*faults)
    known = lines_by_index(session, application_id)
    left: dict[date, set[int]] = {}
    verdicts: list[RowVerdict] = []
    bad = 0
    for number, values in rows:
        person, code = who(act, known, values)
        found = [not_found(act, code)] if person is None else []
        day = date.fromisoformat(values["dropped_on"])
        if person is not None and day > act.today:
            found = [entry_fault(act, "E562", column="dropped_on", faults="退出日期不能晚于今天")]
        elif person is not None:
            left.setdefault(day, set()).add(person.person.id or 0)
        bad += bool(found)
        verdicts += verdicts_of(number, found)
    for day, people in sorted(left.items()):
        drop_out(session, act, application_id=application_id, person_ids=sorted(people), on=day)
    return counted(SheetResult(done=True, taken=len(rows) - bad, bad=bad, verdicts=verdicts))


def voucher_list(
    session: Session, act: Act, *, area_id: int, track: str, rows: Rows, sha256: str = ""
) -> SheetResult:
    """Issue the vouchers of a list, each to its person; the same number again changes nothing."""
    faults = outside_of(session, act, area_id=area_id, roles=ISSUERS)
    plan = act.pack.tracks.get(track)
    if plan is None or not by_voucher(plan):
        faults.append(entry_fault(act, "E221", fault="本类补贴不使用培训券或信用支付"))
    if faults:
        return SheetResult.refused(*faults)
    verdicts: list[RowVerdict] = []
    bad = unchanged = 0
    for number, values in rows:
        outcome = _voucher(session, act, area_id, track, values)
        bad += not outcome.done
        unchanged += bool(outcome.done and outcome.note)
        verdicts += verdicts_of(number, outcome.findings)
    taken = len(rows) - bad - unchanged
    return counted(
        SheetResult(done=True, taken=taken, unchanged=unchanged, bad=bad, verdicts=verdicts)
    )


def _voucher(
    session: Session, act: Act, area_id: int, track: str, values: Mapping[str, str]
) -> Outcome:
    checked = check_id_number(values["id_number"], today=act.today)
    name = check_name(values["name"])
    faults = [
        entry_fault(act, code, column=column, fault=one.fault)
        for code, column, one in (("E101", "id_number", checked), ("E103", "name", name))
        if one.fault is not None
    ]
    if faults:
        return Outcome.refused(*faults)
    until = values.get("valid_until", "")
    if until and date.fromisoformat(until) <= act.today:
        return Outcome.refused(entry_fault(act, "E221", column="valid_until", fault="有效期已过"))
    vault = act.office.vault
    known = find_person(session, vault, id_number=checked.number)
    if known is not None and not same_name(read_field(vault, known, "name"), name.number):
        return Outcome.refused(entry_fault(act, "E519", column="name"))
    person = known or save_person(
        session,
        vault,
        id_number=checked.number,
        name=name.number,
        phone=None,
        account=None,
        masked_name=mask_name(name.number),
        masked_id=mask_id(checked.number),
        now=act.recorded_at,
    )
    form = InstrumentForm(
        number=values["number"],
        kind=values["kind"],  # type: ignore[arg-type]
        track=track,
        person_id=person.id or 0,
        valid_until=date.fromisoformat(until) if until else None,
        value_fen=int(values.get("value_fen") or 0),
    )
    return issue_instrument(session, act, area_id=area_id, form=form)
