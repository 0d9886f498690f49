"""Two cities side by side, on the page and as a workbook."""

from __future__ import annotations

from collections.abc import Iterator

from starlette.responses import Response

from subsidy.actions.views.policies.comparing import VERDICTS, Comparison, Pair, compare
from subsidy.console.answers import download, page
from subsidy.console.doors import Doors
from subsidy.console.language.policy_lines import notes_text, source_text, term, value_text
from subsidy.console.language.policy_words import VERDICTS as VERDICT_WORDS
from subsidy.console.language.policy_words import section_word
from subsidy.console.language.words import N_
from subsidy.console.pages import link
from subsidy.console.policies.asking import (
    asked_choice,
    asked_day,
    asked_words,
    packs_of,
    sheet_of,
)
from subsidy.console.visits import Entering, Visit
from subsidy.papers.spreadsheets import ExportColumn
from subsidy.papers.spreadsheets.export import CellValue, export_xlsx

doors = Doors()
COLUMNS: tuple[tuple[str, str, int], ...] = (
    ("section", N_("Section"), 20),
    ("track", N_("Track"), 22),
    ("means", N_("Meaning"), 36),
    ("key", N_("Key"), 36),
    ("left", N_("Left"), 34),
    ("left_source", N_("Source, left"), 40),
    ("right", N_("Right"), 34),
    ("right_source", N_("Source, right"), 40),
    ("verdict", N_("Comparison"), 16),
)


@doors.get("/policy/compare", "policy.compare")
def show(visit: Entering) -> Response:
    """The same key on both sides, what differs, what only one city has."""
    found = asked_comparison(visit)
    packs = packs_of(visit)
    query = {"left": found.left.city, "right": found.right.city, "on": found.left.on}
    narrow = {"q": asked_words(visit), "verdict": _verdict(visit)}
    whole = compare(found.left, found.right)
    return page(
        visit,
        "policy_compare.html",
        found=found,
        on=found.left.on,
        cities_shown=[(city, f"{pack.name} ({city})") for city, pack in packs.items()],
        verdicts=VERDICT_WORDS,
        counts={verdict: whole.count(verdict) for verdict in VERDICTS},
        query=query,
        export=link("/policy/compare.xlsx", **query, **narrow),
        **narrow,
    )


@doors.get("/policy/compare.xlsx", "policy.compare")
def export(visit: Entering) -> Response:
    """The comparison as a workbook, as narrow as the page."""
    found = asked_comparison(visit)
    columns = [ExportColumn(key, visit.say(title), width=wide) for key, title, wide in COLUMNS]
    above = (
        (visit.say(N_("Left")), found.left.name, found.left.version),
        (visit.say(N_("Right")), found.right.name, found.right.version),
        (visit.say(N_("Day")), found.left.on.isoformat()),
    )
    content = export_xlsx(
        _rows(found, visit), columns=columns, sheet=visit.say(N_("Comparison")), above=above
    )
    return download(f"policy-{found.left.city}-{found.right.city}-{found.left.on}.xlsx", content)


def asked_comparison(visit: Visit) -> Comparison:
    """The two cities of the address: the visitor's own and the next one where it names none."""
    packs = packs_of(visit)
    left = asked_choice(visit, "left", packs, visit.city)
    others = [city for city in packs if city != left]
    right = asked_choice(visit, "right", packs, others[0] if others else left)
    on, words, verdict = asked_day(visit), asked_words(visit), _verdict(visit)
    return compare(
        sheet_of(visit, left, on),
        sheet_of(visit, right, on),
        keep=lambda pair: verdict in ("", pair.verdict) and words.casefold() in pair.text,
    )


def _verdict(visit: Visit) -> str:
    return asked_choice(visit, "verdict", VERDICT_WORDS)


def _rows(found: Comparison, visit: Visit) -> Iterator[dict[str, CellValue]]:
    for section in found.sections:
        for pair in section.pairs:
            yield {
                "section": section_word(section.code, language=visit.language),
                "track": section.title,
                "means": term(pair.means, language=visit.language),
                "key": pair.key,
                "left": _said(pair, "left", visit),
                "left_source": _source(pair, "left", visit),
                "right": _said(pair, "right", visit),
                "right_source": _source(pair, "right", visit),
                "verdict": visit.say(VERDICT_WORDS[pair.verdict]),
            }


def _said(pair: Pair, side: str, visit: Visit) -> str:
    line = pair.left if side == "left" else pair.right
    if line is None:
        return ""
    parts = (value_text(line, language=visit.language), notes_text(line, language=visit.language))
    return "\n".join(part for part in parts if part)


def _source(pair: Pair, side: str, visit: Visit) -> str:
    line = pair.left if side == "left" else pair.right
    return source_text(line, language=visit.language) if line else ""
