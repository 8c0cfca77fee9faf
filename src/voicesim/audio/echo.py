"""Keeping her own voice out of the trainee's track where loudspeakers are used: take it out, or do not listen meanwhile."""

from __future__ import annotations

import math
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import samples

EchoMode = Literal["off", "cancel", "half-duplex"]
"""``off``: a headset, nothing to do. ``cancel``: her voice is taken out. ``half-duplex``: not listened to while she speaks."""

_FRAME = samples(0.01)
_EARLY = samples(0.04)
"""How much earlier than told an echo may come: the canceller must see her voice before the microphone does."""
_LATE = samples(0.08)
"""How much later than told she may still be heard: the latency that a sound system tells is a guess."""
ROOM_TAIL = samples(0.25)
"""How long a room goes on sounding after her."""
_FADE = samples(0.005)
_VOICE = -50.0
"""dBFS: while she sounds, what is quieter is not the trainee (the headset check asks for -45 and more)."""
_SURVIVES = 12.0
"""Decibels by which cancelling may weaken a block that holds the trainee's voice too."""
_LEARNS = samples(3.0)
"""Of her voice, until the way is learned: so long nothing is passed on while she sounds."""
_STAYS_OPEN = samples(0.25)
"""Between the syllables of the trainee's voice."""
_RESIDUE = 0.02
"""Gain for what is left of her: -34 dB."""


class EchoGuard(Protocol):
    """Takes the blocks of a session in order and gives the microphone's back without her voice."""

    def clean(self, captured: NDArray[np.int16], played: NDArray[np.int16]) -> NDArray[np.int16]:
        """The microphone's block without her.

        Args:
            captured: int16, 16 kHz, shape (n,); n a multiple of 160.
            played: what was rendered for the same stretch, shape (n,).

        Returns:
            Shape (n,), at the same times.
        """


class EchoCanceller:
    """WebRTC's echo canceller (AEC3): learns the way from loudspeaker to microphone and subtracts her voice.

    What it leaves of her, in the first seconds or of a weak echo, is still a voice. So while she sounds, a block counts as
    the trainee's only if it is loud enough for one near the microphone and most of it survived the cancelling::

        played       ...|//////////////////////|...............
        microphone   ...|her echo  +  his voice|.. his voice ..
        cancelled    ...|.:. :     his voice  .|.. his voice ..
        passed on    ...|          his voice   |.. his voice ..

    Args:
        delay: samples by which what is played is heard later than what is captured beside it, as the sound card tells.
    """

    def __init__(self, delay: int) -> None:
        from pywebrtc_audio import EchoCanceller as Aec3

        self._aec = Aec3(sample_rate=16_000, num_channels=1)
        # It searches a few tenths of a second by itself: what is known of the delay is taken off beforehand.
        self._waiting = np.zeros(max(0, delay - _EARLY) // _FRAME * _FRAME, np.int16)
        self._sounds_for = delay + _LATE + ROOM_TAIL
        self._sounds = 0
        self._learning = _LEARNS
        self._open = 0
        self._gain = 1.0

    def clean(self, captured: NDArray[np.int16], played: NDArray[np.int16]) -> NDArray[np.int16]:
        """The block without her voice."""
        far = np.concatenate([self._waiting, played])
        self._waiting = far[len(captured) :]
        left = np.asarray(self._aec.process(captured, far[: len(captured)]), np.int16)
        self._sounds = self._sounds_for if played.any() else max(0, self._sounds - len(captured))
        level, before = _level(left), _level(captured)
        self._learning -= len(played) if played.any() else 0
        if self._learning <= 0 and level > _VOICE and level > before - _SURVIVES:
            self._open = _STAYS_OPEN
        else:
            self._open = max(0, self._open - len(captured))
        target = 1.0 if self._open or not self._sounds else _RESIDUE
        if target == self._gain == 1.0:
            return left
        gains = np.linspace(self._gain, target, len(left), dtype=np.float32)
        self._gain = target
        return (left * gains).astype(np.int16)


def _level(block: NDArray[np.int16]) -> float:
    """RMS in dBFS."""
    power = float((block.astype(np.float64) ** 2).mean()) / 32768**2
    return 10 * math.log10(power + 1e-12)


class HalfDuplex:
    """The microphone closes while she can be heard, and for as long as the room goes on sounding.

    In silences within her line (0.4 s and longer) it opens: breaking into her hesitation is still heard.

    ::

        played        ....|/////////|......................
        heard         ......|/////////|~~~~~~~~............      delay later, and the room's tail
        microphone    ────┤  closed           ├────────────

    Args:
        delay: samples by which what is played is heard later than what is captured beside it.
        tail: how long the room goes on sounding, samples.
    """

    def __init__(self, delay: int, tail: int = ROOM_TAIL) -> None:
        self._stays_closed = delay + _LATE + tail
        self._left = 0
        self._open = True

    def clean(self, captured: NDArray[np.int16], played: NDArray[np.int16]) -> NDArray[np.int16]:
        """The block, or silence."""
        self._left = self._stays_closed if played.any() else max(0, self._left - len(captured))
        was_open, self._open = self._open, self._left == 0
        if was_open and self._open:
            return captured
        block = np.zeros_like(captured)
        if was_open != self._open:
            # No click at the seam, which would be heard as a sound of its own.
            ramp = np.linspace(0, 1, _FADE, dtype=np.float32)
            if self._open:
                block[-_FADE:] = (captured[-_FADE:] * ramp).astype(np.int16)
            else:
                block[:_FADE] = (captured[:_FADE] * ramp[::-1]).astype(np.int16)
        return block


def echo_guard(mode: EchoMode, delay: int) -> EchoGuard | None:
    """The guard for a mode; None for ``off``."""
    if mode == "cancel":
        return EchoCanceller(delay)
    return HalfDuplex(delay) if mode == "half-duplex" else None
