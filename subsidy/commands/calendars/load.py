"""`subsidy calendar load`: take a holiday notice that arrived late, after showing all that it moves."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from subsidy.commands.money.house import AsJson, AsOf, House, Person, house, refuse
from subsidy.commands.surroundings import WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.actions.calendar_change.previewing import Preview
    from subsidy.calendars.loading import Handed, Loading, Plan

ACTOR = "calendar-load"


def load(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A year, one notice, or a city's.")],
    city: Annotated[
        str | None, typer.Option("--city", help="Whose desk loads it. Default: the first one set.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would move; write nothing.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it is applied.")] = False,
    limit: Annotated[
        int, typer.Option("--limit", min=0, help="Deadlines of a city to list; all are counted.")
    ] = 50,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Load a holiday notice: checked with all others, shown with every time limit it moves, then applied.

    FILE is a calendar file: a whole new year, one notice that amends another, or a city's own (`city:`).
    It is kept in the home's config/calendar and survives an upgrade. No date ends earlier than people
    were told. Without a terminal and without --yes nothing is written. Outside the demo --as is needed.
    Exit codes: 0 done or nothing to do, 1 not allowed, 2 the file has faults (each with line and remedy),
    3 not set up.
    """
    from subsidy.actions.calendar_change import may_load
    from subsidy.calendars.loading import Handed, Loading

    content = _content(file)
    with house(ACTOR, city=city, as_of=as_of, login=login) as opened:
        if not (dry_run or login or opened.settings.demo):
            stop("Outside the demo --as LOGIN is needed: who loads the notice.", code=WRONG_INPUT)
        with opened.database.reading() as session:
            faults = [] if dry_run else may_load(session, opened.act)
        if faults:
            refuse(faults, as_json=as_json)
        handed = Handed(file.name, content, opened.act, as_of)
        loading = Loading(opened.settings, opened.database)
        plan = _plan(loading, handed, limit)
        if city and plan.found.city not in (None, city):
            stop(f"{file} is for {plan.found.city}, not for {city}. Leave --city out, or correct it.",
                 code=WRONG_INPUT)  # fmt: skip
        done = _apply(opened, loading, handed, plan, dry_run=dry_run, yes=yes, quiet=as_json)
    if as_json:
        typer.echo(json.dumps({**_plain(plan), **done}, ensure_ascii=False, default=str))


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError:
        stop(f"{file}: there is no such file.", code=WRONG_INPUT)
    except OSError as error:
        stop(f"{file}: cannot be read ({error.strerror}).", code=WRONG_INPUT)


def _plan(loading: Loading, handed: Handed, limit: int) -> Plan:
    from subsidy.rules.workdays import CalendarFileError

    try:
        return loading.plan(handed, listed=limit)
    except CalendarFileError as error:
        stop(str(error), code=WRONG_INPUT)


def _apply(
    opened: House,
    loading: Loading,
    handed: Handed,
    plan: Plan,
    *,
    dry_run: bool,
    yes: bool,
    quiet: bool,
) -> dict[str, Any]:
    """Show the plan and, where that is wanted, load; return what was done, for --json."""
    if not quiet:
        typer.echo("\n".join(_lines(plan)))
    if not plan.found.new:
        return {"applied": False, "why": "nothing new"}
    if dry_run:
        return {"applied": False, "why": "dry run"}
    if not yes and (quiet or not sys.stdin.isatty()):
        if not quiet:
            typer.echo("Nothing is written: there is no terminal to ask at. Apply it with --yes.")
        return {"applied": False, "why": "not confirmed"}
    if not yes and not typer.confirm("Apply it?"):
        typer.echo("Nothing is written.")
        return {"applied": False, "why": "not confirmed"}
    kept = loading.load(handed)
    counts = {city: {"looked_at": 0, "moved": 0, "messages": 0} for city in kept.acts}
    for city, done in loading.rounds(kept):
        counts[city]["looked_at"] += done.looked_at
        counts[city]["moved"] += done.moved
        counts[city]["messages"] += done.messages
        if not quiet and sys.stderr.isatty():
            typer.echo(f"\r{city}: {counts[city]['looked_at']} counted", nl=False, err=True)
    if not quiet:
        typer.echo(f"Kept in {opened.settings.home / 'config' / 'calendar' / kept.found.place}.")
        for city, n in counts.items():
            typer.echo(f"{city}: {n['moved']} moved, {n['messages']} messages written.")
    return {"applied": True, "counts": counts}


def _lines(plan: Plan) -> list[str]:
    lines = [f"{n.number} {n.title}: loaded already." for n in plan.found.known]
    for notice in plan.found.new:
        whose = notice.city or str(notice.year)
        what = f"{notice.number} {notice.title} ({whose}), {len(notice.days)} days"
        lines.append(f"{what}, published {notice.published}")
    if not plan.found.new:
        return [*lines, "Nothing to do."]
    known_from = plan.not_yet_known()
    if known_from:
        lines.append(f"Known from {known_from}: dates are counted with it from that day on.")
    for each in plan.previews.values():
        lines += _city_lines(each)
    return lines


def _city_lines(each: Preview) -> list[str]:
    lines = [
        f"{each.city}: calendar {each.version_before} -> {each.version_after}; "
        f"{each.moved} of {each.looked_at} running time limits move "
        f"({each.later} end later, {each.made_final} become final), "
        f"{each.told_again} people or classes are told anew"
    ]
    lines += [f"  {area}\t{window}\t{n}" for (area, window), n in sorted(each.by.items())]
    for row in each.rows:
        lines.append(
            f"  {row.number}\t{row.class_number or '-'}\t{row.window}\t"
            f"{_day(row.due_before, row.final_before)} -> {_day(row.due_after, row.final_after)}\t"
            f"told {row.told_before} -> {row.told_after}"
        )
    if each.moved > len(each.rows):
        lines.append(f"  … and {each.moved - len(each.rows)} more; see them with --limit.")
    if each.posted:
        lines.append(f"  {each.posted} public notices are posted; they keep their printed days.")
    for notice in each.too_short:
        lines.append(
            f"  {notice.number}: printed until {notice.last_day}, would need {notice.needed}; "
            "look at it: correct it or post it again"
        )
    return lines


def _day(on: object, final: bool) -> str:
    return str(on) if final else f"{on} (provisional)"


def _plain(plan: Plan) -> dict[str, Any]:
    return {
        "place": plan.found.place,
        "sha256": plan.found.sha256,
        "new": [n.number for n in plan.found.new],
        "known": [n.number for n in plan.found.known],
        "known_from": plan.found.known_from,
        "moved": plan.moved,
        "cities": [each.as_dict() for each in plan.previews.values()],
    }
