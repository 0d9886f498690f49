"""`subsidy decide`: one claim from a JSON file of facts, with every reason and its clause."""

import json
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.packs import pack_of, yuan
from subsidy.commands.surroundings import (
    SOME_REFUSED,
    WRONG_INPUT,
    calendar_book,
    current_day,
    day_argument,
    stop,
)

if TYPE_CHECKING:
    from subsidy.rules.facts import Facts
    from subsidy.rules.verdict import Decision, Finding

app = typer.Typer(add_completion=False, rich_markup_mode=None)


@app.command()
def decide(
    facts_file: Annotated[
        Path | None,
        typer.Argument(metavar="FACTS.json", help="Facts of one claim; - reads standard input."),
    ] = None,
    *,
    schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON Schemas of facts and decision.")
    ] = False,
    today: Annotated[
        date | None,
        typer.Option(
            parser=day_argument,
            metavar="DATE",
            help="Business date of the decision. Default: today in Shanghai.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Decide one claim: payable or not, how much, to whom, and why. Nothing is stored.

    Exit code 0: payable. 1: refused, held or left open by the policy. 2: the facts cannot be read.
    """
    from subsidy.rules.decide import decide as decide_claim
    from subsidy.rules.decide import decision_json, decision_schema
    from subsidy.rules.facts import facts_schema

    if schema:
        schemas = {"facts": facts_schema(), "decision": decision_schema()}
        typer.echo(json.dumps(schemas, ensure_ascii=False, indent=2))
        return
    facts = _read(facts_file)
    pack, day = pack_of(facts.city), today or current_day()
    calendar = calendar_book().seen_on(day, city=facts.city)
    try:
        decision = decide_claim(facts, pack=pack, today=day, calendar=calendar)
    except ValueError as error:
        stop(str(error), code=WRONG_INPUT)
    if as_json:
        typer.echo(decision_json(decision, indent=2))
    else:
        _show(decision)
    if not decision.payable:
        raise typer.Exit(SOME_REFUSED)


def _read(path: Path | None) -> "Facts":
    from pydantic import ValidationError

    from subsidy.rules.facts import facts_from_json

    if path is None:
        stop("Give a file of facts, or --schema to see its format.", code=WRONG_INPUT)
    try:
        text = sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        stop(f"{path}: {error}", code=WRONG_INPUT)
    try:
        return facts_from_json(text)
    except ValidationError as error:
        lines = [
            f"{'.'.join(str(part) for part in item['loc']) or 'the file'}: {item['msg']}"
            for item in error.errors(include_input=False, include_url=False)
        ]
        stop("\n".join(lines), code=WRONG_INPUT)


def _show(decision: "Decision") -> None:
    amount = "—" if decision.amount_fen is None else f"{yuan(decision.amount_fen)} 元"
    verdict = "可拨付" if decision.payable else "不可拨付"
    typer.echo(f"{verdict}  {amount}  收款 {decision.payee or '—'}")
    for title, findings in (
        ("不予补贴", decision.refusals),
        ("政策未明", decision.gaps),
        ("挂起", decision.holds),
        ("提示", decision.warnings),
    ):
        for finding in findings:
            typer.echo(_line(title, finding))
    for step in decision.trace:
        mark = f"  （设定：{step.assumed}）" if step.assumed else ""
        clause = f"  {step.document} {step.clause}" if step.clause else ""
        typer.echo(f"  {step.what} = {step.value}{clause}{mark}")


def _line(title: str, finding: "Finding") -> str:
    basis = f"{finding.document} {finding.clause}" if finding.clause else (finding.assumed or "")
    return f"[{title}] {finding.code} {finding.message_zh}  {basis}\n    → {finding.remedy_zh}"
