"""`subsidy application`: subsidies that hang on no class, from the application to the claim.

    subsidy application lodge FILE --city hangzhou --track special_operations --area hz-xiaoshan \\
        --number S2020-001 --unit 91330109… --set actual_cost_fen=58000 --set papers=fee_receipt
    subsidy application show S2020-001

What is handed in is a list of persons (.xlsx or .csv); verdicts on its rows are written beside it. The
first check and the acceptance are deeds of persons: they take `--as LOGIN`.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from subsidy.commands.casework.application_words import entries_given, form_of, own_unit
from subsidy.commands.imports import report, write_copy
from subsidy.commands.money.house import AsJson, AsOf, CityOption, Person, house, refuse, tell
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlmodel import Session

    from subsidy.actions.acting import Act, Outcome
    from subsidy.actions.applications import Lodged
    from subsidy.actions.applications.forms import ApplicationForm
    from subsidy.intake import Taken

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
ACTOR = "application"
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="Number of the application.")]
File = Annotated[Path, typer.Argument(help=".xlsx or .csv", exists=True, dir_okay=False)]
Maybe = Annotated[
    Path | None, typer.Argument(help="Persons, .xlsx or .csv.", exists=True, dir_okay=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Judge everything and change nothing.")]
Login = Annotated[
    str, typer.Option("--as", metavar="LOGIN", help="Who signs; the password is asked for.")
]
Entries = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="An entry; money in fen, days YYYY-MM-DD."),
]
Day = Annotated[date | None, typer.Option(parser=day_argument, metavar="DATE", help="YYYY-MM-DD.")]


@app.callback()
def application() -> None:
    """Lodge and follow applications that hang on no class."""


@app.command()
def lodge(
    track: Annotated[str, typer.Option(help="Track, for example special_operations.")],
    area: Annotated[str, typer.Option(help="Area that handles it, by division id.")],
    number: Annotated[str, typer.Option(help="Number of the application.")],
    file: Maybe = None,
    unit: Annotated[str, typer.Option(help="Credit code of the unit that applies.")] = "",
    project: Annotated[str, typer.Option(help="Code of the listed project.")] = "",
    period: Annotated[str, typer.Option(help="Year, for claims that come every year.")] = "",
    starts: Day = None,
    ends: Day = None,
    committed: Day = None,
    entries: Entries = None,
    dry_run: DryRun = False,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Take an application in; the same number again adds the rows that are new."""
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            form = form_of(
                session, act, number=number, track=track, area=area, unit=unit, project=project,
                period=period, starts=starts, ends=ends, committed=committed, entries=entries or [],
            )  # fmt: skip
            if file is None:
                lodged = _without_list(session, act, form)
            else:
                taken = _intake(session, act, "application", file, form=form)
            if dry_run:
                session.rollback()
    if file is not None:
        _told(file, taken, dry_run=dry_run, as_json=as_json)
        return
    if not lodged.result.done:
        refuse(lodged.result.findings, as_json=as_json)
    claims = len(lodged.claim_ids)
    tell(
        {"done": True, "number": number, "claims": claims, "dry_run": dry_run},
        [f"{'试办：' if dry_run else ''}已受理申报件{number}，新立{claims}件"],
        as_json=as_json,
    )


