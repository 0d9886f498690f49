"""The floor: the same deadlines fired by SQL written for this one workload, on the bare driver.

It knows which kinds there are, what each opens and when each is looked at again; it reads the due ones
through the same index, day by day, in transactions as large as ours and as durable.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import date, timedelta
from typing import Any

from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import document_of
from subsidy.bench.scratch import plain
from subsidy.bench.timers.layout import CITY, LAPSE, MISS, REMIND, TODAY, TRACK, Layout
from subsidy.rules.workdays import working_days_after, working_days_between

ROWS = "FROM deadline d JOIN claim c ON c.id = d.claim_id WHERE {due} AND {kind}"
REMINDERS = (
    'INSERT INTO outbox (city, subject, subject_id, template, occasion, to_kind, to_id, "values", '
    "effective_on, created_at, status, attempts, channel, address_masked, error, letter) "
    "SELECT d.city, 'class', k.id, 'deadline_reminder', {occasion}, 'provider', k.provider_id, "
    "{values}, {today}, {now}, 'waiting', 0, '', '', '', '' FROM (SELECT d.city, c.class_id, d.told_by, "
    "count(*) AS heads " + ROWS + " GROUP BY d.city, c.class_id, d.told_by) d "
    "JOIN training_class k ON k.id = d.class_id"
)
TICKETS = (
    "INSERT INTO ticket (city, area_id, queue, code, claim_id, class_id, blocks, opened_on, due_on, "
    "facts, clause, state, version, owner, override_by, override_reason, outcome, opened_at) "
    "SELECT d.city, d.area_id, 'late', '{code}', d.claim_id, c.class_id, {false}, {today}, {limit}, "
    "{facts}, '{clause}', 'opened', 0, '', '', '', '', {now} " + ROWS
)
LEADERS = (
    "INSERT INTO ticket (city, area_id, queue, code, claim_id, class_id, blocks, opened_on, due_on, "
    "facts, clause, state, version, owner, override_by, override_reason, outcome, opened_at) "
    "SELECT d.city, d.area_id, 'late', 'E407', NULL, d.class_id, {false}, {today}, {limit}, {facts}, "
    "'{clause}', 'opened', 0, '', '', '', '', {now} FROM (SELECT d.city, d.area_id, c.class_id, "
    "d.due_on, min(d.id) AS id, count(*) AS heads "
    + ROWS
    + " GROUP BY d.city, d.area_id, c.class_id, "
    "d.due_on) d"
)
HISTORY = (
    "INSERT INTO claim_history (claim_id, version, event, source, target, effective_on, recorded_at, "
    "actor, note, batch) SELECT p.claim_id, p.version + 1, 'lapse', p.state, 'lapsed', {next_day}, 0, "
    "'flow:bench', {note}, 0 " + ROWS.replace(" WHERE", " JOIN claim_progress p ON "
    "p.claim_id = d.claim_id WHERE")
)  # fmt: skip
LEDGER = (
    "INSERT INTO ledger_entry (city, fund, area_id, claim_id, claim_version, debit, credit, amount_fen, "
    "effective_on, recorded_at) SELECT c.city, c.fund, c.area_id, c.id, p.version + 1, 'reserved', "
    "'budget', p.reserved_fen, {next_day}, 0 " + ROWS.replace(" WHERE", " JOIN claim_progress p ON "
    "p.claim_id = d.claim_id WHERE")
)  # fmt: skip
LETTERS = (
    'INSERT INTO outbox (city, subject, subject_id, template, occasion, to_kind, to_id, "values", '
    "effective_on, created_at, status, attempts, channel, address_masked, error, letter) "
    "SELECT c.city, 'claim', c.id, 'deadline_missed', 'v' || (p.version + 1), 'provider', c.provider_id, "
    "'{{}}', {next_day}, {now}, 'waiting', 0, '', '', '', '' " + ROWS.replace(" WHERE", " JOIN "
    "claim_progress p ON p.claim_id = d.claim_id WHERE")
)  # fmt: skip
CLOSED = (
    "INSERT INTO claim_closed ({names}) SELECT {values} " + ROWS.replace(" WHERE", " JOIN "
    "claim_progress p ON p.claim_id = d.claim_id WHERE")
)  # fmt: skip
GONE = "DELETE FROM claim_progress WHERE claim_id IN (SELECT d.claim_id " + ROWS + ")"
FIRED = (
    "UPDATE deadline AS d SET status = {status}, next_on = {then}, closed_on = {closed} WHERE {due} "
    "AND {kind}"
)


class Floor:
    """Fires every due deadline of one database."""

    def __init__(self, url: str, layout: Layout, act: Act, *, window: int) -> None:
        """`window`: deadlines of one transaction."""
        self.url, self.layout, self.act, self.window = url, layout, act, window
        self.sqlite = url.startswith("sqlite")

    def run(self) -> int:
        """Fire them; return how many."""
        return self._sqlite() if self.sqlite else self._postgresql()

    def _sqlite(self) -> int:
        path = self.url.removeprefix("sqlite:///")
        fired = 0
        with closing(sqlite3.connect(path, isolation_level=None)) as link:
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                link.execute(f"PRAGMA {pragma}")
            for on in self._days():
                for span in self._spans(link.execute(self._ids(on)).fetchall()):
                    link.execute("BEGIN IMMEDIATE")
                    for statement in self._statements(on):
                        fired += self._count(statement, link.execute(statement, span).rowcount)
                    link.execute("COMMIT")
        return fired

    def _postgresql(self) -> int:
        import psycopg  # noqa: PLC0415

        fired = 0
        with psycopg.connect(plain(self.url), options="-c jit=off") as link:
            for on in self._days():
                for span in self._spans(link.execute(self._ids(on)).fetchall()):
                    for statement in self._statements(on):
                        asked = statement.replace("?", "%s")
                        fired += self._count(statement, link.execute(asked, span).rowcount)
                    link.commit()
        return fired

    @staticmethod
    def _count(statement: str, rows: int) -> int:
        return rows if statement.startswith("UPDATE deadline") else 0

    def _days(self) -> list[date]:
        return sorted({case.next_on for case in self.layout.cases.values()})

    def _ids(self, on: date) -> str:
        return (
            "SELECT id FROM deadline WHERE status IN ('open', 'missed') AND next_on < '9999-12-31' AND "
            f"city = '{CITY}' AND next_on = {self._day(on)} ORDER BY id"
        )

    def _spans(self, ids: list[Any]) -> Iterator[tuple[int, int]]:
        for start in range(0, len(ids), self.window):
            part = ids[start : start + self.window]
            yield part[0][0], part[-1][0]

    def _statements(self, on: date) -> Iterator[str]:
        due = (
            "d.status IN ('open', 'missed') AND d.next_on < '9999-12-31' AND "
            f"d.city = '{CITY}' AND d.next_on = {self._day(on)} AND d.id BETWEEN ? AND ?"
        )
        common = {
            "due": due,
            "today": self._day(TODAY),
            "now": f"{'' if self.sqlite else 'TIMESTAMPTZ '}'2020-12-07 00:00:00'",
            "false": "0" if self.sqlite else "FALSE",
        }
        cases = {case.kind: case for case in self.layout.cases.values() if case.next_on == on}
        for kind, case in cases.items():
            which = {"kind": _which(kind, self._day(TODAY))}
            days = [c for c in self.layout.cases.values() if (c.kind, c.next_on) == (kind, on)]
            then = " ".join(f"WHEN {self._day(c.due_on)} THEN {self._day(c.then_on)}" for c in days)
            fired = common | which | {"then": f"CASE d.due_on {then} END"}
            if kind == REMIND:
                yield REMINDERS.format(
                    **common, **which, **self._reminder([c.due_on for c in days])
                )
                yield FIRED.format(**fired, status="'open'", closed="NULL")
                continue
            yield from self._ends(kind, case.due_on, common | which)
            closed = self._day(case.due_on + timedelta(1))
            yield FIRED.format(**fired, status="'missed'", closed=closed)

    def _ends(self, kind: str, due_on: date, common: dict[str, str]) -> Iterator[str]:
        if kind == MISS:
            yield TICKETS.format(**common, **self._ticket("E405", "review", due_on))
            yield LEADERS.format(**common, **self._ticket("E407", "review", due_on, count=True))
            return
        yield TICKETS.format(**common, **self._ticket("E403", "application", due_on))
        next_day = self._day(due_on + timedelta(1))
        window = self.act.pack.tracks[TRACK].window("application", on=TODAY)
        means = self.act.pack.tracks[TRACK].window_means("application")
        note = f"'{means}截止{due_on}（{window.clause}）'"
        names, values = self._moved(next_day)
        for statement in (HISTORY, LEDGER, LETTERS):
            yield statement.format(**common, next_day=next_day, note=note)
        yield CLOSED.format(**common, names=names, values=values)
        yield GONE.format(**common)

    def _moved(self, next_day: str) -> tuple[str, str]:
        """Columns of a claim that lapsed, and their values."""
        from subsidy.records.tables import ClaimProgress  # noqa: PLC0415
        from subsidy.records.tables.types import table_of  # noqa: PLC0415

        far = self._day(date.max)
        changed = {
            "state": "'lapsed'",
            "version": "p.version + 1",
            "since": next_day,
            "resume_to": "p.state",
            "reserved_fen": "0",
            "approved_fen": "0",
            "lapses_after": far,
        }
        names = [column.name for column in table_of(ClaimProgress).columns]
        return ", ".join(names), ", ".join(changed.get(name, f"p.{name}") for name in names)

    def _reminder(self, ends: list[date]) -> dict[str, str]:
        track = self.act.pack.tracks[TRACK]
        window = track.window("application", on=TODAY)
        document = document_of(self.act, window.document)
        left = " ".join(
            f"WHEN {self._day(end)} THEN "
            f"{working_days_between(self.act.calendar, after=TODAY, through=end)}"
            for end in ends
        )
        means = track.window_means("application")
        told = "d.told_by" if self.sqlite else "to_char(d.told_by, 'YYYY-MM-DD')"
        values = (
            f'\'{{"clause": "{window.clause}", "document": "{document}", "due_on": "\' || {told} '
            f'|| \'", "final": true, "matter": "{means}（\' || k.title || \'，\' || d.heads || \'人）", '
            f'"number": "\' || k.number || \'", "working_days_left": \' || CASE d.told_by {left} END '
            "|| '}'"
        )
        occasion = f"'deadline:application:' || {told} || ':{TODAY}'"
        return {"values": values, "occasion": occasion}

    def _ticket(
        self, code: str, window: str, due_on: date, *, count: bool = False
    ) -> dict[str, str]:
        known = self.act.pack.book[code]
        rule = self.act.pack.tracks[TRACK].window(window, on=TODAY)
        means = self.act.pack.tracks[TRACK].window_means(window)
        before = '"applied": "尚未申领", ' if window == "application" else ""
        heads = "\"count\": ' || d.heads || ', " if count else ""
        facts = (
            f'\'{{{before}{heads}"deadline_id": \' || d.id || \', "due": "{due_on}", '
            f'"step": "{means}", "window": "{window}"}}\''
        )
        limit = working_days_after(self.act.calendar, anchor=TODAY, days=known.limit_days).on
        clause = rule.clause or rule.assumed or ""
        return {"code": code, "facts": facts, "limit": self._day(limit), "clause": clause}

    def _day(self, day: date) -> str:
        return f"'{day}'" if self.sqlite else f"DATE '{day}'"


def _which(kind: str, today: str) -> str:
    """SQL that tells one kind from the others."""
    return {
        REMIND: f"d.due_on >= {today}",
        MISS: "d.\"window\" = 'review'",
        LAPSE: f"d.\"window\" = 'application' AND d.due_on < {today}",
    }[kind]
