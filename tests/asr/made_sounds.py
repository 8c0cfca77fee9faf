"""Sounds that are no speech, made of filtered noise with a fixed seed."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE

QUESTION = "Can you tell me in your own words what you remember?"

Sound = NDArray[np.float32]


def noise_band(seed: int, length: int, low: float, high: float) -> NDArray[np.float64]:
    """Noise between two frequencies (Hz), at most 1."""
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(length))
    pitch = np.fft.rfftfreq(length, 1 / SAMPLE_RATE)
    sound = np.fft.irfft(np.where((pitch >= low) & (pitch <= high), spectrum, 0), length)
    return np.asarray(sound / np.abs(sound).max())


def coughs(seed: int) -> Sound:
    """One to three bursts with a sharp onset and a quick decay."""
    random = np.random.default_rng(seed)
    parts = [np.zeros(1600)]
    for burst in range(1 + seed % 3):
        length = int(SAMPLE_RATE * random.uniform(0.22, 0.4))
        time = np.arange(length) / SAMPLE_RATE
        envelope = np.exp(-time / random.uniform(0.05, 0.09)) * np.minimum(1, time / 0.006)
        parts.append(0.5 * envelope * noise_band(100 * seed + burst, length, 300, 5000))
        parts.append(np.zeros(int(SAMPLE_RATE * random.uniform(0.08, 0.2))))
    return np.concatenate(parts).astype(np.float32)


def keyboard(seed: int) -> Sound:
    """Two seconds of typing."""
    random = np.random.default_rng(seed)
    sound = np.zeros(2 * SAMPLE_RATE)
    for stroke, moment in enumerate(np.sort(random.uniform(0.05, 1.9, 14))):
        start = int(moment * SAMPLE_RATE)
        sound[start : start + 400] += 0.3 * np.exp(-np.arange(400) / 60) * noise_band(seed + stroke, 400, 1500, 7500)
    return sound.astype(np.float32)
