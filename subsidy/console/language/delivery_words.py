"""What ways out answer, in the two languages of the pages; an answer nobody knows stays as it is."""

from __future__ import annotations

import re
from functools import cache

from subsidy.console.language.naming import CODES
from subsidy.console.language.words import N_, translations

ANSWERS: tuple[str, ...] = (
    N_("the mail server refused the recipient (%(detail)s): correct it"),
    N_("the mail server refused the message (%(detail)s): correct it"),
    N_("the mail server put off the recipient (%(detail)s)"),
    N_("the mail server put off the message (%(detail)s)"),
    N_("the mail server refused the log-in (%(detail)s): check name and password"),
    N_("the mail server refused our sender address (%(detail)s): check it"),
    N_("no talk with the mail server (%(detail)s): check host, port, TLS"),
    N_("no answer from the webhook (%(detail)s): check that it is up"),
    N_("the webhook answered %(detail)s: check its address and secret, or wait"),
    N_("the webhook answered %(detail)s, a redirect: set its final address"),
    N_("the webhook refused the message (%(detail)s): it will not take it as it is"),
    N_("mail folder cannot be written (%(detail)s): check space and rights"),
)
BLANK = "%(detail)s"


def answer(text: str, *, language: str) -> str:
    """A reason why a message waits, was cancelled or failed, in words of the language."""
    words = translations(language)
    if text in CODES:
        return words.gettext(CODES[text])
    for known, pattern in _patterns():
        if found := pattern.fullmatch(text):
            return words.gettext(known) % {"detail": found[1]}
    return text


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple(
        (known, re.compile(re.escape(known).replace(re.escape(BLANK), "(.{1,80}?)")))
        for known in ANSWERS
    )
