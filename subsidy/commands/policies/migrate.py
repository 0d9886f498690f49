"""`subsidy policy migrate`: open claims follow a new version of their city's pack, or why they do not."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import AsJson, AsOf, House, Person, house, refuse
from subsidy.commands.packs import yuan
from subsidy.commands.policies.versions import kept_pack
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, stop

if TYPE_CHECKING:
    from subsidy.actions.acting import Act
    from subsidy.actions.policy_change import Choice, Group, Plan

ACTOR = "policy-migrate"


def migrate(
    city: Annotated[str, typer.Option("--city", help="City, as hangzhou.")],
    to: Annotated[
        str | None,
        typer.Option("--to", metavar="VERSION", help="A kept version. Default: the pack in use."),
    ] = None,
    track: Annotated[str, typer.Option("--track", help="Only claims of this track.")] = "",
    claims: Annotated[
        list[str] | None, typer.Option("--claims", metavar="NUMBER", help="Only these; repeatable.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would change; write nothing.")
    ] = False,
    reason: Annotated[str, typer.Option("--reason", help="Why; it goes on record.")] = "",
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Move open claims to the pack in use: order of stages, levels, windows, and what they are decided by.

    A claim keeps its state; a deadline never ends earlier than people were told; an approval stands.
    Decisions are asked for anew. Without --dry-run it needs --reason and, outside the demo, --as a
    section head or leader of the whole city. Exit codes: 0 done or nothing to move, 1 some claims stay
    (each group with its reason) or it was refused, 2 wrong input, 3 not set up.
    """
    from subsidy.actions.policy_change import Choice, may_migrate, survey, under
    from subsidy.rules.masking import hide

    choice = Choice(track, tuple(claims or ()))
    with house(ACTOR, city=city, as_of=as_of, login=login) as opened:
        if not (dry_run or login or opened.settings.demo):
            stop("Outside the demo --as LOGIN is needed: who moves the claims.", code=WRONG_INPUT)
        act = opened.act if to is None else under(opened.act, kept_pack(city, to))
        if track and track not in act.pack.tracks:
            stop(f"{city} has no track {track}; it has {', '.join(act.pack.tracks)}.",
                 code=WRONG_INPUT)  # fmt: skip
        with opened.database.reading() as session:
            faults = [] if dry_run else may_migrate(session, act, reason=reason)
            plan = survey(session, act, choice)
        if faults:
            refuse(faults, as_json=as_json)
        moved = {} if dry_run else _moved(opened, act, choice, hide(reason.strip()))
    _tell(plan, moved, dry_run=dry_run, as_json=as_json)
    if plan.staying:
        raise typer.Exit(SOME_REFUSED)


def _moved(opened: House, act: Act, choice: Choice, reason: str) -> dict[str, int]:
    from subsidy.actions.policy_change import migrate as move_claims
    from subsidy.keys import load_keys
    from subsidy.office import SealSigner

    signer = SealSigner(load_keys(opened.settings.keys_folder))
    return move_claims(opened.database, act, signer, choice, reason=reason)


def _tell(plan: Plan, moved: dict[str, int], *, dry_run: bool, as_json: bool) -> None:
    if as_json:
        told = {**plan.as_dict(), "dry_run": dry_run, "moved": moved}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    for group in plan.groups:
        typer.echo("\n".join(_lines(group)))
    for row in plan.as_dict()["staying"]:
        typer.echo(
            f"{row['track']} {row['route']} {row['state']} stays on {row['old_version']}: "
            f"{row['claims']} claims: {row['meaning']}"
        )
    done = f"{plan.claims} claims would move" if dry_run else f"{sum(moved.values())} claims moved"
    typer.echo(f"{plan.city}: {done} to {plan.version}")


def _lines(group: Group) -> list[str]:
    where = group.state if group.state == group.place else f"{group.state} ({group.place})"
    lines = [
        f"{group.track} {group.route} {where} {group.old_version} -> {group.new_version}: "
        f"{group.claims} claims"
    ]
    changes = [("next stage", group.next_stage), ("levels", group.levels)]
    lines += [f"  {name} {old} -> {new}" for name, (old, new) in changes if old != new]
    lines += [
        f"  window {name} {old} -> {new}, {group.running[name]} under way"
        for name, (old, new) in group.windows.items()
    ]
    if group.decided:
        old, new = map(yuan, group.amount_fen)
        lines.append(f"  {group.decided} decided: {old} -> {new} yuan")
    lines += [f"  new gap {code}: {n} claims" for code, n in sorted(group.new_gaps.items())]
    lines += [f"  new refusal {code}: {n} claims" for code, n in sorted(group.new_refusals.items())]
    return lines
