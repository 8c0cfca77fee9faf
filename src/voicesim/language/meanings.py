"""What a sentence is near to in meaning: evidence that an embedding model gathered beforehand, read here like words.

This room knows no model. Whoever hears the trainee (a driver, an analysis) attaches to a text what each of its sentences
resembles among authored examples; the log keeps it, so that a replay reads the same without any weights.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from voicesim.language.text.sentences import Piece, split


@dataclass(frozen=True)
class Meaning:
    """One thing that a sentence resembles."""

    words: str
    """The sentence, as `key` writes it."""
    label: str
    """``move:blame``, ``topic:the-job``."""
    likeness: float
    """How clearly, 0 to 1, in hundredths so that logs compare."""
    example: str
    """The authored example it is nearest to."""


FindMeanings = Callable[[str], tuple[Meaning, ...]]
"""What the sentences of a text resemble. Deterministic for one set of weights."""


def key(piece: Piece) -> str:
    """A sentence by its fluent words: however it is spelt or punctuated, the same words are the same sentence."""
    return " ".join(piece.norms)


def keys(text: str) -> tuple[str, ...]:
    """The sentences of a text, in order, as `Meaning.words` names them."""
    return tuple(key(piece) for piece in split(text) if piece.words)


def of_piece(piece: Piece, meanings: Iterable[Meaning]) -> tuple[Meaning, ...]:
    """Those that are about this sentence, the clearest first; each label once."""
    words = key(piece)
    best: dict[str, Meaning] = {}
    for meaning in meanings:
        if meaning.words == words and (meaning.label not in best or meaning.likeness > best[meaning.label].likeness):
            best[meaning.label] = meaning
    return tuple(sorted(best.values(), key=lambda one: (-one.likeness, one.label)))


def labelled(kind: str, meanings: Sequence[Meaning]) -> tuple[tuple[str, Meaning], ...]:
    """Those whose label is of a kind (``move``, ``topic``), with the name after the colon."""
    return tuple((one.label.partition(":")[2], one) for one in meanings if one.label.startswith(f"{kind}:"))
