"""Word stems: enough to see that "drinking", "drank" and "drink" are one subject. No dictionary beyond words.yaml."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import verb_base

_SHORT_FORMS = {"doing": "do", "going": "go", "lying": "lie", "dying": "die", "tying": "tie", "drunk": "drunk"}
"""Forms too short for the rules of endings, which would take "king" and "ring" for verbs as well; and a state that is no deed."""


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Stem of a normalised word."""
    word = word.removesuffix("'s").removesuffix("'")
    base = _SHORT_FORMS.get(word) or verb_base(word)
    if base is None:
        base = word
        if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
            base = word[:-3] + "y" if word.endswith("ies") else word[:-1]
            if base.endswith(("che", "she", "sse", "xe")):
                base = base[:-1]
    if len(base) > 4 and base.endswith("e"):
        base = base[:-1]
    if len(base) > 4 and base.endswith("y"):
        base = base[:-1] + "i"
    return base


@lru_cache(maxsize=1)
def _grammar_words() -> frozenset[str]:
    words = load_words()
    return (
        words.openers
        | words.auxiliaries
        | words.wh
        | words.clause_subjects
        | words.determiners
        | words.conjunctions
        | words.prepositions
        | words.subordinators
        | words.adverbs
        | words.sets["more_grammar"]
    )


def is_content(word: str) -> bool:
    """Whether a word carries a subject rather than grammar."""
    return word not in _grammar_words() and len(word) > 1


def content_stems(words: Iterable[str]) -> frozenset[str]:
    """Stems of the words that carry a subject."""
    return frozenset(stem(word) for word in words if is_content(word))
