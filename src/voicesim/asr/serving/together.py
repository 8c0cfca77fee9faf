"""Several segments heard at once by one model.

`hearing.recognise` asks an engine step by step, and decides after each. Here each segment is recognised in a thread of its own; its
engine, an `Errand`, carries every attempt to a common place, where those that wait at the same moment go through the model as one
batch. The rules of hearing stay what they are::

    segment A ─ recognise ─ attempt ─┐                       ┌─► A goes on
    segment B ─ recognise ─ attempt ─┼─► one batch: encode,  ┼─► B goes on
    segment C ─ recognise ─ attempt ─┘   decode, align       └─► C asks again, with a longer window
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from voicesim.asr.faster import Core
from voicesim.asr.hearing import Decoded, Piece, Samples
from voicesim.timebase import SAMPLE_RATE


@dataclass(frozen=True)
class Attempt:
    """One window of sound to be heard."""

    samples: Samples
    window: float
    """Seconds that the encoder looks at."""
    prompt: str
    most_tokens: int


@dataclass(frozen=True)
class Attempted:
    """What one window gave."""

    decoded: Decoded
    pieces: tuple[Piece, ...]


@dataclass
class _Window:
    samples: Samples
    seconds: float
    pieces: tuple[Piece, ...] = field(default=())


class Errand:
    """The engine of one segment: hands its attempts over and waits for what comes back.

    Args:
        hand_over: blocks until the attempt has been heard.
    """

    def __init__(self, hand_over: Callable[[Attempt], Attempted]) -> None:
        self._hand_over = hand_over

    def encode(self, samples: Samples, seconds: float) -> _Window:
        """Nothing yet: it is encoded with the others."""
        return _Window(samples, seconds)

    def decode(self, encoded: _Window, prompt: str, most_tokens: int) -> Decoded:
        """Hear it, with the others."""
        heard = self._hand_over(Attempt(encoded.samples, encoded.seconds, prompt, most_tokens))
        encoded.pieces = heard.pieces
        return heard.decoded

    def align(self, encoded: _Window, tokens: Sequence[int], seconds: float) -> Sequence[Piece]:
        """Found along with the words."""
        return encoded.pieces


def hear_together(core: Core, attempts: Sequence[Attempt]) -> list[Attempted]:
    """Hear several windows; those of one length and one prompt go through the model as one batch.

    The words are the same as one by one; figures may differ in the last digits. A decoder that goes in circles may go on for as
    long as the longest of its batch; it is cut where it would have been cut alone.

    Args:
        core: the model. Not to be used from elsewhere meanwhile.
        attempts: in any order.

    Returns:
        One answer for each, in the same order.
    """
    groups: dict[tuple[float, str], list[int]] = {}
    for place, attempt in enumerate(attempts):
        groups.setdefault((attempt.window, attempt.prompt), []).append(place)
    answers: dict[int, Attempted] = {}
    for (window, prompt), places in groups.items():
        heard = _batch(core, [attempts[place] for place in places], window, prompt)
        answers.update(zip(places, heard, strict=True))
    return [answers[place] for place in range(len(attempts))]


def _batch(core: Core, attempts: Sequence[Attempt], window: float, prompt: str) -> list[Attempted]:
    mels = np.stack([core.mel(attempt.samples, window) for attempt in attempts])
    features = core.whisper.encode(mels)
    most = [attempt.most_tokens for attempt in attempts]
    decoded = core.decode_all(features, prompt, most)
    # Nothing to align is no reason to leave the batch: a stand-in keeps the row, and what it gives is dropped.
    stand_in = core.tokenizer.encode(" a")
    aligned = core.align_all(
        features,
        [list(one.tokens) or stand_in for one in decoded],
        [len(attempt.samples) / SAMPLE_RATE for attempt in attempts],
    )
    return [Attempted(one, tuple(pieces) if one.tokens else ()) for one, pieces in zip(decoded, aligned, strict=True)]
