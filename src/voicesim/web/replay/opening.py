"""A session's folder as it can be read: where it lies, or, of an encrypted one, a plain copy in memory that goes after a while."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from voicesim.store.opened import opened

_LINGER = 300.0
"""Seconds for which a copy waits for the next request of a page that is still open."""


@contextmanager
def readable(folder: Path) -> Iterator[Path]:
    """A folder to read a session from.

    Raises:
        VoicesimError: it is encrypted, and the key is not at hand or does not fit.
    """
    with opened(folder, linger=_LINGER) as path:
        yield path
