"""Time is samples: the one unit inside the house, and the way in and out of it."""

from __future__ import annotations

SAMPLE_RATE = 16_000
"""Samples per second of every track and every position in the house (Hz)."""

FRAME = 512
"""Samples the drivers move at a time: 32 ms, the step of the voice activity detector."""


def samples(seconds: float) -> int:
    """Seconds to the nearest sample position."""
    return round(seconds * SAMPLE_RATE)


def seconds(position: int) -> float:
    """Sample position to seconds, rounded to a tenth of a millisecond so that logs compare as text."""
    return round(position / SAMPLE_RATE, 4)


def clock(position: int) -> str:
    """Sample position as m:ss.s for people."""
    tenths = round(position * 10 / SAMPLE_RATE)
    return f"{tenths // 600}:{tenths % 600 // 10:02d}.{tenths % 10}"
