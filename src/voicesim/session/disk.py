"""What bytes and names need to outlive the power: a file is on the disk once it was synced, its name once its folder was."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path


def write_all(file: int, data: bytes) -> None:
    """Hand bytes to the operating system, all of them.

    Raises:
        OSError: it took no more; a part may be written.
    """
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


def sync_folder(folder: Path) -> None:
    """Bring the names in a folder onto the disk: what was made, renamed or removed there.

    Raises:
        OSError: the disk has failed.
    """
    if sys.platform == "win32":  # names are written through there, and a folder cannot be opened
        return
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def replace_durably(scratch: Path, target: Path) -> None:
    """Put a file that is on the disk in the place of another, so that whatever happens next, one of the two is there.

    Raises:
        OSError: the disk has failed.
    """
    os.replace(scratch, target)
    sync_folder(target.parent)


def for_its_owner_only(path: str, flags: int) -> int:
    """Opens a file that nobody else may read; for `open(..., opener=...)`."""
    return os.open(path, flags, 0o600)


def write_atomically(path: Path, text: str, *, private: bool = False) -> None:
    """Replace a file as a whole, safe against a crash at any moment.

    Args:
        path: the file.
        text: all of it.
        private: whether only its owner may read it.

    Raises:
        OSError: it could not be written; the old file, if any, is as it was.
    """
    scratch = path.with_name(f".{path.name}.part")
    try:
        with open(scratch, "w", encoding="utf-8", newline="", opener=for_its_owner_only if private else None) as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        replace_durably(scratch, path)
    except OSError:
        with suppress(OSError):
            scratch.unlink()
        raise
