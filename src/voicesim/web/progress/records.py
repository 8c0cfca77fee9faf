"""Where progress comes from: the sessions' folder itself where one person is alone, the store's index where there are accounts."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from voicesim.web.access import Person
from voicesim.web.progress.attempt import Attempt, Points

if TYPE_CHECKING:
    from voicesim.store.index import Index


class Records(Protocol):
    """What the pages ask for: attempts, oldest first, in the light of who asks."""

    def attempts(self, person: Person, owner: str | None = None) -> tuple[Attempt, ...]:
        """The sessions a person may see, oldest first; others' private ones and scores that are not released are not in it.

        Args:
            person: who asks.
            owner: only those of this account; None: of everybody.
        """
        ...


class FolderRecords:
    """Reads the sessions' folder. What was read once is read again only when its files change.

    Args:
        sessions: the folder.
    """

    def __init__(self, sessions: Path) -> None:
        self._sessions = sessions
        self._lock = threading.Lock()
        self._known: dict[str, tuple[str, Attempt | None]] = {}

    def attempts(self, person: Person, owner: str | None = None) -> tuple[Attempt, ...]:
        """As `Records.attempts`."""
        with self._lock:
            self._refresh()
            found = [attempt for _, attempt in self._known.values() if attempt is not None]
        shown = _shown_to(person, found, self._sessions)
        return tuple(sorted((a for a in shown if owner is None or a.owner == owner), key=_held))

    def _refresh(self) -> None:
        from voicesim.store.indexing import session_name, stamp

        try:
            names = [name for name in os.listdir(self._sessions) if session_name(name)]
        except OSError:
            names = []
        known = {}
        for name in names:
            mark = stamp(self._sessions / name)
            if not mark:
                continue
            before = self._known.get(name)
            known[name] = before if before and before[0] == mark else (mark, _read(self._sessions / name))
        self._known = known


def _read(folder: Path) -> Attempt | None:
    """One session; None where it cannot be read."""
    from voicesim.errors import VoicesimError
    from voicesim.store.indexing import read_session

    try:
        row, points = read_session(folder)
    except (VoicesimError, OSError, ValueError):
        return None
    return _attempt(
        folder.name,
        row,
        tuple(Points(line["criterion"], line["title"], line["points"]) for line in points),
    )


def _attempt(name: str, row: dict[str, Any], points: tuple[Points, ...]) -> Attempt:
    return Attempt(
        session=name,
        owner=row["owner"],
        private=row["private"],
        scenario=row["scenario"],
        title=row["title"],
        created=_here(row["created"]),
        seconds=row["seconds"],
        mode=row["mode"],
        trainee=row["trainee"],
        recorded=row["driver"] == "file",
        passed=row.get("passed"),
        expires=row.get("expires", ""),
        rubric=row["rubric"],
        overall=row["reviewed"],
        criteria=points,
    )


def _here(moment: datetime) -> datetime:
    """By this computer's clock: a session belongs to the day on which it was held here."""
    try:
        return moment.astimezone()
    except (OverflowError, OSError, ValueError):  # the year 1 or 9999: somebody has written it into the file by hand
        return moment


class IndexRecords:
    """Reads the store's index, which is brought to what lies in the folder first, though not at every request.

    What was read once is remembered as long as the index says that nothing of it has changed.

    Args:
        index: the index.
        sessions: the folder the sessions lie in.
        every: seconds for which the index is believed.
        clock: seconds that only go up.
    """

    def __init__(self, index: Index, sessions: Path, every: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._index = index
        self._sessions = sessions
        self._every = every
        self._clock = clock
        self._lock = threading.Lock()
        self._refreshed: float | None = None
        self._known: dict[str, tuple[str, Attempt | None]] = {}

    def attempts(self, person: Person, owner: str | None = None) -> tuple[Attempt, ...]:
        """As `Records.attempts`."""
        with self._lock:
            self._refresh()
            known = list(self._known.values())
        found = [attempt for _, attempt in known if attempt is not None and (owner is None or attempt.owner == owner)]
        return tuple(sorted(_shown_to(person, found, self._sessions), key=_held))

    def _refresh(self) -> None:
        now = self._clock()
        if self._refreshed is None or now - self._refreshed >= self._every:
            self._index.refresh(self._sessions)
            self._refreshed = self._clock()
        stamps = self._index.stamps()
        stale = tuple(name for name, stamp in stamps.items() if (self._known.get(name) or ("",))[0] != stamp)
        read = self._read(stale if len(stale) <= _AT_ONCE else ()) if stale else {}
        self._known = {
            name: (stamp, read[name] if name in read else self._known.get(name, ("", None))[1])
            for name, stamp in stamps.items()
        }

    def _read(self, names: tuple[str, ...]) -> dict[str, Attempt | None]:
        """These sessions; all of them when none is named. None for one that cannot be read."""
        from voicesim.store.index import Wanted

        wanted = Wanted(ids=names)
        points: dict[str, list[Points]] = {}
        for one in self._index.points(wanted):
            points.setdefault(one.session, []).append(Points(one.criterion, one.title, one.points))
        return {
            row.id: None
            if row.state == "unread"
            else _attempt(row.id, {name: getattr(row, name) for name in _FIELDS}, tuple(points.get(row.id, ())))
            for row in self._index.page(wanted, most=0).sessions
        }


_AT_ONCE = 300
"""Sessions that are asked for by name; if more have changed, all are read."""


def _held(attempt: Attempt) -> datetime:
    return attempt.created


_FIELDS = (
    "owner", "private", "scenario", "title", "created", "seconds", "mode", "trainee", "driver", "passed", "expires", "rubric",
    "reviewed",
)  # fmt: skip


def _shown_to(person: Person, attempts: Iterable[Attempt], sessions: Path) -> list[Attempt]:
    """What a person may see of attempts."""
    shows = _scores_shown(person, sessions)
    return [
        attempt if shows(attempt) else attempt.hidden()
        for attempt in attempts
        if person.alone or attempt.owner == person.id or (person.teaches and not attempt.private)
    ]


def _scores_shown(person: Person, sessions: Path) -> Callable[[Attempt], bool]:
    from voicesim.errors import VoicesimError
    from voicesim.web.room.release import shows_scores

    def shows(attempt: Attempt) -> bool:
        if person.alone or attempt.owner != person.id:
            return True  # those who teach see the scores of others' sessions, and nobody else gets this far
        try:
            return shows_scores(person, sessions / attempt.session)
        except (VoicesimError, OSError):
            return False

    return shows
