"""A matter that stays undone behind its end goes one desk higher, step by step, until it is done."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session

from states.chart import FAR
from subsidy.actions.acting import Act
from subsidy.actions.deadlines.duties import Desks
from subsidy.actions.deadlines.ending import next_escalation
from subsidy.actions.deadlines.mending import undone_claims
from subsidy.actions.deadlines.sweeping.marking import Mark, mark_all
from subsidy.actions.deadlines.sweeping.rows import Due
from subsidy.actions.deadlines.telling import tell_escalated


def escalate(session: Session, act: Act, desks: Desks, rows: Sequence[Due]) -> int:
    """Tell the next desk about what is still undone; what was done meanwhile is left in peace.

    Return how many messages were put into the outbox.
    """
    undone = undone_of(session, rows)
    late = [one for one in rows if not undone.isdisjoint(one.ids)]
    told = tell_escalated(session, act, desks, late)
    marks = []
    for one in rows:
        done = one._replace(ids=[each for each in one.ids if each not in undone])
        marks.append((done, Mark("missed", FAR, one.escalated)))
        taken, window = one.escalated + 1, desks.window(one.rule_id)
        following = next_escalation(act, window, due_on=one.due_on, taken=taken)
        left = one._replace(ids=[each for each in one.ids if each in undone])
        marks.append((left, Mark("missed", following, taken)))
    mark_all(session, [(row, mark) for row, mark in marks if row.ids])
    return told


def undone_of(session: Session, rows: Sequence[Due]) -> set[int]:
    """Those whose claim has taken no step that ends the window; a class says so by the status."""
    of_class = {each for one in rows if not one.claim_ids for each in one.ids}
    of_claims = [(each, one.window) for one in rows if one.claim_ids for each in one.ids]
    return of_class | undone_claims(session, of_claims)
