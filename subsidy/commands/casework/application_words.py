"""What `subsidy application` reads from its options, and how it prints an application."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import date
from typing import TYPE_CHECKING, Any

from subsidy.commands.money.house import area_id, yuan
from subsidy.commands.surroundings import WRONG_INPUT, stop

if TYPE_CHECKING:
    from sqlmodel import Session

    from subsidy.actions.acting import Act
    from subsidy.actions.applications.forms import ApplicationForm
    from subsidy.actions.views.applications import ApplicationRow, ApplicationView
    from subsidy.actions.views.applications.persons import Entry, PersonLine

BY_OFFICES = ("first_check", "acceptances")


def form_of(
    session: Session,
    act: Act,
    *,
    number: str,
    track: str,
    area: str,
    unit: str,
    project: str,
    period: str,
    starts: date | None,
    ends: date | None,
    committed: date | None,
    entries: Sequence[str],
) -> ApplicationForm:
    """The form of these options; an unknown name ends the command with code 2."""
    from subsidy.actions.applications.asking import tracks_by_file
    from subsidy.actions.applications.forms import ApplicationForm, read_entries
    from subsidy.rules.facts import Stated

    known = tracks_by_file(act.pack)
    if track not in known:
        stop(f"{act.city} has no application for {track}; known: {', '.join(known)}.",
             code=WRONG_INPUT)  # fmt: skip
    read, _ = read_entries(entries_given(act, track, entries))
    provider_id = _unit_id(session, act, unit) if unit else None
    own = own_unit(session, act)
    if own is not None and provider_id != own:
        stop("Whoever acts for a unit applies for that unit: give its credit code with --unit.",
             code=WRONG_INPUT)  # fmt: skip
    return ApplicationForm(
        number=number,
        track=track,
        area_id=area_id(session, act, area),
        provider_id=provider_id,
        item_id=_item_id(session, act, project, track) if project else None,
        period=period,
        stated=Stated(**read),
        starts_on=starts,
        ends_on=ends,
        commitment_on=committed,
    )


def entries_given(act: Act, track: str, given: Sequence[str]) -> dict[str, str]:
    """KEY=VALUE words as entries; papers by code or name. What cannot be read ends with code 2."""
    from subsidy.actions.applications.asking import papers_of
    from subsidy.actions.applications.forms import read_entries
    from subsidy.actions.applications.lists import paper_codes
    from subsidy.rules.facts import Stated

    known = [field.name for field in fields(Stated) if field.name not in BY_OFFICES]
    values: dict[str, str] = {}
    for word in given:
        key, sign, value = word.partition("=")
        if not sign or key not in known:
            stop(f"{word}: give KEY=VALUE with one of {', '.join(known)}.", code=WRONG_INPUT)
        values[key] = f"{values[key]} {value}" if key in values else value.strip()
    if "papers" in values:
        codes = paper_codes(act, track, values["papers"])
        if codes is None:
            papers = papers_of(act.pack.tracks[track])
            wanted = ", ".join(f"{code} ({name})" for code, name in papers.items()) or "none"
            stop(f"{track} knows these papers: {wanted}.", code=WRONG_INPUT)
        values["papers"] = " ".join(codes)
    _, bad = read_entries(values)
    if bad:
        stop(f"Cannot be read: {', '.join(bad)}. Days are YYYY-MM-DD, money is whole fen.",
             code=WRONG_INPUT)  # fmt: skip
    return values


def own_unit(session: Session, act: Act) -> int | None:
    """The unit of somebody who acts for one, and may see and do only what is its own; else None."""
    from subsidy.records.tables import Account

    kind, _, which = act.actor.partition(":")
    if kind != "user" or "provider" not in act.roles:
        return None
    account = session.get_one(Account, int(which))
    return account.provider_id or -1


def _unit_id(session: Session, act: Act, credit_code: str) -> int:
    from sqlmodel import select

    from subsidy.records.tables import Provider

    found = session.exec(
        select(Provider.id).where(Provider.city == act.city, Provider.credit_code == credit_code)
    ).first()
    if found is None:
        stop(f"{act.city} has no unit with the credit code {credit_code}.", code=WRONG_INPUT)
    return found


def _item_id(session: Session, act: Act, code: str, track: str) -> int:
    from sqlmodel import col, select

    from subsidy.records.tables import CatalogueItem

    found = session.exec(
        select(CatalogueItem.id).where(
            CatalogueItem.city == act.city,
            CatalogueItem.code == code,
            col(CatalogueItem.track).in_(act.pack.tracks[track].project_tracks),
        )
    ).first()
    if found is None:
        stop(f"{act.city} has no project {code} of {track}.", code=WRONG_INPUT)
    return found


def line_of(row: ApplicationRow) -> str:
    """One application of a list."""
    states = "，".join(f"{_label(state)}{count}" for state, count in row.states.items()) or "无"
    return (
        f"{row.number}\t{row.track}\t{row.area}\t{row.provider or '—'}\t{row.lodged_on}"
        f"\t{row.persons}人\t{states}\t{yuan(row.amount_fen)}"
    )


def lines_of(view: ApplicationView) -> Iterator[str]:
    """An application for reading."""
    yield line_of(view.row)
    if view.project or view.starts_on:
        yield f"项目  {view.project or '—'}  {view.starts_on or '—'}至{view.ends_on or '—'}"
    yield f"受理  {view.row.lodged_on} {view.lodged_by}  承诺 {view.commitment_on or '—'}"
    for entry in view.entries:
        yield f"{entry.means}  {_value(entry)}"
    for what, day, who in view.signatures:
        yield f"签署  {what}  {day}  {who}"
    for what in view.missing:
        yield f"尚缺  {what}"
    for person in view.persons:
        yield _person(person)
        for found in person.findings:
            yield f"    {found.code}  {found.message_zh}  {found.clause}".rstrip()
    for claim in view.claims:
        amount = yuan(claim.amount_fen or claim.planned_fen)
        yield f"办件  {claim.number}  {_label(claim.state)}  {amount}"


def _person(person: PersonLine) -> str:
    counted = {True: "计入", False: "不计入", None: "未判定"}[person.counted]
    left = f"  已退出{person.dropped_on}" if person.dropped_on else ""
    return f"人员  {person.row_number}  {person.name}  {person.masked_id}  {counted}{left}"


def _value(entry: Entry) -> str:
    value: Any = entry.value
    if entry.kind == "money":
        return yuan(int(value))
    if entry.kind == "yes_no":
        return "是" if value else "否"
    return "、".join(map(str, value)) if isinstance(value, list) else str(value)


def _label(state: str) -> str:
    from states.claim import CLAIM

    return str(CLAIM.labels.get(state, state))
