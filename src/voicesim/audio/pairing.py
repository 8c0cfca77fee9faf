"""Putting what was said beside what was played, block by block, on the session's thread.

Two devices have two clocks, and a driver may stumble. How much later her voice is heard than it is paired with is watched
(`Course`); where it has moved by more than half a block, a block of silence is left out or put in, never a block of speech. So the
tracks stay within a block of the truth over any length of session.
"""

from __future__ import annotations

import time
from collections import deque
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.flow import BLOCK_SECONDS, FedOutlet, Inlet, Outlet, Render
from voicesim.timebase import SAMPLE_RATE

Trouble = tuple[Literal["overflow", "underflow", "gap"], int]
"""What went wrong and how many samples it cost, 0 when the system does not say."""

_DRIFT = 0.6
"""Share of a block by which the two may be apart before silence is used to bring them together."""
_REMEMBERED = 250
"""Pairs that are looked back on, 5 s: a clock that runs ahead takes minutes to be a block ahead, while blocks that come in a
bunch after somebody kept the processor busy are no drift at all."""
_BEGINNING = 100
"""Pairs that say how far apart the two are at the beginning."""
_QUEUE_AGREES = 0.25
"""Blocks by which the mean number of waiting blocks must have moved, too: a driver whose times are wrong is not believed."""
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


class Course:
    """Whether she is still heard as much later than she is paired with as at the beginning.

    Args:
        block: seconds a block lasts.
    """

    def __init__(self, block: float) -> None:
        self._block = block
        self._later: deque[float] = deque(maxlen=_REMEMBERED)
        self._waiting: deque[float] = deque(maxlen=_REMEMBERED)
        self._at_first: tuple[float, float] | None = None

    def note(self, later: float, waiting: float) -> None:
        """One pair.

        Args:
            later: seconds between saying the one half and hearing the other.
            waiting: blocks by which the headphones' side was ahead in its queue.
        """
        self._later.append(later)
        self._waiting.append(waiting)
        if self._at_first is None and len(self._later) == _BEGINNING:
            self._at_first = median(self._later), fmean(self._waiting)

    def off(self) -> int:
        """1 when she is heard more than half a block later than at the beginning, -1 when earlier, else 0.

        The devices' times alone are not believed: in half an hour on a busy machine they wandered by 80 ms where nothing moved.
        """
        if self._at_first is None or len(self._later) < _REMEMBERED:
            return 0
        moved = (median(self._later) - self._at_first[0]) / self._block
        if abs(moved) <= _DRIFT:
            return 0
        # Heard later means that fewer blocks were taken by the headphones: fewer wait to be paired.
        waiting = self._at_first[1] - fmean(self._waiting)
        if abs(waiting) < _QUEUE_AGREES or (waiting > 0) != (moved > 0):
            return 0
        return 1 if moved > 0 else -1

    def mended(self, blocks: int) -> None:
        """From now on she is heard that many blocks later (earlier, if negative) than without."""
        self._later = deque((one + blocks * self._block for one in self._later), _REMEMBERED)
        self._waiting = deque((one - blocks for one in self._waiting), _REMEMBERED)


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
        self._course = Course(BLOCK_SECONDS)

    def match(self, captured: Captured, also_waiting: int) -> Played:
        """The block beside `captured`, of which `also_waiting` more are there already."""
        off = self._course.off()
        if off > 0 and self._silent:
            # The headphones' clock is slow, or they stumbled: a block of silence longer for the log.
            self._course.mended(-1)
            return self._nothing(captured, ())
        waiting = self._outlet.waiting - also_waiting
        taken = self._outlet.next(_LATE)
        if taken is None:
            return self._nothing(captured, (("underflow", len(captured.samples)),))
        if off < 0 and not taken.samples.any() and not taken.marks and self._outlet.waiting:
            # The headphones' clock is fast: a block of silence shorter.
            taken = self._outlet.next(0) or taken
            self._course.mended(1)
        self._course.note(taken.when - captured.said, waiting)
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
        self._course = Course(BLOCK_SECONDS)

    def match(self, captured: Captured, also_waiting: int) -> Played:
        """The block beside `captured`, of which `also_waiting` more are there already."""
        heard = time.monotonic() + (self._outlet.queued + self._up.delay()) / self._rate + self._outlet.ahead
        samples, marks = self._render(len(captured.samples))
        out = self._up.resample_chunk(samples)
        # What waits here is what is heard later; a block that this thread is behind is one that is not queued yet.
        self._course.note(heard - captured.said, -self._outlet.queued / (self._rate * BLOCK_SECONDS) - also_waiting)
        off = self._course.off()
        if off and not samples.any() and not marks:
            # Silence is where the two are brought together again: one block of it more or less for the headphones.
            out = out[:0] if off > 0 else np.concatenate([out, np.zeros(len(out), np.int16)])
            self._course.mended(-off)
        troubles: tuple[Trouble, ...] = (("underflow", 0),) if self._outlet.ran_dry() else ()
        lost = self._outlet.put(out)
        if lost:
            troubles += (("gap", round(lost * SAMPLE_RATE / self._rate)),)
        return Played(samples, marks, heard, troubles)
