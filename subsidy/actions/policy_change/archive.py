"""Packs as they were: of the version that a claim, a road or a receipt names."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from subsidy.actions.acting import Act
from subsidy.records.pack_archive import content_of
from subsidy.records.tables import Decision
from subsidy.rules.decide import decide
from subsidy.rules.facts import facts_from_json
from subsidy.rules.policy import Pack, PolicyError, pack_of_content
from subsidy.rules.verdict import Decision as Verdict


@dataclass(frozen=True)
class MissingPack:
    """A version that cannot be had any more, and why; say so instead of using another."""

    city: str
    version: str
    why: str

    def __str__(self) -> str:
        """The sentence for people and logs."""
        return f"The pack {self.version} of {self.city} {self.why}"


def pack_at(session: Session, act: Act, version: str) -> Pack | MissingPack:
    """The city's pack of a version: the one in use, else from the archive."""
    if act.pack.version == version:
        return act.pack
    content = content_of(session, city=act.city, version=version)
    if content is None:
        why = "was never kept: no road and no receipt was written under it in this database."
        return MissingPack(act.city, version, why)
    try:
        return pack_of_content(content, book=act.pack.book)
    except PolicyError as error:
        why = f"is in a form that this version of the program does not read: {error.faults[0]}"
        return MissingPack(act.city, version, why)


def replay(session: Session, act: Act, row: Decision) -> Verdict | MissingPack:
    """Decide a receipt's facts once more, under the pack it names and the calendar of its day."""
    pack = pack_at(session, act, row.pack_version)
    if isinstance(pack, MissingPack):
        return pack
    calendar = act.office.calendars.seen_on(row.decided_on, city=row.city)
    return decide(facts_from_json(row.facts), pack=pack, today=row.decided_on, calendar=calendar)
