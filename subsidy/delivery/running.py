"""One run over what waits: gathered into letters, fixed, sent, put on record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from sqlmodel import Session

from subsidy import clock as machine
from subsidy.actions.acting import Act, Office
from subsidy.actions.messages import outage_is_over
from subsidy.delivery.building import Built, build
from subsidy.delivery.gathering import NOT_YET, QUIET, TOLD, Letter, gather, is_due
from subsidy.delivery.noting import drop, fix, note
from subsidy.delivery.posting import Posted, post
from subsidy.delivery.turn import Clock, Turn, turn_of
from subsidy.delivery.waiting import asleep, day_of, failed_tries, next_rows, together_with
from subsidy.records.database import Database
from subsidy.records.tables import Outbox
from subsidy.senders.envelope import Sender

ACTOR = "flow:deliver-notices"
BATCH = 50
"""Letters between two commits: what a kill may send once more."""
CLOSED_AFTER = 3
"""So many receivers put off and nothing sent: the way out is closed, and the run ends."""
COUNTS = ("sent", "letters", "failed", "retry", "cancelled", "postponed", QUIET, TOLD)


def deliver_waiting(
    database: Database,
    office: Office,
    sender: Sender,
    *,
    city: str,
    now: datetime,
    today: date,
    limit: int = 2_000,
    stopping: Callable[[], bool] = lambda: False,
    public_url: str = "",
    hours: bool = True,
    clock: Clock = machine.now,
) -> dict[str, int]:
    """Send the city's waiting messages, oldest first, at most `limit` letters; return counts.

    Messages: `sent` in so many `letters`, `failed` (a technical ticket each), `retry` (tried again by a
    later run), `cancelled` (settled before they went), `postponed` (they wait: the next try is not due,
    or for the `quiet_hours` to end, or because the addressee was `told_today`). `way_out_closed` is 1
    when nobody could be reached and the run ended early, `busy` when another run is at it. `hours`
    False lets quiet hours be: a played day has none. `clock` is the machine's, for whose turn it is.
    """
    act = Act(office, city, today, now, ACTOR)
    with turn_of(database, city=city, clock=clock) as turn:
        if turn is None:
            return {**dict.fromkeys(COUNTS, 0), "way_out_closed": 0, "busy": 1}
        run = _Run(database, act, sender, turn, limit, stopping, public_url, hours)
        for fresh in (True, False):
            run.take(fresh=fresh)
        if run.counts["sent"]:
            with database.transaction() as session:
                outage_is_over(session, act)
        return {**run.counts, "way_out_closed": int(run.closed), "busy": 0}


@dataclass
class _Run:
    """Messages that were never tried come first, so that odd ones block nobody."""

    database: Database
    act: Act
    sender: Sender
    turn: Turn
    limit: int
    stopping: Callable[[], bool]
    public_url: str
    hours: bool
    closed: bool = False
    over: bool = False
    """The turn was lost, or the run was told to stop."""
    counts: Counter[str] = field(default_factory=lambda: Counter(dict.fromkeys(COUNTS, 0)))
    tried: int = 0
    reached: bool = False
    seen: set[int] = field(default_factory=set)
    put_off: set[str] = field(default_factory=set, repr=False)
    """Addresses that did not take a letter now."""

    def take(self, *, fresh: bool) -> None:
        """Go on batch by batch until nothing is left, the limit is reached or the way out is closed."""
        after = 0
        while self.tried < self.limit and not self._at_end():
            with self.database.reading() as session:
                seeds = next_rows(session, self.act, fresh=fresh, after=after, most=BATCH)
                if not seeds:
                    return
                after = seeds[-1].id or 0
                letters = self._letters(session, [row for row in seeds if row.id not in self.seen])
            going = [letter for letter in letters if not letter.held]
            for at in range(0, len(going), BATCH):
                batch = going[at : at + min(BATCH, self.limit - self.tried)]
                if batch and not self._at_end():
                    self._send(batch)

    def _letters(self, session: Session, seeds: Sequence[Outbox]) -> list[Letter]:
        """The letters of these rows and of whatever waits for the same addressees."""
        if not seeds:
            return []
        rows = [r for r in together_with(session, self.act, seeds) if r.id not in self.seen]
        self.seen |= {row.id or 0 for row in rows}
        day = day_of(session, self.act, rows, hours=self.hours)
        # What is put off again and again is not built again and again.
        night = asleep(rows, day)
        waits = [r for r in rows if r in night or not is_due(Built(r), self.act.recorded_at)]
        late = {row.letter for row in waits}
        self.counts["postponed"] += len(waits)
        self.counts[QUIET] += len(night)
        ready = [
            build(session, self.act, row, public_url=self.public_url)
            for row in rows
            if row not in waits and row.letter not in late - {""}
        ]
        drop(self.database, self.act, [one for one in ready if one.stopped or one.error])
        self.counts["cancelled"] += sum(bool(one.stopped) for one in ready)
        self.counts["failed"] += sum(bool(one.error) for one in ready)
        good = [one for one in ready if not (one.stopped or one.error)]
        letters = gather(good, day)
        self._count_held(letters)
        again = failed_tries(session, [letter.parts[0].number for letter in letters])
        return [_renamed(letter, again.get(letter.parts[0].number, 0)) for letter in letters]

    def _count_held(self, letters: Iterable[Letter]) -> None:
        for letter in letters:
            if letter.held:
                self.counts["postponed"] += len(letter.parts)
            if letter.held and letter.held != NOT_YET:
                self.counts[letter.held] += len(letter.parts)

    def _send(self, batch: Sequence[Letter]) -> None:
        fixed = fix(self.database, batch)
        posted = list(self._each(fixed))
        self.tried += len(posted)
        done = note(self.database, self.act, posted, closed=self.closed)
        self.counts.update(done)

    def _each(self, letters: Iterable[Letter]) -> Iterator[Posted]:
        for letter in letters:
            if not self.turn.renew():
                self.over = True
                return
            done = post(self.act, self.sender, letter, public_url=self.public_url)
            self.reached = self.reached or bool(done.reached)
            if done.put_off_by:
                self.put_off.add(done.put_off_by)
            self.closed = not self.reached and len(self.put_off) >= CLOSED_AFTER
            yield done
            if self._at_end():
                return

    def _at_end(self) -> bool:
        self.over = self.over or self.stopping()
        return self.closed or self.over


def _renamed(letter: Letter, given_up: int) -> Letter:
    """A letter that a person sends again has another name than the one that was given up."""
    if letter.parts[0].row.letter or not given_up:
        return letter
    return replace(letter, name=f"{letter.name}-{given_up}")
