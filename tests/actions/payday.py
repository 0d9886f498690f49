"""Claims for money tests, written straight into the tables: approved, with their money in the ledger.

    with database.transaction() as session:
        payday.city(session)
        ids = payday.approved(session, 3)
        payday.payable(session, ids)

Days: approved on Monday 16 November 2020, publicised on the 17th (18th to 24th), payable on the 25th.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import insert
from sqlmodel import Session, col, select

from states.chart import FAR
from subsidy.actions import money, notices
from subsidy.actions.acting import Act, PackRules, sync_roads
from subsidy.actions.money import Built, LineAnswer, Sent
from subsidy.actions.providers import register_provider, verify_account
from subsidy.papers.sample_people import sample_person, sample_unit
from subsidy.records import ledger
from subsidy.records.moves import move_all
from subsidy.records.moves.bulk import Scope
from subsidy.records.moves.interactive import progress_of
from subsidy.records.people import save_person, seal_text
from subsidy.records.reconcile import Reconciliation
from subsidy.records.tables import (
    Area,
    Claim,
    ClaimProgress,
    Entitlement,
    NoticeLine,
    PaymentLine,
    Person,
    Provider,
    PublicNotice,
    Road,
)
from subsidy.rules.masking import mask_id, mask_name
from tests import builders

APPROVED, POSTED = date(2020, 11, 16), date(2020, 11, 17)
FIRST_DAY, LAST_DAY, OPENS = date(2020, 11, 18), date(2020, 11, 24), date(2020, 11, 25)
UNITS, PERSONS = "pass_certificate", "certificate"
"""Tracks whose money goes to the organising unit, and to the trainee."""
XIAOSHAN, SHANGCHENG, CITY = "hz-xiaoshan", "hz-shangcheng", "hangzhou"
ROUTE = {XIAOSHAN: "district", SHANGCHENG: "main_city"}
AMOUNT = 100_000
CLERK, HEAD, LEADER = "user:1", "user:2", "user:3"
BUILDER, CHECKER, SECOND = "user:6", "user:16", "user:26"
"""Three people of finance: who builds and sends, who approves, who approves large sums as well."""


def act(day: date, actor: str = CLERK, *, roles: Sequence[str] | None = None) -> Act:
    """A deed on a day; the people of finance need no other role."""
    finance = actor in (BUILDER, CHECKER, SECOND)
    return builders.act(day, actor=actor, roles=("finance",) if finance else roles)


def city(session: Session) -> None:
    """The city's areas, its roads and one provider with a verified account."""
    for code, name in ((CITY, "杭州市"), (XIAOSHAN, "萧山区"), (SHANGCHENG, "上城区")):
        session.add(Area(city=CITY, code=code, name=name, is_city=code == CITY))
    session.flush()
    sync_roads(session, act(APPROVED))
    unit(session, 1)


def area(session: Session, code: str = XIAOSHAN) -> int:
    """Id of an area."""
    found = session.exec(select(Area.id).where(Area.code == code)).one()
    assert found is not None
    return found


def unit(session: Session, number: int) -> int:
    """Made-up unit `number` with a verified account; returns its id."""
    made = sample_unit(number)
    known = session.exec(select(Provider.id).where(Provider.credit_code == made.credit_code))
    if (held := known.first()) is not None:
        return held
    outcome = register_provider(
        session,
        act(date(2020, 7, 6)),
        area_id=area(session),
        name=made.name,
        credit_code=made.credit_code,
        account_name=made.name,
        account=made.account,
    )
    provider_id = builders.done(outcome)
    checker = act(date(2020, 7, 7), HEAD)
    builders.done(verify_account(session, checker, provider_id=provider_id))
    return provider_id


