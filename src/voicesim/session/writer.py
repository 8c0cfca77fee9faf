"""Writing a session as it happens, so that a kill at any moment leaves everything up to that moment.

Records and samples go to the operating system at once (they outlive the process); a thread of its own brings them onto the disk
ten times a second (they outlive the power), so that the session never waits for a slow disk.
"""

from __future__ import annotations

import errno
import os
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.engine.events import Record
from voicesim.errors import BadInputError, StorageError
from voicesim.session import codec
from voicesim.session.checksums import with_checksums
from voicesim.session.disk import sync_folder, write_all, write_atomically
from voicesim.session.in_use import claim
from voicesim.session.meta import META, SessionMeta, write_meta
from voicesim.session.names import EVENTS as EVENTS
from voicesim.session.names import SCENARIO as SCENARIO
from voicesim.session.tracks import TRACKS, GrowingTrack, TrackName, compress

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SYNC_EVERY = 0.1
"""Seconds from one sync to the next."""
_BREATH = 0.02
"""Seconds a slow disk is left alone between two of them."""


def storage_error(folder: Path, error: OSError) -> StorageError:
    """The operating system's refusal in words a person can act on."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageError(
            f"The disk is full: {folder} can take no more.", "Free some space, or choose another folder with --out."
        )
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return StorageError(f"{folder} cannot be written to.", "Choose a folder you may write to with --out.")
    return StorageError(f"Writing to {folder} failed: {error.strerror}.", "Choose another folder with --out.")


class SessionWriter:
    """One session's folder while it is recorded. Not thread-safe: one thread records.

    Args:
        folder: a new or empty folder.
        meta: what is known at the start; `close` completes it.
        scenario_text: the scenario as it was read, kept for replay.

    Raises:
        BadInputError: the folder already holds something.
        StorageError: the folder cannot be written to.
    """

    def __init__(self, folder: Path, meta: SessionMeta, scenario_text: str) -> None:
        self.folder = folder
        self.meta = meta
        self.count = 0
        fresh = not folder.exists()
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if any(folder.iterdir()):
                raise BadInputError(
                    f"{folder} is not empty.", "Choose a new folder with --out; nothing is overwritten."
                )
            write_atomically(folder / SCENARIO, scenario_text)
            self._events = os.open(folder / EVENTS, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
            claim(self._events)
            self._tracks: dict[TrackName, GrowingTrack] = {
                name: GrowingTrack(folder / f"{name}.wav") for name in TRACKS
            }
            write_meta(folder, meta)  # last: where it is, all that a session needs is there too, whatever happened
            if fresh:
                sync_folder(folder.parent)
        except (FileExistsError, NotADirectoryError):
            raise BadInputError(
                f"{folder} cannot be a folder: a file is in the way.", "Choose another folder with --out."
            ) from None
        except OSError as error:
            _take_back(folder, fresh)
            raise storage_error(folder, error) from error
        self._appending = threading.Lock()
        self._closed = threading.Event()
        self._failure: OSError | None = None
        self._syncer = threading.Thread(target=self._keep_syncing, name="voicesim-sync", daemon=True)
        self._syncer.start()

    @property
    def length(self) -> int:
        """Samples recorded so far."""
        return self._tracks["trainee"].length

    def record(self, record: Record) -> None:
        """Append one record to the log."""
        data = codec.to_line(self.count, record).encode()
        self._guarded(lambda: write_all(self._events, data))
        self.count += 1

    def audio(self, trainee: NDArray[np.int16], survivor: NDArray[np.int16]) -> None:
        """Append the same stretch of time to both tracks; both arrays have shape (n,)."""
        if len(trainee) != len(survivor):
            raise ValueError(f"tracks must stay aligned: {len(trainee)} and {len(survivor)} samples")
        with self._appending:
            self._guarded(lambda: self._tracks["trainee"].append(trainee))
            self._guarded(lambda: self._tracks["survivor"].append(survivor))

    def _guarded(self, write: Callable[[], None]) -> None:
        if self._failure is not None:
            raise storage_error(self.folder, self._failure)
        try:
            write()
        except OSError as error:
            self._failure = error
            raise storage_error(self.folder, error) from error

    def _keep_syncing(self) -> None:
        took = 0.0
        while not self._closed.wait(max(_BREATH, _SYNC_EVERY - took)):
            began = time.monotonic()
            try:
                with self._appending:
                    for track in self._tracks.values():
                        track.mark_length()
                os.fsync(self._events)
                for track in self._tracks.values():  # unlocked: a slow disk must not keep sound waiting
                    track.sync()
            except OSError as error:
                self._failure = error
                return
            took = time.monotonic() - began

    @property
    def failed(self) -> bool:
        """Whether the disk has refused something."""
        return self._failure is not None

    def leave(self) -> None:
        """Let go of the files as they are: an interrupted session, whole up to here. For a disk that takes no more."""
        if self._closed.is_set():
            return
        self._closed.set()
        self._syncer.join()
        for track in self._tracks.values():
            with suppress(OSError):
                track.close()
        os.close(self._events)

    def close(self, ended: str) -> None:
        """Finish the bundle: tracks to FLAC, metadata complete.

        Args:
            ended: when it ended, ISO 8601 with time zone.

        Raises:
            StorageError: the disk would not take the last of it; what was written before stays.
        """
        if self._closed.is_set():
            return
        self._closed.set()
        self._syncer.join()
        length = self.length
        try:
            os.fsync(self._events)
            for track in self._tracks.values():
                track.close()
            for name in TRACKS:
                compress(self.folder, name)
            self.meta = self.meta.model_copy(update={"state": "complete", "ended": ended, "samples": length})
            self.meta = with_checksums(self.folder, self.meta)
            write_meta(self.folder, self.meta)
        except OSError as error:
            raise storage_error(self.folder, error) from error
        finally:
            os.close(self._events)  # and with it the claim: until now nobody else was to mend it


def _take_back(folder: Path, fresh: bool) -> None:
    """Remove the beginnings of a session of which nothing was recorded, so that the folder can be used again."""
    for name in (META, SCENARIO, EVENTS, f".{META}.part", f".{SCENARIO}.part", *(f"{track}.wav" for track in TRACKS)):
        with suppress(OSError):
            (folder / name).unlink()
    if fresh:
        with suppress(OSError):
            folder.rmdir()
