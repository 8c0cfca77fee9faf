"""Has the trainee said what he wanted to say? Words and voice together, after every segment of his speech."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.ports import Transcript
from voicesim.language.completeness import finished_by_words

_UNDECIDED = 0.5
_VOICE_SHARE = 0.35
"""How much of the words' likelihood hangs on the voice (default of this project; docs/turn-taking.md)."""


class ByVoice(Protocol):
    """Judges by the sound alone."""

    def likelihood(self, samples: NDArray[np.float32]) -> float:
        """How likely the turn is over, 0 to 1; `samples` are mono at 16 kHz."""


class TurnEndJudge:
    """Combines what the words and the voice say.

    Args:
        voice: judges by sound; None to go by the words alone.
    """

    def __init__(self, voice: ByVoice | None = None) -> None:
        self._voice = voice

    def finished(self, transcript: Transcript, samples: NDArray[np.float32]) -> float:
        """How likely the turn is finished after this segment.

        Args:
            transcript: its words.
            samples: the last seconds of the track, up to and with the silence after it, mono float32 at 16 kHz.

        Returns:
            0 to 1, rounded to thousandths so that logs compare.
        """
        words = finished_by_words(transcript.text, transcript.closing)
        voice = self._voice.likelihood(samples) if self._voice is not None and transcript.text else _UNDECIDED
        return round(words * (1 - _VOICE_SHARE + _VOICE_SHARE * voice), 3)


def best_judge() -> tuple[TurnEndJudge, str]:
    """The best judge that this machine has the weights for, and its name for the log."""
    from voicesim.asr.smart_turn import NAME, SmartTurn
    from voicesim.errors import WeightsError

    try:
        return TurnEndJudge(SmartTurn()), f"words + {NAME}"
    except WeightsError:
        return TurnEndJudge(), "words"
