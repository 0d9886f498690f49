"""Recovering a payment in parts: ordered by a decision, agreed day by day, received one after the other.

The ledger is written when everything is in: the claim's own move out of `recovering` posts it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Literal

from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions.acting import Act, Outcome, PackRules, next_attention, window_of
from subsidy.actions.deadlines.opening.claim_rows import deadline_of
from subsidy.actions.deadlines.recounting import AGREED
from subsidy.actions.grounds.permits import outside_of
from subsidy.actions.grounds.refusals import missing, not_possible
from subsidy.actions.grounds.ticket_rows import close_when_mended
from subsidy.records.moves import NotMoved, move
from subsidy.records.moves.interactive import progress_of
from subsidy.records.tables import (
    Claim,
    ClaimProgress,
    ClockEntry,
    Deadline,
    RecoveryInstalment,
    WindowRule,
)
from subsidy.rules.verdict import NO_CLAUSE, Finding, source_of
from subsidy.rules.workdays import DueDate, next_working_day

Cause = Literal["mistake", "violation"]
CAUSES = {"mistake": "误发", "violation": "违规"}
RECOVERY, INSTALMENT = "recovery", "recovery_instalment"
DECIDERS, PLANNERS = ("section_head", "leader"), ("finance", "clerk")
RUNNING = ("open", "missed", "stopped")
LATE = "E409"
MOST = 60
"""Instalments of one plan: five years of months."""


def order_recovery(
    session: Session, act: Act, *, claim_id: int, cause: Cause, reason: str, decision: str
) -> Outcome:
    """Begin to recover what was paid for a claim, by a numbered decision."""
    claim = _claim(session, act, claim_id)
    faults = outside_of(session, act, area_id=claim.area_id, roles=DECIDERS)
    faults += _told(act, reason, decision)
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    note = f"{CAUSES[cause]}：{reason.strip()}（{decision.strip()}）"
    made = move(
        session,
        claim_id=claim_id,
        event="start_recovery",
        moment=act.moment(note),
        rules=PackRules(session, act),
    )
    if isinstance(made, NotMoved):
        return Outcome.refused(not_possible(act, made), subject_id=claim_id)
    return Outcome(True, claim_id, moved={made.target: 1})


def plan_instalments(
    session: Session,
    act: Act,
    *,
    claim_id: int,
    cause: Cause,
    instalments: Sequence[tuple[date, int]],
    reason: str,
    decision: str,
) -> Outcome:
    """Agree on (last day, fen) of each part. What is still planned is replaced; what came in stays.

    Refused unless the parts make up what is left to recover and end within the recovery's own
    deadline; more time is an extension of that deadline, which a second person grants.
    """
    claim = _claim(session, act, claim_id)
    row = progress_of(session, claim_id, lock=True)
    faults = outside_of(session, act, area_id=claim.area_id, roles=PLANNERS)
    faults += _told(act, reason, decision)
    if row.state != "recovering" or not isinstance(row, ClaimProgress):
        failed = NotMoved(claim_id, "plan_instalments", row.state, ())
        return Outcome.refused(*faults, not_possible(act, failed), subject_id=claim_id)
    earlier = instalments_of(session, claim_id=claim_id)
    left = row.approved_fen - sum(e.amount_fen for e in earlier if e.status == "received")
    parts = [
        (next_working_day(act.calendar, on_or_after=day), fen) for day, fen in sorted(instalments)
    ]
    faults += _against_parts(act, parts, left=left)
    faults += _too_long(session, act, claim_id, parts)
    if faults:
        return Outcome.refused(*faults, subject_id=claim_id)
    _replace(session, act, earlier)
    for at, (end, fen) in enumerate(parts, start=len(earlier) + 1):
        session.add(
            RecoveryInstalment(
                city=act.city,
                claim_id=claim_id,
                position=at,
                amount_fen=fen,
                due_on=end.on,
                cause=cause,
                deadline_id=_deadline(session, act, row, end, decision=decision),
                planned_by=act.actor,
                planned_on=act.today,
                decision=decision.strip(),
                reason=reason.strip(),
            )
        )
    session.flush()
    return Outcome(True, claim_id, note=f"分{len(parts)}期")


def record_instalment(
    session: Session,
    act: Act,
    *,
    claim_id: int,
    position: int,
    received_on: date,
    amount_fen: int,
    reference: str = "",
) -> Outcome:
    """Record that a part came in, whole. With the last one the claim is recovered and the ledger posted."""
    claim = _claim(session, act, claim_id)
    row = progress_of(session, claim_id, lock=True)
    faults = outside_of(session, act, area_id=claim.area_id, roles=("finance",))
    parts = {part.position: part for part in instalments_of(session, claim_id=claim_id)}
    part = parts.get(position)
    if part is not None and (part.status, part.received_on) == ("received", received_on):
        return Outcome(True, claim_id, note="已登记，未作改动")
    wrong = _against_receipt(act, part, received_on, amount_fen)
    if wrong:
        faults.append(_fault(act, "E942", position=position, fault=wrong))
    if row.state != "recovering":
        failed = NotMoved(claim_id, "record_instalment", row.state, ())
        faults.append(not_possible(act, failed))
    if faults or part is None:
        return Outcome.refused(*faults, subject_id=claim_id)
    part.status, part.received_on, part.reference = "received", received_on, reference.strip()
    session.add(part)
    _close(session, act, part, "met")
    session.flush()
    left = [p for p in parts.values() if p.status == "planned"]
    if not any(_is_missed(session, p) for p in left):
        close_when_mended(session, act, claim_id=claim_id, codes=(LATE,))
    return _finish(session, act, claim_id) if not left else Outcome(True, claim_id)


def instalments_of(session: Session, *, claim_id: int) -> list[RecoveryInstalment]:
    """Every part that was ever agreed for a claim, in order."""
    query = select(RecoveryInstalment).where(RecoveryInstalment.claim_id == claim_id)
    return list(session.exec(query.order_by(col(RecoveryInstalment.position))).all())


def _finish(session: Session, act: Act, claim_id: int) -> Outcome:
    made = move(
        session,
        claim_id=claim_id,
        event="finish_recovery",
        moment=act.moment("分期全部到账"),
        rules=PackRules(session, act),
    )
    if isinstance(made, NotMoved):
        return Outcome.refused(not_possible(act, made), subject_id=claim_id)
    return Outcome(True, claim_id, moved={made.target: 1}, note="全部到账，已追回")


def _claim(session: Session, act: Act, claim_id: int) -> Claim:
    claim = session.get(Claim, claim_id)
    if claim is None or claim.city != act.city:
        raise LookupError(f"{act.city} has no claim with the id {claim_id}")
    return claim


def _told(act: Act, reason: str, decision: str) -> list[Finding]:
    needed = (("追回或分期的理由", reason), ("决定文号", decision))
    return [missing(act, what) for what, given in needed if not given.strip()]


def _against_parts(act: Act, parts: Sequence[tuple[DueDate, int]], *, left: int) -> list[Finding]:
    """What is wrong with the parts: none, no money, days that are over or the same, another sum."""
    wrong = []
    days = [end.on for end, _ in parts]
    if not 1 <= len(parts) <= MOST:
        wrong.append(f"须为1至{MOST}期")
    if any(fen <= 0 for _, fen in parts):
        wrong.append("每期金额须大于零")
    if any(day < act.today for day in days) or len(set(days)) < len(days):
        wrong.append("各期日期须在今天或以后，且互不相同")
    total = sum(fen for _, fen in parts)
    if total != left:
        wrong.append(f"合计{_yuan(total)}，应追回{_yuan(left)}")
    return [_fault(act, "E940", fault="；".join(wrong))] if wrong else []


def _too_long(
    session: Session, act: Act, claim_id: int, parts: Sequence[tuple[DueDate, int]]
) -> list[Finding]:
    """Whether the last part lies behind the recovery's last day; a recovery without one has none."""
    query = select(Deadline, WindowRule).join(WindowRule, col(WindowRule.id) == Deadline.rule_id)
    found = session.exec(
        query.where(
            Deadline.claim_id == claim_id,
            Deadline.window == RECOVERY,
            col(Deadline.status).in_(RUNNING),
        ).order_by(col(Deadline.id).desc())
    ).first()
    last = max((end.on for end, _ in parts), default=None)
    if found is None or last is None or last <= found[0].due_on:
        return []
    row, rule = found
    source = source_of(window_of(rule))
    told = {"last": last, "due": row.due_on}
    return [act.pack.book.finding("E941", effect="refuse", source=source, facts=told)]


