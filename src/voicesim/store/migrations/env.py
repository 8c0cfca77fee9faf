"""Alembic's entry: runs the revisions on the connection it is given, inside that connection's transaction."""

from __future__ import annotations

from alembic import context

from voicesim.store import index_tables  # noqa: F401 (its tables are Base's too)
from voicesim.store.tables import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    transaction_per_migration=False,
    render_as_batch=True,  # SQLite changes a table by copying it
)
with context.begin_transaction():
    context.run_migrations()
