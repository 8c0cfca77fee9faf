"""From a text to what each of its sentences resembles among the authored examples of moves and topics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import WeightsError
from voicesim.language.examples import MoveExamples, load_examples
from voicesim.language.meanings import Meaning, keys
from voicesim.meaning.encoder import Encoder, MiniLM, Vectors
from voicesim.meaning.votes import nameless, names_in, prepare_ballot, prepare_topics

WITHOUT = "words alone"
"""What moves and topics go by where the embedding model is not on the machine."""
_REMEMBERED = 20_000


class MeaningFinder:
    """Says what sentences resemble. Every sentence is embedded once; call it with a text.

    Args:
        encoder: turns sentences into vectors.
        topics: a scenario's topics: example sentences by name.
        examples: of moves; by default those of `lexicons/examples.yaml`.
    """

    def __init__(
        self,
        encoder: Encoder,
        topics: Mapping[str, Sequence[str]] | None = None,
        examples: MoveExamples | None = None,
    ) -> None:
        self.name = f"words + {encoder.name}"
        """For the session's log."""
        self._encoder = encoder
        self._examples = examples or load_examples()
        self._ballot = prepare_ballot(self._examples, encoder)
        self._names = names_in(example for examples in (topics or {}).values() for example in examples)
        self._topics = prepare_topics(topics or {}, self._ballot, encoder)
        self._known: dict[str, tuple[Meaning, ...]] = {}

    def __call__(self, text: str) -> tuple[Meaning, ...]:
        """What the text's sentences resemble, in the order in which they are said."""
        return self.find([text])

    def find(self, texts: Sequence[str]) -> tuple[Meaning, ...]:
        """What the sentences of several texts resemble; every sentence once. Quicker than one text at a time."""
        sentences = tuple(dict.fromkeys(sentence for text in texts for sentence in keys(text)))
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        fewest = self._examples.fewest_words
        fresh = [one for one in sentences if one not in self._known and one.count(" ") + 1 >= fewest]
        if fresh:
            said = [nameless(sentence, self._names) for sentence in fresh]
            vectors = self._encoder.embed(said)
            likeness, cosines = self._ballot.votes.count(vectors, said)
            for row, sentence in enumerate(fresh):
                self._known[sentence] = (
                    *self._moves(sentence, likeness[row], cosines[row]),
                    *self._raised(sentence, vectors[row]),
                )
        return tuple(meaning for sentence in sentences for meaning in self._known.get(sentence, ()))

    def _moves(self, sentence: str, likeness: NDArray[np.float64], cosines: NDArray[np.float64]) -> list[Meaning]:
        ballot = self._ballot
        found = []
        for column, move in enumerate(ballot.moves):
            clearly = round(float(likeness[column]), 2)
            if clearly >= self._examples.moves[move].at_least:
                nearest = int(np.argmax(np.where(ballot.for_move[:, column], cosines, -1.0)))
                found.append(Meaning(sentence, f"move:{move}", clearly, ballot.sentences[nearest]))
        return found

    def _raised(self, sentence: str, vector: Vectors) -> list[Meaning]:
        topics = self._topics
        if topics is None:
            return []
        likeness, cosines = topics.votes.count(vector[None])
        own = cosines[0, -len(topics.sentences) :]
        found = []
        for column, name in enumerate(topics.topics):
            clearly = round(float(likeness[0, column]), 2)
            if clearly >= self._examples.topics.at_least:
                nearest = int(np.argmax(np.where(topics.for_topic[:, column], own, -1.0)))
                found.append(Meaning(sentence, f"topic:{name}", clearly, topics.sentences[nearest]))
        return found


def open_finder(topics: Mapping[str, Sequence[str]] | None = None) -> MeaningFinder:
    """A finder with the house's embedding model, loaded and warm.

    Raises:
        WeightsError: the model is not on this machine, or its bytes are not right.
        StorageError: its converted copy cannot be stored.
    """
    finder = MeaningFinder(MiniLM.find(), topics)
    finder("What would you like me to call you?")
    return finder


def best_finder(topics: Mapping[str, Sequence[str]] | None = None) -> tuple[MeaningFinder | None, str]:
    """The finder that this machine has the weights for, or None; and what moves go by, for the log."""
    try:
        finder = open_finder(topics)
    except WeightsError:
        return None, WITHOUT
    return finder, finder.name
