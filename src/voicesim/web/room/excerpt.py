"""A stretch of a session's sound as one WAV file, both voices in it: for the debrief and for comparing attempts."""

from __future__ import annotations

import io
from pathlib import Path
from typing import TYPE_CHECKING

from voicesim.errors import BadInputError
from voicesim.session.tracks import TRACKS, TrackName, read_track
from voicesim.timebase import SAMPLE_RATE, samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

LONGEST = 600.0
"""Seconds of one excerpt."""


def excerpt(folder: Path, start: float, end: float) -> bytes:
    """A stretch of both tracks, mixed: mono, 16 kHz, 16 bit.

    Args:
        folder: the session's.
        start: seconds from its first sample.
        end: seconds; at most `LONGEST` after `start`, and no further than the recording.

    Raises:
        BadInputError: the sound cannot be read, or there is none there.
    """
    import numpy as np
    import soundfile

    if not 0 <= start < end:
        raise BadInputError("There is no such stretch.", "Ask for one that ends after it begins.")
    first, last = samples(start), samples(min(end, start + LONGEST))
    parts = [_part(folder, name, first, last) for name in TRACKS]
    length = min(len(part) for part in parts)
    if not length:
        raise BadInputError("There is no sound at that place.", "The recording is shorter, or its tracks are missing.")
    mixed = sum(part[:length].astype(np.int32) for part in parts)
    sound = np.clip(mixed, -32768, 32767).astype(np.int16)
    file = io.BytesIO()
    soundfile.write(file, sound, SAMPLE_RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


def _part(folder: Path, name: TrackName, first: int, last: int) -> NDArray[np.int16]:
    """Part of one track: only that part of a finished one is decoded."""
    import soundfile

    path = folder / f"{name}.flac"
    if not path.exists():
        return read_track(folder, name)[first:last]
    try:
        with soundfile.SoundFile(path) as file:
            file.seek(min(first, file.frames))
            part: NDArray[np.int16] = file.read(last - first, dtype="int16")
            return part
    except (soundfile.SoundFileError, RuntimeError, OSError):
        return read_track(folder, name)[first:last]
