"""Putting what was said beside what was played, block by block, on the session's thread.

Two devices have two clocks. Where one runs ahead, a block of silence is left out or put in, never a block of speech, so
that the tracks stay within a few blocks of the truth over any length of session.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.flow import FedOutlet, Inlet, Outlet, Render
from voicesim.timebase import SAMPLE_RATE

Trouble = tuple[Literal["overflow", "underflow", "gap"], int]
"""What went wrong and how many samples it cost, 0 when the system does not say."""

_DRIFT = 2
"""Blocks by which the two may be apart before silence is used to bring them together."""
_LATE = 0.06
"""Seconds the headphones' side may be late before its block counts as missing."""


@dataclass(frozen=True)
class Captured:
    """A block from the microphone at 16 kHz."""

    samples: NDArray[np.int16]
    said: float
    """Monotonic seconds of its first sample."""
    troubles: tuple[Trouble, ...]


@dataclass(frozen=True)
class Played:
    """The block rendered for the headphones beside it."""

    samples: NDArray[np.int16]
    marks: Any
    heard: float | None
    """Monotonic seconds of its first sample; None where silence was put in."""
    troubles: tuple[Trouble, ...]


class Capture:
    """The microphone's blocks, all of one length and at 16 kHz.

    Args:
        inlet: where they come from.
        rate: its rate, Hz.
        block: samples a block is to have.
    """

    def __init__(self, inlet: Inlet, rate: int, block: int) -> None:
        self._inlet = inlet
        self._rate = rate
        self._block = block
        self._down: Any = None
        self._left = np.zeros(0, np.int16)
        self._troubles: tuple[Trouble, ...] = ()
        self._said = 0.0
        if rate != SAMPLE_RATE:
            import soxr

            self._down = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16", quality="HQ")

    @property
    def waiting(self) -> int:
        """Blocks that could be had at once."""
        return self._inlet.waiting

    def next(self, timeout: float) -> Captured | None:
        """The next block; None when it is not complete in time."""
        until = time.monotonic() + timeout
        while len(self._left) < self._block:
            piece = self._inlet.next(max(0.0, until - time.monotonic()))
            if piece is None:
                return None
            lost = round(piece.lost * SAMPLE_RATE / self._rate)
            self._troubles += (("gap", lost),) if piece.lost else ()
            self._troubles += (("overflow", 0),) if piece.overflow else ()
            self._troubles += (("gap", 0),) if piece.underflow else ()
            if self._down is None:
                self._left, self._said = piece.samples, piece.when
                break
            # Where the first sample of what is left lies, the filter's own delay included.
            self._said = piece.when - (len(self._left) + float(self._down.delay())) / SAMPLE_RATE
            self._left = np.concatenate([self._left, self._down.resample_chunk(piece.samples)])
        samples, self._left = self._left[: self._block], self._left[self._block :]
        troubles, self._troubles = self._troubles, ()
        return Captured(samples, self._said, troubles)


class Direct:
    """Headphones at 16 kHz: what they took is matched, block for block."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._silent = True

    def match(self, captured: Captured, also_waiting: int) -> Played:
        """The block beside `captured`, of which `also_waiting` more are there already."""
        apart = self._outlet.waiting - also_waiting
        if apart < 1 - _DRIFT and self._silent:
            # The headphones' clock is slow: a block of silence longer for the log.
            return self._nothing(captured, ())
        taken = self._outlet.next(_LATE)
        if taken is None:
            return self._nothing(captured, (("underflow", len(captured.samples)),))
        if apart > 1 + _DRIFT and not taken.samples.any() and not taken.marks and self._outlet.waiting:
            # The headphones' clock is fast: a block of silence shorter.
            taken = self._outlet.next(0) or taken
        self._silent = not taken.samples.any() and not taken.marks
        troubles: list[Trouble] = [("gap", taken.lost)] if taken.lost else []
        troubles += [("underflow", 0)] if taken.underflow else []
        return Played(taken.samples, taken.marks, taken.when, tuple(troubles))

    def _nothing(self, captured: Captured, troubles: tuple[Trouble, ...]) -> Played:
        return Played(np.zeros_like(captured.samples), (), None, troubles)


class Fed:
    """Headphones at another rate: each block is rendered and converted here and waits to be taken.

    Args:
        outlet: where it waits.
        rate: the headphones' rate, Hz.
        render: gives the samples.
    """

    def __init__(self, outlet: FedOutlet, rate: int, render: Render) -> None:
        import soxr

        self._outlet = outlet
        self._rate = rate
        self._render = render
        self._up = soxr.ResampleStream(SAMPLE_RATE, rate, 1, dtype="int16", quality="HQ")

    def match(self, captured: Captured, also_waiting: int) -> Played:
        """The block beside `captured`, of which `also_waiting` more are there already."""
        heard = time.monotonic() + (self._outlet.queued + self._up.delay()) / self._rate + self._outlet.ahead
        samples, marks = self._render(len(captured.samples))
        out = self._up.resample_chunk(samples)
        if not samples.any() and not also_waiting:
            # Clocks apart: silence is where the two are brought together again.
            surplus = self._outlet.surplus
            allowed = _DRIFT * len(samples) * self._rate // SAMPLE_RATE
            if surplus > allowed:
                out = out[:0]
            elif surplus < -allowed // 2:
                out = np.concatenate([out, np.zeros(-surplus, np.int16)])
        troubles: tuple[Trouble, ...] = (("underflow", 0),) if self._outlet.ran_dry() else ()
        lost = self._outlet.put(out)
        if lost:
            troubles += (("gap", round(lost * SAMPLE_RATE / self._rate)),)
        return Played(samples, marks, heard, troubles)
