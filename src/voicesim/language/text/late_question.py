"""The question at the end of a long unpunctuated turn: "... and now it is creeping back up did I miss anything".

The splitter cuts where it is sure. Where it has found nothing that asks, the last stretch of a turn is looked at once more, for
an order of words that only a question has.
"""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import blocked_before, inverted, is_past, opening, verb_base, wh_question
from voicesim.language.text.earlier_question import is_request

_FEWEST = 3
"""Words before and in the question."""
_ASKED = frozenset({"i", "you", "he", "she", "they", "we"})
_WAITS = frozenset(
    {"nor", "neither", "so", "as", "than", "that", "and", "or", "not", "only", "if", "whether", "to", "like"}
)
_PARTICLES = frozenset({"down", "up", "off", "out", "over", "away", "back", "through"})
_REQUESTS = frozenset({"tell", "describe", "explain", "walk", "talk", "take"})
_WHAT_IT_IS = frozenset({"what", "why", "how", "where", "because", "something", "fair", "still"})


def late_question(norms: Sequence[str], begin: int) -> int | None:
    """Where the question begins that ends the words from `begin` on; None where nothing there plainly asks.

    Args:
        norms: the turn's words.
        begin: where its last sentence begins, as far as is known.
    """
    start = opening(norms, begin)
    if len(norms) - start < 2 * _FEWEST or wh_question(norms, start) or inverted(norms, start, strict=False):
        return None
    if is_request(norms[begin:]):
        return None
    return next((place for place in range(start + _FEWEST - 1, len(norms) - 1) if _begins(norms, start, place)), None)


def _begins(norms: Sequence[str], start: int, place: int) -> bool:
    words = load_words()
    word, previous, rest = norms[place], norms[place - 1], norms[place + 1 :]
    particle = previous in _PARTICLES and verb_base(norms[place - 2]) is not None  # "cut down | what made you"
    object_before = particle or (previous == "that" and word in words.auxiliaries)
    if (
        not object_before and previous in _WAITS | words.prepositions | words.subordinators | words.wh
    ) or blocked_before(norms, place):
        return False
    noun = words.determiners - words.clause_subjects - words.sets["whole_nouns"]
    if previous in noun or (norms[start] in words.subordinators and word != "how"):
        return False
    waiting = next((at for at in range(place - 1, max(start - 1, place - 5), -1) if norms[at] in words.wh), None)
    if waiting is not None and not words.clause_subjects & set(norms[waiting:place]):
        return False  # "for what reason | were you"
    announced = place < start + _FEWEST  # "ambulance service | what is the address"
    if announced and (word != "what" or rest[0] != "is"):
        return False
    if not announced and word not in _REQUESTS and not _tells(norms[start:place]):
        return False
    if not (word == "why" and len(rest) == 2) and _quotes(norms, start, place):
        return False
    if word in words.auxiliaries and len(rest) >= 2:
        return _turned(norms, place)
    if word in {"what", "where", "when", "how", "why"} and rest:
        return _asks_at_once(norms, place)
    if word == "which" and len(rest) <= 2:
        return not any(verb_base(one) for one in rest)  # "a friend of a friend | which friend"
    if word in _REQUESTS and previous not in words.auxiliaries | words.clause_subjects:
        told = (
            rest[0] in {"me", "us"} and len(rest) > 1 and rest[1] in words.clause_subjects
        )  # "people tell me they feel stuck"
        return is_request(norms[place:]) and len(rest) >= 2 and not told
    return False


def _tells(norms: Sequence[str]) -> bool:
    """Whether a clause stands in these words: somebody, and then something that is no preposition."""
    words = load_words()
    return any(
        word in words.clause_subjects and norms[at + 1] not in words.prepositions for at, word in enumerate(norms[:-1])
    )


def _quotes(norms: Sequence[str], start: int, place: int) -> bool:
    """Whether somebody's words are given just before: "they say well | do you"; not "you said he was ill | did he"."""
    for at in range(max(start, place - 4), place):
        if norms[at] in {"say", "says", "said", "saying", "think", "goes", "like"}:
            between = norms[at + 1 : place]
            whole = len(between) >= 3 or (between and between[-1] in load_words().auxiliaries)
            return not (whole and between[0] in load_words().clause_subjects)
    return False


def _turned(norms: Sequence[str], place: int) -> bool:
    """Whether an auxiliary stands before a person, or "is that" before what somebody means."""
    aux, subject, after = norms[place], norms[place + 1], norms[place + 2]
    if (aux, subject) in {("is", "that"), ("was", "that"), ("is", "this")}:
        return after in _WHAT_IT_IS and place + 3 < len(norms)
    if subject == norms[place - 1] or (subject == "i" and aux not in {"did", "have", "can", "may", "should"}):
        return False  # begun again: "I have I been"
    person = subject in _ASKED and not _is_subject(norms, place - 1, aux)
    return person and inverted(norms, place, strict=True) and after not in load_words().auxiliaries


def _is_subject(norms: Sequence[str], place: int, aux: str) -> bool:
    """Whether the word before the auxiliary may be what it is said of: "that is"; not in "about it | did you"."""
    words = load_words()
    word = norms[place]
    if word in {"me", "him", "them", "us", "now", "then", "there", "today", "here", "again", "all"}:
        return False
    if word in words.clause_subjects:
        before = norms[place - 1]
        taken = before in words.prepositions or (verb_base(before) is not None and before not in words.auxiliaries)
        return not taken
    return aux in {"is", "was", "has", "had", "have", "does"}


def _asks_at_once(norms: Sequence[str], place: int) -> bool:
    words = load_words()
    word, first = norms[place], norms[place + 1]
    if not wh_question(norms[place:], 0):
        return False
    third = norms[place + 2] if place + 2 < len(norms) else ""
    if (word, first) in {("how", "come"), ("why", "not")} or (word, first, third) == ("what", "is", "next"):
        return True
    if word == "why" and place + 3 == len(norms):
        return first in words.auxiliaries and third in {"that", "it", "this"}
    if word == "what" and is_past(first) and norms[place + 2 : place + 3] in (["you"], ("you",)):
        return first not in words.auxiliaries
    if word in {"what", "who"} and first in words.modals and norms[place + 2 : place + 3] in (["be"], ("be",)):
        return True
    if first in {"is", "are", "was", "were"} and word in {"what", "where", "how"}:
        return third in {"the", "your", "his", "her", "their"}
    if first in {"has", "have", "had", "did", "does", "do", "would", "will"} and third in words.determiners:
        return len(norms) > place + 4  # "where has all that money gone"
    return any(inverted(norms, at, strict=True) for at in range(place + 1, min(place + 4, len(norms))))
