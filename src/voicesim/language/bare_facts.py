"""Blame as a bare fact: "You were drinking." says nothing about fault, and yet she hears whose it is said to be.

The same words may ask ("you were drinking?"), sum up what she told ("so you were drinking") or lead up to a question. So
a bare fact counts only where nothing is asked of it, and where she has not said it herself.
"""

from __future__ import annotations

from functools import cache

from voicesim.language.evidence import FormReading
from voicesim.language.lexicon import load_move_phrases, load_words
from voicesim.language.questions.grammar import opening
from voicesim.language.questions.raised import Raised
from voicesim.language.questions.types import generic_stems
from voicesim.language.text.phrases import Line, Match, PhraseIndex, compile_phrase
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import content_stems

WEIGHT = 0.6
"""Less sure than a phrase that says whose fault it was."""
_LONGEST = 14
"""Words. Who tells more than this tells a story."""
_AGAINST = frozenset({"but", "well", "then", "still", "look"})
"""Openers that set what follows against what she says. "So" and "and" take it up."""


@cache
def _phrases() -> tuple[PhraseIndex[None], PhraseIndex[None]]:
    facts, openers = load_move_phrases().bare_facts, sorted(load_words().openers)
    loaded, told = (
        PhraseIndex((compile_phrase(f"^ {phrase}", {}, openers), None) for phrase in phrases)
        for phrases in (facts.loaded, facts.told)
    )
    return loaded, told


def held_against(piece: Piece, line: Line, form: FormReading, raised: Raised) -> Match | None:
    """The words of a bare fact that is held against her, if the sentence is one.

    Args:
        piece: the sentence.
        line: its words, prepared.
        form: its form.
        raised: what she has brought up before.
    """
    if piece.asked or form.form not in ("none", "declarative") or not 2 < len(piece.words) <= _LONGEST:
        return None
    openers = set(piece.norms[: opening(piece.norms)])
    if "so" in openers or piece.norms[-1] in {"right", "correct"}:
        return None
    told = bool(piece.end_mark.strip("…")) or bool(_AGAINST & openers)
    loaded, plain = _phrases()
    found = loaded.find(line) or (plain.find(line) if told else None)
    if found is None:
        return None
    told_by_her = content_stems(piece.norms[found.first : found.last + 1]) - generic_stems() <= raised.stems
    if raised.known and told_by_her and not _AGAINST & openers:
        return None
    return found
