"""A folder for plain copies of what is encrypted: in memory where the system offers that, for its owner only, and not for long."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

from voicesim.errors import StorageError

_PREFIX = "voicesim-opened-"
_YOUNG = 60.0
"""Seconds: a folder younger than this may not be held by its maker yet."""


class PrivatePlace:
    """A new folder that nobody else may look into. It is held as long as this process lives; `remove` ends it.

    Args:
        room: bytes that have to fit.

    Raises:
        StorageError: there is no such place.
    """

    def __init__(self, room: int) -> None:
        try:
            base = next(one for one in places() if _fits(one, room))
            self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX, dir=base))  # mode 0700
        except (StopIteration, OSError):
            raise StorageError(
                "There is no room to open an encrypted session in.", "Make room in memory or on the disk."
            ) from None
        self._hold = _hold(self.folder)

    def remove(self) -> None:
        """Delete the folder and everything in it."""
        shutil.rmtree(self.folder, ignore_errors=True)
        if self._hold is not None:
            with suppress(OSError):
                os.close(self._hold)
            self._hold = None


def places() -> list[Path]:
    """Where such folders are made, best first: memory of this login, memory of this computer, the folder for temporary files."""
    named = [os.environ.get("XDG_RUNTIME_DIR", ""), "/dev/shm"] if sys.platform.startswith("linux") else []
    return [Path(one) for one in (*named, tempfile.gettempdir()) if one and os.access(one, os.W_OK | os.X_OK)]


def in_memory(place: Path) -> bool:
    """Whether what is written there never reaches a disk (swapping apart). Linux only; elsewhere never."""
    try:
        mounts = [line.split() for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError):
        return False
    here = place.resolve()
    above = [(Path(line[1]), line[2]) for line in mounts if len(line) > 2 and here.is_relative_to(line[1])]
    return bool(above) and max(above, key=lambda mount: len(mount[0].parts))[1] in ("tmpfs", "ramfs")


def clear_abandoned() -> int:
    """Delete what processes that were killed have left.

    Returns:
        How many folders.
    """
    if not hasattr(os, "getuid"):
        return 0
    found = 0
    for place in places():
        for folder in place.glob(f"{_PREFIX}*"):
            try:
                state = folder.lstat()
                if state.st_uid != os.getuid() or folder.is_symlink() or time.time() - state.st_mtime < _YOUNG:
                    continue
                held = _hold(folder)
            except OSError:
                continue
            if held is not None:
                shutil.rmtree(folder, ignore_errors=True)
                os.close(held)
                found += 1
    return found


def _hold(folder: Path) -> int | None:
    """Hold the folder's lock, which the system takes back when the process ends; None where somebody else holds it."""
    try:
        import fcntl
    except ImportError:
        return None
    opened = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return None
    return opened


def _fits(place: Path, room: int) -> bool:
    try:
        return shutil.disk_usage(place).free > room * 1.1 + 1_000_000
    except OSError:
        return False
