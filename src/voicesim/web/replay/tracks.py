"""A session's two tracks, read piece by piece from wherever one wants them: an hour of sound never lies in memory whole.

A track that is missing, or cannot be decoded, is silence there: what else there is of the session can still be heard.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from voicesim.session.meta import META
from voicesim.session.tracks import TRACKS, TrackName, growing_length
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_HEADER = 44
_BYTES = 2


class Tracks:
    """Both tracks of a session, open for reading. Use it in a `with` statement.

    Args:
        folder: the session's.
        least: samples there are at least, silence where no track reaches: how far the session's log goes.
    """

    def __init__(self, folder: Path, least: int = 0) -> None:
        self._open = {name: _Track(folder, name) for name in TRACKS}
        lengths = [track.length for track in self._open.values()]
        # Tracks belong together sample by sample, so both end where the shorter does, unless one is not there at all.
        self.length = (min(lengths) if all(lengths) else max(lengths)) or least
        """Samples."""

    def __enter__(self) -> Tracks:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for track in self._open.values():
            track.close()

    def read(self, name: TrackName, start: int, count: int) -> NDArray[np.int16]:
        """Samples of one track, from a position on; shape (count,), silence where there is nothing."""
        return self._open[name].read(start, count)

    @property
    def trouble(self) -> tuple[str, ...]:
        """What could not be read so far, each one sentence for a person."""
        return tuple(track.trouble for track in self._open.values() if track.trouble)


class _Track:
    def __init__(self, folder: Path, name: TrackName) -> None:
        self._file: Any = None
        self._raw = False
        self.length = 0
        self.trouble = ""
        self._name = name
        self._path = folder / f"{name}.wav"
        with suppress(OSError):
            if self._path.exists():
                self._raw = True
                self._file = self._path.open("rb")
                self.length = growing_length(self._path)
                return
        self._path = folder / f"{name}.flac"
        if self._path.exists():
            self._begin()

    def read(self, start: int, count: int) -> NDArray[np.int16]:
        import numpy as np

        found = np.zeros(count, np.int16)
        there = max(0, min(count, self.length - start))
        if there and self._file is not None:
            samples = self._raw_samples(start, there) if self._raw else self._decoded(start, there)
            found[: len(samples)] = samples
        return found

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

    def _begin(self) -> None:
        import soundfile

        try:
            self._file = soundfile.SoundFile(self._path)
        except (soundfile.LibsndfileError, RuntimeError, OSError):
            self._damaged()
            return
        if self._file.samplerate != SAMPLE_RATE or self._file.channels != 1:
            self.close()
            self._damaged()
            return
        self.length = int(self._file.frames)

    def _raw_samples(self, start: int, count: int) -> NDArray[np.int16]:
        import numpy as np

        self._file.seek(_HEADER + start * _BYTES)
        data = self._file.read(count * _BYTES)
        return np.frombuffer(data[: len(data) // _BYTES * _BYTES], dtype="<i2").astype(np.int16)

    def _decoded(self, start: int, count: int) -> NDArray[np.int16]:
        import numpy as np
        import soundfile

        try:
            if self._file.tell() != start:
                self._file.seek(start)
            samples: NDArray[np.int16] = self._file.read(count, dtype="int16")
        except (soundfile.LibsndfileError, RuntimeError):
            self._reopened()
            if count <= SAMPLE_RATE or self._file is None:
                return np.zeros(count, np.int16)
            half = count // 2  # what lies before and behind the damage can still be heard
            return np.concatenate([self._decoded(start, half), self._decoded(start + half, count - half)])
        return samples

    def _reopened(self) -> None:
        """A decoder that met damage is of no more use; a new one can go on behind it."""
        length = self.length
        self.close()
        self._begin()
        self.length = length
        self._damaged()

    def _damaged(self) -> None:
        self.trouble = f"The {self._name}'s track is damaged; what cannot be read of it is silent here."


def sound_key(folder: Path) -> str:
    """What a session's sound is known by: another whenever a track or its checksum is."""
    import json

    digest = sha256()
    with suppress(OSError, ValueError, AttributeError):
        digest.update(json.dumps(json.loads((folder / META).read_bytes()).get("checksums"), sort_keys=True).encode())
    for name in TRACKS:
        for ending in ("wav", "flac"):
            with suppress(OSError):
                status = (folder / f"{name}.{ending}").stat()
                digest.update(f"{name}.{ending} {status.st_size} {status.st_mtime_ns}".encode())
    return digest.hexdigest()[:32]
