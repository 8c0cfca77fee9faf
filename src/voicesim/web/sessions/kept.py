"""The kept sessions as the web shows them: listed, and found by a name that came from outside."""

from __future__ import annotations

import re
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from voicesim.errors import BadInputError, VoicesimError
from voicesim.review.attempts import kept_sessions
from voicesim.review.scoring import SCORECARD
from voicesim.session.meta import META, SessionMeta, read_meta
from voicesim.store.opened import opened, opened_in_part
from voicesim.store.sealed_folder import SEALED, is_sealed
from voicesim.timebase import seconds

REPORT = "report.html"
_LINGER = 60.0
"""Seconds that the plain copy of an encrypted session waits for the next look."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,149}")


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


def listed(sessions: Path) -> list[KeptSession]:
    """The sessions in a folder, newest first; what is no session, or is damaged, is passed over."""
    found = [_short(path, meta) for path, meta in kept_sessions(sessions) if _NAME.fullmatch(path.name)]
    for path in sessions.iterdir() if sessions.is_dir() else ():
        if _NAME.fullmatch(path.name) and not path.is_symlink() and is_sealed(path):
            with suppress(VoicesimError, OSError):  # without its key nobody can say whose it is
                found.append(_sealed_short(path))
    return sorted(found, key=lambda one: one.created, reverse=True)


def without_score(session: KeptSession) -> KeptSession:
    """A session as those see it to whom its scores are not released."""
    return session.model_copy(update={"score": None, "released": False})


def find(sessions: Path, name: str) -> tuple[Path, KeptSession]:
    """A session's folder, by a name that came from outside.

    Raises:
        BadInputError: there is none of this name.
    """
    path = sessions / name
    missing = BadInputError("There is no such session.", "It may have been deleted: look at the list of sessions.")
    if not _NAME.fullmatch(name) or path.is_symlink() or not ((path / META).is_file() or is_sealed(path)):
        raise missing
    if path.resolve().parent != sessions.resolve():
        raise missing
    return path, _sealed_short(path) if is_sealed(path) else _short(path, read_meta(path))


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


def _sealed_short(path: Path) -> KeptSession:
    """An encrypted session in short. Each state of it is decrypted once."""
    state = (path / SEALED).stat()
    return _unsealed_short(path, state.st_mtime_ns, state.st_size, state.st_ino)


@lru_cache(maxsize=20_000)
def _unsealed_short(path: Path, changed: int, size: int, inode: int) -> KeptSession:
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
