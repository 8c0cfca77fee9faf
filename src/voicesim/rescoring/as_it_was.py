"""What no recording holds of a live session, taken from its log: how long recognition took, and when her voice began and ended.

A session held live depends on the time that things took then. Here recognition answers, and her voice starts, holds and ends,
where it did; what is said, what it means and what follows from it is worked out anew. Where the course is another one than
then, there is nothing to take, and both answer as in any session that a recording drives.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from voicesim.engine.events import (
    Duck,
    Hold,
    LineEnded,
    LineHeld,
    LineResumed,
    LineStarted,
    PausedOrResumed,
    Record,
    Resume,
    Say,
    SpeechEnded,
    SpeechStarted,
    SpeechStirring,
    Stop,
    Transcribe,
    Transcribed,
)
from voicesim.engine.state import ConversationState
from voicesim.live.conductor import LOOK_BACK, Activity
from voicesim.live.ears import Listener, answer
from voicesim.live.player import Mark, Player
from voicesim.timebase import FRAME, samples

Commands = Say | Duck | Hold | Resume | Stop
Voiced = LineStarted | LineHeld | LineResumed | LineEnded
Voice = SpeechStarted | SpeechStirring | SpeechEnded
_SETTLES = samples(2)
"""After a pause voice activity is believed again; until then what it said in the session stands."""


class Pauses:
    """The stretches in which a session stood still: what was said in them is not on the track.

    Args:
        records: the session's log.
    """

    def __init__(self, records: Sequence[Record]) -> None:
        self._spans: list[tuple[int, int]] = []
        begun: int | None = None
        for record in records:
            if not isinstance(record, PausedOrResumed):
                continue
            if record.paused and begun is None:
                begun = record.at
            elif not record.paused and begun is not None:
                self._spans.append((begun, record.at))
                begun = None
        if begun is not None and records:
            self._spans.append((begun, records[-1].at))

    def touch(self, start: int, end: int, after: int = 0) -> bool:
        """Whether a stretch lies in one of them, or within `after` samples of its end."""
        return any(start < until + after and end > since for since, until in self._spans)


class VoiceAsItWas:
    """Voice activity found anew, but for pauses: there what was found in the session stands.

    Args:
        anew: finds it in the track.
        records: the session's log.
        pauses: where it stood still.
    """

    def __init__(self, anew: Activity, records: Sequence[Record], pauses: Pauses) -> None:
        self._anew = anew
        self._pauses = pauses
        self._then = deque(record for record in records if isinstance(record, Voice))
        self._now = 0

    def feed(self, frame: NDArray[np.int16]) -> list[Voice]:
        """As `Activity.feed`."""
        start, self._now = self._now, self._now + FRAME
        anew = self._anew.feed(frame)
        then: list[Voice] = []
        while self._then and self._then[0].at <= self._now:
            then.append(self._then.popleft())
        return then if self._pauses.touch(start, self._now, _SETTLES) else anew


class EarsAsTheyWere:
    """Recognises anew; each answer arrives when it did in the session.

    Args:
        listener: does the work, in the caller's thread.
        records: the session's log.
        pauses: where it stood still; of what was said then, only the log knows.
        otherwise: samples between request and answer where the session had no such request.
    """

    def __init__(self, listener: Listener, records: Sequence[Record], pauses: Pauses, otherwise: int) -> None:
        self._listener = listener
        self._pauses = pauses
        self._otherwise = otherwise
        self._asked = {
            (record.request, record.onset, record.end) for record in records if isinstance(record, Transcribe)
        }
        self._answered = {
            (record.request, record.onset, record.end): record for record in records if isinstance(record, Transcribed)
        }
        self._waiting: list[tuple[int, Transcribed]] = []

    def ask(self, request: Transcribe, samples: NDArray[np.int16], lately: NDArray[np.int16]) -> None:
        """Recognise now, answer when it was answered; not at all where the session ended before the answer."""
        key = (request.request, request.onset, request.end)
        then = self._answered.get(key)
        if then is not None and self._pauses.touch(request.onset, request.end):
            self._waiting.append((then.at, then))
            return
        heard = self._listener.listen(request, samples, lately)
        if then is not None and self._pauses.touch(request.at - LOOK_BACK, request.at):
            heard = replace(heard, finished=then.finished)  # what the judge looked back on then was not kept
        if then is not None and then.at >= request.at:
            self._waiting.append((then.at, answer(heard, then.at)))
        elif key not in self._asked:
            at = request.at + self._otherwise
            self._waiting.append((at, answer(heard, at)))

    def answers(self, now: int) -> list[Transcribed]:
        """The answers whose time has come."""
        due = [heard for at, heard in self._waiting if at <= now]
        self._waiting = [waiting for waiting in self._waiting if waiting[0] > now]
        return due

    def close(self) -> None:
        """Nothing to let go of."""


class PlayerAsItWas(Player):
    """Her voice as she was heard in the session, as long as it is told to say and do the same things at the same times.

    From the first command that differs it plays like any other player.

    Args:
        records: the session's log.
        track: her track, mono int16 at 16 kHz.
        latency: samples by which that track was shifted against what was played (`SessionMeta.loop_latency`).
    """

    def __init__(self, records: Sequence[Record], track: NDArray[np.int16], latency: int) -> None:
        super().__init__()
        self._wanted = deque(record for record in records if isinstance(record, Commands))
        self._voiced = deque(record for record in records if isinstance(record, Voiced))
        self._track = track[latency:]
        self._latency = latency
        self._now = 0
        self._made: list[Mark] = []
        self._told = 0
        self.follows = True
        """Whether everything has been as it was."""

    def watch(self, record: Record, state: ConversationState) -> None:
        """Compare what she is told now with what she was told then."""
        if self.follows and isinstance(record, Commands):
            self.follows = bool(self._wanted) and self._wanted.popleft() == record

    def render(self, count: int) -> tuple[NDArray[np.int16], tuple[Mark, ...]]:
        """As `Player.render`."""
        start, self._now = self._now, self._now + count
        played, marks = super().render(count)
        self._made += marks
        if not self.follows:
            # What became of her line before the parting of the ways is told once, whoever came to it first.
            late, self._told = self._made[self._told :], max(self._told, len(self._made))
            return played, tuple(mark if mark in marks else replace(mark, offset=0) for mark in late)
        then: list[Mark] = []
        while self._voiced and self._voiced[0].at - self._latency < self._now:
            record = self._voiced.popleft()
            then.append(_mark(record, max(0, record.at - self._latency - start)))
        self._told += len(then)
        piece = np.zeros(count, np.int16)
        kept = self._track[start : self._now]
        piece[: len(kept)] = kept
        return piece, tuple(then)


def _mark(record: Voiced, offset: int) -> Mark:
    if isinstance(record, LineStarted):
        return Mark("started", record.utterance, offset, 0)
    if isinstance(record, LineHeld):
        return Mark("held", record.utterance, offset, record.heard)
    if isinstance(record, LineResumed):
        return Mark("resumed", record.utterance, offset, record.heard)
    return Mark("ended", record.utterance, offset, record.heard)
