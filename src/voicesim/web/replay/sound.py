"""A session's sound for the browser: one stereo WAV, trainee left, survivor right, made as it is asked for.

No second copy of anybody's voice is ever written: bytes of the file are worked out from the tracks where a browser asks for
them (HTTP range requests), so that any place of an hour is there at once, to the sample, and deletion of a session is deletion.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from pathlib import Path

from voicesim.timebase import SAMPLE_RATE
from voicesim.web.replay.tracks import Tracks

HEADER = 44
_FRAME = 4
"""Bytes of one moment: two channels of 16 bits."""
_PIECE = 1 << 15
"""Frames handed out at once: two seconds, 128 KiB."""
_MOST = (0xFFFFFFFF - 36) // _FRAME
"""Frames a WAV file can hold: eighteen hours."""
_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")


class UnsatisfiableError(ValueError):
    """The range that was asked for lies outside the file."""


def size_of(length: int) -> int:
    """Bytes of the whole file for so many samples."""
    return HEADER + min(length, _MOST) * _FRAME


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """The bytes a Range header asks for: first, and one past the last. None for the whole file.

    What is no single range of bytes is passed over, as RFC 9110 wants it (section 14.2).

    Raises:
        UnsatisfiableError: nothing of it lies in the file.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or found[0] == "bytes=-":
        return None
    first, last = found[1], found[2]
    if not first:
        start, end = max(0, size - int(last)), size
        if not int(last):
            raise UnsatisfiableError(header)
    else:
        start, end = int(first), min(size, int(last) + 1 if last else size)
        if last and int(last) < int(first):
            return None
    if start >= size:
        raise UnsatisfiableError(header)
    return start, end


def stereo_bytes(folder: Path, least: int, start: int, end: int) -> Iterator[bytes]:
    """Bytes `start` to `end` of the file, piece by piece.

    Args:
        folder: the session's.
        least: samples there are at least, see `Tracks`.
        start: the first byte.
        end: one past the last.
    """
    import numpy as np

    with Tracks(folder, least) as tracks:
        if start < HEADER:
            yield _header(min(tracks.length, _MOST))[start : min(end, HEADER)]
            start = HEADER
        while start < end:
            frame, inside = divmod(start - HEADER, _FRAME)
            count = min(_PIECE, -(-(end - HEADER) // _FRAME) - frame)
            both = np.stack([tracks.read(name, frame, count) for name in ("trainee", "survivor")], axis=1)
            data = both.astype("<i2").tobytes()[inside : inside + end - start]
            yield data
            start += len(data)


def _header(length: int) -> bytes:
    data = length * _FRAME
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + data, b"WAVE", b"fmt ", 16, 1, 2, SAMPLE_RATE, SAMPLE_RATE * _FRAME,
        _FRAME, 16, b"data", data,
    )  # fmt: skip
