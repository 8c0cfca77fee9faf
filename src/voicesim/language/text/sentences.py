"""Splitting a turn into sentences: by punctuation where there is some, by grammar where there is none.

Whisper punctuates most speech but not all of it, and joins sentences with commas. So after the split at ``. ? !`` each
piece is split again where a new question, or a phrase that always opens a sentence ("I'm sorry", "take your time"),
follows words that are already a clause of their own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import (
    blocked_before,
    finite,
    inverted,
    inverted_within,
    is_past,
    opening,
    verb_base,
    wh_question,
)
from voicesim.language.text.earlier_question import (
    ACTORS,
    SAID,
    TURNED,
    asked_already,
    expecting,
    is_request,
    noun_inverts,
)
from voicesim.language.text.late_question import late_question
from voicesim.language.text.phrases import Line, PhraseIndex, compile_phrase
from voicesim.language.text.tokens import Token, Word, fluent, spoken_words, tokenize

_ENDS = frozenset(".?!…")


@dataclass(frozen=True)
class Piece:
    """A sentence of the turn. `words` are its fluent words, `end_mark` its closing punctuation or empty."""

    words: tuple[Word, ...]
    start: int
    end: int
    end_mark: str

    @property
    def norms(self) -> tuple[str, ...]:
        """The words, normalised."""
        return tuple(word.norm for word in self.words)

    @property
    def asked(self) -> bool:
        """Whether the transcript ends it with a question mark."""
        return "?" in self.end_mark


@cache
def _starters() -> PhraseIndex[None]:
    return PhraseIndex((compile_phrase(pattern, {}), None) for pattern in load_words().sentence_starts)


def split(text: str) -> list[Piece]:
    """Split a turn into sentences, in order. Text without any words has none."""
    pieces: list[Piece] = []
    for tokens in _by_punctuation(tokenize(text)):
        words = fluent(spoken_words(tokens))
        end_mark = "".join(token.text for token in tokens if not token.is_word and token.text[0] in _ENDS)[-3:]
        spoken = [token for token in tokens if token.is_word]
        if not spoken:
            continue
        if not words:
            pieces.append(Piece((), spoken[0].start, spoken[-1].end, end_mark))
            continue
        cuts = [0, *_cuts(words), len(words)]
        for first, last in pairwise(cuts):
            whole = last == len(words)
            part = tuple(words[first:last])
            start = spoken[0].start if first == 0 else part[0].start
            end = tokens[-1].end if whole else part[-1].end
            pieces.append(Piece(part, start, end, end_mark if whole else ""))
    return pieces


def _by_punctuation(tokens: list[Token]) -> list[list[Token]]:
    groups: list[list[Token]] = []
    current: list[Token] = []
    for index, token in enumerate(tokens):
        if current and current[-1].text[0] in _ENDS and token.is_word and not _goes_on(current, tokens, index):
            groups.append(current)
            current = []
        current.append(token)
    if current:
        groups.append(current)
    return groups


def _goes_on(current: list[Token], tokens: list[Token], index: int) -> bool:
    """Whether the stop before `tokens[index]` ends no sentence: an ellipsis, a title, a decimal point."""
    stop = current[-1].text
    spoken = [token.text for token in current if token.is_word]
    last = spoken[-1].lower() if spoken else ""
    following = tokens[index].text
    if "?" in stop or "!" in stop:
        return False
    if stop[0] == "…" or len(stop) > 1:
        return following[0].islower() and following.lower() != "i"
    if (
        last in load_words().sets["titles"]
        and len(spoken) < 8
        and following[0].isupper()
        and (last != "no" or following[0].isdigit())
    ):
        return True
    if len(last) == 1 and last not in {"i", "a"} and last.isalpha():
        return True
    return last.isdigit() and following[0].isdigit() and current[-1].end == tokens[index].start


def _cuts(words: Sequence[Word]) -> list[int]:
    norms = [word.norm for word in words]
    conjunctions = load_words().conjunctions
    starts = _sentence_starts(norms)
    cuts: list[int] = []
    begin = 0
    index = 1
    while index < len(norms):
        kind = _question_at(norms, begin, index, comma=bool(words[index].before))
        if kind == "polar" and (_is_tag(norms, index) or _asks_if_known(norms, begin, index)):
            kind = ""
        if kind or (index in starts and not _runs_on(norms, begin, index)):
            cut = index
            while cut - 1 > begin and (
                norms[cut - 1] in conjunctions or norms[cut - 1] in load_words().sets["leading_words"]
            ):
                if norms[cut - 1] == "or":
                    cut = -1
                    break
                if norms[cut - 1] == "then" and norms[cut - 2] in {"happened", "happens", "next"}:
                    break
                if norms[cut - 1] == "right" and not words[cut].before:
                    break
                cut -= 1
            if cut > begin and _stands_alone(norms[begin:cut], words[cut]):
                cuts.append(cut)
                begin = cut
                index = max(index, cut) + 1
                continue
        index += 1
    late = late_question(norms, begin)
    while late is not None and late - 1 > begin and norms[late - 1] in load_words().sets["leading_words"]:
        late -= 1
    return cuts if late is None or late == begin else [*cuts, late]


def _sentence_starts(norms: Sequence[str]) -> set[int]:
    line = Line.of_norms(norms)
    return {match.first for phrase, _ in _starters().possible(line) for match in phrase.find_all(line)}


def _question_at(norms: Sequence[str], begin: int, index: int, *, comma: bool) -> str:
    """What kind of question begins at `index`, given that its sentence began at `begin`; empty when none does."""
    words = load_words()
    word = norms[index]
    asked = (word in words.wh or word in words.auxiliaries) and asked_already(norms, begin, index)
    if word in words.wh:
        if _blocked(norms, begin, index) or (norms[index - 1] in expecting() and not comma and not asked):
            return ""
        if _quoted(norms, begin, index):
            return ""
        if norms[index - 1] == "and" and index + 1 == len(norms) and asked_already(norms, begin, index - 1):
            return "wh"  # "what would you like to happen | and when"
        how_many = asked and word == "how" and norms[index + 1 : index + 2] in (["many"], ["much"])
        of_noun = asked and noun_inverts(norms, index, index + 1)
        if not wh_question(norms, index) or not (_inverts_after(norms, index) or how_many or of_noun):
            return ""
        # "tell me, in your own words, what happened" is one request.
        asked_for = any(word in words.sets["telling"] for word in norms[begin:index])
        return "" if asked_for and not (_inverts(norms, index) or of_noun) else "wh"
    object_before = norms[index - 1] not in ACTORS or (
        verb_base(norms[index - 2]) is not None and norms[index - 2] not in words.auxiliaries | words.reporting
    )
    turned = asked and object_before and bool(TURNED & set(norms[index + 1 : index + 2]))
    if word in words.auxiliaries and (turned or not _is_subject(norms, begin, index - 1)):
        if (_blocked(norms, begin, index) and not comma) or index + 2 >= len(norms) or _quoted(norms, begin, index):
            return ""
        of_noun = asked and norms[index - 1] not in SAID and noun_inverts(norms, index, index)
        if not (of_noun and index + 4 <= len(norms)) and not inverted_within(norms, index, comma=comma or asked):
            return ""
        # The first inversion after a question word belongs to it: "what time | did you".
        inside = _last_wh(norms, begin, index)
        if inside is not None and not any(inverted(norms, place, strict=False) for place in range(inside + 1, index)):
            return "" if _wh_waits(norms, inside, index) else "polar"
        return "polar"
    if word in {"tell", "describe", "explain", "walk", "talk"} and norms[index + 1 : index + 2] in (["me"], ["us"]):
        told = norms[index - 1] in {"you", "it", "this", "that"} and index >= 2 and is_past(norms[index - 2])
        if not told and norms[index - 1] in words.auxiliaries | words.clause_subjects | {
            "to",
            "not",
            "please",
            "just",
            "then",
            "and",
            *words.adverbs,
        }:
            return ""
        return "imperative"
    return ""


def _blocked(norms: Sequence[str], begin: int, index: int) -> bool:
    """Like `blocked_before`, but a question whose own object is asked for needs no clause after its verb.

    "what do you remember | did he speak" is two questions; "do you remember did he speak" is one. And "for me" ends
    a request where "tell me" goes on.
    """
    if not blocked_before(norms, index):
        return False
    previous = norms[index - 1]
    if previous == "me":
        return norms[index - 2] not in {"for", "with", "to"}
    if previous in {"go", "goes", "went", "like", "about", "care", "matter"} and asked_already(norms, begin, index):
        return False
    start = opening(norms, begin)
    inside = _last_wh(norms, begin, index)
    if inside is not None and norms[inside] in {"what", "who"} and index - inside >= 3 and previous in SAID:
        named = norms[inside + 1] in load_words().clause_subjects
        if named:  # "tell me what you can see | is he outside": what is seen has been named
            return False
    return not (
        previous in {"remember", "recall", "think", "know", "see", "hear", "say", "mean", "said"}
        and norms[start] in {"what", "who", "which"}
        and index - start >= 4
        and wh_question(norms, start)
    )


def _quoted(norms: Sequence[str], begin: int, index: int) -> bool:
    """Whether a statement just before brings in someone's words: "they always ask me | why did you"."""
    start = opening(norms, begin)
    if inverted(norms, start, strict=False) or wh_question(norms, start):
        return False
    words = load_words()
    for place in range(max(begin, index - 5), index):
        if norms[place] in words.sets["quoting"]:
            # "you said there was a party | where was it": what was said is already complete.
            between = norms[place + 1 : index]
            complete = len(between) > 3 or (len(between) == 3 and between[0] in words.clause_subjects)
            if not (complete and any(word in words.auxiliaries or is_past(word) for word in between)):
                return True
    return False


