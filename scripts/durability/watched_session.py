"""Runs `voicesim` as it is and keeps a journal, outside the session's folder, of what it was given and what reached the disk.

Usage: ``python watched_session.py JOURNAL GRAVEYARD practice …``. The journal outlives a SIGKILL (each line goes to the operating
system at once); what is removed or replaced is linked into the graveyard first, so that a removal that had not reached the disk
when the power failed can be undone.
"""

from __future__ import annotations

import json
import os
import stat
import sys
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file of what happened, with the clock's time."""

    def __init__(self, path: Path, graveyard: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._graveyard = graveyard
        self._number = count()

    def note(self, do: str, **what: Any) -> None:
        """One line."""
        os.write(self._file, (json.dumps({"t": time.monotonic(), "do": do, **what}) + "\n").encode())

    def bury(self, path: str) -> str:
        """A second name for a file that is about to lose its own; empty when there is none (or on another disk)."""
        kept = self._graveyard / str(next(self._number))
        with suppress(OSError):
            os.link(path, kept)
            return str(kept)
        return ""


def watch(journal: Journal) -> None:
    """Note every sync, rename and removal of this process, and all that the recording is handed."""
    from voicesim.session.writer import SessionWriter

    fsync, replace, unlink = os.fsync, os.replace, os.unlink
    append, record = SessionWriter.audio, SessionWriter.record

    def watched_fsync(file: Any) -> None:
        number = file if isinstance(file, int) else file.fileno()
        path, before = os.readlink(f"/proc/self/fd/{number}"), os.fstat(number)
        if stat.S_ISDIR(before.st_mode):
            names = os.listdir(path)
            fsync(file)
            journal.note("sync-folder", path=path, names=names)
        else:
            fsync(file)
            journal.note("sync", path=path, size=before.st_size)

    def watched_replace(source: Any, target: Any, **where: Any) -> None:
        kept = journal.bury(os.fspath(target))
        replace(source, target, **where)
        journal.note("rename", path=str(source), to=str(target), kept=kept)

    def watched_unlink(path: Any, **where: Any) -> None:
        kept = journal.bury(os.fspath(path))
        unlink(path, **where)
        journal.note("remove", path=str(path), kept=kept)

    def watched_audio(self: SessionWriter, trainee: Any, survivor: Any) -> None:
        journal.note("handed", samples=self.length + len(trainee))
        append(self, trainee, survivor)

    def watched_record(self: SessionWriter, one: Any) -> None:
        record(self, one)
        journal.note("recorded", records=self.count)

    os.fsync, os.replace, os.unlink = watched_fsync, watched_replace, watched_unlink  # type: ignore[assignment]
    SessionWriter.audio, SessionWriter.record = watched_audio, watched_record  # type: ignore[method-assign]


if __name__ == "__main__":
    watch(Journal(Path(sys.argv[1]), Path(sys.argv[2])))
    from voicesim.cli.main import run

    sys.exit(run(sys.argv[3:]))
