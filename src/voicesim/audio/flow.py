"""What the sound card's own threads touch: prepared memory they copy into and out of, and nothing that can wait.

Microphone and headphones are a stream each: they may be two devices, and a duplex stream over PulseAudio stalls. Each of
these has one thread that writes and one that reads; a count that only its owner moves is all they share, so no lock is
needed.
"""

from __future__ import annotations

import queue
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE

Render = Callable[[int], tuple[NDArray[np.int16], Any]]
"""Gives the next n output samples, int16 of shape (n,), and marks to travel with them. Called by the sound card's thread:
it must not wait."""

BLOCK_SECONDS = 0.02
"""Length of the blocks in which sound flows."""
_SLOTS = 256
_SETTLED_AFTER = 10
"""Calls in which nothing is kept: the first ones come in a bunch."""


@dataclass(frozen=True)
class Slice:
    """The samples of one call, at the device's rate."""

    samples: NDArray[np.int16]
    marks: Any
    when: float
    """Monotonic seconds at which the first of them sounded at the microphone, or will sound in the headphones, as the driver
    tells; it may be wrong by tens of milliseconds, and otherwise at every time."""
    late: float
    """Monotonic seconds of the call, less the sound kept before it: as long as the device keeps its pace, the least of many
    stays the same, whatever the driver says and however late single calls are."""
    overflow: bool
    underflow: bool
    lost: int
    """Samples that had to be left out just before, since nobody took them."""


class _Stream:
    """What both directions have in common: signs of life, and a ring of slices for the session's thread."""

    def __init__(self, block: int, rate: int, clock: Callable[[], float]) -> None:
        self._rate = rate
        self._clock = clock
        self._samples = np.zeros((_SLOTS, block), np.int16)
        self._marks: list[Any] = [()] * _SLOTS
        self._when = [0.0] * _SLOTS
        self._late = [0.0] * _SLOTS
        self._flags = [(False, False)] * _SLOTS
        self._lost_before = [0] * _SLOTS
        self._written = 0
        self._read = 0
        self._lost = 0
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._calls = 0
        self.keeping = False
        """Whether slices are kept for the session yet. Set by the session's thread."""
        self.called = clock()
        """When the device last asked."""
        self.finished = False
        self.failure: BaseException | None = None

    @property
    def settled(self) -> bool:
        """Whether sound flows evenly."""
        return self._calls >= _SETTLED_AFTER

    @property
    def waiting(self) -> int:
        """Slices not yet taken."""
        return self._written - self._read

    def finish(self) -> None:
        """The device's thread: the stream has stopped, for whatever reason."""
        self.finished = True

    def next(self, timeout: float) -> Slice | None:
        """The session's thread: the oldest slice not yet taken, None when there is none in time."""
        try:
            self._ready.get(timeout=timeout)
        except queue.Empty:
            return None
        slot = self._read % _SLOTS
        overflow, underflow = self._flags[slot]
        taken = Slice(
            self._samples[slot].copy(),
            self._marks[slot],
            self._when[slot],
            self._late[slot],
            overflow,
            underflow,
            self._lost_before[slot],
        )
        self._read += 1
        return taken

    def _alive(self) -> None:
        self.called = self._clock()
        self._calls += 1

    def _full(self) -> bool:
        """Whether the session's thread has stood still for seconds."""
        return self.waiting >= _SLOTS

    def _publish(self, slot: int, when: float, overflow: bool, underflow: bool) -> None:
        self._when[slot] = when
        self._late[slot] = self.called - self._written * len(self._samples[slot]) / self._rate
        self._flags[slot] = (overflow, underflow)
        self._lost_before[slot], self._lost = self._lost, 0
        self._written += 1
        self._ready.put(None)