def _is_subject(norms: Sequence[str], begin: int, index: int) -> bool:
    """Whether the pronoun at `index` is the subject of the auxiliary after it, not the object of what came before."""
    words = load_words()
    if norms[index] not in words.clause_subjects:
        return False
    aux = norms[index + 1]
    if aux in {"is", "was", "does", "has", "am"} and norms[index] in {"you", "we", "they", "i", "those", "these"}:
        return aux == "was" and norms[index] in {"you", "i"}
    if index == begin:
        return True
    before = norms[index - 1]
    takes_object = before in words.prepositions or (verb_base(before) is not None and before not in words.auxiliaries)
    return not (takes_object and before not in words.reporting - {"of", "about", "told"})


def _inverts_after(norms: Sequence[str], index: int) -> bool:
    if _inverts(norms, index):
        return True
    if norms[index] == "why" and norms[index + 1 : index + 2] in (["a"], ["an"], ["the"], ["not"], ["now"]):
        return True
    if index + 1 >= len(norms):
        return False
    following = norms[index + 1]
    words = load_words()
    if norms[index - 1] in words.conjunctions and following in words.auxiliaries:
        return norms[index] not in {"which", "when"} and index + 2 < len(norms)
    if norms[index] in {"what", "who"} and following in load_words().auxiliaries:
        return norms[index - 1] in load_words().sets["objects"] and index + 2 < len(norms)
    return norms[index] in {"what", "who"} and following in words.sets["asks_at_once"]


