"""The floor: the same eight transitions as hand-tuned SQL for this one workload, on the bare driver.

It knows what the engine must find out: which road comes next, that nothing blocks a claim, which window
opens when. It writes no seals and keeps no cursor. Windows are as wide as the engine's widest,
each a transaction with the same durability.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from subsidy.bench.scratch import plain
from subsidy.bench.seeding import WINDOWS

HISTORY = (
    "INSERT INTO claim_history (claim_id, version, event, source, target, effective_on, recorded_at, "
    "actor, note, batch) SELECT m.claim_id, m.old_version + 1, '{event}', '{source}', '{target}', "
    "{today}, 0, 'bench', '', {batch} FROM {moved}"
)
LEDGER = (
    "INSERT INTO ledger_entry (city, fund, area_id, claim_id, claim_version, debit, credit, amount_fen, "
    "effective_on, recorded_at) SELECT c.city, c.fund, c.area_id, m.claim_id, m.old_version + 1, "
    "'{debit}', '{credit}', m.{amount}, {today}, 0 FROM {moved} JOIN claim c ON c.id = m.claim_id"
)
OUTBOX = (
    'INSERT INTO outbox (city, subject, subject_id, template, occasion, to_kind, to_id, "values", '
    "effective_on, created_at, status, attempts, channel, address_masked, error, letter) SELECT c.city, "
    "'claim', m.claim_id, '{template}', 'v' || (m.old_version + 1), 'provider', c.provider_id, '{{}}', "
    "{today}, {now}, 'waiting', 0, '', '', '', '' FROM {moved} JOIN claim c ON c.id = m.claim_id"
)
DEADLINE = (
    'INSERT INTO deadline (city, area_id, claim_id, rule_id, "window", anchor_on, due_on, told_by, '
    "lapses_after, next_on, final, calendar_version, status, escalated, opened_version, opened_on) "
    "SELECT c.city, c.area_id, m.claim_id, {rule}, '{window}', {anchor}, {due}, {due}, {far}, {next}, "
    "{true}, 'bench', 'open', 0, m.old_version + 1, {today} FROM {moved} JOIN claim c ON c.id = m.claim_id"
)


@dataclass(frozen=True, slots=True)
class Step:
    """One transition of the workload; `sets` is SQL over the row as it was."""

    event: str
    source: str
    target: str
    following: str
    sets: str = ""
    posts: tuple[tuple[str, str, str], ...] = ()
    tells: str = ""
    opens: tuple[str, str] = ("", "")
    closes: str = ""


def steps(today: date, given: dict[str, date]) -> tuple[Step, ...]:
    """The eight transitions, with the days of the run written in."""
    t = {name: f"DATE '{day}'" for name, day in given.items()}
    now = f"DATE '{today}'"
    issued, applied, last = t["certificate_issued"], t["applied_on"], t["notice_last_day"]
    return (
        Step("file", "enrolled", "filed", "completed", "reserved_fen = planned_fen",
             posts=(("budget", "reserved", "planned_fen"),)),
        Step("complete", "filed", "completed", "assessed",
             opens=("application", "m.training_ends")),
        Step("pass_assessment", "completed", "assessed", "certified"),
        Step("certify", "assessed", "certified", "applied",
             f"certificate_pending = 0, certificate_issued = {issued}"),
        Step("apply", "certified", "applied", "approved",
             f"applied_on = {applied}, levels_left = levels, levels_done = 0",
             opens=("review", applied), closes="application"),
        Step("approve", "applied", "approved", "grant_publicised",
             "levels_left = 0, levels_done = levels_done + 1, reserved_fen = 0, "
             "approved_fen = amount_fen",
             posts=(("reserved", "budget", "planned_fen"), ("budget", "approved", "amount_fen")),
             tells="claim_approved", opens=("notice_posting", now), closes="review"),
        Step("publicise_grant", "approved", "grant_publicised", "payable",
             f"notice_last_day = {last}", closes="notice_posting"),
        Step("clear_notice", "grant_publicised", "payable", "paying", opens=("payment", now)),
    )  # fmt: skip


class Floor:
    """Runs one step over all windows on the bare driver."""

    def __init__(self, url: str, *, today: date, full: bool, window: int, n: int) -> None:
        """`full` as the claims were seeded; `n` claims, numbered from 1."""
        self.url, self.today, self.full, self.window, self.n = url, today, full, window, n
        self.batch = 0
        self.sqlite = url.startswith("sqlite")

    def run(self, step: Step) -> int:
        """Run one transition over all claims; return how many moved."""
        return self._sqlite(step) if self.sqlite else self._postgresql(step)

    def _windows(self) -> Iterator[tuple[int, int]]:
        for low in range(1, self.n + 1, self.window):
            self.batch += 1
            yield low, min(low + self.window, self.n + 1)

    def _sqlite(self, step: Step) -> int:
        moved = 0
        path = self.url.removeprefix("sqlite:///")
        where = f"WHERE claim_id >= ? AND claim_id < ? AND state = '{step.source}'"
        found = f"(SELECT *, version AS old_version FROM claim_progress {where}) m"
        with closing(sqlite3.connect(path, isolation_level=None)) as link:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                link.execute(f"PRAGMA {pragma}")
            for span in self._windows():
                link.execute("BEGIN IMMEDIATE")
                for statement in self._inserts(step, found):
                    link.execute(statement, span)
                for statement in self._closing(step):
                    link.execute(statement.format("?", "?"), span)
                moved += link.execute(f"{self._update(step)} {where}", span).rowcount
                link.execute("COMMIT")
        return moved

    def _postgresql(self, step: Step) -> int:
        import psycopg  # noqa: PLC0415

        moved = 0
        kept = "claim_id, version - 1 AS old_version, planned_fen, amount_fen, training_ends"
        update = (
            f"{self._update(step)} WHERE claim_id >= %s AND claim_id < %s "
            f"AND state = '{step.source}' RETURNING {kept}"
        )
        with psycopg.connect(plain(self.url), options="-c jit=off") as link:
            for span in self._windows():
                parts = [f"m AS ({update})"]
                parts += [f"i{n} AS ({s})" for n, s in enumerate(self._inserts(step, "m"))]
                row = link.execute(
                    f"WITH {', '.join(parts)} SELECT count(*) FROM m", span
                ).fetchone()
                for statement in self._closing(step):
                    link.execute(statement.format("%s", "%s"), span)
                link.commit()
                moved += row[0] if row else 0
        return moved

    def _update(self, step: Step) -> str:
        more = f", {step.sets}" if step.sets else ""
        return self._days(
            f"UPDATE claim_progress SET state = '{step.target}', version = version + 1, "
            f"since = DATE '{self.today}', next_stage = '{step.following}'{more}"
        )

    def _inserts(self, step: Step, moved: str) -> list[str]:
        common: dict[str, Any] = {"moved": moved, "today": f"DATE '{self.today}'"}
        written = [
            HISTORY.format(
                event=step.event,
                source=step.source,
                target=step.target,
                batch=self.batch,
                **common,
            )
        ]
        if self.full:
            written += [
                LEDGER.format(debit=debit, credit=credit, amount=amount, **common)
                for debit, credit, amount in step.posts
            ]
            if step.tells:
                now = f"{'' if self.sqlite else 'TIMESTAMPTZ '}'2020-10-30 00:00:00'"
                written.append(OUTBOX.format(template=step.tells, now=now, **common))
            if step.opens[0]:
                written.append(self._deadline(step, common))
        return [self._days(statement) for statement in written]

    def _deadline(self, step: Step, common: dict[str, Any]) -> str:
        window, anchor = step.opens
        days = WINDOWS[window]
        if self.sqlite:
            due, following = (
                f"date({anchor}, '+{days} days')",
                f"date({anchor}, '+{days + 1} days')",
            )
        else:
            due, following = f"{anchor} + {days}", f"{anchor} + {days + 1}"
        return DEADLINE.format(
            rule=list(WINDOWS).index(window) + 1,
            window=window,
            anchor=anchor,
            due=due,
            far="DATE '9999-12-31'",
            next=following,
            true="1" if self.sqlite else "TRUE",
            **common,
        )

    def _closing(self, step: Step) -> list[str]:
        if not (self.full and step.closes):
            return []
        return [
            self._days(
                f"UPDATE deadline SET status = 'met', closed_on = DATE '{self.today}' WHERE "
                f"claim_id >= {{}} AND claim_id < {{}} AND \"window\" = '{step.closes}' "
                "AND status = 'open'"
            )
        ]

    def _days(self, statement: str) -> str:
        return statement.replace("DATE '", "'") if self.sqlite else statement


def due_in(window: str, anchor: date) -> date:
    """The last day of a window of the workload."""
    return anchor + timedelta(days=WINDOWS[window])
