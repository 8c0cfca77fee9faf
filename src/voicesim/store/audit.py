"""Who did what, to whom or what, when and from where. Lines are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from voicesim.store.database import Database, clean
from voicesim.store.tables import AuditRow


@dataclass(frozen=True)
class By:
    """Who does something, and from where."""

    id: str = ""
    """Account; empty: nobody who is signed in, or the command line."""
    where: str = ""
    """Network address, or ``command line``."""


COMMAND_LINE = By("", "command line")
"""Whoever may run commands on the server itself."""
ITSELF = By("", "voicesim")
"""The program, keeping to its rules."""


@dataclass(frozen=True)
class AuditLine:
    """One line of the log."""

    number: int
    at: datetime
    who: str
    """Account; a pseudonym (``removed-…``) once that person is deleted; empty as in `By`."""
    what: str
    """One of the words in docs/store.md, such as ``sign-in`` or ``session deleted``."""
    about: str
    """The account it was done to; empty where it was done to none."""
    session: str
    """The session it was done to."""
    where: str
    detail: str


@dataclass(frozen=True)
class AuditPage:
    """Some lines, newest first."""

    lines: tuple[AuditLine, ...]
    total: int
    """How many there are on all pages."""


class Audit:
    """The log.

    Args:
        database: where it lies.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, what: str, by: By, *, about: str = "", session: str = "", detail: str = "") -> None:
        """Add a line.

        Args:
            what: a few plain words, at most 40 letters, the same for everything of its kind.
            by: who did it.
            about: the account it was done to.
            session: the session it was done to.
            detail: anything more. Never a password, a token or what was said in a session.
        """
        with self._database.writing() as db:
            note(db, self._database.clock(), what, by, about=about, session=session, detail=detail)

    def page(
        self,
        *,
        person: str = "",
        session: str = "",
        what: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        start: int = 0,
        most: int = 100,
    ) -> AuditPage:
        """Lines that fit all that is given, newest first.

        Args:
            person: who did it, or to whom it was done.
            session: what it was done to.
            what: what was done.
            since: from this moment on.
            until: before this moment.
            start: how many of the newest to leave out.
            most: how many to give, 500 at most.
        """
        fits = _fits(what, since)
        if person:
            person = clean(person, 64)
            fits.append(or_(AuditRow.who == person, AuditRow.about == person))
        if session:
            fits.append(AuditRow.session == clean(session, 150))
        if until is not None:
            fits.append(AuditRow.at < until)
        with self._database.reading() as db:
            total = db.scalar(select(func.count()).select_from(AuditRow).where(*fits)) or 0
            chosen = select(AuditRow).where(*fits).order_by(AuditRow.id.desc())
            rows = db.scalars(chosen.offset(max(0, start)).limit(min(max(1, most), 500)))
            return AuditPage(tuple(_line(row) for row in rows), total)

    def count(self, what: str, since: datetime, *, about: str | None = None, where: str | None = None) -> int:
        """How often something was done since a moment: what a limit on attempts goes by.

        Args:
            what: what was done.
            since: from this moment on.
            about: only to this account.
            where: only from this address.
        """
        fits = _fits(what, since)
        if about is not None:
            fits.append(AuditRow.about == clean(about, 64))
        if where is not None:
            fits.append(AuditRow.where == clean(where, 64))
        with self._database.reading() as db:
            return db.scalar(select(func.count()).select_from(AuditRow).where(*fits)) or 0


def note(db: Session, at: datetime, what: str, by: By, *, about: str = "", session: str = "", detail: str = "") -> None:
    """Add a line within a transaction: with what it tells of, or not at all."""
    db.add(
        AuditRow(
            at=at, who=clean(by.id, 64), what=clean(what, 40), about=clean(about, 64), session=clean(session, 150),
            where=clean(by.where, 64), detail=clean(detail, 300),
        )
    )  # fmt: skip


def _fits(what: str, since: datetime | None) -> list[ColumnElement[bool]]:
    fits: list[ColumnElement[bool]] = []
    if what:
        fits.append(AuditRow.what == clean(what, 40))
    if since is not None:
        fits.append(AuditRow.at >= since)
    return fits


def _line(row: AuditRow) -> AuditLine:
    return AuditLine(row.id, row.at, row.who, row.what, row.about, row.session, row.where, row.detail)
