"""Whether a turn has already put a whole question or request, so that what follows begins another one.

Where nothing is punctuated, "tell me about the stairs was it lit" is a request and a question, "do you know is he awake"
is one question.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from voicesim.language.lexicon import load_words, question_phrases
from voicesim.language.questions.grammar import inverted, opening, wh_question
from voicesim.language.text.phrases import Line

TURNED = frozenset({"you", "he", "she", "they", "it", "that", "this", "anyone", "anybody", "there"})
ACTORS = frozenset({"i", "you", "he", "she", "we", "they", "who"})
_LEADING_ON = frozenset({"and", "or", "but", "that", "if", "whether", "because", "so", "than", "as", "not", "to"})
_MOVING = frozenset({"go", "goes", "went", "like", "about", "care", "of"})
SAID = frozenset({"say", "said", "know", "mean", "see", "think", "remember", "happened", "matter", "hear", "heard"})
"""Verbs of reporting that may end a question: "what did he say", "is that what you mean"."""


@cache
def expecting() -> frozenset[str]:
    """Words that wait for a noun, so no sentence can end with them."""
    words = load_words()
    return (
        words.prepositions | words.auxiliaries | (words.determiners - words.clause_subjects - words.sets["whole_nouns"])
    )


def asked_already(norms: Sequence[str], begin: int, index: int) -> bool:
    """Whether what stands before `index` is a whole request or question, so that an inversion there begins another.

    "tell me about the stairs | was it lit", "is he breathing | is he awake"; not "what happened | is he fell over", which
    goes on, nor "do you know | is he awake".
    """
    words = load_words()
    end = index
    while end - 1 > begin and norms[end - 1] in words.sets["leading_words"]:
        end -= 1
    start = _after_topic(norms, opening(norms, begin), end)
    body = norms[start:end]
    if len(body) < 2 or body[-1] in _LEADING_ON | words.wh or body[-1] in words.reporting - SAID - _MOVING:
        return False
    verb_alone = body[-1] in {"do", "did", "have", "had", "be"} and body[-2] in words.clause_subjects
    # No preposition stands before an auxiliary: "were the lights on | could you see".
    stranded = body[-1] in words.prepositions and (body[0] in words.wh or norms[index] in words.auxiliaries)
    if body[-1] in expecting() and not (verb_alone or stranded):
        return False
    if is_request(norms[begin:end]):
        return len(body) > 2 and (body[-1] not in {"me", "us", "words", "own"} or body[-2] in words.prepositions)
    if inverted(body, 0, strict=False):
        return len(body) > 2
    if not wh_question(norms[:end], start):
        return False
    aux = next((place for place in range(start + 1, end) if norms[place] in words.auxiliaries), end)
    if aux < end:
        return aux + 2 <= end and len(body) > 2
    if body[0] == "what":  # "what happened": "is he fell over" may go on from it
        return norms[index] not in {"is", "was"} or bool({"there", "you", "anyone"} & set(norms[index + 1 : index + 2]))
    return body[0] == "who"


def _after_topic(norms: Sequence[str], start: int, end: int) -> int:
    """Where the question begins behind a noun named first: "and the man | what did he look like"."""
    words = load_words()
    if start < end and norms[start] in words.determiners:
        for place in range(start + 2, min(end - 2, start + 5)):
            if norms[place] in words.wh and inverted(norms, place + 1, strict=True):
                return place
    return start


def noun_inverts(norms: Sequence[str], index: int, first: int) -> bool:
    """Whether from `first`, at most three words behind `index`, "is" or "was" stands before a noun: "was his hair"."""
    words = load_words()
    subject = words.determiners - words.clause_subjects
    return any(
        norms[place] in {"is", "are", "was", "were"} and norms[place + 1] in subject
        for place in range(first, min(len(norms) - 1, index + 4 if first > index else first + 1))
    )


def is_request(norms: Sequence[str]) -> bool:
    """Whether the words hold a request for an account."""
    line = Line.of_norms(norms)
    return question_phrases("request")[0].find(line) is not None
