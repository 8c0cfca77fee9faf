"""What trainers ask for by name: why, multiple, recast, chronology. What is presumed stands in `presumed`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from voicesim.language.evidence import matches
from voicesim.language.questions.grammar import opening
from voicesim.language.reading import Form, QuestionTypes
from voicesim.language.text.phrases import Line, Match

_GUESSES = (("is", "it"), ("was", "it"), ("is", "that"), ("was", "that"), ("were", "they"), ("are", "they"))


def why(line: Line) -> Match | None:
    """The words that ask for a reason."""
    return matches("why", line)


def chronology(line: Line) -> Match | None:
    """The words that push her along in order of time."""
    return matches("chronology", line)


@dataclass(frozen=True)
class Asking:
    """A sentence of a turn that asks, as far as its neighbours care."""

    index: int
    form: Form
    types: QuestionTypes
    welfare: bool
    """Whether it is only about her comfort."""
    norms: tuple[str, ...]


def several(asking: Sequence[Asking]) -> frozenset[int]:
    """Sentences that together put two or more questions in one breath.

    Two open invitations in a row are one invitation put twice, and asking leave first is no second question.
    """
    counted = [one for one in asking if not one.welfare]
    if len(counted) < 2 or all(one.types.griffiths == "open" for one in counted):
        return frozenset()
    return frozenset(one.index for one in counted)


def recast(asking: Sequence[Asking]) -> int | None:
    """The narrower question that spoils an open one just before it, if there is one."""
    counted = [one for one in asking if not one.welfare]
    return next((after.index for before, after in pairwise(counted) if _spoils(before, after)), None)


def _spoils(before: Asking, after: Asking) -> bool:
    """Whether `after` narrows what `before` left open.

    A request is narrowed by any question ("describe him, how old was he"); an open question by one for a fact, a yes or a no
    ("what happened, did he hit you"); any question with room for an answer by a guess at it ("what helped, was it the walking").
    "How did it begin, and how long did it go on" are two questions.
    """
    kind = after.types.griffiths
    if kind in ("open", "none"):
        return False
    if before.types.griffiths == "open":
        added = after.form == "wh" and ("and" in after.norms[:2] or after.types.miti == "open")
        return before.form in ("imperative", "polar") or not added
    opener = opening(after.norms)
    guess = after.form in ("polar", "alternative") and after.norms[opener : opener + 2] in _GUESSES
    return guess and before.form == "wh" and before.types.miti == "open" and len(before.norms) > 3
