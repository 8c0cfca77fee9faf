"""Wires the edges to the engine: blocks of sound in, events into the engine, effects out, everything into the bundle.

The same conductor serves every driver. A driver hands it pairs of blocks, what the microphone captured and what her voice played in
that same stretch of time, and asks the player for the next one. All decisions are the engine's.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicesim.engine.conversation import Conversation
from voicesim.engine.desk import Output
from voicesim.engine.events import (
    Duck,
    Hold,
    Input,
    LineEnded,
    LineHeld,
    LineResumed,
    LineStarted,
    Record,
    Resume,
    Say,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    SpeechStirring,
    Stop,
    TimePassed,
    Transcribe,
    Transcribed,
    Word,
)
from voicesim.engine.state import ConversationState
from voicesim.language.controls import spoken_control
from voicesim.live.ears import Ears
from voicesim.live.player import Mark, Player
from voicesim.live.tape import Tape
from voicesim.timebase import FRAME, samples
from voicesim.tts.ports import Clip

LOOK_BACK = samples(8)
"""How much of the trainee's track a judge of turn ends may look back on."""


class Activity(Protocol):
    """Voice activity detection, a frame at a time."""

    def feed(self, frame: NDArray[np.int16]) -> list[SpeechStarted | SpeechStirring | SpeechEnded]:
        """What began or ceased by the end of this frame of `FRAME` samples."""


class Recorder(Protocol):
    """Where records and sound are kept."""

    def record(self, record: Record) -> None:
        """Append a record."""

    def audio(self, trainee: NDArray[np.int16], survivor: NDArray[np.int16]) -> None:
        """Append the same stretch of both tracks."""


class Conductor:
    """One session.

    Args:
        rules: the conversation's rules.
        recorder: the bundle being written.
        activity: voice activity on the trainee's track.
        ears: words for segments.
        player: her voice.
        clip: voices a line: marked text, mood and speaker (empty: the persona) to a clip that lies ready.
        loop_latency: samples by which what the player renders is heard later than the microphone block it is paired with.
        watch: told every record and the state after it, for views.
    """

    def __init__(
        self,
        rules: Conversation,
        recorder: Recorder,
        activity: Activity,
        ears: Ears,
        player: Player,
        clip: Callable[[str, str, str], Clip],
        loop_latency: int = 0,
        watch: Callable[[Record, ConversationState], None] = lambda record, state: None,
    ) -> None:
        self.state = rules.initial()
        self.now = 0
        self.player = player
        self._rules = rules
        self._recorder = recorder
        self._activity = activity
        self._ears = ears
        self._clip = clip
        self._latency = loop_latency
        self._watch = watch
        self._tape = Tape()
        self._unheard = np.zeros(loop_latency, dtype=np.int16)
        self._frame = np.zeros(0, dtype=np.int16)
        self._clips: dict[int, Clip] = {}
        self._coming: list[tuple[int, int, Input]] = []
        self._order = count()
        self._last = 0

    @property
    def over(self) -> bool:
        """Whether the conversation has ended."""
        return self.state.phase == "ended"

    @property
    def push_to_talk(self) -> bool:
        """Whether the trainee's key, not silence, begins and ends a turn."""
        return self._rules.settings.push_to_talk

    def begin(self) -> None:
        """Start the session: she may speak."""
        self._feed(SessionStarted(self.now))

    def block(self, captured: NDArray[np.int16], played: NDArray[np.int16], marks: tuple[Mark, ...]) -> None:
        """Take in one stretch of time.

        Args:
            captured: what the microphone heard, int16, shape (n,).
            played: what the player rendered for the same stretch, int16, shape (n,).
            marks: what happened to her line in it.
        """
        start, self.now = self.now, self.now + len(captured)
        delayed = np.concatenate([self._unheard, played])
        self._unheard = delayed[len(captured) :]
        # What is said while the session stands still is nobody's business: it is listened to for "let's go on", and not kept.
        kept = np.zeros_like(captured) if self.state.phase == "paused" else captured
        self._recorder.audio(kept, delayed[: len(captured)])
        self._tape.append(captured)
        for mark in marks:
            self._expect(self._event(mark, start + mark.offset + self._latency))
        self._frame = np.concatenate([self._frame, captured])
        while len(self._frame) >= FRAME:
            for event in self._activity.feed(self._frame[:FRAME]):
                self._expect(event)
            self._frame = self._frame[FRAME:]
        for words in self._ears.answers(self.now):
            self._expect(discreet(words, self.state))
        self._deliver()

    def tell(self, event: Input) -> None:
        """Something from outside the sound: a key, a lost device, the end of a recording."""
        self._feed(event)

    def _expect(self, event: Input) -> None:
        heapq.heappush(self._coming, (event.at, next(self._order), event))

    def _deliver(self) -> None:
        """Feed what has come by now, oldest first, waking the engine at its own deadlines in between."""
        while not self.over:
            due = self._coming[0][0] if self._coming and self._coming[0][0] <= self.now else None
            wake = self.state.wake_at if self.state.wake_at is not None and self.state.wake_at <= self.now else None
            if wake is not None and (due is None or wake < due):
                self._feed(TimePassed(wake))
            elif due is not None:
                self._feed(heapq.heappop(self._coming)[2])
            else:
                return

    def _feed(self, event: Input) -> None:
        """One input into the engine. Time never runs backwards: what is learned late is learned now."""
        event = replace(event, at=max(event.at, self._last))
        self._last = event.at
        self._recorder.record(event)
        self.state, outputs = self._rules.step(self.state, event)
        self._watch(event, self.state)
        for output in outputs:
            self._recorder.record(output)
            self._watch(output, self.state)
            self._carry_out(output)

    def _carry_out(self, output: Output) -> None:
        match output:
            case Say(utterance=number, text=text, mood=mood, by=by):
                self._clips[number] = self._clip(text, mood, by)
                self.player.say(number, self._clips[number])
            case Duck(utterance=number):
                self.player.duck(number)
            case Hold(utterance=number):
                self.player.hold(number)
            case Resume(utterance=number):
                self.player.resume(number)
            case Stop(utterance=number):
                self.player.stop(number)
            case Transcribe(onset=onset):
                self._ears.ask(output, self._tape.cut(onset, self.now), self._tape.cut(self.now - LOOK_BACK, self.now))
            case _:
                pass

    def _event(self, mark: Mark, at: int) -> Input:
        if mark.kind == "started":
            clip = self._clips[mark.utterance]
            words = tuple(Word(word.text, word.start, word.end) for word in clip.words)
            silences = tuple((span.start, span.end) for span in clip.hesitations)
            return LineStarted(at, mark.utterance, len(clip.samples), words, silences)
        if mark.kind == "held":
            return LineHeld(at, mark.utterance, mark.heard)
        if mark.kind == "resumed":
            return LineResumed(at, mark.utterance, mark.heard)
        return LineEnded(at, mark.utterance, mark.heard)


def discreet(heard: Transcribed, state: ConversationState) -> Transcribed:
    """Words for the log: without those said while the session stood still, unless they were said to it."""
    asked_before = state.turn is not None and any(s.request == heard.request for s in state.turn.segments)
    if state.phase != "paused" or asked_before or spoken_control(heard.text, paused=True):
        return heard
    return replace(heard, text="", words=())
