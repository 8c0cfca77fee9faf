"""Two time-aligned tracks on disk: growing WAV files while the session runs, FLAC once it is closed.

A WAV file only ever grows at its end, so whatever was written before a crash is there; its header is brought up to date every
second, and the reader goes by the file's length anyway.
"""

from __future__ import annotations

import errno
import os
import struct
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Literal

from voicesim.errors import BadInputError
from voicesim.session.disk import for_its_owner_only, replace_durably, write_all
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TrackName = Literal["trainee", "survivor"]
TRACKS: tuple[TrackName, TrackName] = ("trainee", "survivor")
_HEADER = 44
_BYTES = 2
_PIECE = 1 << 20
"""Samples moved at once when a track is compressed: about a minute."""


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
        write_all(self._file, _header(0))
        self.length = 0

    def append(self, samples: NDArray[np.int16]) -> None:
        """Add samples at the end."""
        write_all(self._file, samples.astype("<i2", copy=False).tobytes())
        self.length += len(samples)

    def mark_length(self) -> None:
        """Bring the header up to date. Not while samples are being added."""
        os.lseek(self._file, 0, os.SEEK_SET)
        try:
            write_all(self._file, _header(self.length * _BYTES))
        finally:
            os.lseek(self._file, 0, os.SEEK_END)

    def sync(self) -> None:
        """Bring what was written onto the disk. Samples may be added meanwhile."""
        os.fsync(self._file)

    def close(self) -> None:
        """Finish the header and let go of the file."""
        try:
            self.mark_length()
            self.sync()
        finally:
            os.close(self._file)


def read_growing(path: Path) -> NDArray[np.int16]:
    """The samples of a WAV file that may have been cut off anywhere, by its length."""
    return growing_samples(path.read_bytes())


def growing_samples(data: bytes) -> NDArray[np.int16]:
    """The same of a file's bytes."""
    import numpy as np

    usable = max(0, len(data) - _HEADER) // _BYTES * _BYTES
    return np.frombuffer(data, dtype="<i2", offset=min(_HEADER, len(data)), count=usable // _BYTES).astype(np.int16)


def growing_length(path: Path) -> int:
    """Samples in such a file."""
    return max(0, path.stat().st_size - _HEADER) // _BYTES


def compress(folder: Path, name: TrackName, silence: int = 0) -> None:
    """Turn a finished WAV track into FLAC. The WAV goes only when the FLAC lies on the disk, was read back and is the same.

    A track without a single sample stays as it is: there is no FLAC of nothing.

    Args:
        folder: the session.
        name: which track.
        silence: samples of silence to add at the end, so that both tracks are equally long.

    Raises:
        OSError: the disk would not take it, or gave back something else; the WAV stays.
    """
    source, target = folder / f"{name}.wav", folder / f"{name}.flac"
    if not growing_length(source) + silence:
        return
    scratch = folder / f".{name}.flac.part"
    try:
        write_flac(scratch, _blocks(source, silence))
        if not _same(_blocks(source, silence), scratch):
            raise OSError(errno.EIO, "What was written could not be read back")
        replace_durably(scratch, target)
        source.unlink()
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)


class _Noticing:
    """A file for libsndfile, which keeps to itself that the disk is full: the refusal is remembered here."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.refusal: OSError | None = None

    def write(self, data: bytes) -> int:
        try:
            return self._file.write(data)
        except OSError as error:
            self.refusal = self.refusal or error
            return 0

    def read(self, count: int = -1) -> bytes:
        return self._file.read(count)

    def seek(self, offset: int, whence: int = 0) -> int:
        return self._file.seek(offset, whence)

    def tell(self) -> int:
        return self._file.tell()


def write_flac(path: Path, blocks: Iterable[NDArray[np.int16]]) -> None:
    """Write blocks of mono sound at 16 kHz as one FLAC file, and bring it onto the disk.

    Raises:
        OSError: the disk would not take it; a part may be there.
    """
    import soundfile

    with open(path, "w+b", buffering=0, opener=for_its_owner_only) as raw:
        noticing = _Noticing(raw)
        try:
            with soundfile.SoundFile(
                noticing, "w", samplerate=SAMPLE_RATE, channels=1, format="FLAC", subtype="PCM_16"
            ) as encoder:
                for block in blocks:
                    encoder.write(block)
                    if noticing.refusal:
                        break
        except (soundfile.LibsndfileError, RuntimeError, AssertionError) as error:
            raise noticing.refusal or OSError(errno.EIO, str(error)) from error
        if noticing.refusal:
            raise noticing.refusal
        os.fsync(raw.fileno())


def _blocks(path: Path, silence: int = 0) -> Iterator[NDArray[np.int16]]:
    """The samples of a growing track a piece at a time: four hours of it need not fit into memory."""
    import numpy as np

    left = growing_length(path)
    with path.open("rb") as file:
        file.seek(_HEADER)
        while left > 0:
            data = file.read(min(left, _PIECE) * _BYTES)
            if not data:
                break
            left -= len(data) // _BYTES
            yield np.frombuffer(data, dtype="<i2").astype(np.int16)
    while silence > 0:
        yield np.zeros(min(silence, _PIECE), dtype=np.int16)
        silence -= _PIECE


def _same(blocks: Iterable[NDArray[np.int16]], flac: Path) -> bool:
    """Whether a file holds just these samples."""
    import numpy as np
    import soundfile

    try:
        with soundfile.SoundFile(flac) as file:
            for block in blocks:
                if not np.array_equal(file.read(len(block), dtype="int16"), block):
                    return False
            return len(file.read(1)) == 0
    except (soundfile.LibsndfileError, RuntimeError):
        return False


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
    except (soundfile.LibsndfileError, RuntimeError, OSError) as error:
        raise BadInputError(
            f"{finished} is damaged: {str(error).rstrip('.')}.", "The log and the other track can still be used."
        ) from error
    if rate != SAMPLE_RATE or samples.ndim != 1:
        raise BadInputError(f"{finished} is not mono at {SAMPLE_RATE} Hz.")
    result: NDArray[np.int16] = samples
    return result
