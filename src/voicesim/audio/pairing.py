"""Putting what was said beside what was played, block by block, on the session's thread.

Two devices have two clocks, and a driver may stumble. How fast each of them runs is taken from its calls (`Course`); where her
voice is heard by more than half a block later or earlier than it is paired with, a block of silence is left out or put in, never a
block of speech. So the tracks stay within a block of the truth over any length of session.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
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
"""Calls of either device that are looked back on, 5 s: somebody keeps the processor busy for less, and a clock takes minutes to be
a block ahead."""
_DITHER = 2
"""Largest sample that silence may have after conversion."""
_LATE = 0.06
"""Seconds the headphones' side may be late before its block counts as missing."""


@dataclass(frozen=True)
class Captured:
    """A block from the microphone at 16 kHz."""

    samples: NDArray[np.int16]
    said: float
    """Monotonic seconds of its first sample."""
    late: float
    """`Slice.late` of what completed it."""
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

    A device calls when it has a block, or room for one; under load some calls come late, and then a few in a bunch. None comes
    before its time, so the earliest of some seconds show the device's own clock, here to a fraction of a millisecond. (The times
    that drivers tell wandered by 20 ms in minutes over PulseAudio's ALSA plug-in, while nothing moved.)

    Args:
        block: seconds a block lasts.
    """

    def __init__(self, block: float) -> None:
        self._block = block
        self._microphone: deque[float] = deque(maxlen=_REMEMBERED)
        self._headphones: deque[float] = deque(maxlen=_REMEMBERED)
        self._ahead = 0.0
        self._at_first: float | None = None

    def note(self, microphone: float, headphones: Iterable[float], ahead: float) -> None:
        """One pair.

        Args:
            microphone: `Slice.late` of the one half.
            headphones: that of the other, or of the calls since the last pair.
            ahead: seconds by which more of her sound has been paired, left out ones included, than of the trainee's.
        """
        self._microphone.append(microphone)
        self._headphones.extend(headphones)
        self._ahead = ahead
        if self._at_first is None and self._known:
            self._at_first = self._later()

    def off(self) -> int:
        """1 when she is heard more than half a block later than at the beginning, -1 when earlier, else 0."""
        if self._at_first is None:
            return 0
        moved = (self._later() - self._at_first) / self._block
        return 0 if abs(moved) <= _DRIFT else 1 if moved > 0 else -1

    @property
    def _known(self) -> bool:
        return min(len(self._microphone), len(self._headphones)) == _REMEMBERED

    def _later(self) -> float:
        return min(self._headphones) - min(self._microphone) + self._ahead


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
        self._said = self._late = 0.0
        if rate != SAMPLE_RATE:
            import soxr

            self._down = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16", quality="HQ")

    def next(self, timeout: float) -> Captured | None:
        """The next block; None when it is not complete in time."""
        until = time.monotonic() + timeout
        while len(self._left) < self._block:
            piece = self._inlet.next(max(0.0, until - time.monotonic()))
            if piece is None:
                return None
            self._late = piece.late
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
        return Captured(samples, self._said, self._late, troubles)


class Direct:
    """Headphones at 16 kHz: what they took is matched, block for block."""

    def __init__(self, outlet: Outlet) -> None:
        self._outlet = outlet
        self._silent = True
        self._course = Course(BLOCK_SECONDS)
        self._ahead = 0
        """Blocks of hers that have been paired or left out, less the trainee's."""

    def match(self, captured: Captured) -> Played:
        """The block beside `captured`."""
        off = self._course.off()
        if off > 0 and self._silent:
            # The headphones' clock is slow, or they stumbled: a block of silence longer for the log.
            return self._nothing(captured, ())
        taken = self._outlet.next(_LATE)
        if taken is None:
            return self._nothing(captured, (("underflow", len(captured.samples)),))
        lates = [taken.late]
        if off < 0 and not taken.samples.any() and not taken.marks and (following := self._outlet.next(0)):
            # The headphones' clock is fast: a block of silence shorter.
            taken = following
            lates.append(taken.late)
        self._note(captured, lates)
        self._silent = not taken.samples.any() and not taken.marks
        troubles: list[Trouble] = [("gap", taken.lost)] if taken.lost else []
        troubles += [("underflow", 0)] if taken.underflow else []
        return Played(taken.samples, taken.marks, taken.when, tuple(troubles))

    def _note(self, captured: Captured, lates: Sequence[float]) -> None:
        self._ahead += len(lates) - 1
        self._course.note(captured.late, lates, self._ahead * BLOCK_SECONDS)

    def _nothing(self, captured: Captured, troubles: tuple[Trouble, ...]) -> Played:
        self._note(captured, ())
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
        self._paired = 0

    def match(self, captured: Captured) -> Played:
        """The block beside `captured`."""
        heard = time.monotonic() + (self._outlet.queued + self._up.delay()) / self._rate + self._outlet.ahead
        samples, marks = self._render(len(captured.samples))
        out = self._up.resample_chunk(samples)
        given = (self._outlet.given + len(out) + self._up.delay()) / self._rate
        self._paired += len(captured.samples)
        self._course.note(captured.late, self._outlet.lates(), given - self._paired / SAMPLE_RATE)
        off = self._course.off()
        if off and not samples.any() and not marks and np.abs(out).max(initial=0) <= _DITHER:
            # The end of a word may still be on its way through the filter. Silence is where the two are brought together
            # again: one block of it more or less for the headphones.
            out = out[:0] if off > 0 else np.concatenate([out, np.zeros(len(out), np.int16)])
        troubles: tuple[Trouble, ...] = (("underflow", 0),) if self._outlet.ran_dry() else ()
        lost = self._outlet.put(out)
        if lost:
            troubles += (("gap", round(lost * SAMPLE_RATE / self._rate)),)
        return Played(samples, marks, heard, troubles)
