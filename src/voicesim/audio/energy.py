"""Short-time energy in bands: where exactly a sound begins and ends, and how far it stands out from the noise."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import FRAME

BIN = 128
"""Samples an energy value stands for: 8 ms."""
BINS_PER_FRAME = FRAME // BIN

_WINDOW = 256
_LEAD = (_WINDOW - BIN) // 2
"""Samples a window reaches beyond its bin on either side: the last bin of a frame must wait for the next frame."""
_EDGES = (2, 5, 10, 20, 40, 80, 129)
"""Band limits in 62.5 Hz lines: 125, 312, 625, 1250, 2500, 5000, 8000 Hz. Hum below 125 Hz is left out."""
BANDS = len(_EDGES) - 1


class BandEnergies:
    """Energy of one track in six bands, an octave or so each, every 8 ms.

    ::

        frames      |........ 512 ........|........ 512 ........|
        bins        0    1    2    3    4    5    6    7           after frame 0: bins -1 .. 2, after frame 1: 3 .. 6
    """

    def __init__(self) -> None:
        self._tail = np.zeros(BIN + _LEAD, np.float32)
        self._hann = np.hanning(_WINDOW + 1)[:-1].astype(np.float32)
        # A full-scale sine is 0 dBFS.
        self._scale = 4.0 / float(self._hann.sum()) ** 2

    def decibels(self, samples: NDArray[np.float32]) -> NDArray[np.float64]:
        """Band levels of the bins that have become complete, one bin behind the samples.

        Args:
            samples: the track's next whole frames, in [-1, 1], shape (k * 512,).

        Returns:
            dBFS, shape (k * 4, 6); the very first row lies before the track's first sample.
        """
        joined = np.concatenate([self._tail, samples])
        count = samples.size // BIN
        windows = np.lib.stride_tricks.sliding_window_view(joined, _WINDOW)[::BIN][:count]
        power = np.abs(np.fft.rfft(windows * self._hann, axis=1)) ** 2 * self._scale
        bands = np.add.reduceat(power, _EDGES[:-1], axis=1)
        self._tail = joined[-(BIN + _LEAD) :]
        result: NDArray[np.float64] = 10 * np.log10(bands + 1e-12)
        return result


class NoiseFloor:
    """The level of what is not speech, band by band: the mean of the last few seconds without speech.

    Args:
        memory: bins remembered.
        floor: dBFS under which nothing counts as noise.
    """

    def __init__(self, memory: int, floor: float) -> None:
        self._ring = np.full((memory, BANDS), floor)
        self._floor = floor
        self._count = 0
        self.level: NDArray[np.float64] = np.full(BANDS, floor)

    def learn(self, decibels: NDArray[np.float64]) -> None:
        """Take bins (k, 6) known to hold no speech."""
        for row in decibels:
            self._ring[self._count % len(self._ring)] = row
            self._count += 1
        known = self._ring[: min(self._count, len(self._ring))]
        self.level = np.maximum(known.mean(axis=0), self._floor)

    def excess(self, decibels: NDArray[np.float64]) -> NDArray[np.float64]:
        """How far bins (k, 6) stand above the noise: mean over the bands of what is above, in dB, shape (k,)."""
        result: NDArray[np.float64] = np.maximum(decibels - self.level, 0.0).mean(axis=1)
        return result


class LevelRange:
    """Between which levels a track has moved of late: its background, and the voice near the microphone.

    Args:
        memory: bins remembered.
        quiet_share: the background is the level under which this share of the bins lies.
        loud_share: the near voice likewise.
    """

    _ENOUGH = 250
    """Bins before a range can be told: 2 s."""

    def __init__(self, memory: int, quiet_share: float, loud_share: float) -> None:
        self._ring = np.zeros(memory)
        self._count = 0
        self._shares = (quiet_share, loud_share)

    def take(self, levels: NDArray[np.float64]) -> None:
        """Take the next bins' whole levels, dBFS, shape (k,)."""
        for level in levels:
            self._ring[self._count % len(self._ring)] = level
            self._count += 1

    def between(self, share: float, at_least: float) -> float:
        """The level `share` of the way up from the background to the near voice.

        Args:
            share: 0 gives the background, 1 the near voice.
            at_least: dBFS the background is known to have.

        Returns:
            dBFS; minus infinity while too little has been heard.
        """
        if self._count < self._ENOUGH:
            return -math.inf
        known = np.sort(self._ring[: min(self._count, len(self._ring))])
        quiet, loud = (float(known[int(s * (len(known) - 1))]) for s in self._shares)
        background = max(quiet, at_least)
        return background + share * max(0.0, loud - background)


def total(decibels: NDArray[np.float64]) -> NDArray[np.float64]:
    """Level of all bands together, over the last axis, in dB."""
    result: NDArray[np.float64] = 10 * np.log10((10 ** (decibels / 10)).sum(axis=-1))
    return result
