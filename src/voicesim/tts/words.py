"""Where each word of a voiced phrase sounds, as near as it can be known without recognising it."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voicesim.tts.ports import SpokenWord
from voicesim.tts.settings import ShapeSettings
from voicesim.tts.shaping import quiet_gaps

_CLAUSE_END = (",", ".", ";", ":", "?", "!", "…", "—", "–")
_CLOSING = "\"'”’)»"


def split_words(phrase: str) -> list[str]:
    """The words as written, with their punctuation; a lone dash stays with the word before it (the first: after it)."""
    words: list[str] = []
    opening = ""
    for token in phrase.split():
        if any(char.isalnum() for char in token):
            words.append(f"{opening}{token}")
            opening = ""
        elif words:
            words[-1] += f" {token}"
        else:
            opening += f"{token} "
    return words


def place_words(phrase: str, sound: NDArray[np.int16], offset: int, shape: ShapeSettings) -> list[SpokenWord]:
    """Share the sound of a phrase out among its words.

    Commas and full stops are spoken as pauses. Where the sound has at least as many pauses as the phrase has such ends,
    the longest are taken for them and the words of each clause share that clause's sound; else all share the whole. The
    share of a word is by the number of its letters.

    Args:
        phrase: words without marks.
        sound: the phrase, voiced and trimmed.
        offset: position of the sound's first sample in the clip.
        shape: what counts as a pause.

    Returns:
        The words in order, inside [offset, offset + len(sound)], without overlaps; empty for a phrase without words.
    """
    words = split_words(phrase)
    if not words or len(sound) == 0:
        return []
    clauses: list[list[str]] = [[]]
    for word in words:
        clauses[-1].append(word)
        if word.rstrip(_CLOSING).endswith(_CLAUSE_END):
            clauses.append([])
    clauses = [clause for clause in clauses if clause]
    gaps = sorted(quiet_gaps(sound, shape), key=lambda gap: gap[0] - gap[1])[: len(clauses) - 1]
    if len(gaps) < len(clauses) - 1:
        clauses, gaps = [words], []
    edges = [0, *(edge for gap in sorted(gaps) for edge in gap), len(sound)]
    placed: list[SpokenWord] = []
    for clause, start, end in zip(clauses, edges[::2], edges[1::2], strict=True):
        placed += share(clause, offset + start, offset + end)
    return placed


def share(words: Sequence[str], start: int, end: int) -> list[SpokenWord]:
    """Share a stretch of samples out among words, by one more than the number of their letters."""
    weights = [1 + sum(char.isalnum() for char in word) for word in words]
    reached = np.cumsum([0, *weights]) / sum(weights)
    edges = [start + round(float(part) * (end - start)) for part in reached]
    return [SpokenWord(word, here, there) for word, (here, there) in zip(words, pairwise(edges), strict=True)]
