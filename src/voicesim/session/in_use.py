"""Whether a session is being recorded at this moment, so that nobody mends it under its feet.

The recording process holds a lock on its log; the system lets go of it when the process ends, however it ends. Where there are no
such locks, and on other people's computers (a shared folder), a log or track that grew a moment ago counts as being recorded.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

_A_MOMENT = 3.0
"""Seconds. A session writes sound thirty times a second, also while it is paused."""


def claim(file: int) -> None:
    """Hold the log for as long as this process lives or the file is open."""
    with suppress(ImportError, OSError):
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def in_use(log: Path, *growing: Path) -> bool:
    """Whether a process records here.

    Args:
        log: the session's log.
        growing: its tracks; they are asked only where locks do not exist.
    """
    try:
        import fcntl
    except ImportError:
        return any(just_now(path) for path in (log, *growing))
    try:
        file = os.open(log, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        return any(just_now(path) for path in (log, *growing))
    finally:
        os.close(file)
    return False


def just_now(path: Path, moment: float = _A_MOMENT) -> bool:
    """Whether a file was written in the last so many seconds."""
    try:
        return abs(time.time() - path.stat().st_mtime) < moment
    except OSError:
        return False
