"""What a sentence does to her: thanks, reassures, blames, rushes ... Found by phrase, aware of denial and quotation.

"I'm not saying you should have told someone" blames nobody, and "some people ask why you waited" is not his question:
a phrase counts only where the speaker says it in earnest.
"""

from __future__ import annotations

from functools import cache

from voicesim.language.lexicon import load_move_phrases, load_words
from voicesim.language.phrases import Line, Match, Phrase, compile_phrase
from voicesim.scenario.model import Move

_REACH = 6
"""Words between a denial or a reporting phrase and what it governs."""
_DENIALS = frozenset({"not", "never", "nobody", "no"})
_UNKIND: frozenset[Move] = frozenset(
    ("blame", "doubt", "minimise", "rush", "threaten", "promise_outcome", "sarcasm", "order")
)


@cache
def _compiled() -> dict[Move, tuple[tuple[Phrase, ...], tuple[Phrase, ...], tuple[Phrase, ...], bool, float]]:
    lexicon = load_move_phrases()
    openers = sorted(load_words().openers)

    def compiled(patterns: tuple[str, ...]) -> tuple[Phrase, ...]:
        return tuple(compile_phrase(pattern, lexicon.lists, openers) for pattern in patterns)

    return {
        move: (compiled(group.says), compiled(group.if_asked), compiled(group.unless), group.denial, group.weight)
        for move, group in lexicon.moves.items()
    }


@cache
def _scopes() -> tuple[tuple[Phrase, ...], tuple[Phrase, ...], tuple[Phrase, ...]]:
    lexicon = load_move_phrases()
    return (
        tuple(compile_phrase(pattern, lexicon.lists) for pattern in lexicon.denied_by),
        tuple(compile_phrase(pattern, lexicon.lists) for pattern in lexicon.reported_by),
        tuple(compile_phrase(pattern, lexicon.lists) for pattern in lexicon.corrected_by),
    )


def find_moves(line: Line, *, asks: bool) -> list[tuple[Move, Match, float]]:
    """Moves made in one sentence, with the words that made them and a confidence.

    Args:
        line: the sentence's words, prepared.
        asks: whether the sentence asks something: "are you sure" doubts only as a question.
    """
    found: list[tuple[Move, Match, float]] = []
    for move, (says, if_asked, unless, denial, weight) in _compiled().items():
        hit = _first_earnest(says + (if_asked if asks else ()), line, move, denial)
        if hit and not any(phrase.find(line) for phrase in unless):
            found.append((move, hit, weight))
    return found


def _first_earnest(phrases: tuple[Phrase, ...], line: Line, move: Move, denial: bool) -> Match | None:
    for phrase in phrases:
        hit = phrase.find(line)
        if hit and _earnest(line, hit, move, denial):
            return hit
    return None


def _earnest(line: Line, hit: Match, move: Move, denial: bool) -> bool:
    denied, reported, corrected = _scopes()
    before = line.joined.split()[: hit.first]
    if not before:
        return True
    prefix = line.before(hit.first)
    if any(phrase.find(prefix) for phrase in corrected) and move in _UNKIND:
        return False
    if any(_reaches(phrase, prefix, hit.first) for phrase in reported) and move in _UNKIND:
        return False
    if not denial:
        return True
    if any(_reaches(phrase, prefix, hit.first) for phrase in denied):
        return False
    # "not your fault" is one breath; in "if you don't help, I will have to ..." the "not" belongs to another clause.
    own_clause = line.joined.split()[hit.first] in load_words().clause_subjects
    return not any(word in _DENIALS for word in before[-1 if own_clause else -2 :])


def _reaches(phrase: Phrase, prefix: Line, end: int) -> bool:
    return any(end - match.last - 1 <= _REACH for match in phrase.find_all(prefix))
