"""What the house asks of any transcriber. Adapters: `openai_whisper`, `faster`, `scripted` (tests)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TimedWord:
    """A word with its place in the segment, in seconds from the segment's first sample, clamped to the segment."""

    text: str
    start: float
    end: float
    probability: float


@dataclass(frozen=True)
class Transcript:
    """What was heard in one speech segment. `text` is empty when the segment held no words (a cough, a chair)."""

    text: str
    words: tuple[TimedWord, ...] = ()
    no_speech_probability: float = 0.0
    average_log_probability: float = 0.0
    closing: float = 0.0
    """How likely the recogniser finds it that a sentence ends after the last word (a full stop, question or exclamation mark),
    whatever it wrote there. Engines that do not say give their certainty of the mark they wrote; 0 when there is none."""


class Transcriber(Protocol):
    """Turns one speech segment into words. Blocking; the drivers run it in a worker thread."""

    engine: str
    """Name of the engine for the log, for example ``faster-whisper 1.2.1``."""
    model: str
    """Name of the checkpoint, for example ``tiny.en``."""

    def warm_up(self) -> None:
        """Load the weights and run once, so that the first turn is as quick as the rest."""

    def transcribe(self, samples: NDArray[np.float32], prompt: Sequence[str] = ()) -> Transcript:
        """Transcribe one segment.

        Args:
            samples: mono, 16 kHz, float32 in [-1, 1], shape (n,).
            prompt: names and words of the scenario that bias recognition; may be ignored.
        """


@runtime_checkable
class HearsTogether(Protocol):
    """A transcriber that hears several segments in less time than one after the other."""

    def transcribe_all(self, segments: Sequence[NDArray[np.float32]]) -> list[Transcript]:
        """Transcribe segments, each as `Transcriber.transcribe` takes it: the same words, figures equal but for the last digits."""
