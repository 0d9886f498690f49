"""The exact list behind a public notice: which claims go on it, what is shown, and its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Select, select
from sqlmodel import Session, col
from sqlmodel import select as select_rows

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.money.terms import Terms, load_terms, terms_of
from subsidy.actions.notices.faces import Face
from subsidy.records.tables import ClaimProgress, NoticeLine, PublicNotice
from subsidy.records.tables.types import table_of


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of notice publishes: claims from where, moved by what, standing where."""

    event: str
    stage: str
    sources: tuple[str, ...]


KINDS = {
    "grant": Kind("publicise_grant", "grant_publicised", ("approved",)),
    "result": Kind("publicise_result", "result_publicised", ("assessed", "certified")),
}
SHOWN, OBJECTED, REMOVED = "shown", "objected", "removed"

Left = list[tuple[int, tuple[str, ...]]]


def candidates(
    session: Session,
    act: Act,
    *,
    area_id: int,
    track: str,
    kind: str,
    claim_ids: Sequence[int] | None = None,
) -> tuple[list[Terms], Left]:
    """Return the claims that this office may publicise now, and those that stay, with reasons."""
    if claim_ids is None:
        wanted = KINDS[kind]
        found = load_terms(
            session,
            act,
            where=[
                table_of(ClaimProgress).c.state.in_(wanted.sources),
                table_of(ClaimProgress).c.next_stage == wanted.stage,
            ],
        )
        found = [t for t in found if t.track == track and _belongs(t, area_id, kind)]
    else:
        found = terms_of(session, act, claim_ids=claim_ids)
    listed = _listed(session, city=act.city, kind=kind)
    ready: list[Terms] = []
    left: Left = []
    for terms in found:
        reasons = _reasons(terms, area_id=area_id, track=track, kind=kind, listed=listed)
        if reasons:
            left.append((terms.claim_id, reasons))
        else:
            ready.append(terms)
    missing = set(claim_ids or ()) - {terms.claim_id for terms in found}
    left += [(claim_id, ("not_open",)) for claim_id in sorted(missing)]
    return ready, left


def _reasons(
    terms: Terms, *, area_id: int, track: str, kind: str, listed: set[int]
) -> tuple[str, ...]:
    wanted = KINDS[kind]
    faults = [finding.code for finding in terms.gaps] if kind == "grant" else []
    checks = (
        (terms.track == track, "other_track"),
        (_belongs(terms, area_id, kind), "other_office"),
        (kind != "grant" or terms.office_id is not None or faults, "E606"),
        (terms.state in wanted.sources, f"state_is_{terms.state}"),
        (terms.next_stage == wanted.stage, f"next_stage_is_{wanted.stage}"),
        (terms.blocks == 0, "nothing_blocks_it"),
        (kind != "grant" or terms.amount_fen > 0, "something_is_due"),
        (terms.claim_id not in listed, "already_listed"),
    )
    return (*faults, *(name for holds, name in checks if not holds))


def _belongs(terms: Terms, area_id: int, kind: str) -> bool:
    """A grant is shown by the office that pays, a result also by the one that handles the claim.

    A claim whose paying office nobody has set belongs to every list: there it is left out, with the
    reason.
    """
    if kind == "result" and terms.area_id == area_id:
        return True
    return terms.office_id in (area_id, None)


def _listed(session: Session, *, city: str, kind: str) -> set[int]:
    """Claims on a list that is prepared and not posted yet."""
    found = session.exec(
        select_rows(NoticeLine.claim_id)
        .join(PublicNotice, col(PublicNotice.id) == NoticeLine.notice_id)
        .where(
            PublicNotice.city == city,
            PublicNotice.kind == kind,
            PublicNotice.state == "prepared",
            NoticeLine.status != REMOVED,
        )
    )
    return set(found.all())


def line_of(
    terms: Terms, face: Face, *, notice_id: int, city: str, position: int, kind: str
) -> NoticeLine:
    """What the public sees of a claim; the last day is set when it is posted."""
    return NoticeLine(
        city=city,
        notice_id=notice_id,
        claim_id=terms.claim_id,
        position=position,
        masked_name=face.name,
        masked_id=face.id_number,
        title=face.title,
        level=terms.level,
        amount_fen=terms.amount_fen if kind == "grant" else 0,
        payee=face.payee if kind == "grant" else "",
        last_day=FAR,
    )


def shown(line: NoticeLine) -> tuple[int, str, str, str, str, int, str]:
    """The facts of a line as they are read by the public."""
    return (
        line.claim_id,
        line.masked_name,
        line.masked_id,
        line.title,
        line.level,
        line.amount_fen,
        line.payee,
    )


HEAD = (
    *("city", "number", "kind", "track", "list_version", "corrects_id", "masking", "office"),
    *("contact", "posted_on", "first_day", "last_day", "opens_on", "clause", "assumed"),
)
"""What the head of a notice says, in the order of its canonical bytes."""


def canonical(notice: PublicNotice, lines: Iterable[NoticeLine]) -> bytes:
    """The notice as it is posted: head and lines as one JSON array each, UTF-8, a line feed between.

    Equal on both databases; what happens to a line afterwards (an objection) is no part of it.
    """
    rows: list[list[object]] = [[_plain(getattr(notice, name)) for name in HEAD]]
    rows += [[line.position, *shown(line), _plain(line.last_day)] for line in lines]
    texts = (json.dumps(row, ensure_ascii=False, separators=(",", ":")) for row in rows)
    return "\n".join(texts).encode()


def hash_of(notice: PublicNotice, lines: Iterable[NoticeLine]) -> str:
    """SHA-256 of the canonical bytes, as hexadecimal text."""
    return hashlib.sha256(canonical(notice, lines)).hexdigest()


def as_posted(session: Session, *, notice_id: int) -> list[NoticeLine]:
    """The lines that were put up, whatever became of them; for a list not yet posted those on it."""
    every = lines_of(session, notice_id=notice_id, statuses=(SHOWN, OBJECTED, REMOVED))
    put_up = [line for line in every if line.last_day != FAR]
    return put_up or [line for line in every if line.status != REMOVED]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def lines_of(
    session: Session, *, notice_id: int, statuses: Sequence[str] = (SHOWN, OBJECTED)
) -> list[NoticeLine]:
    """Lines of a notice in their order."""
    return list(
        session.exec(
            select_rows(NoticeLine)
            .where(NoticeLine.notice_id == notice_id, col(NoticeLine.status).in_(statuses))
            .order_by(col(NoticeLine.position))
        ).all()
    )


def claims_on(notice_ids: Sequence[int]) -> Select[tuple[int]]:
    """Ids of the claims whose lines are shown on these notices, for a set move."""
    line = table_of(NoticeLine).c
    return select(line.claim_id).where(line.notice_id.in_(list(notice_ids)), line.status == SHOWN)
