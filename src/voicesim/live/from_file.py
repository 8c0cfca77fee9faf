"""Driver: a recording plays the trainee, in virtual time (as fast as the machine can) or in wall time. No sound card needed."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from voicesim.engine.events import AudioTrouble, DeviceLost, DeviceRestored, KeyPressed, TrackEnded
from voicesim.live.conductor import Conductor
from voicesim.timebase import FRAME, SAMPLE_RATE, samples

LATENCY = samples(0.35)
"""How long recognition takes in virtual time: about what a laptop needs for a turn, always the same."""
_LONGEST_AFTER = samples(180)
"""How long she may still speak and wait after the recording has ended."""
Given = KeyPressed | DeviceLost | DeviceRestored | AudioTrouble
"""What may happen in a session that no recording holds."""


def play_file(
    conductor: Conductor,
    recording: NDArray[np.int16],
    *,
    realtime: bool = False,
    block: int = FRAME,
    given: Sequence[Given] = (),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> None:
    """Run a whole session from a recording.

    Same recording, same transcripts: same events, to the sample. Ctrl-C stops the conversation and is passed on.

    Args:
        conductor: the session, not begun.
        recording: the trainee's track, mono int16 at 16 kHz, shape (n,).
        realtime: keep to the wall clock.
        block: samples handed over at once.
        given: what else happened, in order: each is told when its time comes.
        progress: told samples done and in all, now and then.
    """
    conductor.begin()
    began = time.monotonic()
    position, told = 0, False
    due = deque(given)

    def tell_what_is_due() -> None:
        while due and due[0].at <= conductor.now and not conductor.over:
            conductor.tell(due.popleft())

    try:
        tell_what_is_due()
        while not conductor.over and position < len(recording) + _LONGEST_AFTER:
            captured = np.zeros(block, dtype=np.int16)
            piece = recording[position : position + block]
            captured[: len(piece)] = piece
            played, marks = conductor.player.render(block)
            conductor.block(captured, played, marks)
            position += block
            tell_what_is_due()
            if position >= len(recording) and not told and not conductor.over:
                told = True
                conductor.tell(TrackEnded(conductor.now))
            if position % (block * 32) == 0:
                progress(min(position, len(recording)), len(recording))
            if realtime:
                time.sleep(max(0.0, began + position / SAMPLE_RATE - time.monotonic()))
    except KeyboardInterrupt:
        conductor.tell(KeyPressed(conductor.now, "stop"))
        raise
    if not conductor.over:
        conductor.tell(KeyPressed(conductor.now, "stop"))
    progress(len(recording), len(recording))
