"""How loud a stretch of sound is, whether it is clipped, and how quiet it is between the words."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import samples

SILENT = -96.0
"""dBFS given for digital silence: under the last bit."""
_FULL_SCALE = 32768.0
_STEP = samples(0.02)
_FLOOR_SHARE = 0.1
_CLIPPED_LEVEL = 32_700
_CLIPPED_RUN = 3


@dataclass(frozen=True)
class Levels:
    """Levels in dBFS; 0 is full scale, a full-scale sine has an RMS of -3."""

    rms: float
    peak: float
    noise_floor: float
    """RMS of the quietest tenth of its 20 ms stretches: the room and the microphone, where there are pauses."""
    clipped: int
    """Samples in runs of at least 3 at full scale, as a clipped wave has them and a loud one has not."""


def measure(track: NDArray[np.int16]) -> Levels:
    """Levels of a stretch of a track.

    Args:
        track: mono, 16 kHz, shape (n,); an empty one counts as silence.
    """
    whole = track.astype(np.float64) / _FULL_SCALE
    steps = whole[: whole.size // _STEP * _STEP].reshape(-1, _STEP)
    powers = np.sort((steps**2).mean(axis=1)) if len(steps) else (whole**2)
    quietest = powers[: max(1, round(len(powers) * _FLOOR_SHARE))]
    return Levels(
        rms=_decibels(float(np.sqrt((whole**2).mean()))) if whole.size else SILENT,
        peak=_decibels(float(np.abs(whole).max())) if whole.size else SILENT,
        noise_floor=_decibels(float(np.sqrt(quietest.mean()))) if quietest.size else SILENT,
        clipped=_clipped(track),
    )


def _decibels(amplitude: float) -> float:
    return SILENT if amplitude <= 0 else max(SILENT, round(20 * float(np.log10(amplitude)), 2))


def _clipped(track: NDArray[np.int16]) -> int:
    wide = track.astype(np.int32)
    count = 0
    for full in (wide >= _CLIPPED_LEVEL, wide <= -_CLIPPED_LEVEL):
        edges = np.diff(np.concatenate([[0], full.astype(np.int8), [0]]))
        runs = np.flatnonzero(edges < 0) - np.flatnonzero(edges > 0)
        count += int(runs[runs >= _CLIPPED_RUN].sum())
    return count
