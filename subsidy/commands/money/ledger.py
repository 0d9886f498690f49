"""`subsidy ledger`: where the money stands, how it got there, and whether that agrees with the claims."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

import typer

from subsidy.commands.money.house import AsJson, CityOption, area_id, batch_id, house, tell, yuan
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, day_argument, stop

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "ledger"
Day = Annotated[date | None, typer.Option(parser=day_argument, metavar="DATE")]


@app.callback()
def ledger() -> None:
    """Read the ledger. It is append-only: nothing here changes it."""


@app.command()
def balance(
    fund: Annotated[str | None, typer.Option(help="Only this fund.")] = None,
    area: Annotated[str | None, typer.Option(help="Only this area, by division id.")] = None,
    until: Day = None,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Print what stands in each stage of each fund and area; --until is exclusive."""
    from subsidy.actions import money

    with house(ACTOR, city=city) as open_house, open_house.database.reading() as session:
        act = open_house.act
        place = area_id(session, act, area) if area else None
        rows = money.ledger_balance(session, act, fund=fund, area_id=place, until=until)
        tell(
            {"balances": [asdict(row) for row in rows]},
            [f"{r.fund}\t{r.area_id}\t{r.stage}\t{yuan(r.balance_fen)}" for r in rows],
            as_json=as_json,
        )


@app.command()
def entries(
    claim: Annotated[str | None, typer.Option(help="Number of one claim.")] = None,
    after: Annotated[int, typer.Option(min=0, help="Go on behind this entry.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 200,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Print transfers in the order they were written."""
    from subsidy.actions import money

    with house(ACTOR, city=city) as open_house, open_house.database.reading() as session:
        try:
            rows = money.ledger_entries(
                session, open_house.act, number=claim, after_id=after, limit=limit
            )
        except LookupError as error:
            stop(f"{error}. Check --claim and --city.", code=WRONG_INPUT)
        tell(
            {"entries": [asdict(row) for row in rows]},
            [
                f"{r.id}\t{r.effective_on}\t{r.claim_id}\t{r.debit}→{r.credit}\t"
                f"{yuan(r.amount_fen)}"
                for r in rows
            ],
            as_json=as_json,
        )


@app.command()
def check(city: CityOption = None, as_json: AsJson = False) -> None:
    """Compare every claim's money with its state; exit code 1 where they disagree."""
    from subsidy.actions import money

    with house(ACTOR, city=city) as open_house, open_house.database.reading() as session:
        found = money.ledger_check(session, open_house.act)
    said = [
        f"共{found.claims}件、{found.entries}笔，借贷相等：{found.given_fen == found.taken_fen}"
    ]
    said += [
        f"办件{m.claim_id}（{m.state}）{m.stage}应为{yuan(m.expected_fen)}，实为{yuan(m.found_fen)}"
        for m in found.misplaced
    ]
    tell({"ok": found.ok, **asdict(found)}, said, as_json=as_json)
    if not found.ok:
        raise typer.Exit(SOME_REFUSED)


@app.command()
def reconcile(
    batch: Annotated[str | None, typer.Option(help="Number of one batch.")] = None,
    first: Day = None,
    until: Day = None,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Match approved list, payment order and bank return; exit code 1 where they disagree."""
    from subsidy.actions import money

    with house(ACTOR, city=city) as open_house, open_house.database.reading() as session:
        act = open_house.act
        one = batch_id(session, act, batch) if batch else None
        found = money.reconcile(session, act, batch_id=one, first=first, until=until)
    said = []
    for each in found.batches:
        said.append(
            f"{each.number}\t{each.state}\t{yuan(each.approved_fen)}"
            f"\t已到账{yuan(each.paid_fen)}\t退汇{yuan(each.returned_fen)}"
        )
        said += [
            f"  {b.kind}\t行{b.line_no}\t办件{b.claim_id}\t{'待办' if b.waits else '不符'}"
            for b in each.breaks
        ]
    told = {"balanced": found.balanced, "batches": [asdict(b) for b in found.batches]}
    tell(told, said, as_json=as_json)
    if not found.balanced:
        raise typer.Exit(SOME_REFUSED)
