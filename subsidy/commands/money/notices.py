"""`subsidy notice`: notices to read, print, prove, and enter where else they hang."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from subsidy.commands.money.house import (
    AsJson,
    AsOf,
    CityOption,
    Person,
    house,
    notice_id,
    refuse,
    tell,
    yuan,
)
from subsidy.commands.money.publicise import list_notices
from subsidy.commands.surroundings import SOME_REFUSED, WRONG_INPUT, day_argument, stop

if TYPE_CHECKING:
    from subsidy.actions.notices import Proof

app = typer.Typer(no_args_is_help=True, add_completion=False, rich_markup_mode=None)
Number = Annotated[str, typer.Argument(metavar="NOTICE", help="Number of the notice.")]
ACTOR = "notice"


@app.callback()
def notice() -> None:
    """Read, print and prove public notices."""


app.command("list")(list_notices)


@app.command()
def show(number: Number, city: CityOption = None, as_json: AsJson = False) -> None:
    """Print a notice with its lines, versions and places."""
    from subsidy.actions.views import notice_papers, notice_views

    with house(ACTOR, city=city) as opened, opened.database.reading() as session:
        which = notice_id(session, opened.act, number)
        row = notice_views.notice_of(session, city=opened.act.city, notice_id=which)
        assert row is not None
        lines = notice_views.lines_of(session, notice_id=which)
        versions = notice_papers.versions_of(session, notice_id=which)
        places = notice_papers.places_of(session, notice_id=which)
    said = [
        f"{row.number}  {row.kind}  {row.state}  第{row.list_version}版",
        f"{row.office}  {row.contact}",
        f"公示 {row.first_day or '—'}至{row.runs_until or '—'}  {row.lines}条"
        f"（异议{row.objected}）  {yuan(row.total_fen)}",
        f"校验值 {row.list_hash}",
        "各版：" + "、".join(f"{v.number}（{v.state}）" for v in versions),
        *(f"张贴：{p.put_up_on}  {p.place}  {p.url}  {p.file_hash[:16]}" for p in places),
    ]
    said += [
        f"{at.position}\t{at.name}\t{at.masked_id}\t{at.title} {at.level}\t{yuan(at.amount_fen)}"
        f"\t至{at.last_day}{'（更正）' if at.corrected_on else ''}\t{at.status}\t{at.claim_number}"
        for at in lines
    ]
    told = {
        "notice": asdict(row),
        "lines": [asdict(line) for line in lines],
        "versions": [asdict(version) for version in versions],
        "places": [asdict(place) for place in places],
    }
    tell(told, said, as_json=as_json)


@app.command()
def export(
    number: Number,
    to: Annotated[Path, typer.Argument(metavar="FILE", help="A file ending in .xlsx or .html.")],
    city: CityOption = None,
) -> None:
    """Write the listed lines as a spreadsheet (.xlsx), or the page to print (.html)."""
    from subsidy import notice_desk

    if to.suffix not in (".xlsx", ".html"):
        stop(f"{to}: name a file ending in .xlsx or .html.", code=WRONG_INPUT)
    with house(ACTOR, city=city) as opened, opened.database.reading() as session:
        which = notice_id(session, opened.act, number)
        try:
            if to.suffix == ".xlsx":
                content = notice_desk.spreadsheet(session, opened.act, notice_id=which)
            else:
                url = opened.settings.console_url
                page = notice_desk.printed(session, opened.act, notice_id=which, public_url=url)
                content = page.encode()
        except notice_desk.NotPostedError:
            stop(f"{number} is not posted yet; post it first.", code=WRONG_INPUT)
    try:
        to.write_bytes(content)
    except OSError as error:
        stop(f"{to}: {error.strerror}.", code=WRONG_INPUT)
    typer.echo(str(to))


@app.command()
def objections(number: Number, city: CityOption = None, as_json: AsJson = False) -> None:
    """Print the objections to a notice and to earlier versions of its list, open ones first."""
    from subsidy.actions.views.notice_papers import objections_of

    with house(ACTOR, city=city) as opened, opened.database.reading() as session:
        today = opened.act.today
        rows = objections_of(session, notice_id=notice_id(session, opened.act, number))
    said = [
        f"{o.receipt}\t{o.claim_number}\t{o.received_on}\t{o.outcome or '未办结'}"
        f"\t应于{o.settle_by or '—'}前办结{'（超期）' if o.is_late(today) else ''}\t{o.reasons}"
        for o in rows
    ]
    told = [{**asdict(row), "late": row.is_late(today)} for row in rows]
    tell({"objections": told}, said, as_json=as_json)


@app.command()
def verify(
    number: Annotated[
        str | None, typer.Argument(metavar="NOTICE", help="Default: every posted notice.")
    ] = None,
    city: CityOption = None,
    as_json: AsJson = False,
) -> None:
    """Check the posting of a notice: list against hash, hash against history, seal and signature.

    Exit codes: 0 everything fits, 1 something does not, 2 no such notice.
    """
    from subsidy.actions import notices
    from subsidy.keys import load_keys
    from subsidy.office import SealSigner

    with house(ACTOR, city=city) as opened, opened.database.reading() as session:
        signer = SealSigner(load_keys(opened.settings.keys_folder))
        if number is None:
            wanted = [row.notice_id for row in notices.notices(session, opened.act)]
        else:
            wanted = [notice_id(session, opened.act, number)]
        checked = [notices.proof_of(session, signer, notice_id=each) for each in wanted]
    proofs = [proof for proof in checked if proof is not None]
    if number is not None and not proofs:
        stop(f"{number} is not posted yet, so there is nothing to prove.", code=WRONG_INPUT)
    told = [{**asdict(proof), "state": proof.state} for proof in proofs]
    tell({"proofs": told}, [_proof_line(proof) for proof in proofs], as_json=as_json)
    if any(proof.faults for proof in proofs):
        raise typer.Exit(SOME_REFUSED)


@app.command()
def place(
    number: Number,
    where: Annotated[str, typer.Option(help="Site or board.")],
    on: Annotated[
        date, typer.Option(parser=day_argument, metavar="DATE", help="Day it was put up.")
    ],
    url: Annotated[str, typer.Option(help="Address of the page.")] = "",
    file: Annotated[Path | None, typer.Option(help="Picture or scan: JPG, PNG or PDF.")] = None,
    city: CityOption = None,
    as_of: AsOf = None,
    login: Person = None,
    as_json: AsJson = False,
) -> None:
    """Enter where a posted notice also hangs out, with a picture as proof."""
    from subsidy.actions import notices

    with house(ACTOR, city=city, as_of=as_of, login=login) as opened:
        kept = _kept(opened.settings.files_folder, file) if file is not None else ""
        with opened.database.transaction() as session:
            outcome = notices.record_place(
                session,
                opened.act,
                notice_id=notice_id(session, opened.act, number),
                place=where,
                put_up_on=on,
                url=url,
                file_name=file.name if file is not None else "",
                file_hash=kept,
            )
        if not outcome.done:
            refuse(outcome.findings, as_json=as_json)
        tell({"done": True, "file_hash": kept}, ["已登记"], as_json=as_json)


def _kept(files: Path, file: Path) -> str:
    from subsidy.notice_desk import Evidence, EvidenceError, evidence_folder

    try:
        return Evidence(evidence_folder(files)).keep(file.read_bytes())
    except EvidenceError as error:
        stop(f"{file}: {error}.", code=WRONG_INPUT)
    except OSError as error:
        stop(f"{file}: {error.strerror}.", code=WRONG_INPUT)


def _proof_line(proof: Proof) -> str:
    sealed = f"封签 {proof.seal_number}" if proof.seal_number else "尚未封签"
    said = "；".join(proof.faults) or ("一致" if proof.seal_number else "一致，等待封签")
    at = proof.posted_at.isoformat(timespec="seconds")
    return f"{proof.number}\t{at}\t{proof.posted_by}\t{proof.list_hash}\t{sealed}\t{said}"
