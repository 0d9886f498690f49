"""Templates of the console: two languages, strict about what they are given, and how values look."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from states.chart import FAR
from subsidy.actions.grounds.refusals import guard_words
from subsidy.clock import SHANGHAI
from subsidy.console.language.delivery_words import answer
from subsidy.console.language.naming import (
    CODES,
    COUNTS,
    DEEDS,
    EVENTS,
    FLOWS,
    MESSAGES,
    WINDOWS,
    state_name,
)
from subsidy.console.language.policy_lines import notes_text, source_text, term, value_text
from subsidy.console.language.policy_words import policy_word, section_word
from subsidy.console.language.words import CHINESE, LANGUAGES, translations
from subsidy.rules.strips.strip_words import legend_of, letter_of

TEMPLATES_FOLDER = Path(__file__).resolve().parents[2] / "templates" / "console"


class Pages:
    """Renders templates in either language."""

    def __init__(self, folder: Path = TEMPLATES_FOLDER) -> None:
        """Open the folder of templates."""
        self._by_language = {language: environment(language, folder) for language in LANGUAGES}

    def render(self, name: str, values: Mapping[str, Any], *, language: str) -> str:
        """The page as text. Raises UndefinedError for a value that the template needs and lacks."""
        return self._by_language[language].get_template(name).render(values)


def environment(language: str, folder: Path = TEMPLATES_FOLDER) -> Environment:
    """The template engine of one language."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
    )
    words = translations(language)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        words.gettext, words.ngettext, newstyle=True
    )
    made.filters |= {
        "yuan": yuan,
        "day": day,
        "moment": moment,
        "state": partial(state, language=language),
        "code": partial(word, CODES, language=language),
        "event": partial(word, EVENTS, language=language),
        "window": partial(word, WINDOWS, language=language),
        "flow": partial(word, FLOWS, language=language),
        "counted": partial(word, COUNTS, language=language),
        "deed": partial(word, DEEDS, language=language),
        "answer": partial(answer, language=language),
        "message": partial(word, MESSAGES, language=language),
        "actor": partial(actor, language=language),
        "day_letter": partial(letter_of, language="zh" if language == CHINESE else "en"),
        "legend": partial(legend_of, language="zh" if language == CHINESE else "en"),
        "guard": partial(guard, language=language),
        "pretty_json": pretty_json,
        "policy_word": partial(policy_word, language=language),
        "section": partial(section_word, language=language),
        "term": partial(term, language=language),
        "says": partial(value_text, language=language),
        "notes": partial(notes_text, language=language),
        "basis": partial(source_text, language=language),
    }
    made.globals |= {"link": link, "zh": language == CHINESE, "far": FAR}
    return made


def yuan(amount_fen: int | None) -> str:
    """¥1,234.00 for 123400 fen; a dash where there is no amount."""
    if amount_fen is None:
        return "—"
    sign = "-" if amount_fen < 0 else ""
    return f"{sign}¥{abs(amount_fen) // 100:,}.{abs(amount_fen) % 100:02d}"


def day(value: date | None) -> str | Markup:
    """2020-10-12; a dash for a day that has not come."""
    if value is None or value == FAR:
        return "—"
    text = value.isoformat()[:10]
    return Markup('<time datetime="{0}">{0}</time>').format(text)


def moment(value: datetime | None) -> str | Markup:
    """2020-10-12 09:31 in Shanghai; a dash where it has not happened."""
    if value is None:
        return "—"
    local = value.astimezone(SHANGHAI)
    return Markup('<time datetime="{}">{}</time>').format(
        local.isoformat(timespec="seconds"), local.strftime("%Y-%m-%d %H:%M")
    )


def state(code: str, machine: str = "claim", *, language: str) -> Markup:
    """A state by its name, with its code as the title and for the colour."""
    return Markup('<span class="state state-{0} of-{2}" title="{0}">{1}</span>').format(
        code, state_name(machine, code, language), machine
    )


def word(table: Mapping[str, str], code: str, *, language: str) -> str:
    """A code as words of the language; as it stands where the table has none."""
    return translations(language).gettext(table[code]) if code in table else code


def actor(name: str, *, language: str) -> str:
    """Who did it: a person's name, or that it was done by the system or the public."""
    kind, colon, what = name.partition(":")
    if not colon or kind not in ("flow", "public"):
        return name
    words = translations(language)
    if kind == "public":
        return words.gettext("Public")
    automatic = words.gettext("Automatic")
    return f"{automatic} ({what})"


def guard(name: str, *, language: str) -> str:
    """Why a claim stayed: a numbered code as it stands, a condition of the chart in words."""
    if name[:1] == "E" and name[1:].isdigit():
        return name
    return guard_words(name) if language == CHINESE else name.replace("_", " ")


def link(path: str, **query: object) -> str:
    """An address with the query fields that have a value."""
    kept = {k: v for k, v in query.items() if v not in (None, "", False)}
    return f"{path}?{urlencode(kept)}" if kept else path


def pretty_json(text: str) -> Markup:
    """Facts as they were kept, one on a line."""
    try:
        shown = json.dumps(json.loads(text), ensure_ascii=False, indent=1)
    except ValueError:
        shown = text
    return Markup("<pre>{}</pre>").format(escape(shown))
