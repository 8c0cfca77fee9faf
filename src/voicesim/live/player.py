"""Her voice, a block at a time: plays a clip, ducks, holds, resumes or stops it without a click.

`render` is called by the sound card's callback and must never wait: commands reach it through a queue that needs no lock, and
what it did goes back as marks attached to the block.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import samples
from voicesim.tts.ports import Clip

DUCKED = 0.25
"""Gain while ducked: -12 dB."""
_FADE = samples(0.02)
"""Length of a fade from full to silent."""
_REWIND = samples(0.6)
"""A resumed line goes back to the start of the word it was held in, at most this far."""


@dataclass(frozen=True)
class Mark:
    """Something that happened to a line inside a block. `offset` is the sample in the block, `heard` the clip position."""

    kind: Literal["started", "held", "resumed", "ended"]
    utterance: int
    offset: int
    heard: int


@dataclass(frozen=True)
class _Command:
    kind: Literal["say", "duck", "hold", "resume", "stop"]
    utterance: int
    clip: Clip | None = None


class Player:
    """Plays one line at a time. Commands come from the session's thread, `render` from the audio side."""

    def __init__(self) -> None:
        self._commands: deque[_Command] = deque()
        self._clip: Clip | None = None
        self._utterance = 0
        self._position = 0
        self._gain = 1.0
        self._target = 1.0
        self._then: Literal["", "held", "ended"] = ""
        self._held = False
        self._begun = False

    def say(self, utterance: int, clip: Clip) -> None:
        """Play a clip from its first sample, at the next block."""
        self._commands.append(_Command("say", utterance, clip))

    def duck(self, utterance: int) -> None:
        """Lower the voice to `DUCKED`."""
        self._commands.append(_Command("duck", utterance))

    def hold(self, utterance: int) -> None:
        """Fade out and stand still."""
        self._commands.append(_Command("hold", utterance))

    def resume(self, utterance: int) -> None:
        """Full voice; a held line goes on from the start of the word it was held in."""
        self._commands.append(_Command("resume", utterance))

    def stop(self, utterance: int) -> None:
        """Fade out for good."""
        self._commands.append(_Command("stop", utterance))

    def render(self, count: int) -> tuple[NDArray[np.int16], tuple[Mark, ...]]:
        """The next block.

        Returns:
            Samples, int16 of shape (count,), and what happened in it.
        """
        marks: list[Mark] = []
        while self._commands:
            self._obey(self._commands.popleft(), marks)
        block = np.zeros(count, dtype=np.int16)
        if self._clip is None or self._held:
            return block, tuple(marks)
        if not self._begun:
            self._begun = True
            marks.append(Mark("started", self._utterance, 0, 0))
        length = len(self._clip.samples)
        piece = self._clip.samples[self._position : self._position + count]
        if self._gain != self._target:
            piece = self._faded(piece)
        elif self._gain != 1.0:
            piece = (piece * np.float32(self._gain)).astype(np.int16)
        played = len(piece)
        block[:played] = piece
        self._position += played
        if self._position >= length:
            self._end(marks, played)
        elif self._then and self._gain == self._target:
            if self._then == "ended":
                self._end(marks, played)
            else:
                self._held, self._then = True, ""
                marks.append(Mark("held", self._utterance, played, self._position))
        return block, tuple(marks)

    def _faded(self, piece: NDArray[np.int16]) -> NDArray[np.int16]:
        """Move the gain towards its target over the piece; cut it where a hold or stop has faded out."""
        steps = np.arange(1, len(piece) + 1, dtype=np.float32) / _FADE
        if self._target > self._gain:
            gains = np.minimum(self._gain + steps, self._target)
        else:
            gains = np.maximum(self._gain - steps, self._target)
        arrived = np.flatnonzero(gains == self._target)
        if self._then and len(arrived):
            gains = gains[: int(arrived[0]) + 1]
        self._gain = float(gains[-1]) if len(gains) else self._gain
        return (piece[: len(gains)] * gains).astype(np.int16)

    def _obey(self, command: _Command, marks: list[Mark]) -> None:
        if command.kind == "say":
            self._clip, self._utterance, self._position = command.clip, command.utterance, 0
            self._gain = self._target = 1.0
            self._then, self._held, self._begun = "", False, False
        elif self._clip is None or command.utterance != self._utterance:
            return
        elif command.kind == "duck":
            self._target = DUCKED
        elif command.kind == "hold":
            if self._begun and not self._held:
                self._target, self._then = 0.0, "held"
            elif not self._begun:
                self._held = True
        elif command.kind == "stop":
            if self._begun and not self._held:
                self._target, self._then = 0.0, "ended"
            else:
                self._end(marks, 0)
        else:
            self._resume(marks)

    def _resume(self, marks: list[Mark]) -> None:
        self._target, self._then = 1.0, ""
        if self._held:
            self._held = False
            self._gain = 0.0
            if self._begun:
                self._position = self._start_of_word()
                marks.append(Mark("resumed", self._utterance, 0, self._position))

    def _start_of_word(self) -> int:
        assert self._clip is not None
        for word in self._clip.words:
            if word.start < self._position < word.end and self._position - word.start <= _REWIND:
                return word.start
        return self._position

    def _end(self, marks: list[Mark], offset: int) -> None:
        marks.append(Mark("ended", self._utterance, offset, self._position))
        self._clip = None
