"""Sound as it travels: 16 bit, little-endian, mono, 16 kHz. Lossless for whatever a session records."""

from __future__ import annotations

import io
import wave

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE


def to_pcm(samples: NDArray[np.float32]) -> bytes:
    """Float samples in [-1, 1] as 16-bit ones."""
    return np.clip(np.round(samples * 32768.0), -32768, 32767).astype("<i2").tobytes()


def from_pcm(data: bytes) -> NDArray[np.float32]:
    """The way back."""
    samples: NDArray[np.float32] = np.divide(np.frombuffer(data[: len(data) // 2 * 2], "<i2"), 32768, dtype=np.float32)
    return samples


def to_wav(samples: NDArray[np.float32]) -> bytes:
    """A whole WAV file."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(SAMPLE_RATE)
        out.writeframes(to_pcm(samples))
    return file.getvalue()
