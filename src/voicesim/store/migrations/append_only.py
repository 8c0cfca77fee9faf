"""Triggers with which the database itself keeps a table append-only."""

from __future__ import annotations

from alembic import op


def make_append_only(table: str, *fixed: str) -> None:
    """Refuse to delete lines, and to change these columns of them. The others stay open for pseudonyms.

    Args:
        table: its name.
        fixed: columns that never change.
    """
    refusal = f"{table} is append-only"
    if op.get_bind().dialect.name == "sqlite":
        for name, event in (("delete", "DELETE"), ("update", f"UPDATE OF {', '.join(fixed)}")):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{name} BEFORE {event} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{refusal}'); END"
            )
        return
    op.execute(
        f"CREATE FUNCTION {table}_refuses() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{refusal}'; END $$"
    )
    for name, event, level in (
        ("delete", "DELETE", "ROW"),
        ("truncate", "TRUNCATE", "STATEMENT"),
        ("update", f"UPDATE OF {', '.join(fixed)}", "ROW"),
    ):
        op.execute(
            f"CREATE TRIGGER {table}_refuses_{name} BEFORE {event} ON {table} "
            f"FOR EACH {level} EXECUTE FUNCTION {table}_refuses()"
        )
