"""Getting words for a stretch of the trainee's track while the session runs on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.ports import Transcriber, Transcript
from voicesim.engine.events import Transcribe, Transcribed, Word
from voicesim.language.meanings import FindMeanings, Meaning
from voicesim.live.turn_end import TurnEndJudge
from voicesim.timebase import SAMPLE_RATE, samples

_SAME_TURN = samples(5)
"""A longer silence always ends a turn."""
_STRETCHES_OF_A_TURN = 12


class Ears(Protocol):
    """Takes requests, gives back words when they are there."""

    def ask(self, request: Transcribe, samples: NDArray[np.int16], lately: NDArray[np.int16]) -> None:
        """Recognise the request's stretch.

        Args:
            request: what to recognise.
            samples: the track from `request.onset` up to now, mono int16 at 16 kHz.
            lately: the last seconds of the track, up to now.
        """

    def answers(self, now: int) -> list[Transcribed]:
        """The answers that are there by session position `now`."""

    def close(self) -> None:
        """Stop working."""


@dataclass(frozen=True)
class Heard:
    """What recognition made of one request."""

    request: Transcribe
    transcript: Transcript
    finished: float
    meanings: tuple[Meaning, ...] = ()


class Listener:
    """Words for a stretch of sound, and whether it sounds finished. The work itself, without threads or time.

    Args:
        transcriber: finds the words.
        judge: says how finished they are.
        prompt: words of the scenario that bias recognition.
        find: says what the sentences resemble; None to go by their words alone.
    """

    def __init__(
        self,
        transcriber: Transcriber,
        judge: TurnEndJudge | None = None,
        prompt: Sequence[str] = (),
        find: FindMeanings | None = None,
    ) -> None:
        self._transcriber = transcriber
        self._judge = judge or TurnEndJudge()
        self._prompt = prompt
        self._find = find
        self._lately: list[tuple[Transcribe, str]] = []

    def anew(self) -> Listener:
        """A listener with the same engines who has heard nothing yet, for another session."""
        return Listener(self._transcriber, self._judge, self._prompt, self._find)

    def listen(self, request: Transcribe, samples: NDArray[np.int16], lately: NDArray[np.int16]) -> Heard:
        """Work on one request; see `Ears.ask`."""
        speech = samples[: request.end - request.onset].astype(np.float32) / 32768.0
        transcript = self._transcriber.transcribe(speech, self._prompt)
        finished = self._judge.finished(transcript, lately.astype(np.float32) / 32768.0)
        return Heard(request, transcript, finished, self._meanings(request, transcript.text))

    def _meanings(self, request: Transcribe, text: str) -> tuple[Meaning, ...]:
        """What the sentences resemble: as they stand in this stretch, and as they go on from those just before it.

        A breath in the middle of a sentence makes two stretches of it; the engine reads them as one.
        """
        if self._find is None or not text:
            return ()
        before = [one for one in self._lately if one[0].end <= request.onset]  # not an early look at this stretch
        if before and request.onset - before[-1][0].end > _SAME_TURN:
            before = []
        before = before[-_STRETCHES_OF_A_TURN:]
        self._lately = [*before, (request, text)]
        alone = self._find(text)
        said = " ".join(words for _, words in before)
        if not said:
            return alone
        known = {*alone, *self._find(said)}
        return (*alone, *(one for one in self._find(f"{said} {text}") if one not in known))


def answer(heard: Heard, at: int) -> Transcribed:
    """What was heard in session positions, clamped to the segment."""
    request, transcript = heard.request, heard.transcript

    def position(offset: float) -> int:
        return min(max(request.onset + round(offset * SAMPLE_RATE), request.onset), request.end)

    words = tuple(Word(word.text, position(word.start), position(word.end)) for word in transcript.words)
    return Transcribed(
        at, request.request, request.onset, request.end, transcript.text, words, heard.finished, heard.meanings
    )


class PromptEars:
    """Recognises at once and lets the answer arrive a fixed time later: for virtual time, exactly repeatable.

    Args:
        listener: does the work, in the caller's thread.
        latency: samples between a request and its answer.
    """

    def __init__(self, listener: Listener, latency: int) -> None:
        self._listener = listener
        self._latency = latency
        self._waiting: list[tuple[int, Heard]] = []

    def ask(self, request: Transcribe, samples: NDArray[np.int16], lately: NDArray[np.int16]) -> None:
        """Recognise now, answer later."""
        self._waiting.append((request.at + self._latency, self._listener.listen(request, samples, lately)))

    def answers(self, now: int) -> list[Transcribed]:
        """The answers whose time has come."""
        due = [(at, heard) for at, heard in self._waiting if at <= now]
        self._waiting = [waiting for waiting in self._waiting if waiting[0] > now]
        return [answer(heard, at) for at, heard in due]

    def close(self) -> None:
        """Nothing to let go of."""


class WorkerEars:
    """Recognises in a thread of its own while sound goes on. A failing engine hears nothing rather than ending the session.

    Args:
        listener: does the work, in that thread.
    """

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._requests: queue.Queue[tuple[Transcribe, NDArray[np.int16], NDArray[np.int16]] | None] = queue.Queue()
        self._done: queue.Queue[Heard] = queue.Queue()
        self.failures: list[str] = []
        self._thread = threading.Thread(target=self._work, name="voicesim-ears", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (task := self._requests.get()) is not None:
            request, samples, lately = task
            try:
                heard = self._listener.listen(request, samples, lately)
            except Exception as error:  # whatever an engine throws, the conversation goes on and the session says so
                self.failures.append(f"{type(error).__name__}: {error}")
                heard = Heard(request, Transcript(""), 1.0)
            self._done.put(heard)

    def ask(self, request: Transcribe, samples: NDArray[np.int16], lately: NDArray[np.int16]) -> None:
        """Queue a request."""
        self._requests.put((request, samples, lately))

    def answers(self, now: int) -> list[Transcribed]:
        """The answers that have come in."""
        ready: list[Transcribed] = []
        while True:
            try:
                ready.append(answer(self._done.get_nowait(), now))
            except queue.Empty:
                return ready

    def close(self) -> None:
        """Let the thread finish what it is doing; do not wait for more than a moment."""
        self._requests.put(None)
        self._thread.join(timeout=5)
