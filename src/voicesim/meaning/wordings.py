"""Sentences compared by their very words: which runs of one, two and three words they share, the rare ones counting most.

An embedding takes "I should have asked" and "you should have asked" for nearly the same. Beside it this comparison keeps them
apart; what shares no words with any example is still judged by its meaning alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

_LONGEST = 3
_FEWEST = 2
"""Sentences that must hold a run of words for it to count."""


class Wordings:
    """Sentences, ready to be compared with others.

    Args:
        sentences: fluent words, as `language.meanings.key` writes them.
    """

    def __init__(self, sentences: Sequence[str]) -> None:
        self._size = len(sentences)
        runs = [Counter(_runs(sentence)) for sentence in sentences]
        held = Counter(run for found in runs for run in found)
        self._rarity = {
            run: math.log((self._size + 1) / (count + 0.5)) for run, count in held.items() if count >= _FEWEST
        }
        holders: dict[str, list[int]] = defaultdict(list)
        lengths = np.ones(self._size)
        for number, found in enumerate(runs):
            known = [run for run in found if run in self._rarity]
            lengths[number] = math.sqrt(math.fsum(self._rarity[run] ** 2 for run in known)) or 1.0
            for run in known:
                holders[run].append(number)
        self._lengths = lengths
        self._holders = {run: np.array(numbers) for run, numbers in holders.items()}

    def likeness(self, sentence: str) -> NDArray[np.float64]:
        """Cosine of a sentence to every one of these, 0 to 1, shape (sentences,)."""
        known = [run for run in set(_runs(sentence)) if run in self._rarity]
        shared = np.zeros(self._size)
        for run in sorted(known):
            shared[self._holders[run]] += self._rarity[run] ** 2
        length = math.sqrt(math.fsum(self._rarity[run] ** 2 for run in known)) or 1.0
        return shared / self._lengths / length


def _runs(sentence: str) -> Iterator[str]:
    words = ["^", *sentence.split(), "$"]
    for length in range(1, _LONGEST + 1):
        for first in range(len(words) - length + 1):
            if length > 1 or words[first] not in "^$":
                yield " ".join(words[first : first + length])