def _deadline(
    session: Session, act: Act, row: ClaimProgress, end: DueDate, *, decision: str
) -> int | None:
    """A deadline whose last day is the agreed one; its clock says so. None without such a window."""
    rules = PackRules(session, act)
    found = rules.window(road_id=row.road_id, window=INSTALMENT, anchor=act.today)
    if found is None:
        return None
    values = deadline_of(act, row, INSTALMENT, anchor=act.today, found=found)
    deadline = Deadline(**values)
    window = window_of(session.get_one(WindowRule, found.rule_id))
    deadline.due_on, deadline.told_by, deadline.final = end.on, end.told_by, end.final
    deadline.next_on = next_attention(
        window, end, anchor=act.today, today=act.today, calendar=act.calendar
    )
    session.add(deadline)
    session.flush()
    assert deadline.id is not None
    session.add(
        ClockEntry(
            city=act.city,
            deadline_id=deadline.id,
            entry=AGREED,
            on=act.today,
            due_before=found.due_on,
            due_after=end.on,
            actor=act.actor,
            clause=decision.strip(),
        )
    )
    return deadline.id


def _replace(session: Session, act: Act, earlier: Sequence[RecoveryInstalment]) -> None:
    for part in earlier:
        if part.status == "planned":
            part.status = "replaced"
            session.add(part)
            _close(session, act, part, "closed")


def _close(session: Session, act: Act, part: RecoveryInstalment, status: str) -> None:
    row = session.get(Deadline, part.deadline_id) if part.deadline_id is not None else None
    if row is None:
        return
    if row.status in ("open", "stopped"):
        row.status, row.closed_on = status, act.today
    row.next_on = FAR  # of a missed one nobody further is told
    session.add(row)


def _is_missed(session: Session, part: RecoveryInstalment) -> bool:
    row = session.get(Deadline, part.deadline_id) if part.deadline_id is not None else None
    return row is not None and row.status == "missed"


def _against_receipt(
    act: Act, part: RecoveryInstalment | None, received_on: date, amount_fen: int
) -> str:
    if part is None or part.status == "replaced":
        return "不在现行计划中"
    if part.status == "received":
        return f"已于{part.received_on}到账"
    if received_on > act.today:
        return "到账日期晚于今天"
    if amount_fen != part.amount_fen:
        return f"应为{_yuan(part.amount_fen)}，到账{_yuan(amount_fen)}"
    return ""


def _yuan(fen: int) -> str:
    sign = "-" if fen < 0 else ""
    return f"{sign}{abs(fen) // 100}.{abs(fen) % 100:02d}元"


def _fault(act: Act, code: str, **facts: object) -> Finding:
    told = {name: str(value) for name, value in facts.items()}
    return act.pack.book.finding(code, effect="refuse", source=NO_CLAUSE, facts=told)