def approved(
    session: Session,
    count: int,
    *,
    track: str = UNITS,
    district: str = XIAOSHAN,
    provider: int = 1,
    amount_fen: int = AMOUNT,
    account: bool = True,
    may_pay: int = 1,
) -> list[int]:
    """Claims of `count` new people in state `approved`; returns their ids."""
    first = len(session.exec(select(Claim.id)).all())
    ids = [
        _claim(
            session,
            first + at,
            track=track,
            district=district,
            provider=provider,
            amount_fen=amount_fen,
            account=account,
            may_pay=may_pay,
        )
        for at in range(count)
    ]
    who = act(APPROVED, LEADER)
    moved = move_all(
        session,
        event="approve",
        scope=Scope.claims(ids),
        moment=who.moment(),
        rules=PackRules(session, who),
    )
    assert moved == {"approved": count}
    return ids


def posted(session: Session, ids: Sequence[int], *, day: date = POSTED, **more: str) -> int:
    """Put exactly these claims on a posted notice of their office; returns the notice."""
    who = act(day)
    row = session.get_one(Claim, ids[0])
    office = area(session, CITY) if _main_city(session, row) else row.area_id
    listed = notices.prepare_notice(
        session, who, area_id=office, track=row.track, claim_ids=ids, **more
    )
    notice_id = builders.done(listed)
    outcome = notices.post_notice(session, who, notice_id=notice_id)
    builders.done(outcome)
    assert outcome.moved == {"grant_publicised": len(ids)}
    return notice_id


def payable(session: Session, ids: Sequence[int]) -> None:
    """Publicise these claims and let their notice end."""
    posted(session, ids)
    outcome = notices.close_notices(session, act(OPENS))
    assert outcome.moved.get("payable", 0) == len(ids)


def ready(session: Session, count: int, **how: object) -> list[int]:
    """As `approved` and `payable` together."""
    ids = approved(session, count, **how)  # type: ignore[arg-type]
    payable(session, ids)
    return ids


def built(session: Session, day: date = OPENS, **more: object) -> Built:
    """Build every batch there is to build."""
    return money.build_batches(session, act(day, BUILDER), **more)  # type: ignore[arg-type]


def batch_of(session: Session, day: date = OPENS) -> int:
    """Build what is payable and return the one batch it gives."""
    (batch,) = built(session, day).batches
    return batch.batch_id


def approve(session: Session, batch_id: int, *, day: date = OPENS, actor: str = CHECKER) -> None:
    """Approve a batch as somebody who did not build it."""
    builders.done(money.approve_batch(session, act(day, actor), batch_id=batch_id))


def send(session: Session, batch_id: int, *, day: date = OPENS) -> Sent:
    """Send an approved batch and put its file on record."""
    sent = money.send_batch(session, act(day, BUILDER), batch_id=batch_id)
    assert sent.done, [finding.message_zh for finding in sent.findings]
    assert sent.order is not None
    record(session, batch_id, day=day, lines=len(sent.order.lines), total=sent.order.total_fen)
    return sent


def record(session: Session, batch_id: int, *, day: date, lines: int, total: int) -> None:
    """Put a delivered file of the batch on record."""
    builders.done(
        money.record_sent_file(
            session,
            act(day, BUILDER),
            batch_id=batch_id,
            name=f"{batch_id}.csv",
            sha256=f"out-{batch_id}",
            digest=f"digest-{batch_id}",
            lines=lines,
            total_fen=total,
        )
    )


def sent(session: Session, day: date = OPENS) -> int:
    """Build, approve and send what is payable; returns the one batch."""
    batch_id = batch_of(session, day)
    approve(session, batch_id, day=day)
    send(session, batch_id, day=day)
    return batch_id


def answered(
    session: Session,
    batch_id: int,
    outcomes: dict[int, str],
    *,
    file: str = "back-1",
    day: date = OPENS,
    amounts: dict[int, int] | None = None,
) -> money.Booked:
    """Read back an answer: line number → outcome."""
    told = [LineAnswer(at, outcome, (amounts or {}).get(at)) for at, outcome in outcomes.items()]
    return money.read_return(
        session,
        act(day, BUILDER),
        batch_id=batch_id,
        answers=told,
        file_name=f"{file}.csv",
        sha256=file,
    )


def states(session: Session, ids: Sequence[int]) -> list[str]:
    """States of the claims, in the order given."""
    return [progress_of(session, claim_id).state for claim_id in ids]


