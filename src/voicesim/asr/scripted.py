"""A transcriber that hears what it was told to: for tests of everything around it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from voicesim.asr.hearing import Samples, checked
from voicesim.asr.ports import TimedWord, Transcript
from voicesim.timebase import SAMPLE_RATE

QUIET = 1e-4
"""Largest sample of a segment in which nothing is heard, whatever the script says."""


class ScriptedWhisper:
    """Answers each segment with the next line of its script; after the last line it hears nothing.

    Words are laid out evenly over the segment. Silence and empty segments are heard as nothing and use no line up.

    Args:
        script: what is heard, segment by segment; empty text for a cough.
    """

    engine = "scripted 1"
    model = "script"

    def __init__(self, script: Iterable[str] = ()) -> None:
        self._lines = list(script)
        self.heard: list[int] = []
        """Length in samples of every segment so far."""

    def warm_up(self) -> None:
        """Nothing to load."""

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """The next line. See `Transcriber.transcribe`."""
        samples = checked(samples)
        self.heard.append(len(samples))
        if len(samples) == 0 or float(abs(samples).max()) < QUIET:
            return Transcript("", no_speech_probability=1.0)
        words = self._lines.pop(0).split() if self._lines else []
        if not words:
            return Transcript("", no_speech_probability=1.0)
        share = len(samples) / SAMPLE_RATE / len(words)
        timed = tuple(
            TimedWord(word, round(index * share, 3), round((index + 1) * share, 3), 1.0)
            for index, word in enumerate(words)
        )
        return Transcript(" ".join(words), timed)
