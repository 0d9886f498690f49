"""What the database itself refuses: changing the logs, and paying before a notice has ended.

Kept apart from the migrations: Alembic's batch mode rebuilds SQLite tables, which silently drops the
triggers of that table and fails where a trigger of another table names it. So every migration run begins
by dropping all triggers and ends by creating them anew, in its one transaction.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

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


_EARLY = """
EXISTS (SELECT 1 FROM notice_line l JOIN public_notice n ON n.id = l.notice_id
        WHERE l.claim_id = NEW.claim_id AND n.kind = 'grant' AND l.status <> 'removed'
          AND n.state IN ('posted', 'closed') AND l.last_day >= {value_date})
"""
_MISSING = """
EXISTS (SELECT 1 FROM claim c JOIN road r ON r.id = c.road_id
        WHERE c.id = NEW.claim_id AND r.needs_notice
          AND NOT EXISTS (SELECT 1 FROM notice_line l JOIN public_notice n ON n.id = l.notice_id
                          WHERE l.claim_id = c.id AND n.kind = 'grant' AND l.status <> 'removed'
                            AND n.state IN ('posted', 'closed')))
"""


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
                f"WHERE {_EARLY.format(value_date='NEW.value_date')}; "
                f"SELECT RAISE(ABORT, '{NO_NOTICE}') WHERE {_MISSING}; END"
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
            f"IF {_EARLY.format(value_date='NEW.value_date')} THEN "
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