def lines(session: Session, batch_id: int) -> list[PaymentLine]:
    """Lines of a batch in their order."""
    query = select(PaymentLine).where(PaymentLine.batch_id == batch_id)
    return list(session.exec(query.order_by(col(PaymentLine.position))).all())


def shown(session: Session, notice_id: int) -> list[NoticeLine]:
    """Lines of a notice in their order."""
    query = select(NoticeLine).where(NoticeLine.notice_id == notice_id)
    return list(session.exec(query.order_by(col(NoticeLine.position))).all())


def rename(session: Session, claim_id: int, name: str) -> None:
    """Mend the name of the person behind a claim, as a counter does."""
    person = session.get_one(Person, session.get_one(Claim, claim_id).person_id)
    bound = f"person.name:{person.id_index}"
    person.name_sealed = seal_text(builders.keys(), name, bound_to=bound)
    session.add(person)
    session.flush()


def notice(session: Session, notice_id: int) -> PublicNotice:
    """The notice as it stands."""
    return session.get_one(PublicNotice, notice_id)


def balance(session: Session) -> dict[str, int]:
    """Stage → what stands in it, over all funds and areas."""
    found: dict[str, int] = {}
    for row in ledger.balances(session, city=CITY):
        found[row.stage] = found.get(row.stage, 0) + row.balance_fen
    return {stage: fen for stage, fen in found.items() if fen and stage != "budget"}


def in_order(session: Session) -> Reconciliation:
    """Every claim's money is where it must be, and no batch disagrees with its bank; returns the match."""
    checked = ledger.check(session, city=CITY)
    assert checked.ok, checked.misplaced
    found = money.reconcile(session, act(OPENS, BUILDER))
    assert found.balanced, [each for each in found.breaks if not each.waits]
    return found


def _main_city(session: Session, claim: Claim) -> bool:
    return session.get_one(Road, claim.road_id).route == "main_city"


def _claim(
    session: Session,
    number: int,
    *,
    track: str,
    district: str,
    provider: int,
    amount_fen: int,
    account: bool,
    may_pay: int,
) -> int:
    person = _person(session, number, account=account)
    provider_id = unit(session, provider)
    road = session.exec(
        select(Road).where(Road.city == CITY, Road.track == track, Road.route == ROUTE[district])
    ).one()
    right = _right(session, track, person, provider_id)
    claim = Claim(
        city=CITY,
        number=f"SQ{number:06d}",
        entitlement_id=right,
        area_id=area(session, district),
        road_id=road.id,
        track=track,
        person_id=person,
        provider_id=provider_id,
        fund=road.fund,
        created_on=date(2020, 9, 14),
    )
    session.add(claim)
    session.flush()
    assert claim.id is not None
    session.execute(
        insert(ClaimProgress).values(
            claim_id=claim.id,
            road_id=road.id,
            area_id=claim.area_id,
            state="applied",
            since=APPROVED,
            next_stage="reviewed",
            levels=1,
            levels_left=1,
            decision_current=1,
            amount_fen=amount_fen,
            may_pay=may_pay,
            training_starts=date(2020, 10, 12),
            training_ends=date(2020, 10, 23),
            applied_on=date(2020, 11, 9),
            notice_last_day=FAR,
        )
    )
    return claim.id


def _right(session: Session, track: str, person: int, provider_id: int) -> int:
    right = Entitlement(
        city=CITY,
        track=track,
        subject=f"person:{person}",
        person_id=person,
        provider_id=provider_id,
        occupation="养老护理员",
        level="5",
    )
    session.add(right)
    session.flush()
    assert right.id is not None
    return right.id


def _person(session: Session, number: int, *, account: bool) -> int:
    made = sample_person(number, seed=3)
    person = save_person(
        session,
        builders.keys(),
        id_number=made.id_number,
        name=made.name,
        phone=made.phone,
        account=made.card if account else None,
        masked_name=mask_name(made.name),
        masked_id=mask_id(made.id_number),
        now=act(APPROVED).recorded_at,
    )
    assert person.id is not None
    return person.id
