"""What has been done, a line each, brought onto the disk at once: after a crash the work goes on from here; nothing counts twice.

A result is a file, put in its place whole; the journal says that it was counted. Whichever of the two a crash leaves alone, the
other is made good at the next start. Over a session that takes its workers down, the journal also remembers how often.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from voicesim.errors import BadInputError
from voicesim.session.disk import sync_folder, write_all
from voicesim.session.writer import storage_error


class Journal:
    """The journal of one plan over one corpus. Held by one process at a time.

    Args:
        path: where it lies; made when it is not there.

    Raises:
        BadInputError: another process is at the same work.
        StorageError: it cannot be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.counted: dict[str, dict[str, Any]] = {}
        """By key: what was told of the result when it was counted."""
        self.losses: Counter[str] = Counter()
        """By key: workers lost over it."""
        self.set_aside: dict[str, str] = {}
        """By key: why nobody tries any more."""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as error:
            raise storage_error(path.parent, error) from None
        _alone(self._file, path)
        self._read()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.close(self._file)

    def count(self, key: str, told: dict[str, Any]) -> bool:
        """A result lies in its place: count it.

        Args:
            key: of the result.
            told: what is remembered of it.

        Returns:
            False when it had been counted before: then nothing is changed.
        """
        if key in self.counted:
            return False
        self._append({"event": "counted", "key": key, "told": told})
        self.counted[key] = told
        return True

    def forget(self, key: str) -> None:
        """Its file is gone: it counts no more."""
        self._append({"event": "forgotten", "key": key})
        self.counted.pop(key, None)

    def lost(self, key: str, why: str) -> int:
        """A worker was lost over a session.

        Returns:
            How many were by now.
        """
        self._append({"event": "lost", "key": key, "why": why})
        self.losses[key] += 1
        return self.losses[key]

    def give_up(self, key: str, why: str) -> None:
        """Set a session aside."""
        self._append({"event": "set aside", "key": key, "why": why})
        self.set_aside[key] = why

    def try_again(self, key: str) -> None:
        """Take a session up again that had been set aside, with a clean slate."""
        self._append({"event": "again", "key": key})
        self.set_aside.pop(key, None)
        self.losses.pop(key, None)

    def _append(self, entry: dict[str, Any]) -> None:
        try:
            write_all(self._file, (json.dumps(entry, ensure_ascii=False) + "\n").encode())
            os.fsync(self._file)
        except OSError as error:
            raise storage_error(self.path.parent, error) from None

    def _read(self) -> None:
        data = self.path.read_bytes()
        if data and not data.endswith(b"\n"):
            write_all(self._file, b"\n")  # the last line was cut off: what comes next begins a new one
        elif not data:
            with suppress(OSError):
                sync_folder(self.path.parent)
        for line in data.split(b"\n"):
            try:
                entry = json.loads(line)
                event, key = entry["event"], str(entry["key"])
            except (ValueError, KeyError, TypeError, RecursionError):
                continue  # cut off, or touched: the results themselves tell
            match event:
                case "counted" if isinstance(entry.get("told"), dict):
                    self.counted[key] = entry["told"]
                case "forgotten":
                    self.counted.pop(key, None)
                case "lost":
                    self.losses[key] += 1
                case "set aside":
                    self.set_aside[key] = str(entry.get("why", ""))
                case "again":
                    self.set_aside.pop(key, None)
                    self.losses.pop(key, None)


def _alone(file: int, path: Path) -> None:
    """Hold the journal for as long as this process lives."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(file)
        raise BadInputError(
            f"Another `voicesim rescore` is at the same work ({path}).", "Wait for it, or stop it first."
        ) from None
    except OSError:
        return  # a file system without locks
