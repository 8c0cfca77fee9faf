"""Levels of a microphone: loud, quiet, clipped, noisy."""

from __future__ import annotations

import numpy as np
import pytest

from voicesim.audio.levels import SILENT, measure


def _sine(level: float, seconds: float = 1.0) -> np.ndarray:
    return level * 32767 * np.sin(2 * np.pi * 200 * np.arange(round(16_000 * seconds)) / 16_000)


def test_a_full_scale_tone_has_its_known_level() -> None:
    levels = measure(_sine(1.0).astype(np.int16))
    assert levels.peak == pytest.approx(0, abs=0.05)
    assert levels.rms == pytest.approx(-3.01, abs=0.05)


def test_a_loud_tone_is_not_clipped_but_a_cut_one_is() -> None:
    assert measure(_sine(0.99).astype(np.int16)).clipped == 0
    cut = np.clip(_sine(1.5), -32768, 32767).astype(np.int16)
    assert measure(cut).clipped > 4_000


def test_the_noise_floor_is_the_level_between_the_words() -> None:
    noise = np.random.default_rng(1).normal(0, 32.768, 48_000)
    noise[8_000:24_000] += _sine(0.3)
    assert measure(noise.astype(np.int16)).noise_floor == pytest.approx(-60, abs=1)


def test_silence_and_nothing_at_all_have_a_level() -> None:
    for length in (0, 5, 16_000):
        levels = measure(np.zeros(length, np.int16))
        assert (levels.rms, levels.peak, levels.noise_floor, levels.clipped) == (SILENT, SILENT, SILENT, 0)
