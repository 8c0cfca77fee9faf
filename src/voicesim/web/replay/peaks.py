"""How loud each voice is over a session, in three degrees of detail, worked out once and kept in the cache.

One byte a step and track: the square root of the step's loudest sample (full scale is 255), so that a quiet microphone is seen too.
"""

from __future__ import annotations

import os
import tempfile
import threading
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.session.cached import cached_for
from voicesim.session.tracks import TRACKS, TrackName
from voicesim.timebase import SAMPLE_RATE
from voicesim.web.replay.tracks import Tracks, sound_key

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PER_SECOND = (4, 20, 100)
"""Steps a second of each level, the overview first."""
_MINUTE = 60 * SAMPLE_RATE
_FORMAT = 2
"""Counts how peaks are worked out: another number is another file."""
_REMEMBERED = 4
"""Sessions whose peaks stay in memory, a megabyte for each hour."""
_alone = threading.Lock()
_recent: dict[str, bytes] = {}


@dataclass(frozen=True)
class Peaks:
    """One level of a session's peaks."""

    data: bytes
    """All of the trainee's steps, then all of the survivor's."""
    trouble: str = ""
    """What of the sound could not be read, for a person; empty when all could."""


def peaks(folder: Path, level: int, least: int = 0, *, keep: bool = True) -> Peaks:
    """One level of a session's peaks.

    Args:
        folder: the session's.
        level: index into `PER_SECOND`.
        least: samples there are at least, see `Tracks`.
        keep: whether they may be kept on the disk: not those of an encrypted session.
    """
    known = f"{_FORMAT}-{sound_key(folder)}-{least}"
    kept = cached_for(folder.name) / f"peaks-{known}.bin"
    with _alone:  # whoever asks for another level meanwhile waits, and finds it there
        data = _recent.get(known) or (_read(kept) if keep else None)
        if data is None:
            data = _all_levels(folder, least)
            if keep:
                _keep(kept, data)
        _recent.pop(known, None)
        _recent[known] = data
        while len(_recent) > _REMEMBERED:
            del _recent[next(iter(_recent))]
    length, begin = int.from_bytes(data[:8], "little"), 8
    sizes = [len(TRACKS) * _steps(length, rate) for rate in PER_SECOND]
    begin += sum(sizes[:level])
    return Peaks(data[begin : begin + sizes[level]], data[8 + sum(sizes) :].decode())


def forget_peaks() -> None:
    """Let go of what memory holds; what the cache holds stays."""
    with _alone:
        _recent.clear()


def _steps(length: int, rate: int) -> int:
    return -(-length // (SAMPLE_RATE // rate))


def _all_levels(folder: Path, least: int) -> bytes:
    """The length in samples (8 bytes), the levels one after the other, then what could not be read, in words."""
    from concurrent.futures import ThreadPoolExecutor

    with Tracks(folder, least) as tracks:
        length = tracks.length
        with ThreadPoolExecutor(len(TRACKS)) as both:  # decoding lets go of Python's lock
            finest = list(both.map(lambda name: _finest(tracks, name), TRACKS))
        trouble = " ".join(tracks.trouble)
    levels = [b"".join(_coarser(track, PER_SECOND[-1] // rate).tobytes() for track in finest) for rate in PER_SECOND]
    return length.to_bytes(8, "little") + b"".join(levels) + trouble.encode()


def _finest(tracks: Tracks, name: TrackName) -> NDArray[np.uint8]:
    import numpy as np

    step = SAMPLE_RATE // PER_SECOND[-1]
    found = np.zeros(_steps(tracks.length, PER_SECOND[-1]), np.uint8)
    for start in range(0, tracks.length, _MINUTE):
        samples = tracks.read(name, start, min(_MINUTE, tracks.length - start))
        samples = np.pad(samples, (0, -len(samples) % step))
        blocks = samples.reshape(-1, step)
        loudest = np.maximum(blocks.max(axis=1), -blocks.min(axis=1).astype(np.int32))
        found[start // step : start // step + len(blocks)] = np.round(255 * np.sqrt(np.minimum(loudest / 32768, 1)))
    return found


def _coarser(track: NDArray[np.uint8], times: int) -> NDArray[np.uint8]:
    import numpy as np

    found: NDArray[np.uint8] = np.pad(track, (0, -len(track) % times)).reshape(-1, times).max(axis=1)
    return found


def _read(path: Path) -> bytes | None:
    """What is kept, if it is whole."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    length = int.from_bytes(data[:8], "little")
    whole = 8 + sum(len(TRACKS) * _steps(length, rate) for rate in PER_SECOND)
    return data if len(data) >= whole and data[whole:].isascii() else None


def _keep(path: Path, data: bytes) -> None:
    """Keep it in place of what was kept of other sound. Only a convenience: trouble with it is no error."""
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for old in path.parent.glob("peaks-*.bin"):
            old.unlink(missing_ok=True)
        handle, partial = tempfile.mkstemp(prefix=".peaks-", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(partial, path)
