"""One line of a policy: what it is called, what it says on a day, by which clause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from subsidy.rules.packs.building import ENDED, Level
from subsidy.rules.packs.values import DatedValues, Value
from subsidy.rules.policy import Pack

Note = tuple[str, tuple[str, ...]]
"""A word such as `at_end` or `unit`, and what it is: codes or texts."""
NUMBERS = {
    "day", "working_day", "month", "year", "time", "percent", "person",
    "working", "calendar", "hour",
}  # fmt: skip
SOURCES = {"clause", "document", "assumed"}


@dataclass(frozen=True)
class Line:
    """What holds for one key on one day. Money is `fen`; everything else `words`."""

    key: str
    means: str
    """Its name in Chinese, or a code where it has only that."""
    words: tuple[str, ...] = ()
    """Codes or texts that the reader's language says."""
    fen: int | None = None
    unit: str = ""
    """Of a number: days, working days, percent, …"""
    unset: bool = False
    ended: bool = False
    clause: str = ""
    document: str = ""
    """Number of the document, else its title."""
    assumed: str = ""
    why: str = ""
    since: date | None = None
    until: date | None = None
    """First day on which something else holds."""
    notes: tuple[Note, ...] = ()

    @property
    def is_open(self) -> bool:
        """Nobody has said it yet."""
        return self.unset and not self.ended

    @property
    def says(self) -> tuple[object, ...]:
        """What is compared between two cities."""
        return (self.words, self.fen, self.unit, self.unset, self.notes)

    @property
    def text(self) -> str:
        """Everything in which a reader may search."""
        noted = [word for name, words in self.notes for word in (name, *words)]
        parts = [
            self.key, self.means, *self.words, *noted, self.clause, self.document,
            self.assumed, self.why,
        ]  # fmt: skip
        if self.fen is not None:
            parts.append(f"{self.fen // 100}.{self.fen % 100:02d}")
        return "\n".join(parts).casefold()


def dated_line(
    pack: Pack, key: str, *, on: date, unit: str = "", notes: Sequence[Note] = ()
) -> Line:
    """The line of a dated key."""
    dated = pack.dated[key]
    value = dated.on(on)
    money = dated.unit == "yuan" and not value.unset
    shown = unit or dated.unit
    too_early = value.since > on
    return Line(
        key=key,
        means=dated.means,
        words=() if value.unset or money else words_of(value.value),
        fen=value.value if money else None,
        unit=shown if shown in NUMBERS and not value.unset else "",
        unset=value.unset,
        ended=value.why == ENDED,
        clause=value.clause,
        document=document_name(pack, value.document),
        assumed=value.assumed or "",
        why="" if value.why == ENDED or too_early else value.why,
        since=value.since,
        until=_until(dated, value, on),
        notes=(("begins", (value.since.isoformat(),)), *notes) if too_early else tuple(notes),
    )


def entry_line(
    pack: Pack,
    key: str,
    given: Mapping[str, Any],
    *,
    means: str,
    words: Sequence[str] = (),
    leave_out: Sequence[str] = (),
) -> Line:
    """The line of an entry that is no dated value: a group, a gate, a register."""
    rest = {k: v for k, v in given.items() if k not in SOURCES and k not in leave_out}
    return Line(
        key=key,
        means=means,
        words=tuple(words),
        clause=given.get("clause") or "",
        document=document_name(pack, given.get("document") or ""),
        assumed=given.get("assumed") or "",
        notes=tuple(
            (name, named(pack, name, words_of(value)))
            for name, value in rest.items()
            if value is not None
        ),
    )


def words_of(value: object) -> tuple[str, ...]:
    """A value as words: codes and texts as they stand, yes and no as codes."""
    if value is None or value == "":
        return ()
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, Level):
        return (value.name,)
    if isinstance(value, Mapping):
        return tuple(f"{name}: {word}" for name, item in value.items() for word in words_of(item))
    if isinstance(value, list | tuple):
        return tuple(word for item in value for word in words_of(item))
    return (str(value),)


def named(pack: Pack, field: str, words: Sequence[str]) -> tuple[str, ...]:
    """Ids of the pack's own entries by their names, where `field` says of what they are ids."""
    found: dict[str, str] = {}
    if field in {"groups", "only_groups"}:
        found = {code: group.name for code, group in pack.spec.groups.items()}
    elif field in {"of_tracks", "track", "tracks", "excludes"}:
        found = {code: track.name_zh for code, track in pack.tracks.items()}
    elif field in {"key", "own_limit", "within_years", "ends_within_years", "catalogue_limit"}:
        found = {key: dated.means for key, dated in pack.dated.items()}
    elif field == "governing_document":
        found = {code: document_name(pack, code) for code in pack.documents}
    return tuple(found.get(word, word) for word in words)


def document_name(pack: Pack, document: str) -> str:
    """A document by its number, else the name of the pack or its title."""
    found = pack.documents.get(document)
    if found is None:
        return document
    return found.number or (pack.name if document == pack.governing.id else found.title)


def _until(dated: DatedValues, value: Value, on: date) -> date | None:
    later = [item.since for item in dated.values if item.since > max(value.since, on)]
    return min(later, default=None) if value.since <= on else None
