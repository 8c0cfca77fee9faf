"""How clearly a sentence makes a move: every authored example votes, the nearer the louder, for the move or against it.

What the votes weigh is worked out once from the examples themselves (kernel ridge regression over ``exp(-2 (1 - cosine))`` of the
meanings plus half the cosine of the wordings, one move at a time, those that make the move counting for a third of those that
do not): an example that others already speak for weighs little, a counter-example that lies close to the move weighs much. It
needs no labels beyond the two lists an author writes, and it told moves apart much better than the nearest example alone
(docs/moves.md).
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicesim.folders import cache_folder
from voicesim.language.examples import MoveExamples
from voicesim.language.meanings import keys
from voicesim.language.read import READER
from voicesim.meaning.encoder import Encoder, Vectors
from voicesim.meaning.wordings import Wordings
from voicesim.scenario.model import Move

_NAME = re.compile(r"(?<![.?!:] )(?<!^)\b([A-Z][a-z]+)\b")
_SHARPNESS = 2.0
_SMOOTHING = 0.3
_SHARE = 1 / 3
"""Weight of all who make the move against all who do not."""
_TOPIC_WEIGHT = 50.0
"""Of a topic's example against one of another topic or of a move."""
_WORDS = 0.5
"""What shared runs of words weigh beside meaning, in the votes on moves. Of topics only the meaning counts."""
_VERSION = 2
"""Grows whenever the same examples would weigh differently."""


@dataclass(frozen=True)
class Votes:
    """Sentences that vote, and what each vote weighs."""

    vectors: Vectors
    """The sentences, shape (sentences, size)."""
    weights: NDArray[np.float64]
    """Of each sentence's vote on each matter: (sentences, matters)."""
    wordings: Wordings | None = None
    """The sentences by their words, where these count too."""

    @cached_property
    def _voters(self) -> NDArray[np.float64]:
        return np.ascontiguousarray(self.vectors.T, dtype=np.float64)

    def count(self, vectors: Vectors, said: Sequence[str] = ()) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """What the votes come to.

        Args:
            vectors: sentences to vote on, shape (n, size).
            said: the same sentences in words; needed where wordings count.

        Returns:
            Likeness, 0 to 1, shape (n, matters); cosine to every voter, shape (n, sentences).
        """
        cosines = vectors.astype(np.float64) @ self._voters
        near = _nearness(cosines)
        if self.wordings is not None:
            near += _WORDS * np.array([self.wordings.likeness(sentence) for sentence in said])
        votes = (near + 1.0) @ self.weights
        return np.clip((votes + 1.0) / 2.0, 0.0, 1.0), cosines


@dataclass(frozen=True)
class Ballot:
    """The examples of moves, ready to vote."""

    moves: tuple[Move, ...]
    sentences: tuple[str, ...]
    """Every example, as authored."""
    for_move: NDArray[np.bool_]
    """Which sentence is an example of which move: (sentences, moves)."""
    votes: Votes


@dataclass(frozen=True)
class TopicBallot:
    """A scenario's topics, ready to vote. Everything said about moves votes against them."""

    topics: tuple[str, ...]
    sentences: tuple[str, ...]
    """Every example of a topic, as authored; they vote last."""
    for_topic: NDArray[np.bool_]
    """Which of them is an example of which topic: (sentences, topics)."""
    votes: Votes


def prepare_ballot(examples: MoveExamples, encoder: Encoder) -> Ballot:
    """Embed and weigh the examples, or take them from the cache: the same examples and weights are worked on once."""
    moves = tuple(examples.moves)
    rows: list[tuple[str, Move | None, bool]] = []
    for move, group in examples.moves.items():
        rows += [(sentence, move, True) for sentence in group.like]
        rows += [(sentence, move, False) for sentence in group.unlike]
    rows += [(sentence, None, False) for sentence in examples.nothing]
    sentences = tuple(sentence for sentence, _, _ in rows)
    for_move = np.array([[made and move == each for each in moves] for _, move, made in rows])
    name = hashlib.sha256(repr((_VERSION, READER, encoder.name, rows)).encode()).hexdigest()[:24]
    kept = _cached(name, len(rows), len(moves))
    if kept is None:
        said = [as_said(sentence) for sentence in sentences]
        wordings = Wordings(said)
        vectors = encoder.embed(said)
        alike = np.array([wordings.likeness(sentence) for sentence in said])
        weights = _weigh(_kernel(vectors) + _WORDS * alike, for_move)
        _keep(name, said, vectors, weights)
    else:
        said, vectors, weights = kept
        wordings = Wordings(said)
    return Ballot(moves, sentences, for_move, Votes(vectors, weights, wordings))


