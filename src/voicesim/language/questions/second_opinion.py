"""A second opinion where the rules find nothing asked: a small linear model over words, with the words that tipped it.

The rules know grammar and are sure of what they find, but miss questions put in ways nobody wrote down. The model is a
softmax regression over word sequences, trained by `scripts/train_second_opinion.py` on sentences written for this project. It
is asked only where the rules are silent, and what it says shows the words that weighed most.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from voicesim.errors import WeightsError

Kind = Literal["yes_no", "wh", "open", "why", "none"]
FORMAT = "voicesim/second-opinion/1"


@dataclass(frozen=True)
class Opinion:
    """What a sentence most likely asks, how likely that is (0 to 1), and the words that weighed most (inclusive)."""

    kind: Kind
    probability: float
    first: int
    last: int


@dataclass(frozen=True)
class _Model:
    kinds: tuple[Kind, ...]
    bias: tuple[float, ...]
    weights: dict[str, tuple[float, ...]]


def features(norms: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """What the model looks at: each feature's name, and the first and last word it covers.

    Args:
        norms: the sentence's words, normalised (`voicesim.language.text.tokens`).
    """
    size = len(norms)
    for length in (1, 2, 3):
        for first in range(size - length + 1):
            yield " ".join(norms[first : first + length]), first, first + length - 1
    for place in range(min(4, size)):
        yield f"{place}:{norms[place]}", place, place
    if size:
        yield f"$:{norms[-1]}", size - 1, size - 1
        yield "$:" + " ".join(norms[-2:]), max(0, size - 2), size - 1
    yield f"#:{'short' if size <= 3 else 'middle' if size <= 9 else 'long' if size <= 16 else 'endless'}", 0, 0


def second_opinion(norms: Sequence[str]) -> Opinion | None:
    """What the model takes the sentence for; None for one without words."""
    if not norms:
        return None
    model = _model()
    found = [
        (weights, first, last) for name, first, last in set(features(norms)) if (weights := model.weights.get(name))
    ]
    scores = [bias + math.fsum(weights[k] for weights, _, _ in found) for k, bias in enumerate(model.bias)]
    top = max(scores)
    shares = [math.exp(score - top) for score in scores]
    best = max(range(len(scores)), key=scores.__getitem__)
    first, last = _telling(found, best, len(norms))
    return Opinion(model.kinds[best], shares[best] / math.fsum(shares), first, last)


def _telling(found: Sequence[tuple[tuple[float, ...], int, int]], kind: int, size: int) -> tuple[int, int]:
    """The words of the feature that speaks most for `kind`; the shorter, earlier one of two that weigh the same."""
    best = max(found, key=lambda one: (one[0][kind], one[1] - one[2], -one[1]), default=None)
    return (0, size - 1) if best is None or best[0][kind] <= 0 else (best[1], best[2])


@cache
def _model() -> _Model:
    source = files("voicesim.language").joinpath("lexicons", "second_opinion.json")
    try:
        data = json.loads(source.read_text(encoding="utf-8"))
        if data["format"] != FORMAT:
            raise ValueError(f"format {data['format']!r}")
        kinds = cast(tuple[Kind, ...], tuple(data["kinds"]))
        weights = {name: _row(cells, len(kinds)) for name, cells in data["weights"].items()}
        return _Model(kinds, tuple(map(float, data["bias"])), weights)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise WeightsError(f"second_opinion.json cannot be read: {error}.", "Install voicesim again.") from error


def _row(cells: Sequence[float], size: int) -> tuple[float, ...]:
    """One feature's weights. The file holds them sparsely: kind, weight, kind, weight ..."""
    row = [0.0] * size
    for at in range(0, len(cells), 2):
        row[int(cells[at])] = float(cells[at + 1])
    return tuple(row)
