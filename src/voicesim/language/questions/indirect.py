"""Questions put by saying that one asks: "I was wondering whether ...", "what I would like to know is how ..."."""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.evidence import FormReading
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import inverted, wh_question
from voicesim.language.text.sentences import Piece

_QUESTION = frozenset({"question", "questions", "ask", "know", "understand", "wondering", "wonder", "thing"})


def announced(piece: Piece, norms: Sequence[str], start: int) -> FormReading | None:
    """A question that is announced first: "what I would like to know is how ...", "my question is have you told anyone"."""
    words = load_words()
    first = norms[start]
    mine = first in {"my", "the", "what"} or (
        first == "i" and norms[start + 1 : start + 2] in (("guess",), ("suppose",))
    )
    if not mine or (first == "what" and norms[start + 1 : start + 2] != ("i",)):
        return None
    for place in range(start + 2, min(len(norms) - 2, start + 10)):
        if norms[place] not in {"is", "was"} or not _QUESTION & set(norms[start:place]):
            continue
        follows = norms[place + 1]
        if "thing" in norms[start:place] and not {"ask", "know"} & set(norms[start:place]):
            return None
        if follows in {"if", "whether"}:
            return FormReading("polar", start, place + 1, 0.75)
        if follows in words.wh and first != "the":
            return FormReading("wh", place + 1, place + 1, 0.75)
        if wh_question(norms, place + 1) and any(
            inverted(norms, at, strict=True) for at in range(place + 2, place + 5)
        ):
            return FormReading("wh", place + 1, place + 2, 0.8)
        if inverted(norms, place + 1, strict=True):
            return FormReading("polar", place + 1, place + 2, 0.8)
        return None
    return None


def indirect(norms: Sequence[str], start: int) -> FormReading | None:
    """Asks by saying that one asks: "I was wondering whether ...", "I'd like to know who ..."."""
    words = load_words()
    if norms[start] == "wonder" and start + 1 < len(norms) and norms[start + 1] in words.wh:
        return FormReading("wh", start, start + 1, 0.7)
    if norms[start] != "i":
        return None
    for place in range(start + 1, min(len(norms) - 1, start + 8)):
        if norms[place] in {"wonder", "wondering", "know", "ask", "curious"}:
            if norms[place] == "know" and not {"like", "want", "need"} & set(norms[start:place]):
                return None
            if {"not", "never", "sometimes", "often", "always"} & set(norms[start:place]) or norms[place - 1] in {
                "you"
            }:
                return None
            if norms[place] in {"wonder", "wondering"} and inverted(norms, place + 1, strict=False):
                if norms[place + 2] in {"i", "we", "they", "people"}:
                    return None
                return FormReading("polar", start, place + 2, 0.75)  # "I wonder would your sister have you"
            if norms[place] == "wonder" and not _meant_for_her(norms[place + 1 :]):
                return None
            following = [word for word in norms[place + 1 : place + 4] if word not in {"you", "about", "just", "is"}]
            if following and following[0] in {"if", "whether"}:
                return FormReading("polar", start, place + 1, 0.8)
            if following and following[0] in words.wh:
                return FormReading("wh", start, place + 1, 0.8)
    return None


def _meant_for_her(clause: Sequence[str]) -> bool:
    """Whether "I wonder ..." asks her: "if you could say more", "what you did"; not "how they will get through it"."""
    after = [word for word in clause if word not in {"if", "whether", "about"} and word not in load_words().adverbs]
    first = after[1:2] if after and after[0] in load_words().wh else after[:1]
    ever = (
        first == ["there"]
        and "you" in clause
        and bool({"ever", "anything", "anyone", "somebody", "someone"} & set(clause))
    )
    return ever or first in (["you"], ["we"])
