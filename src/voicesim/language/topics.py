"""Which of a scenario's subjects a turn raises: by word stems ("drinking" finds the topic phrase "drink"), or by what a
sentence resembles among the examples that the scenario gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

from voicesim.language.meanings import Meaning
from voicesim.language.reading import Cue, Sentence
from voicesim.language.text.stems import stem
from voicesim.language.text.tokens import Word, fluent, spoken_words, tokenize

Compiled = tuple[tuple[str, tuple[tuple[str, ...], ...]], ...]


@lru_cache(maxsize=64)
def _compile(topics: tuple[tuple[str, tuple[str, ...]], ...]) -> Compiled:
    return tuple((name, tuple(filter(None, (_stems(phrase) for phrase in phrases)))) for name, phrases in topics)


def _stems(phrase: str) -> tuple[str, ...]:
    return tuple(stem(word.norm) for word in fluent(spoken_words(tokenize(phrase))))


def find_topics(
    text: str,
    words: Sequence[Word],
    topics: Mapping[str, Sequence[str]],
    near: Sequence[tuple[Sentence, Meaning]] = (),
) -> tuple[tuple[str, ...], tuple[Cue, ...]]:
    """Topics named in the turn, in the scenario's order, and the words that named them.

    Args:
        text: the turn.
        words: its fluent words.
        topics: phrases by topic name; a topic that has only examples has none.
        near: the turn's sentences with what they resemble.
    """
    if not topics:
        return (), ()
    stems = [stem(word.norm) for word in words]
    names: list[str] = []
    cues: list[Cue] = []
    for name, phrases in _compile(tuple((name, tuple(phrases)) for name, phrases in topics.items())):
        place = next(((at, len(phrase)) for phrase in phrases for at in _places(stems, phrase)), None)
        if place is not None:
            first, last = words[place[0]], words[place[0] + place[1] - 1]
            cue = Cue(f"topic:{name}", text[first.start : last.end], first.start, last.end)
        elif resembling := next((each for each in near if each[1].label == f"topic:{name}"), None):
            sentence, meaning = resembling
            cue = Cue(meaning.label, sentence.text, sentence.start, sentence.end, meaning.example)
        else:
            continue
        names.append(name)
        cues.append(cue)
    return tuple(names), tuple(cues)


def _places(stems: Sequence[str], phrase: Sequence[str]) -> list[int]:
    size = len(phrase)
    return [at for at in range(len(stems) - size + 1) if list(stems[at : at + size]) == list(phrase)]
