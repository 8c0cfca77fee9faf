"""What was said and what was heard stay side by side, whatever clocks and drivers do."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest

from voicesim.audio.flow import BLOCK_SECONDS, FedOutlet, Outlet
from voicesim.audio.pairing import Captured, Direct, Fed
from voicesim.timebase import samples

_BLOCK = samples(BLOCK_SECONDS)
_FINE = SimpleNamespace(output_overflow=False, output_underflow=False)
_AHEAD = 4
"""Blocks the headphones' driver holds."""


class Desk:
    """Headphones and a microphone whose clocks and manners are given. Time is made, not waited for.

    Args:
        speed: how fast the headphones' clock runs against the microphone's.
    """

    def __init__(self, speed: float = 1.0) -> None:
        self.now = 0.0
        self.outlet = Outlet(_BLOCK, self._render, lambda: self.now)
        self.outlet.keeping = True
        self.direct = Direct(self.outlet)
        self.speed = speed
        self.rendered = self.captured = self.stumbled = 0
        self.wrong = 0.0
        """Seconds by which the headphones' driver is wrong about when its sound is heard."""
        self.speaking = False
        self.heard: list[tuple[int, int]] = []
        """What was rendered when, beside what was captured when (blocks)."""

    def _render(self, count: int) -> tuple[np.ndarray, int]:
        self.rendered += 1
        return np.full(count, self.rendered if self.speaking else 0, np.int16), ()

    def play(self) -> None:
        """The headphones take a block, now or when they have room for it."""
        self.now = max(self.now, self._sounds_at(self.rendered))
        ahead = self._sounds_at(self.rendered) + _AHEAD * BLOCK_SECONDS - self.now
        times = SimpleNamespace(currentTime=0.0, outputBufferDacTime=ahead + self.wrong)
        self.outlet.callback(np.zeros((_BLOCK, 1), np.int16), _BLOCK, times, _FINE)

    def _sounds_at(self, rendered: int) -> float:
        return (rendered / self.speed + self.stumbled) * BLOCK_SECONDS

    def say(self) -> None:
        """The microphone gives a block, now or when it is complete, and it is paired."""
        began = self.captured * BLOCK_SECONDS
        self.now = max(self.now, began + BLOCK_SECONDS)
        played = self.direct.match(Captured(np.zeros(_BLOCK, np.int16), began + self.wrong, self.now - began, ()))
        if played.samples.any():
            self.heard.append((int(played.samples[0]), self.captured))
        self.captured += 1

    def run(self, blocks: int) -> None:
        """Both go on, each by its own clock; she speaks now and then."""
        for _ in range(blocks):
            self.speaking = self.captured % 500 > 300
            self.now = 0.0
            while self.rendered <= (self.captured - self.stumbled) * self.speed + 1:
                self.play()
            self.say()

    @property
    def off(self) -> float:
        """Seconds by which the last words lie elsewhere in her track than they were heard."""
        rendered, captured = self.heard[-1]
        return self._sounds_at(rendered - 1) - captured * BLOCK_SECONDS


@pytest.mark.parametrize("speed", [1.002, 1.00005, 0.99995, 0.998, 1.0])
def test_two_clocks_do_not_drive_the_tracks_apart(speed):
    desk = Desk(speed)
    desk.run(499)
    first = desk.off
    desk.run(30_000)
    assert desk.off == pytest.approx(first, abs=0.021)


@pytest.mark.parametrize("first", ["microphone", "headphones"])
def test_blocks_that_come_in_a_bunch_move_nothing(first):
    """The processor was busy elsewhere; then five blocks come at once, of one device a moment before those of the other."""
    desk = Desk()
    desk.run(1000)
    before = desk.off
    for _ in range(10):
        desk.now = (desk.captured + 6) * BLOCK_SECONDS
        late = threading.Timer(0.01 if first == "microphone" else 0, lambda: [desk.play() for _ in range(5)])
        late.start()
        if first == "headphones":
            late.join()
        for _ in range(5):
            desk.say()
        late.join()
        desk.run(300)
    assert desk.off == pytest.approx(before, abs=0.001)


@pytest.mark.parametrize("blocks", [1, 3])
def test_a_driver_that_stumbled_is_followed_in_the_next_silence(blocks):
    """It played 20 or 60 ms of nothing of its own: from then on everything is heard later."""
    desk = Desk()
    desk.run(1000)
    before = desk.off
    desk.stumbled = blocks
    desk.run(1000)
    assert desk.off == pytest.approx(before, abs=0.001)


@pytest.mark.parametrize("wrong", [0.1, -0.1])
def test_a_driver_that_is_wrong_about_the_time_moves_nothing(wrong):
    desk = Desk()
    desk.run(499)
    before = desk.off
    for _ in range(12):
        desk.wrong += wrong / 12
        desk.run(500)
    assert desk.off == pytest.approx(before, abs=0.001)


@pytest.mark.parametrize("speed", [1.001, 0.999, 1.0])
def test_headphones_at_another_rate_are_kept_beside_the_microphone_too(speed):
    """Their sound waits to be played: what waits neither runs out nor grows, and is heard when the log says."""
    now, rate, rendered = 0.0, 48_000, 0
    outlet = FedOutlet(960, rate, lead=3 * 960, clock=lambda: now)
    outlet.keeping = True
    numbers: list[int] = []

    def render(count: int) -> tuple[np.ndarray, int]:
        return np.full(count, 1000 if rendered % 500 == 400 else 0, np.int16), ()

    fed = Fed(outlet, rate, render)
    heard: list[float] = []
    said: list[float] = []
    calls = 0
    out = np.zeros((960, 1), np.int16)
    for rendered in range(30_000):
        while calls * BLOCK_SECONDS / speed <= rendered * BLOCK_SECONDS:
            now = calls * BLOCK_SECONDS / speed
            outlet.callback(out, 960, SimpleNamespace(currentTime=0.0, outputBufferDacTime=0.0), _FINE)
            if out.max() > 500 and (not heard or now - heard[-1] > 1):
                heard.append(now + int(np.argmax(out[:, 0] > 500)) / rate)
            calls += 1
        if rendered % 500 == 400:
            said.append(rendered * BLOCK_SECONDS)
        fed.match(Captured(np.zeros(_BLOCK, np.int16), 0.0, BLOCK_SECONDS, ()))
        numbers.append(outlet.queued)
    later = np.array(heard) - np.array(said)[: len(heard)]
    assert len(heard) >= 59
    assert later == pytest.approx(later[0], abs=0.021)
    assert 0 < min(numbers) <= max(numbers) <= 6 * 960
