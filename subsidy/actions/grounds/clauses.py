"""Whether a clause that a person cites can carry a refusal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from subsidy.rules.policy import Pack

NAMES_A_DOCUMENT = re.compile(r"《[^《》]+》|[〔\[（(]\d{4}[〕\]）)]\s*\d+\s*号")
"""A title in brackets or a number such as 杭人社发〔2020〕43号: a document beyond the pack."""
TAIL = ("in_force", "expired")
"""Documents that rule: an expired one still rules the claims it began with."""


def is_in_force(pack: Pack, *, clause: str, on: date) -> bool:
    """True for a clause that the pack's documents in force hold, and for one named by its document."""
    text = clause.strip()
    if NAMES_A_DOCUMENT.search(text):
        return True
    if pack.status_on(on) not in TAIL:
        return False
    return any(text == known or text.startswith(known) for known in _clauses(pack))


def _clauses(pack: Pack) -> Iterator[str]:
    """Every clause that the pack cites from a document whose text is loaded and rules."""
    ruling = {d.id for d in pack.documents.values() if d.loaded and d.status in TAIL}
    values = [value for dated in pack.dated.values() for value in dated.values]
    tracks = [track.spec for track in pack.tracks.values()]
    cited: list[Any] = [
        *values,
        *pack.spec.groups.values(),
        *pack.spec.connections.values(),
        *pack.spec.registers.values(),
        *(stage for track in tracks for stage in track.stages),
        *(gate for track in tracks for gate in track.gates),
    ]
    yield from (item.clause for item in cited if item.clause and item.document in ruling)
