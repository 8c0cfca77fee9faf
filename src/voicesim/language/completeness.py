"""Whether a stretch of speech sounds finished by its words: "and then", "could you describe", "if you need a break" do not."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model


class Completeness(BaseModel):
    """`lexicons/completeness.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/completeness/1"]
    open_words: frozenset[str]
    open_words_unless_asked: frozenset[str]
    open_endings: tuple[str, ...]
    question_words: frozenset[str]
    question_words_alone_up_to: int
    subordinators: frozenset[str]
    after_subordinator_a_question: frozenset[str]
    second_clause_from: int
    leading_words: frozenset[str]
    no_closing_mark: float = Field(ge=0, le=1)
    open_factor: float = Field(ge=0, le=1)
    closing_power: float = Field(gt=0)


@cache
def lexicon() -> Completeness:
    """The words that leave a sentence open, loaded once."""
    return load_model(files("voicesim.language") / "lexicons" / "completeness.yaml", Completeness)


def trails_off(text: str) -> bool:
    """Whether the words themselves leave the thought open, whatever mark stands behind them.

    Only the last sentence counts. Empty text does not trail off.
    """
    stripped = text.rstrip()
    if stripped.endswith((",", "-", "…", "...", "—")):
        return True
    words = _words(_last_sentence(stripped))
    if not words:
        return False
    known = lexicon()
    asked = stripped.endswith("?")
    if words[-1] in known.open_words or (not asked and words[-1] in known.open_words_unless_asked):
        return True
    ending = " " + " ".join(words)
    if any(ending.endswith(" " + phrase) for phrase in known.open_endings):
        return True
    if words[-1] in known.question_words and len(words) > known.question_words_alone_up_to:
        return True
    return not (asked or _goes_on(stripped)) and _half_a_sentence(words, "," in _last_sentence(stripped), known)


def finished_by_words(text: str, closing: float) -> float:
    """How likely the words are a finished thought.

    Args:
        text: what was said.
        closing: how likely the recogniser finds it that a sentence ends here (0: it does not say).

    Returns:
        0 to 1.
    """
    known = lexicon()
    likelihood = closing**known.closing_power if closing > 0 else known.no_closing_mark
    return likelihood * known.open_factor if trails_off(text) else likelihood


def _half_a_sentence(words: list[str], has_comma: bool, known: Completeness) -> bool:
    while words and words[0] in known.leading_words:
        words = words[1:]
    if len(words) < 2 or words[0] not in known.subordinators or has_comma:
        return False
    return words[1] not in known.after_subordinator_a_question and len(words) < known.second_clause_from


def _last_sentence(text: str) -> str:
    return text.rstrip(".?!")[_cut(text) + 1 :]


def _goes_on(text: str) -> bool:
    """Whether the last sentence only goes on from the one before: "Where were you? when you first saw him."."""
    return _cut(text) >= 0 and _last_sentence(text).lstrip()[:1].islower()


def _cut(text: str) -> int:
    """Where the sentence before the last one ends; -1 when there is none."""
    body = text.rstrip(".?!")
    return max(body.rfind(mark) for mark in (". ", "? ", "! "))


def _words(text: str) -> list[str]:
    return [word for word in (piece.strip('.,;:?!"“”()').replace("’", "'").lower() for piece in text.split()) if word]
