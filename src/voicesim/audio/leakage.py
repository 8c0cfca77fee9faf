"""How much of what is played comes back through the microphone, and how late: two short sweeps, and what was captured.

::

    played    ......|///////|...............|///////|...............
    captured  ~~~~~~~~~|///////|~~~~~~~~~~~~~~~|///////|~~~~~~~~~~~~   the same, `delay` later and weaker, in the room's noise
    response         .|\\......              .|\\......               with the sweep divided out: a peak, and the room after it

Speech or a door during one sweep makes a peak somewhere; only an echo makes it twice at the same place.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE, samples

_LOWEST, _HIGHEST = 250.0, 3500.0
"""Hz: where speech has its energy, and where the smallest loudspeaker still works."""
_LENGTH = samples(0.9)
_EDGE = samples(0.05)
LONGEST_DELAY = samples(0.8)
"""The latest echo that is looked for; wireless headsets take up to about half a second."""
_BEFORE, _AFTER = samples(0.005), samples(0.12)
"""Of the response: what belongs to the echo around its peak, the room's reflections included."""
_STANDS_OUT = 5.5
"""A peak this many times the noise of the response may be an echo. Noise alone reaches about 4.5."""
_SURE = 12.0
"""A peak this many times the noise is an echo by itself, even if the sound system shifted its buffers in between."""
_EACH = 0.6
"""Each sweep alone must show this much of the peak: what disturbs one of them shows nothing in the other."""
_SAME = samples(0.015)
"""Two peaks this close are one echo: a sound system may shift its buffers between the sweeps."""
_REGULAR = 0.01


@dataclass(frozen=True)
class Leakage:
    """What came back of a probe."""

    decibels: float | None
    """Level at the microphone relative to the level that was played; None when nothing came back."""
    delay: int
    """Samples between playing and hearing; 0 when nothing came back."""
    below: float
    """An echo weaker than this, in dB, would have gone unnoticed in the noise."""


def probe(level: float) -> NDArray[np.int16]:
    """A soft rising tone of 0.9 s through the range of speech, with as much silence around it as `measure_leakage` needs.

    Args:
        level: RMS of its steady part in dBFS, best that of her voice.

    Returns:
        Mono, 16 kHz, shape (40000,).
    """
    at = np.arange(_LENGTH) / SAMPLE_RATE
    rise = (_HIGHEST - _LOWEST) / (_LENGTH / SAMPLE_RATE)
    wave = np.sin(2 * np.pi * (_LOWEST * at + rise * at**2 / 2))
    fade = np.sin(np.linspace(0, np.pi / 2, _EDGE)) ** 2
    wave[:_EDGE] *= fade
    wave[-_EDGE:] *= fade[::-1]
    sweep = np.round(wave * np.sqrt(2) * 10 ** (level / 20) * 32767).astype(np.int16)
    return np.pad(sweep, LONGEST_DELAY)


def measure_leakage(*times: tuple[NDArray[np.int16], NDArray[np.int16]]) -> Leakage:
    """Find what was played in what was captured in the same stretches of time.

    Args:
        times: two times or more, all of one length: what was played, a `probe` or the most of it, and what was captured
            meanwhile; mono, 16 kHz, both of shape (n,).
    """
    size = 1 << (2 * len(times[0][0]) - 1).bit_length()
    responses = []
    for played, captured in times:
        spectrum = np.fft.rfft(played.astype(np.float64), size)
        power = np.abs(spectrum) ** 2
        heard = np.fft.rfft(captured - captured.mean(), size)
        responses.append(np.fft.irfft(heard * np.conj(spectrum) / (power + _REGULAR * power.max()), size))
    response = np.mean(responses, axis=0)
    peak = int(np.abs(response[:LONGEST_DELAY]).argmax())

    def level(piece: NDArray[np.float64]) -> float:
        """Energy that a path with this response gives the probe, relative to the probe's."""
        through = np.abs(np.fft.rfft(piece, size)) ** 2
        return float((through * power).sum() / power.sum())

    noise = _noise(response)
    never = response[-LONGEST_DELAY : -samples(0.05)]
    length = _BEFORE + _AFTER
    chance = float(np.mean([level(never[at : at + length]) for at in range(0, len(never) - length, length)]))
    below = round(10 * float(np.log10(max((noise * _STANDS_OUT) ** 2, chance, 1e-12))), 1)
    peaks = [int(np.abs(each[:LONGEST_DELAY]).argmax()) for each in responses]
    heights = [float(np.abs(each[at])) for each, at in zip(responses, peaks, strict=True)]
    if min(heights) < _SURE * max(_noise(each) for each in responses):
        around = slice(max(0, peak - _SAME), peak + _SAME)
        weakest = min(float(np.abs(each[around]).max()) for each in responses)
        if abs(response[peak]) < _STANDS_OUT * noise or weakest < _EACH * abs(response[peak]):
            return Leakage(None, 0, below)
        peaks = [peak] * len(responses)
    levels = [
        level(each[max(0, at - _BEFORE - _SAME) : at + _AFTER]) for each, at in zip(responses, peaks, strict=True)
    ]
    found = max(max(levels) - chance, 1e-12)
    return Leakage(round(10 * float(np.log10(found)), 1), peaks[levels.index(max(levels))], below)


def _noise(response: NDArray[np.float64]) -> float:
    """RMS of a response at times at which nothing can have come back: before the sweep was played."""
    return float(np.sqrt((response[-LONGEST_DELAY : -samples(0.05)] ** 2).mean())) + 1e-12
