"""Training providers: registration, their bank account (sealed, verified by a second person), agreements."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlmodel import Session, col, select

from subsidy.actions.acting import Act, Outcome
from subsidy.actions.class_work.entry import entry_fault, last_actor, note_deed
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, same_person
from subsidy.records.people import Vault, open_text, seal_text
from subsidy.records.tables import Agreement, Provider
from subsidy.rules.identity import check_account, check_credit_code
from subsidy.rules.masking import tail
from subsidy.rules.verdict import NO_CLAUSE, Finding

MAILBOX = re.compile(r"[^\s@<>,;]+@[^\s@<>,;]+\.[^\s@<>,;]+", re.ASCII)
OFFICE = ("clerk",)
OFFICE_OR_PROVIDER = ("clerk", "provider")
MACHINE = "provider"
"""Name under which the history keeps deeds on providers; they have no chart."""


def register_provider(
    session: Session,
    act: Act,
    *,
    area_id: int,
    name: str,
    credit_code: str,
    contact: str = "",
    mailbox: str = "",
    account_name: str = "",
    account: str = "",
) -> Outcome:
    """Register a unit by its social credit code, or bring name and contact up to date.

    An account given here still has to be verified; one that is on file changes by `change_account`.
    """
    code = check_credit_code(credit_code)
    faults = outside_of(session, act, area_id=area_id, roles=OFFICE_OR_PROVIDER)
    if not name.strip():
        faults.append(missing(act, "单位名称"))
    if code.fault is not None:
        faults.append(entry_fault(act, "E107", column="credit_code", fault=code.fault))
    if account:
        faults += _account_faults(act, account_name, account)
    if faults:
        return Outcome.refused(*faults)
    hints = []
    if code.warning is not None:
        hints.append(entry_fault(act, "E107", effect="warn", fault=code.warning))
    row = session.exec(
        select(Provider).where(Provider.city == act.city, Provider.credit_code == code.number)
    ).first()
    new = row is None
    row = row or Provider(city=act.city, area_id=area_id, name=name, credit_code=code.number)
    told = {"area_id": area_id, "name": name, "contact": contact, "mailbox": mailbox}
    if not new and all(getattr(row, key) == value for key, value in told.items()):
        return Outcome(True, row.id, hints, note="已登记，未作改动")
    for key, value in told.items():
        setattr(row, key, value)
    session.add(row)
    session.flush()
    assert row.id is not None
    note_deed(
        session, act, machine=MACHINE, subject_id=row.id, event="register" if new else "update"
    )
    if account and new:
        _seal_account(session, act, row, account_name, account)
    return Outcome(True, row.id, hints)


def change_account(
    session: Session, act: Act, *, provider_id: int, account_name: str, account: str
) -> Outcome:
    """Put another account on file. Nothing is paid to it until a second person verified it."""
    row = provider_row(session, provider_id, lock=True)
    faults = outside_of(session, act, area_id=row.area_id, roles=OFFICE_OR_PROVIDER)
    faults += _account_faults(act, account_name, account)
    if faults:
        return Outcome.refused(*faults, subject_id=provider_id)
    number = check_account(account, holder="unit").number
    same = row.account_sealed is not None and read_account(act.office.vault, row) == number
    if same and row.account_name == account_name:
        return Outcome(True, provider_id, note="账户未变，未作改动")
    _seal_account(session, act, row, account_name, account)
    hints = _name_differs(act, row)
    return Outcome(True, provider_id, hints)


def correct_mailbox(session: Session, act: Act, *, provider_id: int, mailbox: str) -> Outcome:
    """Put another mailbox of a unit on file, because messages did not reach it (E1112: it is none)."""
    row = provider_row(session, provider_id, lock=True)
    faults = outside_of(session, act, area_id=row.area_id, roles=OFFICE)
    if not MAILBOX.fullmatch(mailbox):
        faults.append(act.pack.book.finding("E1112", effect="refuse", source=NO_CLAUSE, facts={}))
    if faults:
        return Outcome.refused(*faults, subject_id=provider_id)
    if row.mailbox != mailbox:
        row.mailbox = mailbox
        session.add(row)
        session.flush()
        note_deed(session, act, machine=MACHINE, subject_id=provider_id, event="change_mailbox")
    return Outcome(True, provider_id)


def verify_account(session: Session, act: Act, *, provider_id: int) -> Outcome:
    """Confirm, as another person than who entered it, that the account is the unit's own."""
    row = provider_row(session, provider_id, lock=True)
    if row.account_verified_on is not None:
        return Outcome(True, provider_id, note="已核验，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=("clerk", "finance"))
    if row.account_sealed is None:
        faults.append(missing(act, "收款账户"))
    faults += _name_differs(act, row)
    entered = last_actor(session, machine=MACHINE, subject_id=provider_id, event="change_account")
    if entered == act.actor:
        faults.append(same_person(act, step="账户核验", earlier="账户录入"))
    if faults:
        return Outcome.refused(*faults, subject_id=provider_id)
    row.account_verified_on = act.today
    session.add(row)
    note_deed(session, act, machine=MACHINE, subject_id=provider_id, event="verify_account")
    return Outcome(True, provider_id)


def sign_agreement(
    session: Session,
    act: Act,
    *,
    provider_id: int,
    number: str,
    valid_from: date,
    valid_until: date | None = None,
    scope: Sequence[str] = (),
) -> Outcome:
    """Record a signed agreement, valid from `valid_from` until before `valid_until` (open).

    `scope` holds occupation ids; empty covers every project of the catalogue (三（二）).
    """
    row = provider_row(session, provider_id)
    told: dict[str, Any] = {
        "valid_from": valid_from,
        "valid_until": valid_until,
        "scope": " ".join(sorted(set(scope))),
    }
    known = session.exec(
        select(Agreement).where(Agreement.provider_id == provider_id, Agreement.number == number)
    ).first()
    if known is not None and all(getattr(known, key) == value for key, value in told.items()):
        return Outcome(True, known.id, note="已登记，未作改动")
    faults = outside_of(session, act, area_id=row.area_id, roles=OFFICE)
    if not number.strip():
        faults.append(missing(act, "协议编号"))
    if valid_until is not None and valid_until <= valid_from:
        faults.append(missing(act, "晚于生效日的协议到期日"))
    if known is not None:
        faults.append(missing(act, "新的协议编号（该编号已登记为另一份协议）"))
    if faults:
        return Outcome.refused(*faults, subject_id=provider_id)
    signed = Agreement(city=act.city, provider_id=provider_id, number=number, **told)
    session.add(signed)
    session.flush()
    note_deed(
        session, act, machine=MACHINE, subject_id=provider_id, event="sign_agreement", note=number
    )
    return Outcome(True, signed.id)


def agreement_for(
    session: Session, *, provider_id: int, on: date, occupation: str
) -> Agreement | None:
    """The agreement that covers an occupation on a day; else the latest one, for its dates."""
    signed = session.exec(
        select(Agreement)
        .where(Agreement.provider_id == provider_id)
        .order_by(col(Agreement.valid_from).desc(), col(Agreement.id).desc())
    ).all()
    fitting = [a for a in signed if not a.scope or occupation in a.scope.split()]
    for agreement in fitting:
        ends = agreement.valid_until
        if agreement.valid_from <= on and (ends is None or on < ends):
            return agreement
    return fitting[0] if fitting else None


def provider_row(session: Session, provider_id: int, *, lock: bool = False) -> Provider:
    """The provider. Raises LookupError if there is none."""
    row = session.get(
        Provider, provider_id, with_for_update=True if lock else None, populate_existing=lock
    )
    if row is None:
        raise LookupError(f"no provider has the id {provider_id}")
    return row


def read_account(vault: Vault, row: Provider) -> str:
    """Open the unit account, for machines that write bank files; empty if there is none."""
    if row.account_sealed is None:
        return ""
    return open_text(vault, row.account_sealed, bound_to=_bound(row), key_version=row.key_version)


def _bound(row: Provider) -> str:
    return f"provider.account:{row.city}:{row.credit_code}"


def _seal_account(
    session: Session, act: Act, row: Provider, account_name: str, account: str
) -> None:
    number = check_account(account, holder="unit").number
    vault = act.office.vault
    row.account_name = account_name
    row.account_sealed = seal_text(vault, number, bound_to=_bound(row))
    row.key_version = vault.ring.current
    row.account_tail = tail(number)
    row.account_verified_on = None
    session.add(row)
    session.flush()
    assert row.id is not None
    note_deed(session, act, machine=MACHINE, subject_id=row.id, event="change_account")


def _account_faults(act: Act, account_name: str, account: str) -> list[Finding]:
    faults = []
    checked = check_account(account, holder="unit")
    if checked.fault is not None:
        faults.append(entry_fault(act, "E106", column="account", fault=checked.fault))
    if not account_name.strip():
        faults.append(missing(act, "户名"))
    return faults


def _name_differs(act: Act, row: Provider) -> list[Finding]:
    """The account's holder must be the unit itself."""
    if not row.account_name or row.account_name == row.name:
        return []
    return [entry_fault(act, "E106", effect="warn", fault="户名与单位名称不一致")]
