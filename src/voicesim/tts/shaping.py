"""What is done to voiced samples: to 16 kHz, cut to where they sound, edges faded, lines brought to one level."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE, samples
from voicesim.tts.settings import ShapeSettings

if TYPE_CHECKING:
    from pyloudnorm import Meter

FULL_SCALE = 32767
_GATE_SECONDS = 0.4
"""The block of ITU-R BS.1770, which EBU R128 measures by."""


def to_house_rate(sound: NDArray[np.float32], rate: int) -> NDArray[np.int16]:
    """Resample mono float samples in [-1, 1] from `rate` Hz to int16 at 16 kHz."""
    if rate != SAMPLE_RATE:
        import soxr

        sound = soxr.resample(sound, rate, SAMPLE_RATE, quality="HQ")
    return _to_int16(sound * FULL_SCALE)


def sounding(sound: NDArray[np.int16], shape: ShapeSettings) -> tuple[int, int]:
    """Where it sounds: the first and one past the last sample within `sounding_below_peak_db` of the peak; (0, 0) in silence."""
    size = np.abs(sound.astype(np.int32))
    peak = int(size.max(initial=0))
    if peak == 0:
        return 0, 0
    found = np.flatnonzero(size >= peak * _ratio(-shape.sounding_below_peak_db))
    return int(found[0]), int(found[-1]) + 1


def trim(sound: NDArray[np.int16], shape: ShapeSettings) -> NDArray[np.int16]:
    """Cut to where it sounds; silence becomes empty."""
    start, end = sounding(sound, shape)
    return sound[start:end]


def fade_edges(sound: NDArray[np.int16], shape: ShapeSettings) -> NDArray[np.int16]:
    """Raised-cosine fades at both ends, never longer than half the sound."""
    length = min(samples(shape.fade_ms / 1000), len(sound) // 2)
    if length == 0:
        return sound
    ramp = 0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)
    faded = sound.astype(np.float64)
    faded[:length] *= ramp
    faded[-length:] *= ramp[::-1]
    return _to_int16(faded)


def trail_off(sound: NDArray[np.int16], shape: ShapeSettings) -> tuple[NDArray[np.int16], int]:
    """Let a phrase sink away towards its end.

    Returns:
        The samples, and from which on it sinks.
    """
    length = min(samples(shape.trails_seconds), len(sound) // 2)
    start = len(sound) - length
    sinking = sound.astype(np.float64)
    sinking[start:] *= 10.0 ** (-shape.trails_db / 20 * np.linspace(0.0, 1.0, length))
    return _to_int16(sinking), start


def gain_to_level(sound: NDArray[np.int16], volume: float, shape: ShapeSettings) -> float:
    """The factor that brings a line to the house loudness (EBU R128, integrated) times `volume`, short of the ceiling.

    The measure leaves pauses out by itself. It needs 0.4 s: what is shorter is measured as if it were said again and again.
    """
    if not np.any(sound):
        return 1.0
    whole = sound.astype(np.float64) / FULL_SCALE
    peak = float(np.abs(whole).max())
    needed = samples(_GATE_SECONDS) + 1
    heard = np.tile(whole, -(-needed // len(whole))) if len(whole) < needed else whole
    loudness = _meter().integrated_loudness(heard)
    if not np.isfinite(loudness):
        return 1.0
    return min(_ratio(shape.loudness_lufs - loudness), _ratio(shape.ceiling_dbfs) / peak) * volume


@cache
def _meter() -> Meter:
    import pyloudnorm

    return pyloudnorm.Meter(SAMPLE_RATE, block_size=_GATE_SECONDS)


def scale(sound: NDArray[np.int16], factor: float) -> NDArray[np.int16]:
    """Every sample times `factor`, rounded."""
    return _to_int16(sound.astype(np.float64) * factor)


def quiet_gaps(sound: NDArray[np.int16], shape: ShapeSettings) -> list[tuple[int, int]]:
    """Stretches inside the sound, of `clause_gap_ms` or more, where nothing sounds: (start, end) in order."""
    size = np.abs(sound.astype(np.int32))
    sounding = np.flatnonzero(size >= max(1.0, float(size.max(initial=0)) * _ratio(-shape.sounding_below_peak_db)))
    jumps = np.flatnonzero(np.diff(sounding) > samples(shape.clause_gap_ms / 1000))
    return [(int(sounding[jump]) + 1, int(sounding[jump + 1])) for jump in jumps]


def _ratio(decibels: float) -> float:
    return float(10.0 ** (decibels / 20))


def _to_int16(sound: NDArray[np.floating]) -> NDArray[np.int16]:
    whole: NDArray[np.int16] = np.clip(np.rint(sound), -FULL_SCALE - 1, FULL_SCALE).astype(np.int16)
    return whole
