"""A line of a policy as text: what it says, on what conditions, and by which clause."""

from __future__ import annotations

from collections.abc import Iterable

from subsidy.actions.views.policies.lines import Line
from subsidy.console.language.policy_words import policy_word
from subsidy.console.language.words import CHINESE

COUNTED_BY_PIECE = {"working", "working_day", "month"}
"""Units that Chinese counts with 个."""


def value_text(line: Line, *, language: str) -> str:
    """What the line says: an amount, a number with its unit, words, or that it is unset."""
    if line.unset:
        return policy_word("ended" if line.ended else "unset", language=language)
    if line.fen is not None:
        amount = f"{line.fen // 100:,}.{line.fen % 100:02d}"
        return f"{amount} 元" if language == CHINESE else f"{amount} yuan"
    field = line.key.rpartition(".")[2]
    said = joined((policy_word(word, field, language=language) for word in line.words), language)
    if line.unit == "percent":
        return f"{said}%"
    if line.unit:
        unit = policy_word(f"unit_{line.unit}", language=language)
        piece = "个" if language == CHINESE and line.unit in COUNTED_BY_PIECE else ""
        return f"{said} {piece}{unit}"
    return said


def notes_text(line: Line, *, language: str) -> str:
    """What else the line says, in a row."""
    return ("；" if language == CHINESE else "; ").join(notes_of(line, language=language))


def notes_of(line: Line, *, language: str) -> list[str]:
    """What else the line says: the day it counts from, what its end does, when it is asked."""
    colon = "：" if language == CHINESE else ": "
    parts = []
    for name, words in line.notes:
        said = joined((policy_word(word, name, language=language) for word in words), language)
        parts.append(f"{policy_word(name, language=language)}{colon}{said}")
    return parts


def source_text(line: Line, *, language: str) -> str:
    """Document and clause; for a value that the bureau chose, why, and what leaves it open."""
    clause = f"{line.document} {line.clause}".strip() if line.clause else ""
    if line.unset and line.clause:
        clause = f"{policy_word('left_open', language=language)} {clause}"
    if not line.assumed:
        return _lines(clause, line.why)
    colon = "：" if language == CHINESE else ": "
    chosen = f"{policy_word('assumed', language=language)}{colon}{line.assumed}"
    open_by = f"{policy_word('left_open', language=language)} {clause}" if clause else ""
    return _lines(chosen, open_by)


def joined(words: Iterable[str], language: str) -> str:
    """Words in a row as the language separates them."""
    return ("、" if language == CHINESE else ", ").join(words)


def term(code: str, *, language: str) -> str:
    """The name of a line: what the pack calls it, else the code in words."""
    return policy_word(code, language=language) if code.isascii() else code


def _lines(*parts: str) -> str:
    return "\n".join(part for part in parts if part)
