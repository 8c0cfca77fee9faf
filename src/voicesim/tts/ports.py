"""What the house asks of any voice. Adapters: `pyttsx3_voice`, `tones` (tests)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class VoiceStyle:
    """How a line is to sound. Rates and pitches are the engine's own steady voice changed by the survivor's mood."""

    voice: str
    """The engine's name for the voice, for example ``gmw/en-US+f3``; empty for the engine's default."""
    words_per_minute: int
    pitch: int
    """0 (low) to 100 (high); 50 is the voice's own."""
    volume: float
    """0.0 to 1.0."""
    steady: int = 0
    """The words a minute that the mood changes; 0 when there is no mood. A costly voice speaks once and bends that."""


@dataclass(frozen=True)
class Span:
    """A stretch of a clip, in samples at 16 kHz from the clip's first sample; `end` is one past the last."""

    start: int
    end: int


@dataclass(frozen=True)
class SpokenWord:
    """A word of a line and where it sounds in the clip."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Clip:
    """A line, voiced. Leading and trailing silence is trimmed: sample 0 is her onset, the last sample her end."""

    samples: NDArray[np.int16]
    """Mono, 16 kHz, shape (n,)."""
    words: tuple[SpokenWord, ...]
    """In order. From the voice itself when it knows (`TimedVoice`); else exact to the phrase, shared out within it by length."""
    hesitations: tuple[Span, ...]
    """The silences the script marks as hers."""
    pauses: tuple[Span, ...] = ()
    """The breaths the script marks, in which anyone may speak."""
    trailing: tuple[Span, ...] = ()
    """Where her voice trails off before an ellipsis."""


class Voice(Protocol):
    """Speaks one phrase (no marks in it) to samples. Blocking; called ahead of the session, never while she should speak."""

    engine: str
    """Name and version for the log and the cache key."""

    def speak(self, phrase: str, style: VoiceStyle) -> NDArray[np.int16]:
        """Voice one phrase.

        Returns:
            Mono int16 samples at 16 kHz, shape (n,).

        Raises:
            voicesim.errors.VoicesimError: the engine is missing or did not answer in time.
        """

    def close(self) -> None:
        """Let go of the engine and any child process."""


@runtime_checkable
class TimedVoice(Voice, Protocol):
    """A voice that knows where each word sounds."""

    def speak_timed(self, phrase: str, style: VoiceStyle) -> tuple[NDArray[np.int16], tuple[Span, ...]]:
        """Voice one phrase, as `speak` does.

        Returns:
            The samples, and for each of the phrase's words (as `words.split_words` counts them) where it sounds; no spans when
            they are not known.
        """
