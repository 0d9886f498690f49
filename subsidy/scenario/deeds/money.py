"""Deeds of notices and payment: lists posted, objections, batches, the bank's answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlmodel import Session, col, select

from subsidy.actions import money, notices
from subsidy.actions.acting import Act
from subsidy.bank_desk import Answered, read_answer, send_to_bank
from subsidy.papers import bank_file
from subsidy.records.tables import (
    ClaimProgress,
    NoticeLine,
    Objection,
    PaymentBatch,
    PaymentItem,
    PaymentLine,
    PublicNotice,
)
from subsidy.scenario.reading import Step
from subsidy.scenario.stage import Stage, StoryError, deed

LAYOUTS = {"unit": "units", "person": "persons"}


@deed
def post_grant_notice(stage: Stage, step: Step) -> None:
    """Publish every approved claim of one paying office, one list a track."""
    _post(stage, step, kind="grant")


@deed
def post_result_notice(stage: Stage, step: Step) -> None:
    """Publish the results of a city whose plan asks for it before the application."""
    _post(stage, step, kind="result")


def _post(stage: Stage, step: Step, *, kind: str) -> None:
    posted = 0
    for track in stage.office.packs[step.city].tracks:
        with stage.deed(step) as (session, act):
            area = stage.area(session, step.get("area", step.city), city=step.city)
            made = notices.prepare_notice(session, act, area_id=area, track=track, kind=kind)
            if not made.done or made.subject_id is None:
                continue
            stage.check(step, notices.post_notice(session, act, notice_id=made.subject_id))
            posted += 1
    if not posted:
        raise StoryError(f"{stage.today} {step.do}: no claim was ready for a list")


@deed
def object(stage: Stage, step: Step) -> None:
    """Somebody objects to one line of a notice on the public page."""
    with stage.deed(step) as (session, act):
        claim = stage.claims(session, step.get("class"))[step.get("row")]
        line = session.exec(
            select(NoticeLine)
            .join(PublicNotice, col(PublicNotice.id) == NoticeLine.notice_id)
            .where(NoticeLine.claim_id == claim, PublicNotice.state == "posted")
        ).one()
        got = notices.file_objection(
            session,
            act,
            notice_id=line.notice_id,
            claim_id=claim,
            words=step.get("words"),
            channel="page",
        )
        stage.expect(step, done=got.done, findings=got.findings)


@deed
def decide_objection(stage: Stage, step: Step) -> None:
    """Uphold or refuse the open objection against one person."""
    with stage.deed(step) as (session, act):
        claim = stage.claims(session, step.get("class"))[step.get("row")]
        open_one = session.exec(
            select(Objection).where(Objection.claim_id == claim, Objection.outcome == "")
        ).one()
        assert open_one.id is not None
        done = notices.decide_objection(
            session,
            act,
            objection_id=open_one.id,
            outcome=step.get("outcome"),
            reasons=step.get("reasons"),
        )
        stage.check(step, done)


@deed
def pay(stage: Stage, step: Step) -> None:
    """Build, approve and send every batch of one paying office; two people take part."""
    builder, approver = step.pair
    with stage.deed(step, by=builder) as (session, act):
        area = stage.area(session, step.get("area", step.city), city=step.city)
        built = money.build_batches(session, act, area_id=area)
        batches = [b.batch_id for b in built.batches]
    _send_all(stage, step, batches, builder=builder, approver=approver)


@deed
def pay_again(stage: Stage, step: Step) -> None:
    """Follow-up batches for what came back and is mended."""
    builder, approver = step.pair
    follow: list[int] = []
    for batch_id in _batches(stage, step.city, ("partly_settled",)):
        with stage.deed(step, by=builder) as (session, act):
            follow += [b.batch_id for b in money.follow_up(session, act, batch_id=batch_id).batches]
    _send_all(stage, step, follow, builder=builder, approver=approver)


def _send_all(
    stage: Stage, step: Step, batches: Iterable[int], *, builder: str, approver: str
) -> None:
    sent = 0
    for batch_id in batches:
        with stage.deed(step, by=approver) as (session, act):
            stage.check(step, money.approve_batch(session, act, batch_id=batch_id))
        hand_over(stage, step, batch_id, by=builder)
        sent += 1
    if bool(sent) != (step.expect == "done"):
        raise StoryError(f"{stage.today} {step.do} {step.city}: {sent} batches, {step.expect}")
    stage.told.append(f"{step.do} {step.city}: {sent} batches")


def hand_over(stage: Stage, step: Step, batch_id: int, *, by: str) -> None:
    """Send one approved batch: the file goes to the bank's folder, its hash on record."""
    with stage.database.reading() as session:
        act = stage.act(session, by, city=step.city)
    done = send_to_bank(stage.database, act, batch_id=batch_id, folder=stage.folder / "bank")
    stage.expect(step, done=done.sent.done, findings=done.sent.findings)


