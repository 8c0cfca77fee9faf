"""Writes a WAV file: for listening to one line, where any player must play it."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import StorageError
from voicesim.timebase import SAMPLE_RATE


def write_wav(path: Path, samples: NDArray[np.int16]) -> None:
    """Write mono sound at 16 kHz, 16 bit.

    Raises:
        StorageError: the file cannot be written.
    """
    try:
        with path.open("wb") as file, wave.open(file) as sound:
            sound.setnchannels(1)
            sound.setsampwidth(2)
            sound.setframerate(SAMPLE_RATE)
            sound.writeframes(samples.astype("<i2").tobytes())
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}.", "Choose another file.") from error
