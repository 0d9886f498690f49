"""`subsidy claim`: where one claim stands, why, and how it came there. Names and numbers stay masked."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.casework.clock_lines import record_lines
from subsidy.commands.money.house import AsJson, AsOf, CityOption, Person, house, tell, yuan
from subsidy.commands.surroundings import WRONG_INPUT, stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlmodel import Session

    from subsidy.actions.acting import Act
    from subsidy.actions.views.claim_page import ClaimView, Receipt

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "claim"
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the claim.")]


@app.callback()
def claim() -> None:
    """Show one claim."""


@app.command()
def show(
    number: Number, city: CityOption = None, as_of: AsOf = None, login: Person = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Print its road, money, deadlines with their clocks, and open tickets."""
    from subsidy.actions.deadlines import deadlines_of
    from subsidy.actions.views.ticket_views import tickets_of_claim

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            view = _view(session, act, number)
            clocks = deadlines_of(session, act, claim_id=view.head.id)
            tickets = tickets_of_claim(session, act, claim_id=view.head.id)
    lines = [*_head_lines(view), *(line for clock in clocks for line in record_lines(clock))]
    lines += [f"例外  {t.code} {t.title_zh}  {t.state}  至{t.due_on}" for t in tickets]
    told = {
        "today": act.today,
        "claim": asdict(view.head),
        "road": [asdict(each) for each in view.road],
        "transfers": [asdict(each) for each in view.transfers],
        "deadlines": [asdict(each) for each in clocks],
        "tickets": [asdict(each) for each in tickets],
    }
    tell(told, lines, as_json=as_json)


@app.command()
def explain(
    number: Number, city: CityOption = None, as_of: AsOf = None, login: Person = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Print the newest decision: what was found, each step with its clause, and what holds it now."""
    from subsidy.actions.views.ticket_views import tickets_of_claim

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            view = _view(session, act, number)
            tickets = tickets_of_claim(session, act, claim_id=view.head.id)
    holding = [t for t in tickets if t.blocks and t.state in _open_states()]
    told: dict[str, object] = {
        "claim": view.head.number,
        "state": view.head.state,
        "decision_current": view.head.decision_current,
        "decision": asdict(view.receipt) if view.receipt else None,
        "holding": [asdict(each) for each in holding],
    }
    lines = [f"{view.head.number}  {_label(view.head.state)}"]
    lines += list(_receipt_lines(view.receipt)) if view.receipt else ["尚未判定"]
    if view.receipt and not view.head.decision_current:
        lines.append("事实、政策或日历已有变化，等待重新判定")
    lines += [f"不能继续  {t.code} {t.title_zh}  {t.clause}" for t in holding]
    tell(told, lines, as_json=as_json)


@app.command()
def history(
    number: Number, city: CityOption = None, login: Person = None, as_json: AsJson = False
) -> None:
    """Print every move with the day it took effect, the moment it was recorded, and who made it."""
    with (
        house(ACTOR, city=city, login=login) as open_house,
        open_house.database.reading() as session,
    ):
        view = _view(session, open_house.act, number)
    moves = list(reversed(view.moves))
    lines = [
        f"{m.version:>3}  {m.effective_on}  {_label(m.source)} → {_label(m.target)}  {m.event}"
        f"  {m.actor}  {m.note}".rstrip()
        for m in moves
    ]
    told: dict[str, object] = {
        "claim": view.head.number,
        "moves": [asdict(each) for each in moves],
        "reviews": [asdict(each) for each in view.reviews],
    }
    tell(told, lines, as_json=as_json)


def _view(session: Session, act: Act, number: str) -> ClaimView:
    """The claim of this number; none, or one of another area, ends the command with code 2."""
    from subsidy.actions.views.claim_page import claim_id_of, claim_view

    claim_id = claim_id_of(session, city=act.city, number=number)
    view = None if claim_id is None else claim_view(session, city=act.city, claim_id=claim_id)
    outside = act.areas is not None and view is not None and view.head.area_id not in act.areas
    if view is None or outside:
        stop(f"{act.city} has no claim {number} that you may see.", code=WRONG_INPUT)
    return view


def _head_lines(view: ClaimView) -> Iterator[str]:
    head = view.head
    yield f"{head.number}  {_label(head.state)}（{head.since}起）  {head.area}"
    yield f"班级  {head.class_number} {head.class_title}  {head.provider}"
    yield f"学员  {head.person} {head.person_masked_id}"
    money = (("预计", head.planned_fen), ("核定", head.amount_fen), ("批准", head.approved_fen))
    yield "金额  " + "  ".join(f"{name}{yuan(fen)}" for name, fen in money)
    marks = {"passed": "●", "here": "◉", "ahead": "○", "skipped": "·"}
    road = "  ".join(f"{marks.get(s.standing, ' ')}{_label(s.state)}" for s in view.road)
    yield f"环节  {road}"


def _receipt_lines(receipt: Receipt) -> Iterator[str]:
    amount = "" if receipt.amount_fen is None else f"  {yuan(receipt.amount_fen)}"
    yield f"判定  {receipt.decided_on}  {'可予补贴' if receipt.payable else '尚不能补贴'}{amount}"
    for found in receipt.findings:
        yield f"  {found['code']}  {found['message_zh']}  {_source(found)}".rstrip()
    for step in receipt.trace:
        yield f"  {step['what']}：{step['value']}  {_source(step)}".rstrip()
    yield f"  政策{receipt.pack_version}  日历{receipt.calendar_version}  程序{receipt.code_version}"


def _source(item: Any) -> str:
    clause = f"{item.get('document') or ''} {item.get('clause') or ''}".strip()
    return clause or (f"设定：{item['assumed']}" if item.get("assumed") else "")


def _label(state: str) -> str:
    from states.claim import CLAIM

    return str(CLAIM.labels.get(state, state))


def _open_states() -> tuple[str, ...]:
    from states.ticket import TICKET

    return tuple(state for state in TICKET.labels if state not in TICKET.ends)
