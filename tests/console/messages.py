"""Every text of the pages that wants a translation, read from templates and modules."""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

ROOT = Path(__file__).resolve().parents[2]
KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2)}
OPTIONS = {"**.html": {"extensions": "jinja2.ext.i18n,jinja2.ext.do", "silent": "false"}}


def texts() -> Catalog:
    """A catalogue of the source texts with the places they stand in."""
    found = Catalog()
    for folder, methods in (
        ("templates/console", [("**.html", "jinja2")]),
        ("subsidy/console", [("**.py", "python")]),
    ):
        for name, line, message, _, _ in extract_from_dir(
            ROOT / folder, methods, OPTIONS, keywords=KEYWORDS, comment_tags=()
        ):
            found.add(message, locations=[(f"{folder}/{name}", line)])
    return found
