"""What a sentence does to her: thanks, reassures, blames, rushes ... Found by phrase or by what it resembles, aware of
denial and quotation.

"I'm not saying you should have told someone" blames nobody, and "some people ask why you waited" is not his question:
a phrase counts only where the speaker says it in earnest. An embedding hardly hears the difference, so what a sentence merely
resembles counts only where nothing in it denies, quotes or corrects.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from voicesim.language.examples import load_examples
from voicesim.language.lexicon import load_move_phrases, load_words
from voicesim.language.meanings import Meaning, labelled
from voicesim.language.text.phrases import Line, Match, Phrase, PhraseIndex, compile_phrase
from voicesim.scenario.model import Move

_REACH = 6
"""Words between a denial or a reporting phrase and what it governs."""
_SECOND = 0.25
"""By how much more clearly a second unkindness must be meant by the same sentence."""
_DENIALS = frozenset({"not", "never", "nobody", "no"})
UNKIND: frozenset[Move] = frozenset(
    ("blame", "doubt", "minimise", "rush", "threaten", "promise_outcome", "sarcasm", "order")
)
"""What may be denied, quoted or corrected; and what makes a bare statement a reproach."""


@dataclass(frozen=True)
class _Entry:
    """What a phrase of the lexicon stands for."""

    move: Move
    cancels: bool
    """True for an `unless` pattern."""
    only_asked: bool
    denial: bool
    weight: float


@cache
def _lists() -> dict[str, Sequence[str]]:
    """The lexicon's own lists, and ``<past>``: any past form or participle that words.yaml knows, or one in -ed."""
    return {**load_move_phrases().lists, "past": ("~ed", *sorted(load_words().past_verbs))}


@cache
def _index() -> PhraseIndex[_Entry]:
    lexicon = load_move_phrases()
    openers = sorted(load_words().openers)

    def entries() -> Iterator[tuple[Phrase, _Entry]]:
        for move, group in lexicon.moves.items():
            for patterns, cancels, only_asked in (
                (group.unless, True, False),
                (group.says, False, False),
                (group.if_asked, False, True),
            ):
                entry = _Entry(move, cancels, only_asked, group.denial, group.weight)
                for pattern in patterns:
                    yield compile_phrase(pattern, _lists(), openers), entry

    return PhraseIndex(entries())


@cache
def _scopes() -> tuple[PhraseIndex[None], PhraseIndex[None], PhraseIndex[None], PhraseIndex[None]]:
    lexicon = load_move_phrases()
    denied, reported, corrected, told = (
        PhraseIndex((compile_phrase(pattern, _lists()), None) for pattern in patterns)
        for patterns in (lexicon.denied_by, lexicon.reported_by, lexicon.corrected_by, lexicon.told_by)
    )
    return denied, reported, corrected, told


def find_moves(line: Line, *, asks: bool) -> list[tuple[Move, Match, float]]:
    """Moves made in one sentence, with the words that made them and a confidence.

    Args:
        line: the sentence's words, prepared.
        asks: whether the sentence asks something: some phrases are a move only as a question.
    """
    settled: dict[Move, tuple[Match, float] | None] = {}
    for phrase, entry in _index().possible(line):
        if entry.move in settled or (entry.only_asked and not asks):
            continue
        hit = phrase.find(line)
        if hit is None:
            continue
        if entry.cancels:
            settled[entry.move] = None
        elif _earnest(line, hit, entry.move, entry.denial):
            settled[entry.move] = (hit, entry.weight)
    return [(move, *found) for move, found in settled.items() if found]


def moves_by_meaning(line: Line, near: Sequence[Meaning], found: Collection[Move]) -> list[tuple[Move, Meaning]]:
    """Moves that a sentence makes in words of its own.

    Args:
        line: the sentence's words, prepared.
        near: what it resembles, the clearest first.
        found: the moves that its words have made already.
    """
    proposed = [(name, meaning) for name, meaning in labelled("move", near) if name not in found]
    made: list[tuple[Move, Meaning]] = []
    for name, meaning in proposed:
        move: Move = name  # type: ignore[assignment]
        unkind = move in UNKIND
        # False blame is worse than a miss: what is as near to a kindness is none.
        heard = {*found, *(one for one, _ in made)}
        if unkind and heard - UNKIND:
            continue
        if unkind and heard and meaning.likeness < load_examples().moves[move].at_least + _SECOND:
            continue  # a sentence that threatens is not rude in five ways
        if not _taken_back(line, unkind) and not _cancelled(line, move):
            made.append((move, meaning))
    return made


@cache
def _takers_back() -> tuple[PhraseIndex[None], PhraseIndex[None]]:
    """Patterns that make a sentence no unkindness, and no kindness, of the speaker's own."""
    lexicon, examples = load_move_phrases(), load_examples()
    openers = sorted(load_words().openers)
    unkind = (*examples.never_in_earnest, *lexicon.reported_by, *lexicon.corrected_by)
    mild, kind = (
        PhraseIndex((compile_phrase(pattern, _lists(), openers), None) for pattern in patterns)
        for patterns in (unkind, examples.not_offered)
    )
    return mild, kind


def _taken_back(line: Line, unkind: bool) -> bool:
    return _takers_back()[0 if unkind else 1].find(line) is not None


def _cancelled(line: Line, move: Move) -> bool:
    """Whether an `unless` pattern of the lexicon stands in the sentence."""
    return any(entry.cancels and entry.move == move and phrase.find(line) for phrase, entry in _index().possible(line))


def _earnest(line: Line, hit: Match, move: Move, denial: bool) -> bool:
    denied, reported, corrected, told = _scopes()
    before = line.joined.split()[: hit.first]
    if not before:
        return True
    prefix = line.before(hit.first)
    if move in UNKIND and (
        corrected.find(prefix)
        or _reaches(reported, prefix, hit.first)
        or _reaches(_takers_back()[0], prefix, hit.first)
    ):
        return False
    if move not in UNKIND and _reaches(told, prefix, hit.first, 0):
        return False
    if not denial:
        return True
    if _reaches(denied, prefix, hit.first):
        return False
    # "not your fault" is one breath; in "if you don't help, I will have to ..." the "not" belongs to another clause.
    own_clause = line.joined.split()[hit.first] in load_words().clause_subjects
    return not any(word in _DENIALS for word in before[-1 if own_clause else -2 :])


def _reaches(scope: PhraseIndex[None], prefix: Line, end: int, reach: int = _REACH) -> bool:
    found = (match for phrase, _ in scope.possible(prefix) for match in phrase.find_all(prefix))
    return any(end - match.last - 1 <= reach for match in found)
