"""Loudness and pitch of the trainee's turns, from the track. Plain numbers; what they may mean is not said here.

Pitch by autocorrelation divided by the window's own (Boersma 1993, Proc. Institute of Phonetic Sciences 17, 97-110).
docs/measures.md says how it agrees with Praat and why Praat itself is not used.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from voicesim.scoring.conversation import Span, Turn, VoiceHeard
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LOWEST, _HIGHEST = 65.0, 450.0
"""Hz: people who speak, not sing."""
_WINDOW = round(0.046 * SAMPLE_RATE)
"""Three periods of the lowest pitch."""
_STEP = SAMPLE_RATE // 50
_PERIODIC = 0.5
"""Strength of the best period from which a frame counts as voiced."""
_OCTAVE_COST = 0.02
"""A period twice as long must be better by this to be preferred: against halving."""
_RELATIVE_FLOOR = 30.0
"""dB under a turn's loudest frame beneath which nothing counts."""
_FEWEST = 10
"""Voiced frames (20 ms each) a turn needs before its pitch is told."""


def hear_voice(track: NDArray[np.int16], turns: Sequence[Turn]) -> tuple[VoiceHeard, ...]:
    """Listen to the trainee's turns.

    Args:
        track: the trainee's, mono, 16 kHz, shape (n,).
        turns: all turns; only the trainee's are looked at.

    Returns:
        One entry a turn in which anything was voiced.
    """
    heard = (_listen(track, turn, turn.segments or (turn,)) for turn in turns if turn.speaker == "trainee")
    return tuple(one for one in heard if one is not None)


def _listen(track: NDArray[np.int16], turn: Turn, segments: Sequence[Span]) -> VoiceHeard | None:
    import numpy as np

    pitches, powers = [], []
    for segment in segments:
        pitch, power = pitch_of(np.divide(track[segment.start : segment.end], 32768, dtype=np.float32))
        pitches.append(pitch)
        powers.append(power)
    pitch, power = np.concatenate(pitches), np.concatenate(powers)
    if not power.size:
        return None
    voiced = (pitch > 0) & (power >= power.max() * 10 ** (-_RELATIVE_FLOOR / 10)) & (power > 1e-9)
    if not voiced.any():
        return None
    found = pitch[voiced]
    enough = found.size >= _FEWEST
    low, middle, high = np.percentile(found, (10, 50, 90))
    return VoiceHeard(
        turn.start,
        turn.end,
        loudness=round(float(10 * np.log10(power[voiced].mean())), 2),
        pitch=round(float(middle), 1) if enough else None,
        spread=round(float(12 * np.log2(high / low)), 2) if enough else None,
        voiced=int(found.size) * _STEP,
    )


def pitch_of(sound: NDArray[np.float32]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pitch in Hz (0: unvoiced) and mean power of every 20 ms.

    Args:
        sound: mono, 16 kHz, in [-1, 1], shape (n,).
    """
    import numpy as np

    if len(sound) < _WINDOW:
        return np.zeros(0), np.zeros(0)
    frames = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[::_STEP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1)
    window = np.hanning(_WINDOW)
    size = 1 << (2 * _WINDOW - 1).bit_length()
    shortest, longest = int(SAMPLE_RATE / _HIGHEST), int(SAMPLE_RATE / _LOWEST) + 1

    def correlate(signal: NDArray[np.float64]) -> NDArray[np.float64]:
        spectrum = np.fft.rfft(signal, size)
        product: NDArray[np.float64] = np.fft.irfft(np.abs(spectrum) ** 2, size)[..., : longest + 2]
        return product / np.maximum(product[..., :1], 1e-12)

    own = correlate(window)
    strength = correlate(frames * window)[:, : longest + 2] / own
    lags = np.arange(longest + 2)
    cost = _OCTAVE_COST * np.log2(np.maximum(lags, 1) / shortest)
    inner = strength[:, 1:-1]
    peak = (inner >= strength[:, :-2]) & (inner > strength[:, 2:])
    allowed = (lags[1:-1] >= shortest) & (lags[1:-1] <= longest)
    worth = np.where(peak & allowed, np.minimum(inner, 1.0) - cost[1:-1], -1.0)
    best = worth.argmax(axis=1) + 1
    rows = np.arange(len(best))
    before, here, after = (strength[rows, best + shift] for shift in (-1, 0, 1))
    bend = before - 2 * here + after
    # The peak lies between samples: the top of the parabola through three of them.
    offset = np.where(np.abs(bend) > 1e-9, 0.5 * (before - after) / np.where(bend == 0, 1, bend), 0.0)
    voiced = (here >= _PERIODIC) & (worth[rows, best - 1] > 0)
    pitch = np.where(voiced, SAMPLE_RATE / (best + np.clip(offset, -0.5, 0.5)), 0.0)
    return pitch, power
