"""The kept sessions as the web shows them: listed, and found by a name that came from outside."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict

from voicesim.errors import BadInputError, VoicesimError
from voicesim.review.scoring import SCORECARD
from voicesim.session.meta import META, SessionMeta, read_meta
from voicesim.store.keys import open_key
from voicesim.store.opened import opened, opened_in_part
from voicesim.store.sealed_folder import is_sealed
from voicesim.timebase import seconds

if TYPE_CHECKING:
    from voicesim.store.index import Index
    from voicesim.store.opening import Store

REPORT = "report.html"
_LINGER = 60.0
"""Seconds that the plain copy of an encrypted session waits for the next look."""


class KeptSession(BaseModel):
    """One kept session, in short."""

    model_config = ConfigDict(frozen=True)

    id: str
    """The name of its folder."""
    scenario: str
    title: str
    created: str
    """ISO 8601 with time zone."""
    seconds: float
    mode: str
    state: str
    """``complete``, or ``recording``: running, or interrupted."""
    score: float | None = None
    """0 to 100; None while it is not scored."""
    owner: str = ""
    """Account of whoever practised; empty where there are none."""
    private: bool = False
    """Whether nobody but the owner may see it."""
    released: bool = True
    """Whether whoever asks is shown the score; without it, `score` is None."""


def listed(sessions: Path, store: Store | None = None) -> list[KeptSession]:
    """The sessions in a folder, newest first; what is no session, or is damaged, is passed over.

    Each is read again only when its files have changed: by the store's index where there is one, else by what this process
    remembers. Encrypted ones are listed only with their key at hand: without it nobody can say whose they are.

    Args:
        sessions: the folder.
        store: whose index knows them.
    """
    if store is not None:
        return list(_from_index(sessions, store.index))
    return sorted(_from_folder(sessions), key=lambda one: one.created, reverse=True)


def _from_folder(sessions: Path) -> Iterator[KeptSession]:
    from voicesim.store.indexing import session_name, stamp

    for path in sessions.iterdir() if sessions.is_dir() else ():
        mark = stamp(path) if session_name(path.name) else ""
        if mark:
            with suppress(VoicesimError, OSError, ValueError):
                yield _read_once(path, mark)


def _from_index(sessions: Path, index: Index) -> Iterator[KeptSession]:
    from voicesim.store.index import Wanted

    index.refresh(sessions)
    rows = [one for one in index.page(Wanted(), most=0).sessions if one.state != "unread" and not one.problem]
    with_key = any(one.sealed for one in rows) and _key_at_hand(sessions)
    for one in rows:
        if with_key or not one.sealed:
            yield KeptSession(
                id=one.id,
                scenario=one.scenario,
                title=one.title,
                created=_here(one.created).isoformat(),
                seconds=one.seconds,
                mode=one.mode,
                state=one.state,
                score=one.reviewed,
                owner=one.owner,
                private=one.private,
            )


def _key_at_hand(sessions: Path) -> bool:
    try:
        open_key(sessions.absolute())
    except VoicesimError:
        return False
    return True


def _here(moment: datetime) -> datetime:
    """By this computer's clock, as the session's own files say it."""
    try:
        return moment.astimezone()
    except (OverflowError, OSError, ValueError):  # the year 1 or 9999: somebody has written it into the file by hand
        return moment


def without_score(session: KeptSession) -> KeptSession:
    """A session as those see it to whom its scores are not released."""
    return session.model_copy(update={"score": None, "released": False})


def find(sessions: Path, name: str) -> tuple[Path, KeptSession]:
    """A session's folder, by a name that came from outside.

    Raises:
        BadInputError: there is none of this name.
    """
    from voicesim.store.indexing import session_name, stamp

    path = sessions / name
    missing = BadInputError("There is no such session.", "It may have been deleted: look at the list of sessions.")
    if not session_name(name) or path.is_symlink() or not ((path / META).is_file() or is_sealed(path)):
        raise missing
    if path.resolve().parent != sessions.resolve():
        raise missing
    return path, _read_once(path, stamp(path))


def report_of(path: Path) -> str:
    """A session's report as HTML text; written now where it is missing.

    Raises:
        VoicesimError: the session cannot be read, or the report cannot be kept.
    """
    from voicesim.review.report import write_report
    from voicesim.review.scoring import score_bundle
    from voicesim.session.reader import open_bundle

    with opened(path, linger=_LINGER) as readable:
        report = readable / REPORT
        if not report.is_file():
            bundle = open_bundle(readable)
            write_report(bundle, score_bundle(bundle), report)
        try:
            return report.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInputError(
                f"The report cannot be read ({error}).", "Delete report.html, then look again."
            ) from None


@lru_cache(maxsize=20_000)
def _read_once(path: Path, mark: str) -> KeptSession:
    """A session in short, encrypted or not: each state of its files is read once."""
    with opened_in_part(path, META, SCORECARD) as readable:
        return _short(readable, read_meta(readable))


def _short(path: Path, meta: SessionMeta) -> KeptSession:
    return KeptSession(
        id=path.name,
        scenario=meta.scenario.id,
        title=meta.scenario.title,
        created=meta.created,
        seconds=round(seconds(meta.samples), 1),
        mode=meta.mode,
        state=meta.state,
        score=_score(path),
        owner=meta.owner,
        private=meta.private,
    )


def _score(path: Path) -> float | None:
    import json

    try:
        score = json.loads((path / SCORECARD).read_text(encoding="utf-8")).get("overall_reviewed")
    except (OSError, ValueError, AttributeError):
        return None
    return float(score) if isinstance(score, (int, float)) else None
