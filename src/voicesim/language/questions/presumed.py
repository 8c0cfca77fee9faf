"""What a question takes for granted that she has not said: "where did he park", "when he grabbed you", "your husband"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from voicesim.language.evidence import FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import is_past, verb_base
from voicesim.language.questions.types import Raised, generic_stems, stems_of
from voicesim.language.text.phrases import Line, Match
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import is_content, stem

_PHASES = frozenset({"start", "begin", "stop", "keep"})
_POINTING = frozenset({"the", "his", "her", "their", "that", "those", "these", "this"})
_PRONOUNS = frozenset({"that", "this", "those", "these"})
_GRANTING = frozenset({"when", "after", "before", "while", "since", "until", "because", "where", "that", "who"})
"""Words that open a clause whose content is taken for granted."""
_SUPPOSING = frozenset({"could", "should", "would", "might", "can", "will"})
_NO_ONE = frozenset({"nobody", "anybody", "anyone", "this", "that", "there"})
_ASKS_OF_DEEDS = frozenset({"when", "how"})


def presumes(piece: Piece, line: Line, form: FormReading, raised: Raised) -> Match | None:
    """The first word that takes for granted a detail she has not given.

    With no conversation known only loaded acts count: "when did he hit you". A plain "did he hit you" asks; it
    presumes nothing.
    """
    if form.form == "none":
        return None
    if not raised.known:
        loaded = matches("loaded", line)
        return loaded if loaded and form.form in ("wh", "tag") and not matches("opinion", line) else None
    told = form.form in ("declarative", "tag", "echo")
    if told and _SUPPOSING & set(piece.norms[:5]):
        return None  # "you could have gone home": what did not happen is no detail
    for index in _candidates(piece.norms, form, raised):
        word = piece.norms[index]
        if not is_content(word) or raised.has(stem(word)):
            continue
        # "the speed" is nothing new; "you were speeding" is.
        doing = told and word.endswith("ing") and stem(word) not in generic_stems()
        if doing or stem(word) not in _small_change(told):
            return Match(index, index, "not raised by her")
    return None


@cache
def _small_change(told: bool) -> frozenset[str]:
    """Stems that bring in nothing: the small change of any interview, and what everybody and every place has.

    A statement put to her is about what she did, so that even the commonest acts ("you went back") are a detail there.
    """
    had = stems_of("had_by_all")
    return (generic_stems() - stems_of("acts") if told else generic_stems() | stems_of("neutral")) | had


def _candidates(norms: Sequence[str], form: FormReading, raised: Raised) -> list[int]:
    if form.form in ("declarative", "tag", "echo"):
        return list(range(len(norms)))
    places = [*_pointed_at(norms, raised), *_in_clauses(norms, indirect=form.form == "imperative")]
    if form.form == "wh":
        places.extend(_asked_about(norms, form.first))
    return sorted(set(places))


def _pointed_at(norms: Sequence[str], raised: Raised) -> Iterator[int]:
    """Nouns after "the", "his", "that"; after "your" only people: everybody has a name and hands, not a husband."""
    people = stems_of("relations")
    for index, word in enumerate(norms[:-1]):
        if word not in _POINTING and word != "your":
            continue
        for place in range(index + 1, min(len(norms), index + 4)):
            if not is_content(norms[place]) or raised.has(stem(norms[place])):
                break  # what she named is pointed at; the rest only asks about it
            # "that happened", "that tell": a pronoun and its verb, no noun that is pointed at.
            if word in _PRONOUNS and verb_base(norms[place]):
                break
            if word != "your" or stem(norms[place]) in people:
                yield place
                break
            if stem(norms[place]) in _small_change(False):
                break


def _in_clauses(norms: Sequence[str], *, indirect: bool) -> Iterator[int]:
    """Verbs of clauses that take what they say for granted: "when he grabbed you", "the arm that he twisted".

    In a request the indirect question does: "tell me which way you ran".
    """
    words = load_words()
    opener = -1
    for index, word in enumerate(norms):
        before = norms[index - 1] if index else ""
        if (indirect and word in words.wh and index > 0) or (
            word in _GRANTING and (index > 0 or word in {"when", "after", "before", "while"})
        ):
            opener = index
        elif word in words.auxiliaries and before not in words.clause_subjects:
            opener = -1  # the question's own verb follows
        if not is_past(word) or word in words.auxiliaries:
            continue
        noun_first = index > 2 and norms[index - 3] in _POINTING and is_content(norms[index - 2])
        in_clause = before in words.clause_subjects and (opener >= 0 or noun_first)
        if in_clause or (before in {"who", "that"} and index > 1 and is_content(norms[index - 2])):
            yield index


def _asked_about(norms: Sequence[str], first: int) -> list[int]:
    """The noun after the question word ("what weapon did") and the verb after the subject ("where did he park")."""
    words = load_words()
    if norms[first] in {"who", "what"} and first + 2 < len(norms) and norms[first + 2] in {"you", "your"}:
        acts = is_past(norms[first + 1]) and norms[first + 1] not in words.auxiliaries
        if acts:  # "who pushed you"
            return [first + 1]
    places: list[int] = []
    for index in range(first, len(norms)):
        if norms[index] not in words.auxiliaries:
            continue
        places.extend(place for place in range(first + 1, index) if norms[place] not in words.degree)
        verb = _verb_behind(norms, first, index)
        if verb is not None:
            places.append(verb)
        break
    return places


def _verb_behind(norms: Sequence[str], first: int, aux: int) -> int | None:
    """Place of the deed that a question takes for granted: the verb behind the subject of the auxiliary at `aux`.

    What "you" do is small change unless it is asked when; what did not happen, and habits, are asked of, not granted.
    """
    words = load_words()
    subject = aux + 1
    if subject >= len(norms) or norms[subject] == "not":
        return None  # "why did you not shout"
    noun = norms[subject] in words.determiners - words.clause_subjects
    subject += int(noun)  # "the car": what it is said to have done stands behind the noun
    if subject >= len(norms) or not (noun or norms[subject] in words.clause_subjects):
        return None
    verb, doer = subject + 1, norms[subject]
    while verb < len(norms) and norms[verb] in words.adverbs | {"first", "last"}:
        verb += 1
    cleft = False
    if doer == "it" and verb < len(norms):  # "what was it you drank", "who was it that hurt you"
        at = verb
        verb += int(norms[verb] == "that")
        verb += int(verb < len(norms) and norms[verb] in words.clause_subjects)
        cleft = verb > at
    if verb + 1 < len(norms) and norms[verb] in {"been", "being", "getting"}:
        verb += 1
    # "start shouting", "keep calling": the second verb is the act.
    if verb + 1 < len(norms) and norms[verb + 1].endswith("ing") and verb_base(norms[verb]) in _PHASES:
        verb += 1
    idle = doer in _NO_ONE or (doer == "you" and norms[first] not in _ASKS_OF_DEEDS) or norms[aux] in {"do", "does"}
    if verb >= len(norms) or (idle and not cleft):
        return None
    if verb_base(norms[verb]) is None and norms[aux] not in {"did", "had", "has", "have"}:
        return None  # "what are you allergic to"
    if norms[verb] == "take" and verb + 1 < len(norms) and norms[verb + 1] in {"it", "that", "this", "so"}:
        return None  # "how did he take it"
    return verb
