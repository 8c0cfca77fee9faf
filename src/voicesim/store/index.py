"""The index of sessions: lists, one person's progress and cohorts, without opening thousands of folders.

It holds nothing that is not in the sessions, and can be made anew from them at any time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import ColumnElement, delete, func, or_, select

from voicesim.store.database import Database, clean
from voicesim.store.index_tables import PointsRow, SessionRow
from voicesim.store.indexing import Refreshed, refresh, session_name

Review = Literal["none", "begun", "signed", "changed"]
"""``begun``: something was said about it; ``signed``: signed off; ``changed``: something was said after that."""


@dataclass(frozen=True)
class Indexed:
    """One session in short."""

    id: str
    """The name of its folder."""
    owner: str
    """Account of whoever practised; empty where there were none."""
    private: bool
    """Whether nobody but the owner may see it."""
    scenario: str
    title: str
    mode: str
    """``practice``, ``drill`` or ``qualify``."""
    driver: str
    attempt: int
    trainee: str
    """Whom a certificate was made out to; only a qualification has it."""
    created: datetime
    seconds: float
    state: str
    """``complete``; ``recording``: running, or interrupted; ``unread``: it cannot be read, `problem` says why."""
    rubric: str
    overall: float | None
    """The machine's score, 0 to 100; None while there is none."""
    reviewed: float | None
    """The same with what people judged otherwise."""
    level: str
    passed: bool | None
    """Whether the pass standard was met; None where there is none, or it was no attempt."""
    expires: str
    """Of a qualification that was passed: the first day on which it no longer holds, ISO 8601."""
    review: Review
    feedback_asked: bool
    """Whether the trainee waits for an instructor's feedback."""
    sound: bool
    """Whether it still has its sound."""
    sealed: bool
    """Whether its folder is encrypted."""
    problem: str = ""


@dataclass(frozen=True)
class Points:
    """What one criterion gave in one session."""

    session: str
    owner: str
    scenario: str
    created: datetime
    criterion: str
    title: str
    points: float | None
    """What counts, 0 to 100: a person's judgement where there is one. None: not enough evidence."""
    machine: float | None
    value: float | None
    unit: str


@dataclass(frozen=True)
class Wanted:
    """Which sessions are asked for: those that fit everything that is given."""

    owner: str | None = None
    seen_by: str | None = None
    """An account that teaches: others' private sessions are left out, its own are not."""
    scenario: str = ""
    mode: str = ""
    rubric: str = ""
    state: str = ""
    review: Review | None = None
    feedback_asked: bool | None = None
    scored: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    """Before this moment."""
    ids: tuple[str, ...] = ()
    """Only these; a few hundred at most. Empty: no matter which."""
    search: str = ""
    """Only those whose title, scenario, name or folder has this in it."""


@dataclass(frozen=True)
class SessionPage:
    """Some sessions, newest first."""

    sessions: tuple[Indexed, ...]
    total: int
    """How many there are on all pages."""


@dataclass(frozen=True)
class ScenarioCount:
    """A scenario in the index."""

    scenario: str
    title: str
    sessions: int
    people: int