def prepare_topics(topics: Mapping[str, Sequence[str]], ballot: Ballot, encoder: Encoder) -> TopicBallot | None:
    """Weigh a scenario's examples, within a fraction of a second; None where it gives none."""
    rows = [(topic, sentence) for topic, examples in topics.items() for sentence in examples]
    if not rows:
        return None
    names = tuple(dict.fromkeys(topic for topic, _ in rows))
    for_topic = np.array([[topic == name for name in names] for topic, _ in rows])
    names_said = names_in(sentence for _, sentence in rows)
    own = encoder.embed([nameless(as_said(sentence), names_said) for _, sentence in rows])
    vectors = np.vstack([ballot.votes.vectors, own])
    others = len(vectors) - len(rows)
    # A topic has few examples, and they are all there is to go by: they are taken at their word.
    counts = np.array([1.0] * others + [_TOPIC_WEIGHT] * len(rows))
    wanted = np.vstack([np.full((others, len(names)), -1.0), np.where(for_topic, 1.0, -1.0)])
    weights = np.linalg.solve(_kernel(vectors) + _SMOOTHING * np.diag(1.0 / counts), wanted)
    return TopicBallot(names, tuple(sentence for _, sentence in rows), for_topic, Votes(vectors, weights))


def names_in(sentences: Iterable[str]) -> frozenset[str]:
    """Names of people in authored sentences: words with a capital that do not begin a sentence."""
    found = (match[1].lower() for sentence in sentences for match in _NAME.finditer(sentence))
    return frozenset(found) - {"i"}


def nameless(sentence: str, names: frozenset[str]) -> str:
    """A sentence without names: two that call her by her name are not alike for that."""
    kept = [word for word in sentence.split() if word not in names and word.removesuffix("'s") not in names]
    return " ".join(kept) or sentence


def as_said(sentence: str) -> str:
    """An example the way a transcript's sentences are compared: fluent words, no punctuation."""
    return " ".join(keys(sentence))


def _nearness(cosines: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.exp(-_SHARPNESS * (1.0 - cosines))


def _kernel(vectors: Vectors) -> NDArray[np.float64]:
    exact = vectors.astype(np.float64)
    return _nearness(exact @ exact.T) + 1.0  # the constant lets all votes lean one way


def _weigh(kernel: NDArray[np.float64], for_move: NDArray[np.bool_]) -> NDArray[np.float64]:
    weights = np.zeros(for_move.shape)
    for column, makes in enumerate(for_move.T):
        counts = np.where(makes, _SHARE * (~makes).sum() / max(makes.sum(), 1), 1.0)
        weights[:, column] = np.linalg.solve(kernel + _SMOOTHING * np.diag(1.0 / counts), np.where(makes, 1.0, -1.0))
    return weights


def _cached(name: str, rows: int, moves: int) -> tuple[list[str], Vectors, NDArray[np.float64]] | None:
    """Only a convenience: whatever is wrong with the file, it is made again."""
    try:
        with np.load(cache_folder() / "meaning" / f"{name}.npz", allow_pickle=False) as file:
            said: Any = file["said"]
            vectors: Any = file["vectors"]
            weights: Any = file["weights"]
    except Exception:  # a cut-off archive can fail in many ways
        return None
    if not len(said) == len(vectors) == rows or weights.shape != (rows, moves):
        return None
    return said.tolist(), vectors, weights


def _keep(name: str, said: list[str], vectors: Vectors, weights: NDArray[np.float64]) -> None:
    target = cache_folder() / "meaning" / f"{name}.npz"
    partial = target.with_name(f"{name}.{os.getpid()}.npz")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        np.savez(partial, said=np.array(said), vectors=vectors, weights=weights)
        os.replace(partial, target)
    except OSError:
        partial.unlink(missing_ok=True)
