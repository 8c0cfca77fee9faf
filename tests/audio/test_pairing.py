"""What was said and what was heard stay side by side, whatever clocks and drivers do."""

from __future__ import annotations

import threading
import time
from types import SimpleNamespace

import numpy as np
import pytest

from voicesim.audio.flow import BLOCK_SECONDS, Outlet
from voicesim.audio.pairing import Captured, Direct
from voicesim.timebase import samples

_BLOCK = samples(BLOCK_SECONDS)
_FINE = SimpleNamespace(output_overflow=False, output_underflow=False)
_AHEAD = 4
"""Blocks the headphones' driver holds."""


class Desk:
    """Headphones and a microphone whose clocks and manners are given. Time is made, not waited for.

    Args:
        speed: how fast the headphones' clock runs against the microphone's.
        believe: whether the driver tells when its sound is heard; one that does not says that it is at once.
    """

    def __init__(self, speed: float = 1.0, believe: bool = True) -> None:
        self.outlet = Outlet(_BLOCK, self._render)
        self.outlet.keeping = True
        self.direct = Direct(self.outlet)
        self.speed = speed
        self.believe = believe
        self.rendered = self.captured = self.stumbled = 0
        self.speaking = False
        self.heard: list[tuple[int, int]] = []
        """What was rendered when, beside what was captured when (blocks)."""

    def _render(self, count: int) -> tuple[np.ndarray, int]:
        self.rendered += 1
        return np.full(count, self.rendered if self.speaking else 0, np.int16), ()

    def play(self) -> None:
        """The headphones take a block."""
        seconds = self._sounds_at(self.rendered) + _AHEAD * BLOCK_SECONDS
        times = SimpleNamespace(
            currentTime=0.0, outputBufferDacTime=seconds - time.monotonic() if self.believe else 0.0
        )
        self.outlet.callback(np.zeros((_BLOCK, 1), np.int16), _BLOCK, times, _FINE)

    def _sounds_at(self, rendered: int) -> float:
        return (rendered / self.speed + self.stumbled) * BLOCK_SECONDS

    def say(self, also_waiting: int = 0) -> None:
        """The microphone gives a block, and it is paired."""
        captured = Captured(np.zeros(_BLOCK, np.int16), self.captured * BLOCK_SECONDS, ())
        played = self.direct.match(captured, also_waiting)
        if played.samples.any():
            self.heard.append((int(played.samples[0]), self.captured))
        self.captured += 1

    def run(self, blocks: int) -> None:
        """Both go on, each by its own clock; she speaks now and then."""
        for _ in range(blocks):
            self.speaking = self.captured % 500 > 300
            while self.rendered <= (self.captured - self.stumbled) * self.speed + 1:
                self.play()
            self.say()

    @property
    def off(self) -> float:
        """Seconds by which the last words lie elsewhere in her track than they were heard."""
        rendered, captured = self.heard[-1]
        return self._sounds_at(rendered - 1) - captured * BLOCK_SECONDS


@pytest.mark.parametrize("speed", [1.002, 0.998, 1.0])
def test_two_clocks_do_not_drive_the_tracks_apart(speed):
    desk = Desk(speed)
    desk.run(499)
    first = desk.off
    desk.run(15_000)
    assert desk.off == pytest.approx(first, abs=0.021)


@pytest.mark.parametrize("first", ["microphone", "headphones"])
def test_blocks_that_come_in_a_bunch_move_nothing(first):
    """The processor was busy elsewhere; then five blocks come at once, of one device a moment before those of the other."""
    desk = Desk()
    desk.run(1000)
    before = desk.off
    for _ in range(10):
        late = threading.Timer(0.01 if first == "microphone" else 0, lambda: [desk.play() for _ in range(5)])
        late.start()
        if first == "headphones":
            late.join()
        for left in range(4, -1, -1):
            desk.say(also_waiting=left)
        late.join()
        desk.run(300)
    assert desk.off == pytest.approx(before, abs=0.001)


def test_a_driver_that_stumbled_is_followed_in_the_next_silence():
    """It played 60 ms of nothing of its own: from then on everything is heard later."""
    desk = Desk()
    desk.run(1000)
    before = desk.off
    desk.stumbled = 3
    desk.run(1000)
    assert desk.off == pytest.approx(before, abs=0.021)


def test_a_driver_that_does_not_know_the_time_moves_nothing():
    desk = Desk(believe=False)
    desk.run(499)
    before = desk.off
    desk.run(6000)
    assert desk.off == pytest.approx(before, abs=0.021)
