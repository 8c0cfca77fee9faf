"""The last minutes of the trainee's track in memory, for recognition."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import samples

_KEEP = samples(300)


class Tape:
    """Remembers the last five minutes by session position."""

    def __init__(self) -> None:
        self._buffer = np.zeros(2 * _KEEP, dtype=np.int16)
        self._filled = 0
        self._start = 0

    def append(self, block: NDArray[np.int16]) -> None:
        """Add a block, shape (n,), at the end."""
        if self._filled + len(block) > len(self._buffer):
            kept = self._buffer[self._filled - _KEEP : self._filled].copy()
            self._start += self._filled - _KEEP
            self._buffer[:_KEEP] = kept
            self._filled = _KEEP
        self._buffer[self._filled : self._filled + len(block)] = block
        self._filled += len(block)

    def cut(self, start: int, end: int) -> NDArray[np.int16]:
        """The samples between two session positions, as far as they are remembered."""
        first, last = max(0, start - self._start), max(0, end - self._start)
        return self._buffer[first : min(last, self._filled)].copy()
