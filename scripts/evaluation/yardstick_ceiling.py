"""What the coders themselves made of the same words: the best that any reader of the text could do where texts repeat.

Utterances with the very same words (and the same words before and after) that bear different acts cannot all be judged right
from the text. Where a text stands once, nothing can be said, and it is taken to be judged right: a ceiling, and a high one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from evaluation.yardstick_figures import CLASSES, numbers, with_hindsight

_NEVER = 1e-6
"""Share of a class that none of the same texts bears."""


@dataclass(frozen=True)
class Ceiling:
    """What repeated texts allow."""

    repeated: int
    """Utterances whose text stands more than once."""
    questions: int
    """Questions among them."""
    torn: int
    """Utterances of texts that bear more than one class."""
    torn_questions: int
    """Questions among these."""
    macro_f1: float
    """The best of all utterances, those that stand once taken as right."""
    question_f1: float
    repeated_question_f1: float
    """The best of the repeated ones alone."""


def ceiling(keys: Sequence[Hashable], truth: Sequence[str]) -> Ceiling:
    """What can be reached at best by a reader that is shown the keys alone, and has seen every answer.

    Args:
        keys: what the reader is shown of each utterance.
        truth: the class of each.
    """
    groups: dict[Hashable, list[int]] = defaultdict(list)
    for number, key in enumerate(keys):
        groups[key].append(number)
    true = numbers(truth)
    logs = np.zeros((len(true), len(CLASSES)))
    again, torn = np.zeros(len(true), dtype=bool), np.zeros(len(true), dtype=bool)
    for members in groups.values():
        counts = np.bincount(true[members], minlength=len(CLASSES))
        logs[members] = np.log(np.maximum(counts / counts.sum(), _NEVER))
        again[members] = len(members) > 1
        torn[members] = (counts > 0).sum() > 1
    macro, question = with_hindsight(truth, logs)
    asks = true > 0
    those = np.flatnonzero(again).tolist()
    alone = with_hindsight([truth[n] for n in those], logs[again])[1] if (again & asks).any() else float("nan")
    return Ceiling(
        int(again.sum()), int((again & asks).sum()), int(torn.sum()), int((torn & asks).sum()), macro, question, alone
    )


def tell_ceilings(
    shown: Mapping[str, Callable[[Any], Hashable]], items: Sequence[Any], truths: Mapping[str, Sequence[str]]
) -> dict[str, dict[str, Any]]:
    """Print and return the ceilings for several things shown and several codings of the same utterances."""
    print(
        "\nthe same words coded differently, and the best that leaves: all utterances (those that stand once taken as right)"
    )
    figures: dict[str, dict[str, Any]] = {}
    for coding, truth in truths.items():
        for name, key in shown.items():
            one = ceiling([key(item) for item in items], truth)
            figures[f"{coding}, {name}"] = vars(one)
            print(
                f"  {coding + ', ' + name:<44} {one.repeated:>5} repeated ({one.questions} questions), "
                f"{one.torn:>4} coded differently ({one.torn_questions} questions); at best macro-F1 {one.macro_f1:.3f}, "
                f"question or not {one.question_f1:.3f}, on the repeated ones {one.repeated_question_f1:.3f}"
            )
    return figures
