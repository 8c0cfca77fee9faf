"""What she has brought up herself so far: her words, what they plainly imply, and what she has agreed to.

"When he braked" brings in nothing after "he hit the brakes", nor does "where did he hit you" after "did he hit you?" -
"Yes". Which words say the same, and what goes with what, stands in `lexicons/raised.yaml`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from voicesim.language.lexicon import load_raised, load_words
from voicesim.language.questions.grammar import inverted, opening, verb_base, wh_question
from voicesim.language.reading import ContextTurn
from voicesim.language.text.phrases import Line, PhraseIndex, compile_phrase
from voicesim.language.text.sentences import split
from voicesim.language.text.stems import content_stems, stem
from voicesim.language.text.tokens import fluent, spoken_words, tokenize

_DENIAL_REACH = 3
"""Words between "never" and the verb that it denies: "never actually once hit"."""
_IN_THE_END = frozenset({"till", "until", "before"})
_CLAUSE_ENDS = frozenset({"but", "because", "and", "until", "so"})
_NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Raised:
    """What she has brought up herself so far. `known` is False when nothing is known of the conversation."""

    stems: frozenset[str] = _NOTHING
    known: bool = False
    last: frozenset[str] = _NOTHING
    """Stems of her last turn."""
    denied: frozenset[str] = _NOTHING
    """Stems of what she has only denied: "he never hit me"."""
    implied: frozenset[str] = _NOTHING
    """Stems of what says the same as her words, or goes without saying beside them."""

    def has(self, stem: str) -> bool:
        """Whether she has named something, or what plainly goes with it: "stairs" with a stairwell, a car with driving."""
        if stem in self.denied:
            return False
        if stem in self.stems or stem in self.implied:
            return True
        return len(stem) > 3 and any(
            len(named) > 3 and (named.startswith(stem) or stem.startswith(named)) for named in self.stems
        )


def raised_by(context: Sequence[ContextTurn]) -> Raised:
    """What the survivor has raised in the turns before.

    Args:
        context: earlier turns of both speakers, oldest first.
    """
    told: set[str] = set()
    denied: set[str] = set()
    implied: set[str] = set()
    last = _NOTHING
    known = False
    for number, turn in enumerate(context):
        if turn.speaker != "survivor":
            continue
        known, last = True, _stems(turn.text)
        not_so = _denied(turn.text)
        told |= last - not_so
        denied |= not_so
        implied |= _meant(turn.text)
        if number and context[number - 1].speaker == "trainee" and _grants(context[number - 1].text, turn.text):
            granted = _stems(context[number - 1].text)
            told |= granted
            implied |= _goes_with(granted)
    if not known:
        return Raised()
    return Raised(frozenset(told | denied), True, last, frozenset(denied - told), frozenset(implied))


@lru_cache(maxsize=2_000)
def _norms(text: str) -> tuple[str, ...]:
    return tuple(word.norm for word in fluent(spoken_words(tokenize(text))))


@lru_cache(maxsize=2_000)
def _stems(text: str) -> frozenset[str]:
    return content_stems(_norms(text))


@lru_cache(maxsize=2_000)
def _meant(text: str) -> frozenset[str]:
    """Stems of what her words imply."""
    line = Line.of_norms(_norms(text))
    found = set(_goes_with(_stems(text) - _denied(text)))
    for phrase, others in _phrases().possible(line):
        if phrase.find(line):
            found |= others
    return frozenset(found)


@lru_cache(maxsize=2_000)
def _denied(text: str) -> frozenset[str]:
    """Stems of what stands behind "not" or "never" in its clause, and is an act: "he has never hit me"."""
    found: set[str] = set()
    stated: set[str] = set()
    left = 0
    said = fluent(spoken_words(tokenize(text)))
    if _IN_THE_END & {word.norm for word in said}:
        return _NOTHING  # "I did not ring anyone till Monday": then she did
    for word in said:
        if word.before.strip("'\"") or word.norm in _CLAUSE_ENDS:
            left = 0
        here = content_stems([word.norm])
        if left and verb_base(word.norm):
            found |= here
            left = 0
        else:
            stated |= here
        left = _DENIAL_REACH if word.norm in ("not", "never") else max(0, left - 1)
    return frozenset(found - stated)


@lru_cache(maxsize=500)
def _grants(asked: str, answered: str) -> bool:
    """Whether her answer lets stand what the question said: "yes" to a closed one, any answer to a wh-question but a denial."""
    sets = load_words().sets
    said = [word.norm for word in spoken_words(tokenize(answered))]
    if not said or sets["denies"] & set(said[:6]):
        return False
    short = len(said) in (2, 3) and said[-1] in load_words().auxiliaries  # "he did"
    if short or sets["agrees"] & set(said[:2]):
        return True
    pieces = [piece for piece in split(asked) if piece.words]
    if not pieces:
        return False
    norms = pieces[-1].norms
    start = opening(norms)
    return start < len(norms) and wh_question(norms, start) and not inverted(norms, start, strict=False)


@cache
def _same() -> Mapping[str, frozenset[str]]:
    """For every stem of the lexicon, the stems that come with it."""
    lexicon = load_raised()
    found: dict[str, set[str]] = defaultdict(set)
    for row in lexicon.alike:
        alike = _of(row)
        for one in alike:
            found[one] |= alike
    for named, others in lexicon.goes_with.items():
        for one in _of(named.split()):
            found[one] |= _of(others)
    return {one: frozenset(others) for one, others in found.items()}


def _of(words: Iterable[str]) -> frozenset[str]:
    return frozenset(stem(word) for word in words)


@cache
def _phrases() -> PhraseIndex[frozenset[str]]:
    return PhraseIndex((compile_phrase(pattern, {}), _of(others)) for pattern, others in load_raised().phrases.items())


def _goes_with(stems: frozenset[str]) -> frozenset[str]:
    same = _same()
    return frozenset().union(*(same[one] for one in stems if one in same))
