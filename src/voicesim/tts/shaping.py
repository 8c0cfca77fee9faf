"""What is done to voiced samples: to 16 kHz, cut to where they sound, edges faded, lines brought to one level."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE, samples
from voicesim.tts.settings import ShapeSettings

FULL_SCALE = 32767
_FRAME = samples(0.020)


def to_house_rate(sound: NDArray[np.float32], rate: int) -> NDArray[np.int16]:
    """Resample mono float samples in [-1, 1] from `rate` Hz to int16 at 16 kHz."""
    if rate != SAMPLE_RATE:
        import soxr

        sound = soxr.resample(sound, rate, SAMPLE_RATE, quality="HQ")
    return _to_int16(sound * FULL_SCALE)


def trim(sound: NDArray[np.int16], shape: ShapeSettings) -> NDArray[np.int16]:
    """Cut to the first and last sample within `sounding_below_peak_db` of the peak; silence becomes empty."""
    size = np.abs(sound.astype(np.int32))
    peak = int(size.max(initial=0))
    if peak == 0:
        return sound[:0]
    sounding = np.flatnonzero(size >= peak * _ratio(-shape.sounding_below_peak_db))
    return sound[sounding[0] : sounding[-1] + 1]


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


def gain_to_level(sound: NDArray[np.int16], volume: float, shape: ShapeSettings) -> float:
    """The factor that brings voiced samples to the house level times `volume`, short of the ceiling.

    The level is the root mean square over the 20 ms frames that count as voiced: pauses do not make a line louder.
    """
    if not np.any(sound):
        return 1.0
    whole = sound.astype(np.float64) / FULL_SCALE
    peak = float(np.abs(whole).max())
    frames = np.pad(whole, (0, -len(whole) % _FRAME)).reshape(-1, _FRAME)
    power = np.mean(frames**2, axis=1)
    voiced = power >= power.max() * _ratio(-shape.voiced_below_loudest_db) ** 2
    level = float(np.sqrt(power[voiced].mean()))
    return min(_ratio(shape.level_dbfs) / level, _ratio(shape.ceiling_dbfs) / peak) * volume


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
