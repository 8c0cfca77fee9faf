"""The tables of the index of sessions. Everything in them can be read again from the sessions themselves."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Double, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from voicesim.store.tables import ID, Base, Moment


class SessionRow(Base):
    """One session."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(String(150), primary_key=True)
    """The name of its folder."""
    stamp: Mapped[str] = mapped_column(String(40))
    """Of sizes and times of the files it was read from: where it is the same, nothing needs reading."""
    owner: Mapped[str] = mapped_column(ID, index=True)
    private: Mapped[bool]
    scenario: Mapped[str] = mapped_column(String(100), index=True)
    title: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(16))
    driver: Mapped[str] = mapped_column(String(16))
    attempt: Mapped[int]
    trainee: Mapped[str] = mapped_column(String(200))
    """Whom a certificate was made out to; only a qualification has it."""
    created: Mapped[datetime] = mapped_column(Moment, index=True)
    seconds: Mapped[float] = mapped_column(Double)
    state: Mapped[str] = mapped_column(String(16))
    rubric: Mapped[str] = mapped_column(String(64))
    overall: Mapped[float | None] = mapped_column(Double)
    reviewed: Mapped[float | None] = mapped_column(Double)
    level: Mapped[str] = mapped_column(String(16))
    passed: Mapped[bool | None]
    expires: Mapped[str] = mapped_column(String(10))
    review: Mapped[str] = mapped_column(String(16))
    feedback_asked: Mapped[bool]
    sound: Mapped[bool]
    sealed: Mapped[bool]
    problem: Mapped[str] = mapped_column(Text)


class PointsRow(Base):
    """What one criterion of a session's scorecard gave."""

    __tablename__ = "session_points"

    session: Mapped[str] = mapped_column(String(150), ForeignKey("sessions.id", ondelete="CASCADE"), primary_key=True)
    criterion: Mapped[str] = mapped_column(String(64), primary_key=True)
    place: Mapped[int]
    """Where it stands on the scorecard, from 0."""
    title: Mapped[str] = mapped_column(String(200))
    points: Mapped[float | None] = mapped_column(Double)
    machine: Mapped[float | None] = mapped_column(Double)
    value: Mapped[float | None] = mapped_column(Double)
    unit: Mapped[str] = mapped_column(String(40))
