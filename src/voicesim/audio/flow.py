"""What the sound card's own thread touches: prepared memory it copies into and out of, and nothing that can wait.

One thread writes and one reads each of these; a count that only its owner moves is all they share, so no lock is needed.
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Render = Callable[[int], tuple[NDArray[np.int16], Any]]
"""Gives the next n output samples, int16 of shape (n,), and marks to travel with them. Called by the sound card's thread:
it must not wait."""
Trouble = tuple[Literal["overflow", "underflow", "gap"], int]
"""What went wrong and how many samples it cost, 0 when the system does not say."""

_SLOTS = 256
_SETTLED_AFTER = 10
"""Callbacks in which times are only measured: the first ones come in a bunch."""
_LATENCIES = 128


@dataclass(frozen=True)
class RawBlock:
    """What one callback moved, at the device's rate."""

    captured: NDArray[np.int16]
    played: NDArray[np.int16]
    marks: Any
    troubles: tuple[Trouble, ...]


class Reservoir:
    """Samples on their way to the sound card, at its rate, when the session's thread has to convert them first.

    Args:
        size: samples it can hold.
        filled: samples of silence in it at first, so that the card never waits for the session.
    """

    def __init__(self, size: int, filled: int) -> None:
        self._ring = np.zeros(size, np.int16)
        self._written = filled
        self._read = 0

    @property
    def waiting(self) -> int:
        """Samples in it."""
        return self._written - self._read

    def put(self, samples: NDArray[np.int16]) -> None:
        """Add samples; those that do not fit are left out (the card has stopped taking any)."""
        kept = samples[: len(self._ring) - self.waiting]
        self._ring[(self._written + np.arange(len(kept))) % len(self._ring)] = kept
        self._written += len(kept)

    def take(self, into: NDArray[np.int16]) -> bool:
        """Fill `into`, with silence where there is nothing; whether there was enough."""
        there = min(self.waiting, len(into))
        start = self._read % len(self._ring)
        first = min(there, len(self._ring) - start)
        into[:first] = self._ring[start : start + first]
        into[first:there] = self._ring[: there - first]
        into[there:] = 0
        self._read += there
        return there == len(into)


class Flow:
    """One open stream's callback and the blocks it leaves for the session's thread.

    Args:
        block: samples in a block at the device's rate.
        source: a `Render`, or the `Reservoir` that holds what was rendered.
    """

    def __init__(self, block: int, source: Render | Reservoir) -> None:
        self._source = source
        self._captured = np.zeros((_SLOTS, block), np.int16)
        self._played = np.zeros((_SLOTS, block), np.int16)
        self._marks: list[Any] = [None] * _SLOTS
        self._status: list[tuple[bool, bool, bool]] = [(False, False, False)] * _SLOTS
        self._lost_before = [0] * _SLOTS
        self._written = 0
        self._read = 0
        self._lost = 0
        self._ready: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._delays = np.zeros(_LATENCIES)
        self._calls = 0
        self.called = time.monotonic()
        """When the sound card last asked."""
        self.finished = False
        self.failure: BaseException | None = None

    @property
    def settled(self) -> bool:
        """Whether sound flows evenly; from then on blocks are kept."""
        return self._calls >= _SETTLED_AFTER

    @property
    def delay(self) -> float:
        """Seconds by which an output block is heard later than the input block handed over with it was recorded."""
        known = self._delays[: min(self._calls, _LATENCIES)]
        return float(np.median(known)) if len(known) else 0.0

    def callback(self, indata: NDArray[np.int16], outdata: NDArray[np.int16], _: int, times: Any, status: Any) -> None:
        """PortAudio's thread: copy in, copy out."""
        self.called = time.monotonic()
        self._delays[self._calls % _LATENCIES] = times.outputBufferDacTime - times.inputBufferAdcTime
        self._calls += 1
        if self._calls <= _SETTLED_AFTER or self.failure is not None:
            outdata.fill(0)
            return
        if self._written - self._read >= _SLOTS:
            # The session's thread has stood still for seconds: nothing is rendered that the log would not know of.
            self._lost += len(indata)
            outdata.fill(0)
            return
        slot = self._written % _SLOTS
        played, short = self._played[slot], False
        try:
            if isinstance(self._source, Reservoir):
                short = not self._source.take(played)
                self._marks[slot] = None
            else:
                played[:], self._marks[slot] = self._source(len(played))
        except BaseException as error:
            self.failure = error
            outdata.fill(0)
            return
        outdata[:] = played[:, None]
        self._captured[slot] = indata[:, 0]
        self._status[slot] = (
            bool(status.input_overflow or status.output_overflow),
            bool(status.output_underflow) or short,
            bool(status.input_underflow),
        )
        self._lost_before[slot], self._lost = self._lost, 0
        self._written += 1
        self._ready.put(None)

    def finish(self) -> None:
        """PortAudio's thread: the stream has stopped, for whatever reason."""
        self.finished = True

    def next(self, timeout: float) -> RawBlock | None:
        """The session's thread: the oldest block not yet taken, None when there is none in time."""
        try:
            self._ready.get(timeout=timeout)
        except queue.Empty:
            return None
        slot = self._read % _SLOTS
        overflow, underflow, gap = self._status[slot]
        lost = self._lost_before[slot]
        troubles: list[Trouble] = [("gap", lost)] if lost else []
        troubles += [("overflow", 0)] if overflow else []
        troubles += [("underflow", 0)] if underflow else []
        troubles += [("gap", 0)] if gap else []
        block = RawBlock(self._captured[slot].copy(), self._played[slot].copy(), self._marks[slot], tuple(troubles))
        self._read += 1
        return block
