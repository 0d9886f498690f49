"""Render a message or a page from `templates/`: plain values in, text out.

Templates run in a sandbox, a variable that is not given stops them, and HTML is escaped.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import StrictUndefined
from jinja2.exceptions import TemplateNotFound
from jinja2.loaders import FileSystemLoader
from jinja2.sandbox import ImmutableSandboxedEnvironment

from subsidy.papers.messages import checked
from subsidy.papers.wording import day_short, day_zh, yuan, yuan_grouped, yuan_in_capitals

TEMPLATES_FOLDER = Path(__file__).resolve().parents[2] / "templates"


@dataclass(frozen=True)
class Message:
    """A rendered message: one line of subject, the text, and HTML where the template has it."""

    subject: str
    text: str
    html: str | None = None


def render(
    template: str, values: Mapping[str, object], *, folder: Path = TEMPLATES_FOLDER
) -> Message:
    """Render `templates/notices/<template>/` with the values of an outbox row (JSON types do).

    Raises MessageValuesError when the values do not fit the message.
    """
    message = checked(template, values)
    given = {name: getattr(message, name) for name in type(message).model_fields}
    room = environment(folder)
    subject = room.get_template(f"notices/{template}/subject.txt").render(given)
    body = room.get_template(f"notices/{template}/body.txt").render(given)
    try:
        html = room.get_template(f"notices/{template}/body.html").render(given)
    except TemplateNotFound:
        html = None
    return Message(subject=" ".join(subject.split()), text=_tidy(body), html=html)


def render_page(name: str, values: Mapping[str, object], *, folder: Path = TEMPLATES_FOLDER) -> str:
    """Render a page under `templates/forms/`."""
    return environment(folder).get_template(f"forms/{name}").render(values)


def _tidy(text: str) -> str:
    """Return text without the empty lines that parts left out leave behind."""
    lines = "\n".join(line.rstrip() for line in text.strip().splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines) + "\n"


@cache
def environment(folder: Path = TEMPLATES_FOLDER) -> ImmutableSandboxedEnvironment:
    """Return the one way templates are run."""
    room = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(folder),
        undefined=StrictUndefined,
        autoescape=lambda name: name is not None and name.endswith(".html"),
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    room.filters |= {
        "day": day_zh,
        "day_short": day_short,
        "yuan": yuan,
        "yuan_grouped": yuan_grouped,
        "capitals": yuan_in_capitals,
    }
    return room