@app.command()
def finish(
    number: Number,
    ends: Annotated[date, typer.Option(parser=day_argument, metavar="DATE", help="Last day.")],
    city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Report the end of the training or event."""
    from subsidy.actions import applications as work

    _do(
        lambda session, act, which: work.finish(session, act, application_id=which, ends_on=ends),
        number, city, as_of, login, as_json=as_json,
    )  # fmt: skip


@app.command()
def results(
    number: Number, file: File, dry_run: DryRun = False, city: CityOption = None,
    as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Record who finished and passed."""
    _list("results", number, file, city, as_of, login, dry_run=dry_run, as_json=as_json)


@app.command()
def certificates(
    number: Number, file: File, dry_run: DryRun = False, city: CityOption = None,
    as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Register the certificates of its persons."""
    _list("certificates", number, file, city, as_of, login, dry_run=dry_run, as_json=as_json)


@app.command()
def registers(
    number: Number, file: File, dry_run: DryRun = False, city: CityOption = None,
    as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Take in what outside registers answered about its persons."""
    _list("registers", number, file, city, as_of, login, dry_run=dry_run, as_json=as_json)


@app.command("drop-out")
def drop_out(
    number: Number, file: File, dry_run: DryRun = False, city: CityOption = None,
    as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Record who left before the end."""
    _list("drop_outs", number, file, city, as_of, login, dry_run=dry_run, as_json=as_json)


@app.command()
def supply(
    number: Number,
    entries: Annotated[list[str], typer.Argument(metavar="KEY=VALUE...", help="As in --set.")],
    claim: Annotated[str, typer.Option(help="Only for the claim with this number.")] = "",
    city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Fill in entries or add papers, for all persons or for one claim."""
    from subsidy.actions import applications as work
    from subsidy.actions.views.claim_page import claim_id_of
    from subsidy.records.tables import Application, Claim

    def deed(session: Session, act: Act, which: int) -> Outcome:
        values = entries_given(act, session.get_one(Application, which).track, entries)
        claim_id = claim_id_of(session, city=act.city, number=claim) if claim else None
        if claim and (claim_id is None or session.get_one(Claim, claim_id).application_id != which):
            stop(f"{number} has no claim {claim}.", code=WRONG_INPUT)
        return work.supply(session, act, application_id=which, values=values, claim_id=claim_id)

    _do(deed, number, city, as_of, login, as_json=as_json)


@app.command("first-check")
def first_check(
    number: Number, login: Login, city: CityOption = None, as_of: AsOf = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Sign the industry authority's first check; whoever lodged may not."""
    from subsidy.actions import applications as work

    _do(
        lambda session, act, which: work.check_first(session, act, application_id=which),
        number, city, as_of, login, as_json=as_json,
    )  # fmt: skip


@app.command()
def accept(
    number: Number,
    login: Login,
    office: Annotated[Literal["finance", "hr"], typer.Option(help="Whose signature.")],
    city: CityOption = None, as_of: AsOf = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Sign the joint acceptance for one of its two offices; both by one person are refused."""
    from subsidy.actions import applications as work

    _do(
        lambda session, act, which: work.accept(session, act, application_id=which, office=office),
        number, city, as_of, login, as_json=as_json,
    )  # fmt: skip


@app.command()
def apply(
    number: Number,
    committed: Annotated[
        date, typer.Option(parser=day_argument, metavar="DATE", help="Commitment signed on.")
    ],
    city: CityOption = None, as_of: AsOf = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Apply for its claims; they are decided at once."""
    from subsidy.actions import applications as work

    _do(
        lambda session, act, which: work.apply_for(
            session, act, application_id=which, commitment_on=committed
        ),
        number, city, as_of, login, as_json=as_json,
    )  # fmt: skip


@app.command()
def show(
    number: Number, city: CityOption = None, as_of: AsOf = None, login: Person = None,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Print what is stated, persons masked with their verdicts, claims, and what is missing."""
    from dataclasses import asdict

    from subsidy.actions.views.applications import application_view
    from subsidy.commands.casework.application_words import lines_of

    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            which = _id_of(session, act, number)
            view = application_view(session, act, application_id=which)
    assert view is not None
    told = {k: v for k, v in asdict(view).items() if k != "lodged_by_mark"}
    tell(told, lines_of(view), as_json=as_json)


@app.command("list")
def list_applications(
    track: Annotated[str, typer.Option(help="Track.")] = "",
    state: Annotated[str, typer.Option(help="State of a claim, for example applied.")] = "",
    district: Annotated[str | None, typer.Option(help="Area, by division id.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Print at most so many.")] = 200,
    city: CityOption = None, login: Person = None, as_json: AsJson = False,
) -> None:  # fmt: skip
    """Print applications, the newest first."""
    from dataclasses import asdict

    from subsidy.actions.views.applications import ApplicationFilter, application_page
    from subsidy.commands.casework.application_words import line_of
    from subsidy.commands.money.house import area_id

    rows: list[Any] = []
    with house(ACTOR, city=city, login=login) as open_house:
        act = open_house.act
        with open_house.database.reading() as session:
            place = area_id(session, act, district) if district else None
            wanted = ApplicationFilter(
                track=track, state=state, area_id=place, provider_id=own_unit(session, act)
            )
            after: int | None = None
            while len(rows) < limit:
                page, after = application_page(
                    session, city=act.city, areas=act.areas, wanted=wanted, after=after
                )
                rows += page
                if after is None:
                    break
    rows = rows[:limit]
    tell({"applications": [asdict(r) for r in rows]}, map(line_of, rows), as_json=as_json)


def _id_of(session: Session, act: Act, number: str) -> int:
    """Id of an application; an unknown one, or one out of reach, ends the command with code 2."""
    from subsidy.actions.views.applications import application_id_of
    from subsidy.records.tables import Application

    which = application_id_of(session, city=act.city, number=number)
    row = session.get(Application, which) if which is not None else None
    own = own_unit(session, act)
    outside = row is not None and (
        (act.areas is not None and row.area_id not in act.areas)
        or (own is not None and row.provider_id != own)
    )
    if which is None or outside:
        stop(f"{act.city} has no application {number}. See `subsidy application list`.",
             code=WRONG_INPUT)  # fmt: skip
    return which


def _without_list(session: Session, act: Act, form: ApplicationForm) -> Lodged:
    """Lodge without persons; refused where every claim is one person's."""
    from subsidy.actions import applications as work

    track = act.pack.tracks[form.track]
    if track.has_person:
        stop(f"{form.track} is applied for by person: give a list of persons.", code=WRONG_INPUT)
    return work.lodge(session, act, form=form)


def _intake(session: Session, act: Act, kind: str, file: Path, **details: Any) -> Taken:
    from subsidy.intake import take_in

    return take_in(
        session, act, kind=kind, content=file.read_bytes(), filename=file.name, **details
    )


def _list(
    kind: str,
    number: str,
    file: Path,
    city: str | None,
    as_of: date | None,
    login: str | None,
    *,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Take a list for an application in, in one transaction; a dry run undoes it at the end."""
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            which = _id_of(session, act, number)
            taken = _intake(session, act, f"application_{kind}", file, application_id=which)
            if dry_run:
                session.rollback()
    _told(file, taken, dry_run=dry_run, as_json=as_json)


def _told(file: Path, taken: Taken, *, dry_run: bool, as_json: bool) -> None:
    """Write the verdicts beside the input and print the counts, as `subsidy import` does."""
    copy = write_copy(file, taken)
    if taken.result is None:
        stop("\n".join(fault.message_zh for fault in taken.sheet.faults), code=WRONG_INPUT)
    if not taken.result.done:
        reasons = [f"{f.code} {f.message_zh}  {f.remedy_zh}" for f in taken.result.findings]
        stop("\n".join(reasons), code=WRONG_INPUT)
    report(taken, taken.result, copy, dry_run=dry_run, as_json=as_json)


def _do(
    deed: Callable[[Session, Act, int], Outcome],
    number: str,
    city: str | None,
    as_of: date | None,
    login: str | None,
    *,
    as_json: bool,
) -> None:
    """Do one deed; an unknown application ends the command with code 2, a refusal with 1."""
    with house(ACTOR, city=city, as_of=as_of, login=login) as open_house:
        act = open_house.act
        with open_house.database.transaction() as session:
            outcome = deed(session, act, _id_of(session, act, number))
    if not outcome.done:
        refuse(outcome.findings, as_json=as_json)
    moved = "，".join(f"{state} {count}件" for state, count in outcome.moved.items())
    said = ["  ".join(part for part in (outcome.note, moved) if part) or "已办理"]
    said += [f"未办理：{claim}  {'、'.join(why)}" for claim, why in outcome.left]
    told: dict[str, object] = {"done": True, "number": number, "note": outcome.note}
    left: Sequence[tuple[int, tuple[str, ...]]] = outcome.left
    tell({**told, "moved": dict(outcome.moved), "left": list(left)}, said, as_json=as_json)
    if left:
        raise typer.Exit(SOME_REFUSED)