class Index:
    """The index.

    Args:
        database: where it lies.
        opened: how a sealed session is made readable; None: sealed ones are known by what the index has of them.
    """

    def __init__(
        self, database: Database, opened: Callable[[Path], AbstractContextManager[Path]] | None = None
    ) -> None:
        self._database = database
        self.opened = opened

    def refresh(self, sessions: Path) -> Refreshed:
        """Bring the index to what lies in the folder; only what has changed since the last time is read.

        Raises:
            StorageError: the database cannot be written.
        """
        return refresh(self._database, sessions, self.opened)

    def refresh_one(self, folder: Path) -> None:
        """The same for one session: it was scored, or something was said about it. Takes it out where it is gone."""
        refresh(self._database, folder.parent, self.opened, folder.name)

    def rebuild(self, sessions: Path) -> Refreshed:
        """Read every session anew. Sealed ones that cannot be opened now keep what is known of them."""
        with self._database.writing() as db:
            db.execute(SessionRow.__table__.update().values(stamp=""))  # type: ignore[attr-defined]
        return self.refresh(sessions)

    def forget(self, session: str) -> None:
        """Take a session out. Its folder is not touched."""
        with self._database.writing() as db:
            db.execute(delete(SessionRow).where(SessionRow.id == clean(session, 150)))

    def get(self, session: str) -> Indexed | None:
        """One session, or None."""
        with self._database.reading() as db:
            row = db.get(SessionRow, clean(session, 150))
            return _indexed(row) if row else None

    def page(self, wanted: Wanted = Wanted(), *, start: int = 0, most: int = 100) -> SessionPage:
        """Sessions, newest first.

        Args:
            wanted: which.
            start: how many of the newest to leave out.
            most: how many to give; 0: all.
        """
        fits = _fits(wanted)
        chosen = select(SessionRow).where(*fits).order_by(SessionRow.created.desc(), SessionRow.id.desc())
        chosen = chosen.offset(max(0, start))
        with self._database.reading() as db:
            total = db.scalar(select(func.count()).select_from(SessionRow).where(*fits)) or 0
            rows = db.scalars(chosen.limit(most) if most > 0 else chosen)
            return SessionPage(tuple(_indexed(row) for row in rows), total)

    def points(self, wanted: Wanted = Wanted()) -> tuple[Points, ...]:
        """What each criterion gave in each session, oldest session first, as on its scorecard."""
        columns = (
            PointsRow.session, SessionRow.owner, SessionRow.scenario, SessionRow.created, PointsRow.criterion,
            PointsRow.title, PointsRow.points, PointsRow.machine, PointsRow.value, PointsRow.unit,
        )  # fmt: skip
        chosen = select(*columns).join(SessionRow, SessionRow.id == PointsRow.session).where(*_fits(wanted))
        ordered = chosen.order_by(SessionRow.created, SessionRow.id, PointsRow.place)
        with self._database.reading() as db:
            return tuple(Points(*_plain(row)) for row in db.execute(ordered))

    def scenarios(self, wanted: Wanted = Wanted()) -> tuple[ScenarioCount, ...]:
        """The scenarios that were played, by title."""
        counted = (
            select(
                SessionRow.scenario, func.max(SessionRow.title), func.count(), func.count(SessionRow.owner.distinct())
            )
            .where(*_fits(wanted), SessionRow.scenario != "")
            .group_by(SessionRow.scenario)
        )
        with self._database.reading() as db:
            found = [ScenarioCount(*_plain(row)) for row in db.execute(counted)]
        return tuple(sorted(found, key=lambda one: one.title.casefold()))

    def stamps(self) -> dict[str, str]:
        """Every session's stamp: it changes when anything of the session's row or points does. For those who remember rows."""
        with self._database.reading() as db:
            return {row[0]: row[1] for row in db.execute(select(SessionRow.id, SessionRow.stamp))}

    def owners(self) -> tuple[str, ...]:
        """The accounts that have sessions; an empty one stands for sessions from where there were none."""
        with self._database.reading() as db:
            return tuple(db.scalars(select(SessionRow.owner).distinct().order_by(SessionRow.owner)))


def _fits(wanted: Wanted) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if wanted.owner is not None:
        fits.append(SessionRow.owner == clean(wanted.owner, 36))
    if wanted.seen_by is not None:
        fits.append(or_(SessionRow.private.is_(False), SessionRow.owner == clean(wanted.seen_by, 36)))
    for column, value in (
        (SessionRow.scenario, wanted.scenario),
        (SessionRow.mode, wanted.mode),
        (SessionRow.rubric, wanted.rubric),
        (SessionRow.state, wanted.state),
        (SessionRow.review, wanted.review or ""),
    ):
        if value:
            fits.append(column == clean(value, 200))
    if wanted.ids:
        fits.append(SessionRow.id.in_([clean(one, 150) for one in wanted.ids]))
    if wanted.feedback_asked is not None:
        fits.append(SessionRow.feedback_asked.is_(wanted.feedback_asked))
    if wanted.scored is not None:
        fits.append(SessionRow.reviewed.is_not(None) if wanted.scored else SessionRow.reviewed.is_(None))
    if wanted.since is not None:
        fits.append(SessionRow.created >= wanted.since)
    if wanted.until is not None:
        fits.append(SessionRow.created < wanted.until)
    if wanted.search.strip():
        text = clean(wanted.search, 100).strip().lower()
        like = "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
        columns = (SessionRow.title, SessionRow.scenario, SessionRow.trainee, SessionRow.id)
        fits.append(or_(*(func.lower(column).like(like, escape="\\") for column in columns)))
    return fits


def _plain(row: Iterable[Any]) -> tuple[Any, ...]:
    return tuple(row)


def _indexed(row: SessionRow) -> Indexed:
    review: Review = "none"
    for known in ("begun", "signed", "changed"):
        if row.review == known:
            review = known
    return Indexed(
        row.id, row.owner, row.private, row.scenario, row.title, row.mode, row.driver, row.attempt, row.trainee,
        row.created, row.seconds, row.state, row.rubric, row.overall, row.reviewed, row.level, row.passed, row.expires,
        review, row.feedback_asked, row.sound, row.sealed, row.problem,
    )  # fmt: skip


__all__ = [
    "Index",
    "Indexed",
    "Points",
    "Refreshed",
    "Review",
    "ScenarioCount",
    "SessionPage",
    "Wanted",
    "session_name",
]
