"""The index of sessions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from voicesim.store.tables import Moment

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables; they are filled from the sessions."""
    op.create_table(
        "sessions",
        sa.Column("id", sa.String(150), nullable=False),
        sa.Column("stamp", sa.String(40), nullable=False),
        sa.Column("owner", sa.String(36), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("scenario", sa.String(100), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("mode", sa.String(16), nullable=False),
        sa.Column("driver", sa.String(16), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("trainee", sa.String(200), nullable=False),
        sa.Column("created", Moment(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("rubric", sa.String(64), nullable=False),
        sa.Column("overall", sa.Double(), nullable=True),
        sa.Column("reviewed", sa.Double(), nullable=True),
        sa.Column("level", sa.String(16), nullable=False),
        sa.Column("passed", sa.Boolean(), nullable=True),
        sa.Column("expires", sa.String(10), nullable=False),
        sa.Column("review", sa.String(16), nullable=False),
        sa.Column("feedback_asked", sa.Boolean(), nullable=False),
        sa.Column("sound", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.Boolean(), nullable=False),
        sa.Column("problem", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
    )
    for column in ("owner", "scenario", "created"):
        op.create_index(f"ix_sessions_{column}", "sessions", [column])
    op.create_table(
        "session_points",
        sa.Column("session", sa.String(150), nullable=False),
        sa.Column("criterion", sa.String(64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("points", sa.Double(), nullable=True),
        sa.Column("machine", sa.Double(), nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("unit", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("session", "criterion", name="pk_session_points"),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name="fk_session_points_session", ondelete="CASCADE"),
    )