@deed
def bank_return_file(stage: Stage, step: Step) -> None:
    """The bank answers every batch under way; `returned` names lines it could not credit."""
    answered = 0
    for batch_id in _batches(stage, step.city, ("sent",), area=step.get("area", step.city)):
        with stage.deed(step) as (session, act):
            batch = session.get_one(PaymentBatch, batch_id)
            if act.areas is not None and batch.area_id not in act.areas:
                continue
            wrong = _returned_lines(stage, step, batch_id)
            answer = answer_batch(stage, session, act, batch_id, wrong)
            if answer.booked is None:
                raise StoryError(f"{stage.today} {step.do}: {answer.refusals}")
            stage.expect(step, done=answer.booked.done, findings=answer.booked.findings)
            answered += 1
    if not answered:
        raise StoryError(f"{stage.today} bank_return_file: no batch is under way")


def answer_batch(
    stage: Stage, session: Session, act: Act, batch_id: int, wrong: Mapping[int, str]
) -> Answered:
    """Make the file that a bank would send and read it; lines not in `wrong` were credited."""
    known = money.sent_batch(session, act, batch_id=batch_id)
    content = bank_file.write_return(
        [
            bank_file.ReturnLine(
                line_no=line,
                outcome=bank_file.Outcome(wrong.get(line, "paid")),
                amount_fen=amount,
                booked_on=stage.today,
                bank_reference=f"R{batch_id:04d}{line:05d}",
                bank_words="",
            )
            for line, amount in sorted(known.amounts_fen.items())
        ],
        layout=bank_file.bank_layout(LAYOUTS[known.payee_kind]),
        batch_number=known.number,
        digest=known.digest,
        file_format="csv",
    )
    name = f"{known.number}-return.csv"
    return read_answer(session, act, batch_id=batch_id, content=content, file_name=name)


def answer_everything_sent(stage: Stage, city: str) -> int:
    """After the story the rehearsal bank credits every line of every batch under way."""
    answered = 0
    for batch_id in _batches(stage, city, ("sent",)):
        with stage.database.transaction() as session:
            act = Act(stage.office, city, stage.today, stage.moment, "flow:rehearsal-bank")
            answered += answer_batch(stage, session, act, batch_id, {}).booked is not None
    return answered


def _returned_lines(stage: Stage, step: Step, batch_id: int) -> dict[int, str]:
    """Line number → outcome for the lines of this batch that the story has come back."""
    found: dict[int, str] = {}
    for wrong in step.get("returned", ()):
        with stage.database.reading() as session:
            claims = stage.claims(session, wrong["class"])
            wanted = [claims[wrong["row"]]] if "row" in wrong else list(claims.values())
            lines = session.exec(
                select(PaymentLine.position)
                .join(PaymentItem, col(PaymentItem.line_id) == PaymentLine.id)
                .where(PaymentLine.batch_id == batch_id, col(PaymentItem.claim_id).in_(wanted))
            ).all()
        found |= dict.fromkeys(lines, wrong["what"])
    return found


def _batches(
    stage: Stage, city: str, states: tuple[str, ...], *, area: str | None = None
) -> list[int]:
    with stage.database.reading() as session:
        query = select(PaymentBatch.id).where(
            PaymentBatch.city == city, col(PaymentBatch.state).in_(states)
        )
        if area is not None:
            query = query.where(PaymentBatch.area_id == stage.area(session, area, city=city))
        return [i for i in session.exec(query.order_by(col(PaymentBatch.id))) if i is not None]


@deed
def correct_account(stage: Stage, step: Step) -> None:
    """After a return: one person enters the new account, a second one confirms it."""
    first, second = step.pair
    with stage.deed(step, by=first) as (session, act):
        claim, account, holder = _returned_payee(stage, session, step)
        done = money.correct_account(
            session, act, claim_id=claim, account=account, account_name=holder
        )
        stage.check(step, done)
    with stage.deed(step, by=second) as (session, act):
        stage.check(step, money.confirm_account(session, act, claim_id=claim))


def _returned_payee(stage: Stage, session: Session, step: Step) -> tuple[int, str, str]:
    """The claim whose money came back, and the account that the payee hands in instead."""
    claims = stage.claims(session, step.get("class"))
    wanted = [claims[step.get("row")]] if step.get("row") else list(claims.values())
    claim = session.exec(
        select(ClaimProgress.claim_id).where(
            col(ClaimProgress.claim_id).in_(wanted), ClaimProgress.state == "bank_returned"
        )
    ).first()
    if claim is None:
        raise StoryError(f"{stage.today} correct_account: nothing came back for this class")
    part = stage.part(step.get("class"))
    if step.get("row"):
        other = stage.cast.roster(part)[step.get("row") - 1]
        return claim, stage.cast.second_card(other), ""
    provider = next(p for p in stage.story.providers if p.key == part.provider)
    return claim, stage.cast.unit(part.provider, again=True).account, provider.name
