"""The server's own secret, with which it signs cookies: made at the first start, kept in a file that only its account may read."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from voicesim.errors import StorageError

_BYTES = 32


def server_secret(path: Path) -> bytes:
    """The secret in a file; made where there is none.

    Args:
        path: of the file.

    Raises:
        StorageError: it cannot be read or made, is none, or others may read it.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return _kept(path)
        with os.fdopen(made, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(_BYTES))
            file.flush()
            os.fsync(file.fileno())
        return _kept(path)
    except OSError as error:
        raise StorageError(
            f"The server's secret {path} cannot be kept ({error.strerror}).",
            "Give the server's account that folder to write in.",
        ) from None


def _kept(path: Path) -> bytes:
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise StorageError(
            f"Others on this computer may read the server's secret {path}.",
            f"Run `chmod 600 {path}`; delete the file instead if somebody may have read it: everybody signs in again then.",
        )
    try:
        found = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except (ValueError, UnicodeDecodeError):
        found = b""
    if len(found) != _BYTES:
        raise StorageError(
            f"{path} does not hold a secret.", "Delete it: another is made, and everybody signs in again."
        )
    return found
