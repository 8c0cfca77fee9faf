"""Attempts at a qualification, those among them that lie encrypted included."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from voicesim.errors import VoicesimError
from voicesim.review.attempts import Attempts, attempt_of, qualification_attempts
from voicesim.review.certificate import CERTIFICATE
from voicesim.scoring.rubric import Rubric
from voicesim.session.meta import META, read_meta
from voicesim.store.keys import Ask, NoKeyError, open_key
from voicesim.store.opened import opened, opened_in_part
from voicesim.store.sealed_folder import is_sealed


@dataclass(frozen=True)
class AttemptsKept:
    """What the sessions of a folder tell of somebody's attempts."""

    attempts: Attempts
    unread: int
    """Encrypted sessions that could not be looked into: nobody can say whether an attempt is among them."""


def attempts_kept(sessions: Path, trainee: str, rubric: Rubric, ask: Ask | None = None) -> AttemptsKept:
    """Somebody's attempts, from plain and encrypted sessions.

    Args:
        sessions: where sessions are kept.
        trainee: the name as it was given.
        rubric: what is judged by.
        ask: asks a person for the passphrase, once, if there is anything encrypted and one guards it.
    """
    sealed = sorted(path for path in sessions.iterdir() if is_sealed(path)) if sessions.is_dir() else []
    unread: list[Path] = []
    found = qualification_attempts(sessions, trainee, rubric, _readable(sealed, trainee, ask and cache(ask), unread))
    return AttemptsKept(found, len(unread))


def _readable(sealed: list[Path], trainee: str, ask: Ask | None, unread: list[Path]) -> Iterator[Path]:
    """Copies of somebody's attempts among encrypted sessions; what cannot be looked into goes to `unread`."""
    if not sealed:
        return
    try:
        master = open_key(sealed[0].absolute().parent, ask)
    except NoKeyError:
        unread += sealed
        return
    for path in sealed:
        try:
            with opened_in_part(path, META, CERTIFICATE, master=master) as part:
                theirs, certified = attempt_of(read_meta(part), trainee), (part / CERTIFICATE).exists()
                if theirs and certified:
                    yield part
            if theirs and not certified:  # the power failed before anybody wrote it down: it is judged now
                with opened(path, ask=ask) as whole:
                    yield whole
        except (VoicesimError, OSError):
            unread.append(path)
