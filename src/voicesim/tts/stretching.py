"""Slower or faster speech at the same pitch: overlapping pieces of the sound, laid where they fit best (WSOLA, Verhelst and
Roelands 1993). Good for the small changes that a mood makes; all of it plain arithmetic, so the same every time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

_FRAME_SECONDS = 0.03
_SEARCH_SECONDS = 0.008
"""How far a piece may be moved to fit: more than a pitch period of most voices, half of one at 60 Hz."""


def stretch(sound: NDArray[np.float32], factor: float, rate: int) -> NDArray[np.float32]:
    """Make a sound `factor` times as long.

    Args:
        sound: mono, shape (n,).
        factor: above 1 is slower.
        rate: samples a second.

    Returns:
        Shape (round(n · factor),).
    """
    length = round(len(sound) * factor)
    hop = round(_FRAME_SECONDS * rate) // 2
    frame, search = 2 * hop, round(_SEARCH_SECONDS * rate)
    if length == len(sound) or len(sound) < frame:
        return sound if length == len(sound) else np.resize(sound, length)
    padded = np.concatenate([np.zeros(search), sound.astype(np.float64), np.zeros(2 * frame + 2 * search)])
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(frame) / frame)
    result = np.zeros(length + 2 * frame)
    weight = np.zeros_like(result)
    follows = search  # where the last piece would go on
    for at in range(0, length, hop):
        middle = search + min(round(at / factor), len(sound))
        first = max(middle - search, 0)
        here = padded[first : middle + search + frame]
        likeness = np.correlate(here, padded[follows : follows + frame], mode="valid")
        start = first + int(np.argmax(likeness)) if at else search
        result[at : at + frame] += padded[start : start + frame] * window
        weight[at : at + frame] += window
        follows = start + hop
    whole = result[:length] / np.maximum(weight[:length], 1e-3)
    return whole.astype(np.float32)