class Inlet(_Stream):
    """The microphone's side.

    Args:
        block: samples in a call, at the device's rate.
        rate: the device's rate, Hz.
        clock: tells monotonic seconds.
    """

    def __init__(self, block: int, rate: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(block, rate, clock)

    def callback(self, indata: NDArray[np.int16], _: int, times: Any, status: Any) -> None:
        """The device's thread: copy in."""
        self._alive()
        if not self.keeping:
            return
        if self._full():
            self._lost += len(indata)
            return
        slot = self._written % _SLOTS
        self._samples[slot] = indata[:, 0]
        when = self.called - (times.currentTime - times.inputBufferAdcTime)
        self._publish(slot, when, bool(status.input_overflow), bool(status.input_underflow))


class Outlet(_Stream):
    """The headphones' side, at the house's own rate: what is rendered goes straight out, and a copy to the session.

    Args:
        block: samples in a call.
        render: gives them.
        clock: tells monotonic seconds.
    """

    def __init__(self, block: int, render: Render, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(block, SAMPLE_RATE, clock)
        self._render = render

    def callback(self, outdata: NDArray[np.int16], _: int, times: Any, status: Any) -> None:
        """The device's thread: copy out."""
        self._alive()
        if not self.keeping or self.failure is not None:
            outdata.fill(0)
            return
        if self._full():
            # Nothing is rendered that the session would never learn of.
            self._lost += len(outdata)
            outdata.fill(0)
            return
        slot = self._written % _SLOTS
        try:
            self._samples[slot], self._marks[slot] = self._render(len(outdata))
        except BaseException as error:
            self.failure = error
            outdata.fill(0)
            return
        outdata[:] = self._samples[slot][:, None]
        when = self.called + (times.outputBufferDacTime - times.currentTime)
        self._publish(slot, when, bool(status.output_overflow), bool(status.output_underflow))


class FedOutlet(_Stream):
    """The headphones' side at another rate: samples converted by the session's thread wait here to be played.

    Args:
        block: samples in a call, at the device's rate.
        rate: the device's rate, Hz.
        lead: samples to keep waiting, so that the device never has to.
        clock: tells monotonic seconds.
    """

    def __init__(self, block: int, rate: int, lead: int, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__(block, rate, clock)
        self._ring = np.zeros(8 * lead + block, np.int16)
        self._put = lead
        self._taken = 0
        self._dry = False
        self._ahead = 0.0
        self._lates: deque[float] = deque(maxlen=_SLOTS)

    @property
    def ahead(self) -> float:
        """Seconds between taking a sample and hearing it."""
        return self._ahead

    @property
    def queued(self) -> int:
        """Samples waiting."""
        return self._put - self._taken

    @property
    def given(self) -> int:
        """Samples put so far, those at the beginning included."""
        return self._put

    def lates(self) -> list[float]:
        """For each call since this was last asked, what `Slice.late` is elsewhere."""
        return [self._lates.popleft() for _ in range(len(self._lates))]

    def ran_dry(self) -> bool:
        """Whether the device has had to play silence since this was last asked."""
        dry, self._dry = self._dry, False
        return dry

    def put(self, samples: NDArray[np.int16]) -> int:
        """The session's thread: add samples; how many did not fit."""
        kept = samples[: len(self._ring) - self.queued]
        self._ring[(self._put + np.arange(len(kept))) % len(self._ring)] = kept
        self._put += len(kept)
        return len(samples) - len(kept)

    def callback(self, outdata: NDArray[np.int16], _: int, times: Any, status: Any) -> None:
        """The device's thread: copy out."""
        self._alive()
        self._ahead = times.outputBufferDacTime - times.currentTime
        outdata.fill(0)
        if not self.keeping:
            return
        self._lates.append(self.called - self._taken / self._rate)
        there = min(self.queued, len(outdata))
        start = self._taken % len(self._ring)
        first = min(there, len(self._ring) - start)
        outdata[:first] = self._ring[start : start + first, None]
        outdata[first:there] = self._ring[: there - first, None]
        self._taken += there
        if there < len(outdata) or status.output_underflow:
            self._dry = True
