"""A browser as a sound card: its captured blocks are the clock, and each is paired with what it says it played meanwhile.

The connection's side (`take`, `lose`, `regain`) runs in the web server's loop and never waits; the session's side (`read`,
`reopen`) runs in the session's own thread.
"""

from __future__ import annotations

import queue
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.flow import Render
from voicesim.audio.pairing import Trouble
from voicesim.audio.soundcard import Block
from voicesim.errors import DeviceError
from voicesim.live.player import Mark
from voicesim.timebase import SAMPLE_RATE
from voicesim.web.practice.wire import BLOCK, Up, WireError, down

_SLOTS = 256
"""Blocks that may wait for the session's thread: five seconds."""
_UNPLAYED = 512
"""Blocks a browser may leave unplayed before the oldest are given up."""
_A_SECOND = SAMPLE_RATE / BLOCK


class BrowserCard:
    """Reads like a sound card.

    Args:
        render: gives the next samples to play, with marks; never waits.
        silent_for: seconds without a block after which the browser counts as gone.
        burst: blocks that may come faster than they were spoken.
        clock: seconds, monotonic.
    """

    label = "browser"
    done = False

    def __init__(
        self,
        render: Render,
        silent_for: float = 2.0,
        burst: int = 250,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._render = render
        self._silent_for = silent_for
        self._burst = burst
        self._clock = clock
        self._blocks: queue.SimpleQueue[Block | None] = queue.SimpleQueue()  # None: here the connection was lost
        self._sent: OrderedDict[int, tuple[NDArray[np.int16], tuple[Mark, ...]]] = OrderedDict()
        self._carried: tuple[Mark, ...] = ()
        self._troubles: tuple[Trouble, ...] = ()
        self._next = 0
        self._last: int | None = None
        self._playing = False
        self._allowed = float(burst)
        self._heard = clock()
        self._connected = True

    # ------------------------------------------------------------ the connection's side

    def take(self, frame: Up) -> bytes:
        """A captured block has come in.

        Returns:
            The frame of her voice that goes back for it.

        Raises:
            WireError: the block cannot be the next one.
        """
        now = self._clock()
        self._allowed = min(self._burst, self._allowed + (now - self._heard) * _A_SECOND) - 1
        self._heard = now
        if self._allowed < 0:
            raise WireError("sound comes faster than it can have been spoken")
        self._count(frame.number)
        self._keep(frame.samples, *self._paired(frame.playing))
        return self._more()

    def _count(self, number: int) -> None:
        expected = number if self._last is None else self._last + 1
        if number < expected:
            raise WireError("blocks of sound come out of order")
        if number > expected:
            self._troubles += (("gap", (number - expected) * BLOCK),)
        self._last = number

    def _paired(self, playing: int) -> tuple[NDArray[np.int16], tuple[Mark, ...]]:
        """What sounded during a block; what was left out before it has happened all the same."""
        if playing < 0:
            if self._playing and any(block.any() for block, _ in self._sent.values()):
                self._troubles += (("underflow", BLOCK),)
            return np.zeros(BLOCK, np.int16), ()
        if playing not in self._sent:
            raise WireError("a block is said to play that does not wait")
        while (oldest := next(iter(self._sent))) != playing:
            self._give_up(oldest)
        self._playing = True
        played, marks = self._sent.pop(playing)
        carried, self._carried = self._carried, ()
        return played, (*carried, *marks)

    def _keep(self, captured: NDArray[np.int16], played: NDArray[np.int16], marks: tuple[Mark, ...]) -> None:
        troubles, self._troubles = self._troubles, ()
        if self._blocks.qsize() < _SLOTS:
            self._blocks.put(Block(captured, played, marks, troubles))
        else:  # the session's thread stands still: nothing is spliced silently, and no mark is lost
            self._carry(marks)
            self._troubles = (*troubles, ("overflow", BLOCK))

    def _more(self) -> bytes:
        number, self._next = self._next, self._next + 1
        self._sent[number] = block, _ = self._render(BLOCK)
        if len(self._sent) > _UNPLAYED:
            self._give_up(next(iter(self._sent)))
        return down(number, block)

    def _give_up(self, number: int) -> None:
        self._carry(self._sent.pop(number)[1])

    def _carry(self, marks: tuple[Mark, ...]) -> None:
        self._carried += tuple(replace(mark, offset=0) for mark in marks)

    def lose(self) -> None:
        """The connection is gone, and with it whatever waited in the browser."""
        self._connected = False
        self._blocks.put(None)

    def regain(self) -> None:
        """There is a connection again; its blocks are numbered from the beginning."""
        for number in tuple(self._sent):
            self._give_up(number)
        self._last, self._playing = None, False
        self._heard = self._clock()
        self._connected = True

    # ------------------------------------------------------------ the session's side

    def begin(self) -> None:
        """The session begins now; whatever became of connections before it is no matter. No block is taken meanwhile."""
        while not self._blocks.empty():
            self._blocks.get()
        self._heard = self._clock()

    def read(self, timeout: float) -> Block | None:
        """The next block, None when there is none in `timeout` seconds.

        Raises:
            DeviceError: the browser is gone, or sends nothing; every block from before has been read.
        """
        try:
            block = self._blocks.get(timeout=timeout)
        except queue.Empty:
            self._check_alive()
            return None
        if block is None:  # also where the page was back before anybody looked
            raise _lost()
        return block

    def reopen(self) -> None:
        """Go on with the browser's sound.

        Raises:
            DeviceError: it is still not there.
        """
        self._check_alive()
        if self._blocks.empty():
            raise DeviceError("The browser sends no sound yet.", "Wait a moment.")

    def _check_alive(self) -> None:
        if not self._connected:
            raise _lost()
        if self._clock() - self._heard > self._silent_for:
            raise DeviceError("The browser sends no sound any more.", "Check the microphone and the page.")


def _lost() -> DeviceError:
    return DeviceError("The connection to the browser is lost.", "Open the page again to go on.")
