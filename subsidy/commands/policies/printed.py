"""A policy on paper or a terminal: sections, each value with its clause, in 100 columns."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from io import StringIO

import typer
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from subsidy.actions.views.policies.covering import MISSING, WORDS, Coverage, SourceSheet
from subsidy.actions.views.policies.lines import Line
from subsidy.actions.views.policies.sheet import Paper, Part, PolicySheet, TrackSheet
from subsidy.console.language.naming import state_name
from subsidy.console.language.policy_lines import notes_of, source_text, term, value_text
from subsidy.console.language.policy_words import policy_word, section_word

WIDTH = 100


def print_sheet(sheet: PolicySheet, *, language: str) -> None:
    """The pack section by section: documents, people, tracks, values."""
    with _page() as page:
        _sheet(page, sheet, language)


def _sheet(page: Console, sheet: PolicySheet, language: str) -> None:
    status = policy_word(sheet.status, language=language)
    page.print(Text(f"{sheet.name}  {sheet.on}  {status}  {sheet.version}", style="bold"))
    _heading(page, section_word("documents", language=language))
    page.print(_papers(sheet.documents, language))
    for part in sheet.people:
        _part(page, part, language)
    for track in sheet.tracks:
        _track(page, track, language)
    for part in sheet.values:
        _part(page, part, language)


def print_coverage(found: Coverage) -> None:
    """Each source with its counts and the rules that nobody has answered yet."""
    with _page() as page:
        for source in found.sources:
            counts = ", ".join(f"{source.counts[word]} {word}" for word in WORDS if word != MISSING)
            line = f"{source.source}: {source.listed}/{len(source.rules)} listed: {counts}"
            page.print(line, highlight=False, soft_wrap=True)
            if source.missing:
                missing = f"missing {len(source.missing)}: {' '.join(source.missing)}"
                page.print(Padding(missing, (0, 0, 0, 2)), highlight=False)


def print_missing(sources: Iterable[SourceSheet]) -> None:
    """The rules without an answer, one a line with clause and words."""
    with _page() as page:
        for rule in (rule for source in sources for rule in source.rules):
            if rule.status == MISSING:
                line = f"{rule.id}  {rule.source} {rule.clause}  {rule.rule}"
                page.print(line, highlight=False, soft_wrap=True)


@contextmanager
def _page() -> Iterator[Console]:
    """As wide as the terminal up to 100 columns; 100 without trailing blanks in a file or a pipe."""
    page = Console(file=sys.stdout)
    if page.is_terminal:
        page.width = min(page.width, WIDTH)
        yield page
        return
    written = StringIO()
    yield Console(file=written, width=WIDTH)
    for line in written.getvalue().splitlines():
        typer.echo(line.rstrip())


def _heading(page: Console, text: str) -> None:
    page.print()
    page.print(Text(f"■ {text}", style="bold"))


def _part(page: Console, part: Part, language: str) -> None:
    _heading(page, section_word(part.code, language=language))
    page.print(_lines(part.lines, language))


def _track(page: Console, track: TrackSheet, language: str) -> None:
    unit = policy_word(track.unit, language=language)
    _heading(page, f"{track.name}  {track.code}  {unit}")
    road = " → ".join(state_name("claim", stage.means, language) for stage in track.road)
    road = f"{section_word('road', language=language)}: {road}"
    page.print(Padding(road, (0, 0, 0, 2)), highlight=False)
    reasons: dict[str, list[str]] = {}
    for stage in (stage for stage in track.road if stage.assumed):
        reasons.setdefault(stage.assumed, []).append(state_name("claim", stage.means, language))
    for reason, states in reasons.items():
        mark = policy_word("assumed", language=language)
        page.print(f"  [{mark}] {'、'.join(states)}: {reason}", highlight=False, markup=False)
    for part in track.parts:
        page.print()
        page.print(Text(f"  {section_word(part.code, language=language)}", style="underline"))
        page.print(_lines(part.lines, language, within=f"{track.code}."))


def _table() -> Table:
    """Rules under the head only; narrower where the terminal is."""
    return Table(
        box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0), expand=True
    )


def _papers(papers: Iterable[Paper], language: str) -> Table:
    table = _table()
    for code, share in (("number", 24), ("title", 34), ("status", 12), ("in_force_between", 22)):
        table.add_column(policy_word(code, language=language), ratio=share, overflow="fold")
    for paper in papers:
        rank = "rank_" + paper.rank if paper.rank in ("city", "district") else paper.rank
        status = policy_word(paper.status, language=language)
        if not paper.loaded:
            status = f"{status}\n{policy_word('cited', language=language)}"
        days = f"{paper.since or ''} – {paper.until or ''}" if paper.since or paper.until else ""
        issued = str(paper.issued or "")
        table.add_row(
            f"{paper.name}\n{policy_word(rank, language=language)} {issued}".rstrip(),
            paper.title,
            status,
            "\n".join(part for part in (days, paper.clause) if part) or "—",
        )
    return table


def _lines(lines: Iterable[Line], language: str, within: str = "") -> Table:
    """A table of lines; keys are written without what their heading says already."""
    table = _table()
    for code, share in (("meaning", 34), ("value", 30), ("source", 36)):
        table.add_column(policy_word(code, language=language), ratio=share, overflow="fold")
    for line in lines:
        name = Text(term(line.means, language=language))
        name.append(f"\n{line.key.removeprefix(within)}", style="dim")
        value = Text(value_text(line, language=language))
        if line.is_open or line.assumed:
            value.stylize("yellow")
        notes = "\n".join(notes_of(line, language=language))
        if notes:
            value.append(f"\n{notes}" if value.plain else notes, style="dim")
        if line.until:
            value.append(f"\n< {line.until}", style="dim")
        table.add_row(name, value, Text(source_text(line, language=language)))
    return table
