"""The words of the pages: English in the source, Chinese from the catalogue under `locale/`.

The catalogue is read as it stands (no compiled file), so that a fresh checkout speaks Chinese.
"""

from __future__ import annotations

from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALE_FOLDER = Path(__file__).resolve().parents[1] / "locale"
CHINESE, ENGLISH = "zh_CN", "en"
LANGUAGES = (CHINESE, ENGLISH)


def N_(text: str) -> str:  # noqa: N802 - the name that message extractors look for
    """Mark a text for the catalogue; it is translated where it is shown."""
    return text


@cache
def translations(language: str) -> NullTranslations:
    """The words of one language; English is the source itself."""
    if language != CHINESE:
        return NullTranslations()
    compiled = BytesIO()
    with catalogue_file(language).open("rb") as file:
        write_mo(compiled, read_po(file, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


def catalogue_file(language: str) -> Path:
    """Where the catalogue of a language lies."""
    return LOCALE_FOLDER / language / "LC_MESSAGES" / "console.po"


def language_of(wanted: str | None, default: str) -> str:
    """The language to speak: what the visitor chose if we speak it, else the default."""
    return wanted if wanted in LANGUAGES else default
