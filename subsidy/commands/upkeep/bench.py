"""`subsidy bench`: measure this machine and this version; nothing of the bureau's data is touched."""

import json
from typing import Annotated

import typer

from subsidy.commands.surroundings import NOT_SET_UP, stop

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]


@app.callback()
def bench() -> None:
    """Measure our work beside the same work in bare SQL, on databases made for it."""


@app.command()
def sweep(
    claims: Annotated[int, typer.Option(min=1, help="How many claims move.")] = 100_000,
    database: Annotated[str, typer.Option(help="sqlite or postgresql.")] = "sqlite",
    url: Annotated[
        str | None,
        typer.Option(
            envvar="SUBSIDY_BENCH_DATABASE_URL",
            help="A PostgreSQL server whose user may create databases. Default: an embedded one.",
        ),
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Repetitions; the median counts.")] = 3,
    mode: Annotated[str, typer.Option(help="full, core or both.")] = "both",
    as_json: AsJson = False,
) -> None:
    """Move claims through eight transitions, enrolled to payable, in bulk.

    `ratio` is our rate divided by the rate of hand-tuned SQL that writes the same rows. Exit codes: 0
    measured, 3 no PostgreSQL to measure on.
    """
    from subsidy.bench.scratch import NoServerError
    from subsidy.bench.sweep import measure_sweep

    if database not in ("sqlite", "postgresql"):
        raise typer.BadParameter("is sqlite or postgresql.", param_hint="--database")
    if mode not in ("full", "core", "both"):
        raise typer.BadParameter("is full, core or both.", param_hint="--mode")
    try:
        report = measure_sweep(
            claims=claims,
            database=database,
            url=url,
            repeat=repeat,
            modes=("full", "core") if mode == "both" else (mode,),
            tell=lambda line: typer.echo(line, err=True),
        )
    except NoServerError as error:
        stop(str(error), code=NOT_SET_UP)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    for figures in (report, report.get("core")):
        if figures:
            typer.echo(
                f"{figures['mode']}: {figures['rate']:,} transitions/s, floor "
                f"{figures['floor_rate']:,}, ratio {figures['ratio']}"
            )
    typer.echo(f"memory: {report['peak_rss_mb']} MB at most")


@app.command()
def timers(
    waiting: Annotated[int, typer.Option(min=40, help="How many deadlines wait.")] = 1_000_000,
    due: Annotated[int, typer.Option(min=40, help="How many of them are due.")] = 100_000,
    database: Annotated[str, typer.Option(help="sqlite or postgresql.")] = "sqlite",
    url: Annotated[
        str | None,
        typer.Option(
            envvar="SUBSIDY_BENCH_DATABASE_URL",
            help="A PostgreSQL server whose user may create databases. Default: an embedded one.",
        ),
    ] = None,
    repeat: Annotated[int, typer.Option(min=1, help="Repetitions; the median counts.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Find the next deadlines among those that wait, and fire those that are due after a week's stop.

    `next_1000_ms` is the time to get ids and days of the next thousand. `ratio` is our rate of firing,
    with every effect, divided by that of hand-tuned SQL which writes the same rows. Exit codes: 0
    measured, 3 no PostgreSQL to measure on.
    """
    from subsidy.bench.scratch import NoServerError
    from subsidy.bench.timers.measure import measure_timers

    if database not in ("sqlite", "postgresql"):
        raise typer.BadParameter("is sqlite or postgresql.", param_hint="--database")
    try:
        report = measure_timers(
            waiting=waiting,
            due_now=due,
            database=database,
            url=url,
            repeat=repeat,
            tell=lambda line: typer.echo(line, err=True),
        )
    except NoServerError as error:
        stop(str(error), code=NOT_SET_UP)
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    typer.echo(
        f"{report['rate']:,} fired/s, floor {report['floor_rate']:,}, ratio {report['ratio']}; the next "
        f"thousand in {report['next_1000_ms']} ms; memory {report['peak_rss_mb']} MB at most"
    )


@app.command()
def decide(
    claims: Annotated[int, typer.Option(min=1, help="How many claims are decided.")] = 50_000,
    seed: Annotated[int, typer.Option(help="The same seed makes the same facts.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Decide generated claims on one core, with every reason and clause; no database is used.

    The floor gives the same answers by hand and writes the same record; `bare_rate` is the floor
    without the record. `growth_ratio` compares the ratio over all claims with that over the first
    ten thousand.
    """
    from subsidy.bench.deciding.measure import measure_decisions

    report = measure_decisions(
        claims_wanted=claims, seed=seed, tell=lambda line: typer.echo(line, err=True)
    )
    if as_json:
        typer.echo(json.dumps(report, ensure_ascii=False))
        return
    typer.echo(
        f"{report['rate']:,} decisions/s, floor {report['floor_rate']:,}, ratio {report['ratio']}, "
        f"without record {report['bare_rate']:,}; memory {report['peak_rss_mb']} MB at most"
    )