def _inverts(norms: Sequence[str], index: int) -> bool:
    limit = min(len(norms), index + 6)
    return any(inverted(norms, place, strict=True) for place in range(index + 1, limit))


def _last_wh(norms: Sequence[str], begin: int, index: int) -> int | None:
    return next((place for place in range(index - 1, begin - 1, -1) if norms[place] in load_words().wh), None)


def _wh_waits(norms: Sequence[str], wh: int, index: int) -> bool:
    """Whether the question word still waits for its verb: nothing but its noun phrase stands in between."""
    between = norms[wh + 1 : index]
    if between[:1] == ["about"] and len(between) > 1:
        return False  # "what about exercise | do you get any"
    return (
        len(between) <= 4
        and not any(word in load_words().clause_subjects - {"one", "those", "this", "that"} for word in between)
        and not any(word in load_words().wh_verbs - {"else"} for word in between)
    )


def _runs_on(norms: Sequence[str], begin: int, index: int) -> bool:
    """Whether the phrase at `index` is still part of the clause before it: "so that you can", "I think it is okay"."""
    words = load_words()
    previous = norms[index - 1]
    if tuple(norms[max(begin, index - 2) : index]) == ("how", "come"):
        return True
    if norms[index] == "thank" and previous in words.clause_subjects | {"ever", "even", "also", "never"}:
        return True  # "did he thank you"
    if previous in words.subordinators | words.reporting | words.wh | words.auxiliaries | words.determiners | {
        "to",
        "that",
        "not",
    }:
        return True
    if previous in {"and", "but"}:
        return index - 2 >= begin and norms[index - 2] in words.reporting | words.subordinators
    recent = norms[max(begin, index - 4) : index]
    start = opening(norms, begin)
    if start < len(norms) and norms[start] in words.subordinators:
        return True
    return any(word in words.sets["saying"] for word in recent)


