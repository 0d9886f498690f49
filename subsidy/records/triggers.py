"""What the database itself refuses: changing the logs and posted notices, paying before a notice ended.

Kept apart from the migrations: Alembic's batch mode rebuilds SQLite tables, which silently drops the
triggers of that table and fails where a trigger of another table names it. So every migration run begins
by dropping all triggers and ends by creating them anew, in its one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, text

from subsidy.records.tables import NoticeLine, PublicNotice
from subsidy.records.tables.types import table_of

APPEND_ONLY = [
    "claim_history",
    "subject_history",
    "seal",
    "ledger_entry",
    "decision",
    "review_act",
    "clock_entry",
    "full_view",
    "cross_city_check",
    "pack_version",
    "delivery_try",
    "notice_place",
    "calendar_load",
]

NO_UPDATE = "this log is append-only; write a new row that corrects the old one"
TOO_EARLY = "this claim may not be paid: its public notice has not ended on the value date"
NO_NOTICE = "this claim may not be paid: its road demands a public notice and none has ended"


def drop_triggers(connection: Connection) -> None:
    """Drop every trigger of the database behind `connection`; `create_triggers` brings them back."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, '' FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname, ' ON ' || t.tgrelid::regclass FROM pg_trigger t "
            "JOIN pg_class c ON c.oid = t.tgrelid "
            "WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
    for name, table in connection.execute(text(query)).all():
        connection.execute(text(f"DROP TRIGGER {name}{table}"))


def create_triggers(connection: Connection) -> None:
    """Create every trigger anew on the database behind `connection`."""
    if connection.dialect.name == "sqlite":
        _sqlite(connection)
    else:
        _postgresql(connection)


POSTED = "this notice is posted: what it shows stays as it is; correct it by a new list"

_STANDS = "n.state IN ('posted', 'closed')"
_EARLY = f"""
EXISTS (SELECT 1 FROM notice_line l JOIN public_notice n ON n.id = l.notice_id
        WHERE l.claim_id = NEW.claim_id AND l.status <> 'removed'
          AND {_STANDS} AND l.last_day >= NEW.value_date)
"""
_MISSING = f"""
EXISTS (SELECT 1 FROM claim c JOIN road r ON r.id = c.road_id
        WHERE c.id = NEW.claim_id AND r.needs_notice AND (
          (r.stages LIKE '%grant_publicised%' AND NOT EXISTS (
             SELECT 1 FROM notice_line l JOIN public_notice n ON n.id = l.notice_id
             WHERE l.claim_id = c.id AND n.kind = 'grant' AND l.status <> 'removed' AND {_STANDS}))
          OR (r.stages LIKE '%result_publicised%' AND NOT EXISTS (
             SELECT 1 FROM notice_line l JOIN public_notice n ON n.id = l.notice_id
             WHERE l.claim_id = c.id AND n.kind = 'result' AND {_STANDS} AND (l.status <> 'removed'
               OR EXISTS (SELECT 1 FROM objection o
                          WHERE o.claim_id = c.id AND o.outcome = 'upheld'))))))
"""
# A result line that an objection struck out counts: the claim is paid only if the refusal was reopened.

_WHEN_POSTED = "n.state <> 'prepared'"


def _changed(model: type[NoticeLine] | type[PublicNotice], *, but: set[str], differs: str) -> str:
    """The condition that any column other than these is changed."""
    names = [each.name for each in table_of(model).columns if each.name not in but]
    return " OR ".join(f"OLD.{name} {differs} NEW.{name}" for name in names)


def _posted_rules(differs: str) -> Iterator[tuple[str, str, str]]:
    """(table, verb, condition) of what may not happen to a notice once it is posted."""
    of_old = f"SELECT 1 FROM public_notice n WHERE n.id = OLD.notice_id AND {_WHEN_POSTED}"
    of_new = f"SELECT 1 FROM public_notice n WHERE n.id = NEW.notice_id AND {_WHEN_POSTED}"
    lines = _changed(NoticeLine, but={"status"}, differs=differs)
    head = _changed(PublicNotice, but={"state", "version"}, differs=differs)
    back = "OLD.status = 'removed' AND NEW.status <> 'removed'"
    yield "notice_line", "INSERT", f"EXISTS ({of_new})"
    yield "notice_line", "DELETE", f"EXISTS ({of_old})"
    yield (
        "notice_line",
        "UPDATE",
        f"(EXISTS ({of_old}) AND ({lines} OR {back})) "
        f"OR (OLD.notice_id <> NEW.notice_id AND EXISTS ({of_new}))",
    )
    yield "public_notice", "DELETE", "OLD.state <> 'prepared'"
    yield (
        "public_notice",
        "UPDATE",
        f"OLD.state <> 'prepared' AND (NEW.state = 'prepared' OR {head})",
    )


def _sqlite(connection: Connection) -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            name = f"{table}_no_{verb.lower()}"
            connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
            connection.execute(
                text(
                    f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                    f"BEGIN SELECT RAISE(ABORT, '{NO_UPDATE}'); END"
                )
            )
    for verb in ("INSERT", "UPDATE"):
        name = f"payment_item_after_notice_{verb.lower()}"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE {verb} ON payment_item "
                "WHEN NEW.status IN ('ordered', 'paid') AND NEW.value_date IS NOT NULL BEGIN "
                f"SELECT RAISE(ABORT, '{TOO_EARLY}') "
                f"WHERE {_EARLY}; "
                f"SELECT RAISE(ABORT, '{NO_NOTICE}') WHERE {_MISSING}; END"
            )
        )
    for table, verb, condition in _posted_rules("IS NOT"):
        name = f"{table}_posted_{verb.lower()}"
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} WHEN {condition} "
                f"BEGIN SELECT RAISE(ABORT, '{POSTED}'); END"
            )
        )


def _postgresql(connection: Connection) -> None:
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN RAISE EXCEPTION '{NO_UPDATE}'; END $$"
        )
    )
    for table in APPEND_ONLY:
        connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
                "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
            )
        )
    connection.execute(
        text(
            "CREATE OR REPLACE FUNCTION pay_after_notice() RETURNS trigger LANGUAGE plpgsql AS $$ "
            "BEGIN IF NEW.status IN ('ordered', 'paid') AND NEW.value_date IS NOT NULL THEN "
            f"IF {_EARLY} THEN "
            f"RAISE EXCEPTION '{TOO_EARLY}'; END IF; "
            f"IF {_MISSING} THEN RAISE EXCEPTION '{NO_NOTICE}'; END IF; "
            "END IF; RETURN NEW; END $$"
        )
    )
    connection.execute(text("DROP TRIGGER IF EXISTS payment_item_after_notice ON payment_item"))
    connection.execute(
        text(
            "CREATE TRIGGER payment_item_after_notice BEFORE INSERT OR UPDATE ON payment_item "
            "FOR EACH ROW EXECUTE FUNCTION pay_after_notice()"
        )
    )
    for table, verb, condition in _posted_rules("IS DISTINCT FROM"):
        name = f"{table}_posted_{verb.lower()}"
        row = "OLD" if verb == "DELETE" else "NEW"
        connection.execute(
            text(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
                f"BEGIN IF {condition} THEN RAISE EXCEPTION '{POSTED}'; END IF; "
                f"RETURN {row}; END $$"
            )
        )
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON {table}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} "
                f"FOR EACH ROW EXECUTE FUNCTION {name}()"
            )
        )
