"""A browser as a sound card: what was played is put beside what was captured, and nothing else is believed."""

from __future__ import annotations

import struct

import numpy as np
import pytest
from numpy.typing import NDArray

from voicesim.audio.soundcard import Block
from voicesim.errors import DeviceError
from voicesim.live.player import Mark
from voicesim.web.practice.browser_card import BrowserCard
from voicesim.web.practice.wire import BLOCK, UP_BYTES, Up, WireError, read_message, read_up


class Her:
    """Renders blocks that hold their own number, with a mark each."""

    def __init__(self) -> None:
        self.count = 0

    def render(self, length: int) -> tuple[NDArray[np.int16], tuple[Mark, ...]]:
        self.count += 1
        return np.full(length, self.count, np.int16), (Mark("started", self.count, 7, 0),)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def up(number: int, playing: int = -1) -> Up:
    return Up(number, playing, 0, np.full(BLOCK, 1000 + number, np.int16))


def card(clock: Clock | None = None, burst: int = 250) -> BrowserCard:
    return BrowserCard(Her().render, burst=burst, clock=clock or Clock())


def read(one: BrowserCard) -> Block:
    block = one.read(0.01)
    assert block is not None
    return block


def test_what_was_heard_is_put_beside_what_was_said_meanwhile() -> None:
    one = card()
    for number in range(3):
        one.take(up(number))
        assert not read(one).played.any()
    one.take(up(3, playing=0))
    block = read(one)
    assert block.captured[0] == 1003
    assert block.played[0] == 1
    assert block.marks == (Mark("started", 1, 7, 0),)


def test_what_happened_in_a_block_left_out_has_happened() -> None:
    one = card()
    for number in range(3):
        one.take(up(number))
        read(one)
    one.take(up(3, playing=2))
    assert [mark.utterance for mark in read(one).marks] == [1, 2, 3]


def test_blocks_that_never_came_are_a_gap_in_the_log() -> None:
    one = card()
    one.take(up(0))
    one.take(up(4))
    assert read(one).troubles == ()
    assert read(one).troubles == (("gap", 3 * BLOCK),)


def test_her_voice_running_dry_in_the_browser_is_in_the_log() -> None:
    one = card()
    one.take(up(0))
    one.take(up(1, playing=0))
    one.take(up(2))
    assert [read(one).troubles for _ in range(3)] == [(), (), (("underflow", BLOCK),)]


def test_a_session_that_stands_still_loses_no_mark() -> None:
    clock = Clock()
    one = card(clock, burst=1000)
    for number in range(300):
        one.take(up(number, playing=number - 1))
    first = [read(one) for _ in range(256)]
    one.take(up(300, playing=299))
    late = read(one)
    told = [mark.utterance for block in [*first, late] for mark in block.marks]
    assert told == list(range(1, 301))
    assert sum(lost for _, lost in late.troubles) == 44 * BLOCK


def test_a_lost_connection_is_told_once_everything_from_before_is_read() -> None:
    one = card()
    one.take(up(0))
    one.lose()
    read(one)
    with pytest.raises(DeviceError, match="connection"):
        one.read(0.01)
    with pytest.raises(DeviceError):
        one.reopen()


def test_a_new_connection_goes_on_where_the_old_one_broke_off() -> None:
    one = card()
    one.take(up(500))
    one.take(up(501))
    one.lose()
    one.regain()
    read(one)
    read(one)
    with pytest.raises(DeviceError, match="connection"):
        one.read(0.01)
    with pytest.raises(DeviceError, match="no sound yet"):
        one.reopen()
    one.take(up(0))
    one.reopen()
    assert read(one).troubles == ()
    one.take(up(1, playing=2))
    assert [mark.utterance for mark in read(one).marks] == [1, 2, 3], "what the old page never played has passed"


def test_a_browser_that_falls_silent_counts_as_gone() -> None:
    clock = Clock()
    one = card(clock)
    one.take(up(0))
    read(one)
    clock.now = 2.5
    with pytest.raises(DeviceError, match="no sound"):
        one.read(0.01)


@pytest.mark.parametrize("frame", [up(1), up(0), up(2, playing=1), up(2, playing=5)])
def test_frames_that_cannot_be_are_refused(frame: Up) -> None:
    one = card()
    one.take(up(1))
    with pytest.raises(WireError):
        one.take(frame)


def test_sound_faster_than_speech_is_refused_and_a_stalled_network_is_not() -> None:
    clock = Clock()
    one = card(clock, burst=100)
    for number in range(100):
        one.take(up(number))
    clock.now = 1.0
    for number in range(100, 150):
        one.take(up(number))
    with pytest.raises(WireError, match="faster"):
        one.take(up(150))


@pytest.mark.parametrize("data", [b"", b"x", bytes(UP_BYTES - 1), bytes(UP_BYTES + 1), b"\xff" * UP_BYTES])
def test_garbage_is_no_frame(data: bytes) -> None:
    with pytest.raises(WireError):
        read_up(data)


def test_a_frame_keeps_its_samples() -> None:
    sound = np.arange(-160, 160, dtype="<i2")
    frame = read_up(struct.pack("<IiHH", 9, -1, 3, 0) + sound.tobytes())
    assert (frame.number, frame.playing, frame.waiting) == (9, -1, 3)
    assert np.array_equal(frame.samples, sound)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "null",
        '{"type": "shout"}',
        '{"type": "press", "what": "everything"}',
        '{"type": "begin", "loop": -1}',
        '{"type": "begin", "loop": NaN}',
        '{"type": "begin", "loop": 1e999}',
        '{"type": "hello", "token": "x", "more": 1}',
        "[" * 5000,
    ],
)
def test_garbage_is_no_message(text: str) -> None:
    with pytest.raises(WireError):
        read_message(text, 4096)


def test_what_became_of_connections_before_the_session_is_no_matter() -> None:
    clock = Clock()
    one = card(clock)
    one.lose()
    one.regain()
    clock.now = 60
    one.begin()
    assert one.read(0.01) is None
