"""Takes the other speaker's echo off a track: two people in one room, or her voice from loudspeakers.

A copy of the other track, later and weaker, is found by correlation; from it follow its delay and its level. Then every
frame that is no louder than that copy would be is silenced, before anybody looks for speech. ::

    survivor      ######    ####
    trainee       ......    ....  ###     a copy, 20 dB down     → silenced
                     @@@                  his own voice over it  → kept
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from voicesim.timebase import SAMPLE_RATE
from voicesim.yamlfile import load_model

_FRAME = SAMPLE_RATE // 50
_QUIET = 1e-9


class LeakSettings(BaseModel):
    """leakage.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/leakage/1"]
    window: Annotated[float, Field(gt=0)]
    furthest: Annotated[float, Field(gt=0)]
    alike: Annotated[float, Field(gt=0, lt=1)]
    share: Annotated[float, Field(gt=0, lt=1)]
    margin: float
    ringing: Annotated[float, Field(gt=0)]
    most_room: Annotated[float, Field(ge=0)]
    loudest: Annotated[float, Field(le=0)]


@cache
def leak_settings() -> LeakSettings:
    """The bundled thresholds."""
    return load_model(resources.files("voicesim.analysis") / "leakage.yaml", LeakSettings)


@dataclass(frozen=True)
class Leak:
    """How the other's voice reaches a track."""

    delay: int
    """Samples later."""
    level: float
    """dB against the other track; negative."""
    share: float
    """Of the other's stretches of speech, how many were found again."""


def find_leak(track: NDArray[np.int16], other: NDArray[np.int16]) -> Leak | None:
    """How `other` leaks into `track`, None when it does not.

    Args:
        track: mono, 16 kHz, shape (n,).
        other: the other speaker's track on the same time line.
    """
    limits = leak_settings()
    size, reach = round(limits.window * SAMPLE_RATE), round(limits.furthest * SAMPLE_RATE)
    length = min(len(track), len(other))
    compared, delays, levels = 0, [], []
    loud = _power(other[:length])
    if not loud.size:
        return None
    speaking = max(float(np.percentile(loud, 90)) / 100, 1e-6)
    for start in range(0, length - size - reach, size):
        theirs = _floats(other[start : start + size])
        if float(np.mean(theirs**2)) < speaking:
            continue
        ours = _floats(track[start : start + size + reach])
        compared += 1
        alike, delay, level = _compare(ours, theirs)
        if alike >= limits.alike and level < -1:
            delays.append(delay)
            levels.append(level)
    if not compared or len(levels) < limits.share * compared or len(levels) < 3:
        return None
    delay = int(np.median(delays))
    near = [level for level, at in zip(levels, delays, strict=True) if abs(at - delay) <= SAMPLE_RATE // 100]
    if len(near) < len(levels) / 2:
        return None  # likenesses at any distance are chance, or a tone both tracks hold
    return Leak(delay, float(np.median(near)), len(near) / compared)


def _compare(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> tuple[float, int, float]:
    """(correlation at the best delay, that delay, dB of the copy against the original)."""
    size = 1 << int(len(ours) + len(theirs) - 1).bit_length()
    product = np.fft.irfft(np.fft.rfft(ours, size) * np.conj(np.fft.rfft(theirs, size)), size)
    lags = product[: len(ours) - len(theirs) + 1]
    delay = int(np.argmax(np.abs(lags)))
    piece = ours[delay : delay + len(theirs)]
    theirs_energy, energy = float(np.sum(theirs**2)), float(np.sum(piece**2))
    if theirs_energy <= _QUIET or energy <= _QUIET:
        return 0.0, delay, 0.0
    peak = abs(float(lags[delay]))
    return peak / (theirs_energy * energy) ** 0.5, delay, 20 * float(np.log10(peak / theirs_energy + _QUIET))


def without_leak(track: NDArray[np.int16], other: NDArray[np.int16], leak: Leak) -> NDArray[np.int16]:
    """The track with every frame silenced that holds no more than the other's echo."""
    limits = leak_settings()
    echo = np.zeros(len(track), np.float64)
    reach = min(len(other), max(0, len(track) - leak.delay))
    echo[leak.delay : leak.delay + reach] = other[:reach] / 32768
    theirs = _ringing(_smooth(_power_of(echo)), limits.ringing)
    there = _smooth(_power_of(track / 32768))
    # What comes by way of the walls adds to the direct path. How much is seen where this track is quiet while the other speaks.
    loud = theirs > max(float(np.percentile(theirs, 90)) / 100, _QUIET)
    seen = 10 * np.log10(np.maximum(there[loud], _QUIET) / theirs[loud])
    room = float(np.clip(np.percentile(seen, 30) - leak.level, 0, limits.most_room)) if seen.size else 0.0
    expected = theirs * 10 ** (min(leak.level + room + limits.margin, max(leak.level, limits.loudest)) / 10)
    only_echo = (there <= expected) & (expected > 1e-8)
    mask = np.repeat(only_echo, _FRAME)[: len(track)]
    cleaned = track.copy()
    cleaned[: len(mask)][mask] = 0
    return cleaned


def _ringing(power: NDArray[np.float64], decay: float) -> NDArray[np.float64]:
    """Power that falls no faster than by `decay` dB a second, as sound in a room."""
    kept, result = 10 ** (-decay * 0.02 / 10), power.copy()
    for index in range(1, len(result)):
        result[index] = max(result[index], result[index - 1] * kept)
    return result


def _floats(track: NDArray[np.int16]) -> NDArray[np.float32]:
    return np.divide(track, 32768, dtype=np.float32)


def _power(track: NDArray[np.int16]) -> NDArray[np.float64]:
    return _power_of(track / 32768)


def _power_of(signal: NDArray[np.float64]) -> NDArray[np.float64]:
    """Mean square of every 20 ms, the last one padded."""
    padded = np.pad(signal, (0, -len(signal) % _FRAME))
    result: NDArray[np.float64] = np.mean(padded.reshape(-1, _FRAME) ** 2, axis=1) if len(padded) else np.zeros(0)
    return result


def _smooth(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """Over five frames: an echo is smeared in time."""
    if len(power) < 5:
        return power
    result: NDArray[np.float64] = np.convolve(power, np.ones(5) / 5, mode="same")
    return result
