"""Getting words for a stretch of the trainee's track while the session runs on."""

from __future__ import annotations

import queue
import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.ports import Transcriber, Transcript
from voicesim.engine.events import Transcribe, Transcribed, Word
from voicesim.timebase import SAMPLE_RATE


class Ears(Protocol):
    """Takes requests, gives back words when they are there."""

    def ask(self, request: Transcribe, samples: NDArray[np.int16]) -> None:
        """Recognise `samples` (mono int16, 16 kHz), which lie at `request.onset` on the track."""

    def answers(self, now: int) -> list[Transcribed]:
        """The answers that are there by session position `now`."""

    def close(self) -> None:
        """Stop working."""


def recognise(
    transcriber: Transcriber, request: Transcribe, samples: NDArray[np.int16], prompt: Sequence[str]
) -> Transcript:
    """Run the transcriber on one segment."""
    return transcriber.transcribe(samples.astype(np.float32) / 32768.0, prompt)


def answer(request: Transcribe, transcript: Transcript, at: int) -> Transcribed:
    """A transcript in session positions, clamped to the segment."""

    def position(offset: float) -> int:
        return min(max(request.onset + round(offset * SAMPLE_RATE), request.onset), request.end)

    words = tuple(Word(word.text, position(word.start), position(word.end)) for word in transcript.words)
    return Transcribed(at, request.request, request.onset, request.end, transcript.text, words)


class PromptEars:
    """Recognises at once and lets the answer arrive a fixed time later: for virtual time, exactly repeatable.

    Args:
        transcriber: does the work, in the caller's thread.
        latency: samples between a request and its answer.
        prompt: words of the scenario that bias recognition.
    """

    def __init__(self, transcriber: Transcriber, latency: int, prompt: Sequence[str] = ()) -> None:
        self._transcriber = transcriber
        self._latency = latency
        self._prompt = prompt
        self._waiting: list[tuple[int, Transcribe, Transcript]] = []

    def ask(self, request: Transcribe, samples: NDArray[np.int16]) -> None:
        """Recognise now, answer later."""
        transcript = recognise(self._transcriber, request, samples, self._prompt)
        self._waiting.append((request.at + self._latency, request, transcript))

    def answers(self, now: int) -> list[Transcribed]:
        """The answers whose time has come."""
        due = [(at, request, transcript) for at, request, transcript in self._waiting if at <= now]
        self._waiting = [waiting for waiting in self._waiting if waiting[0] > now]
        return [answer(request, transcript, at) for at, request, transcript in due]

    def close(self) -> None:
        """Nothing to let go of."""


class WorkerEars:
    """Recognises in a thread of its own while sound goes on. A failing engine hears nothing rather than ending the session."""

    def __init__(self, transcriber: Transcriber, prompt: Sequence[str] = ()) -> None:
        self._transcriber = transcriber
        self._prompt = prompt
        self._requests: queue.Queue[tuple[Transcribe, NDArray[np.int16]] | None] = queue.Queue()
        self._done: queue.Queue[tuple[Transcribe, Transcript]] = queue.Queue()
        self.failures: list[str] = []
        self._thread = threading.Thread(target=self._work, name="voicesim-ears", daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while (task := self._requests.get()) is not None:
            request, samples = task
            try:
                transcript = recognise(self._transcriber, request, samples, self._prompt)
            except Exception as error:  # whatever an engine throws, the conversation goes on and the session says so
                self.failures.append(f"{type(error).__name__}: {error}")
                transcript = Transcript("")
            self._done.put((request, transcript))

    def ask(self, request: Transcribe, samples: NDArray[np.int16]) -> None:
        """Queue a segment."""
        self._requests.put((request, samples))

    def answers(self, now: int) -> list[Transcribed]:
        """The answers that have come in."""
        ready: list[Transcribed] = []
        while True:
            try:
                request, transcript = self._done.get_nowait()
            except queue.Empty:
                return ready
            ready.append(answer(request, transcript, now))

    def close(self) -> None:
        """Let the thread finish what it is doing; do not wait for more than a moment."""
        self._requests.put(None)
        self._thread.join(timeout=5)
