"""Weights are used only when they are the bytes they should be.

Hashing a checkpoint takes up to a second per gigabyte, so a file that was hashed once is remembered by size and time of
change; anything else about it makes it be hashed again.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voicesim.errors import StorageError, WeightsError
from voicesim.folders import cache_folder

Progress = Callable[[str, int, int], None]
"""Called with what is being done, and how many bytes of how many are done."""

FETCH_AGAIN = "Run `voicesim doctor --fetch` (or scripts/practice.py) to fetch it again."


def no_progress(what: str, done: int, total: int) -> None:
    """A `Progress` that shows nothing."""


def models_folder() -> Path:
    """Where fetched checkpoints are kept, a folder each."""
    return cache_folder() / "models"


def sha256_of(path: Path, progress: Progress = no_progress) -> str:
    """SHA-256 of a file, in hexadecimal."""
    total = path.stat().st_size
    digest = hashlib.sha256()
    done = 0
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
            done += len(block)
            progress(f"Checking {path.name}", done, total)
    return digest.hexdigest()


def check(path: Path, sha256: str, progress: Progress = no_progress) -> None:
    """Hash a file that has just come.

    Raises:
        WeightsError: it is not what it should be.
    """
    if sha256_of(path, progress) != sha256:
        raise WeightsError(
            f"The weights file {path.name} came damaged: its SHA-256 is not the published one.", FETCH_AGAIN
        )


def remember(path: Path, sha256: str) -> None:
    """Note that a file was hashed, so that it is not hashed again until it changes."""
    _Known(cache_folder() / "verified.json").remember(str(path.resolve()), {**_stamp(path), "sha256": sha256})


def require(path: Path, sha256: str, progress: Progress = no_progress) -> Path:
    """The path, once its bytes are known to be right.

    Raises:
        WeightsError: the file is missing, cannot be read, or is not what it should be.
    """
    try:
        if fingerprint(path, progress) == sha256:
            return path
    except FileNotFoundError:
        raise WeightsError(f"The weights file {path} is missing.", FETCH_AGAIN) from None
    except OSError as error:
        raise WeightsError(f"The weights file {path} cannot be read: {error.strerror}.", FETCH_AGAIN) from None
    raise WeightsError(f"The weights file {path} is damaged: its SHA-256 is not the published one.", FETCH_AGAIN)


def fingerprint(path: Path, progress: Progress = no_progress) -> str:
    """SHA-256 of a file: remembered from before if neither its size nor its time of change is new."""
    entry = _Known(cache_folder() / "verified.json").read().get(str(path.resolve()))
    stamp = _stamp(path)
    if isinstance(entry, dict) and {key: entry.get(key) for key in stamp} == stamp and "sha256" in entry:
        return str(entry["sha256"])
    digest = sha256_of(path, progress)
    remember(path, digest)
    return digest


def _stamp(path: Path) -> dict[str, int]:
    status = path.stat()
    return {"size": status.st_size, "changed": status.st_mtime_ns}


class _Known:
    """What has been hashed before. Only a convenience: losing it costs a second, so trouble with it is no error."""

    _lock = threading.Lock()

    def __init__(self, path: Path) -> None:
        self.path = path

    def read(self) -> dict[str, Any]:
        try:
            entries = json.loads(self.path.read_text("utf-8"))
        except (OSError, ValueError):
            return {}
        return entries if isinstance(entries, dict) else {}

    def remember(self, key: str, entry: dict[str, Any]) -> None:
        with self._lock:
            entries = {**self.read(), key: entry}
            partial = self.path.with_suffix(f".{os.getpid()}")
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                partial.write_text(json.dumps(entries, indent=1), "utf-8")
                os.replace(partial, self.path)
            except OSError:
                partial.unlink(missing_ok=True)


def storage_error(error: OSError, folder: Path) -> StorageError:
    """Why the cache could not be written, in one line."""
    return StorageError(
        f"The weights cannot be stored in {folder}: {error.strerror or error}.",
        "Free some space there, or set VOICESIM_CACHE to a folder that can be written.",
    )