def _stands_alone(norms: Sequence[str], following: Word) -> bool:
    """Whether the words before a cut are a sentence of their own, not an adverbial ("when you got home") or a name."""
    start = opening(norms)
    body = norms[start:]
    if not body:
        return False
    if is_request(norms):
        return len(body) > 2 or body[-1] not in {"me", "us"}
    if inverted(body, 0, strict=False) and len(body) >= 3:
        waits = load_words().prepositions | (load_words().determiners - load_words().sets["whole_nouns"])
        return body[-1] not in waits or len(body) > 4 or following.norm in load_words().auxiliaries
    if wh_question(body, 0):
        return len(body) >= 2
    if len(body) < 2:
        return False
    if body[0] in {"any", "anything", "anybody", "anyone"} and len(body) <= 5 and body[-1] not in expecting():
        return not load_words().auxiliaries & set(body)
    if _only_a_clause(body):
        return False
    if body[-1] in load_words().sets["unfinished"] and not following.before:
        return False
    return finite(norms) or (verb_base(body[0]) is not None and len(body) >= 3)


def _only_a_clause(body: Sequence[str]) -> bool:
    """Whether a clause of time or condition is all there is, behind an adverb: "later on, when you danced with him"."""
    words = load_words()
    for place in range(1, min(4, len(body))):
        if body[place] in {"when", "after", "before", "while", "once", "if"}:
            before = body[:place]
            return not any(word in words.clause_subjects | words.auxiliaries or verb_base(word) for word in before)
    return False


def _is_tag(norms: Sequence[str], index: int) -> bool:
    """Whether the rest is only a tag: "didn't you", "is that right"."""
    rest = norms[index:]
    if len(rest) == 3 and rest[1] in {"that", "i"} and rest[2] in {"right", "correct", "true"}:
        return True
    return len(rest) == 2 or (len(rest) == 3 and rest[1] == "not")


def _asks_if_known(norms: Sequence[str], begin: int, index: int) -> bool:
    """Whether the rest only softens a question: "what day is it today | do you know"."""
    rest = tuple(norms[index:])
    softens = rest[:2] == ("do", "you") and rest[2:] in (("know",), ("remember",), ("recall",), ("think",))
    return softens and wh_question(norms, opening(norms, begin))
