"""Two time-aligned tracks on disk: growing WAV files while the session runs, FLAC once it is closed.

A WAV file only ever grows at its end, so whatever was written before a crash is there; its header is brought up to date every
second, and the reader goes by the file's length anyway.
"""

from __future__ import annotations

import io
import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from voicesim.errors import BadInputError
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TrackName = Literal["trainee", "survivor"]
TRACKS: tuple[TrackName, TrackName] = ("trainee", "survivor")
_HEADER = 44
_BYTES = 2


def _header(data_bytes: int) -> bytes:
    return struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, SAMPLE_RATE, SAMPLE_RATE * _BYTES,
        _BYTES, 8 * _BYTES, b"data", data_bytes,
    )  # fmt: skip


class GrowingTrack:
    """A mono 16-bit 16 kHz WAV file being recorded. Every write goes straight to the operating system."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
        self._write(_header(0))
        self.length = 0

    def append(self, samples: NDArray[np.int16]) -> None:
        """Add samples at the end."""
        self._write(samples.astype("<i2", copy=False).tobytes())
        self.length += len(samples)

    def _write(self, data: bytes) -> None:
        view = memoryview(data)
        while view:
            view = view[os.write(self._file, view) :]

    def sync(self) -> None:
        """Bring the header up to date and the bytes onto the disk."""
        os.lseek(self._file, 0, os.SEEK_SET)
        self._write(_header(self.length * _BYTES))
        os.lseek(self._file, 0, os.SEEK_END)
        os.fsync(self._file)

    def close(self) -> None:
        """Finish the header and let go of the file."""
        try:
            self.sync()
        finally:
            os.close(self._file)


def read_growing(path: Path) -> NDArray[np.int16]:
    """The samples of a WAV file that may have been cut off anywhere, by its length."""
    import numpy as np

    data = path.read_bytes()
    usable = max(0, len(data) - _HEADER) // _BYTES * _BYTES
    return np.frombuffer(data, dtype="<i2", offset=min(_HEADER, len(data)), count=usable // _BYTES).astype(np.int16)


def compress(folder: Path, name: TrackName) -> None:
    """Turn a finished WAV track into FLAC. The WAV goes only when the FLAC has been read back and is the same.

    Raises:
        OSError: the disk would not take it; the WAV stays.
    """
    import numpy as np
    import soundfile

    source = folder / f"{name}.wav"
    samples = read_growing(source)
    scratch, target = folder / f".{name}.flac.part", folder / f"{name}.flac"
    encoded = io.BytesIO()  # libsndfile itself would not say that the disk is full
    soundfile.write(encoded, samples, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    try:
        with open(scratch, "wb") as file:
            file.write(encoded.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        again, _ = soundfile.read(scratch, dtype="int16")
        if np.array_equal(samples, again):
            os.replace(scratch, target)
            source.unlink()
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


def read_track(folder: Path, name: TrackName) -> NDArray[np.int16]:
    """A track of a session, finished or cut off.

    Returns:
        Mono int16 samples at 16 kHz, shape (n,); empty when the track was never begun.

    Raises:
        BadInputError: the file is there but damaged.
    """
    import numpy as np
    import soundfile

    growing, finished = folder / f"{name}.wav", folder / f"{name}.flac"
    if growing.exists():
        return read_growing(growing)
    if not finished.exists():
        return np.zeros(0, dtype=np.int16)
    try:
        samples, rate = soundfile.read(finished, dtype="int16")
    except (soundfile.LibsndfileError, RuntimeError) as error:
        raise BadInputError(
            f"{finished} is damaged: {str(error).rstrip('.')}.", "The log and the other track can still be used."
        ) from error
    if rate != SAMPLE_RATE or samples.ndim != 1:
        raise BadInputError(f"{finished} is not mono at {SAMPLE_RATE} Hz.")
    result: NDArray[np.int16] = samples
    return result
