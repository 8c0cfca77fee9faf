"""What a question takes for granted that she has not said: "where did he park", "when he grabbed you", "your husband"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from voicesim.language.evidence import FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import is_past, verb_base
from voicesim.language.questions.raised import Raised
from voicesim.language.questions.types import generic_stems, stems_of
from voicesim.language.text.phrases import Line, Match
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import is_content, stem

_PHASES = frozenset({"start", "begin", "stop", "keep"})
_POINTING = frozenset({"the", "his", "her", "their", "that", "those", "these", "this"})
_PRONOUNS = frozenset({"that", "this", "those", "these"})
_GRANTING = frozenset({"when", "after", "before", "while", "since", "until", "because", "where", "that", "who"})
"""Words that open a clause whose content is taken for granted."""
_TIMES = frozenset({"when", "after", "before", "while", "since", "once"})
"""Those of time, whose whole clause is taken for granted."""
_WHOLE = frozenset({"when", "why"})
"""Question words that take all that follows for granted, and ask only for the time or the reason of it."""
_ENDS_CLAUSE = frozenset({"if", "whether", "when", "because", "and", "or", "but", "while", "after", "before", "though"})
_SAYING = frozenset({"say", "think", "tell", "know", "believe", "ask", "mean", "feel", "realise", "notice"})
_POSSESSIVE = frozenset({"your", "his", "her", "their"})
_SUPPOSING = frozenset({"could", "should", "would", "might", "can", "will"})
_PICKED_OUT = frozenset({"one", "ones", "that", "who", "which"})
_COUNTED = frozenset({"the", "that", "those", "these", "many", "which", "two", "three"})
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
        if stem(word) in stems_of("persons") and index and piece.norms[index - 1] in _COUNTED:
            return Match(index, index, "not raised by her")
        if stem(word) in stems_of("relations") and index and piece.norms[index - 1] in _POSSESSIVE:
            return Match(index, index, "not raised by her")
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
    if told:
        return (generic_stems() - stems_of("acts")) | had
    return generic_stems() | stems_of("neutral") | stems_of("at_hand") | had


def _candidates(norms: Sequence[str], form: FormReading, raised: Raised) -> list[int]:
    if form.form in ("declarative", "tag", "echo"):
        return list(range(len(norms)))
    places = [*_pointed_at(norms, raised), *_in_clauses(norms, indirect=form.form == "imperative")]
    if form.form == "wh":
        places.extend(_asked_about(norms, form.first, raised))
    return sorted(set(places))


def _pointed_at(norms: Sequence[str], raised: Raised) -> Iterator[int]:
    """Nouns after "the", "his", "that"; after "your" those that not everybody has: a husband, a panic button."""
    for index, word in enumerate(norms[:-1]):
        if word not in _POINTING and word != "your":
            continue
        for place in range(index + 1, min(len(norms), index + 4)):
            noun = norms[place]
            owner = noun.endswith("'s") or noun.endswith("s'")
            if not is_content(noun) or (raised.has(stem(noun)) and not owner):
                break  # what she named is pointed at; the rest only asks about it
            # "that happened", "that tell": a pronoun and its verb, no noun that is pointed at.
            if word in _PRONOUNS and verb_base(noun):
                break
            if raised.has(stem(noun)):
                continue  # "your daughter's husband"
            if stem(noun) in stems_of("persons" if word in _COUNTED else "relations"):
                yield place
                break
            if stem(noun) in _small_change(False) or (word == "your" and stem(noun) in stems_of("yours")):
                compound = place + 1 < len(norms) and verb_base(norms[place + 1]) is None
                if not (owner or compound):
                    break
                continue  # "the weight gain"
            yield place
            break


def _in_clauses(norms: Sequence[str], *, indirect: bool) -> Iterator[int]:
    """Verbs of clauses that take what they say for granted: "when he grabbed you", "the arm that he twisted".

    In a request the indirect question does: "tell me which way you ran". What "when", "after", "since" opens is granted as a
    whole: "since you came out of hospital".
    """
    words = load_words()
    opener = -1
    whole = False
    for index, word in enumerate(norms):
        before = norms[index - 1] if index else ""
        following = norms[index + 1] if index + 1 < len(norms) else ""
        if (indirect and word in words.wh and index > 0) or (word in _GRANTING and (index > 0 or word in _TIMES)):
            opener = index
            whole = word in _TIMES and following in words.clause_subjects
        elif word in words.auxiliaries and before not in words.clause_subjects and following != "not":
            opener = -1  # the question's own verb follows
            whole = False
        elif word in words.wh and word not in _GRANTING:
            whole = False
        if whole and index > opener + 2 and is_content(word):
            yield index
        under_way = word.endswith("ing") and before in words.auxiliaries and norms[max(0, index - 3)] in _PICKED_OUT
        if under_way and norms[index - 2] in words.clause_subjects:
            yield index  # "the ones you are skipping"
        if not is_past(word) or word in words.auxiliaries:
            continue
        noun_first = index > 2 and norms[index - 3] in _POINTING and is_content(norms[index - 2])
        in_clause = before in words.clause_subjects and (opener >= 0 or noun_first)
        if in_clause or (before in {"who", "that"} and index > 1 and is_content(norms[index - 2])):
            yield index


def _asked_about(norms: Sequence[str], first: int, raised: Raised) -> list[int]:
    """The noun after the question word ("what weapon did") and the verb after the subject ("where did he park")."""
    words = load_words()
    if norms[first] in {"who", "what"} and first + 2 < len(norms) and norms[first + 2] in {"you", "your"}:
        acts = is_past(norms[first + 1]) and norms[first + 1] not in words.auxiliaries | {
            "took"
        }  # "what took you so long"
        if acts:  # "who pushed you"
            return [first + 1]
    places: list[int] = []
    for index in range(first, len(norms)):
        if norms[index] not in words.auxiliaries:
            continue
        places.extend(place for place in range(first + 1, index) if norms[place] not in words.degree)
        if norms[first] in _WHOLE and index == first + 1:
            places.extend(_all_behind(norms, first, index))
        verb = _verb_behind(norms, first, index, raised)
        if verb is not None:
            places.append(verb)
        break
    return places


def _all_behind(norms: Sequence[str], first: int, aux: int) -> Iterator[int]:
    """Everything behind the subject of a question that asks only for the time or the reason: the rest is granted.

    "when did you go back to him", "why did you get so drunk", "why were you not in the cycle lane".
    """
    words = load_words()
    subject = aux + 1 + (norms[aux + 1 : aux + 2] == ("not",))
    if subject >= len(norms) or norms[subject] not in words.clause_subjects - _NO_ONE:
        return
    if norms[aux] in {"do", "does"} and norms[first] == "why":
        return  # what is asked of is a habit
    for place in range(subject + 1, len(norms)):
        if norms[place] in _ENDS_CLAUSE or verb_base(norms[place]) in _SAYING:
            return  # "when did they say they would ring"
        if is_content(norms[place]):
            yield place


def _verb_behind(norms: Sequence[str], first: int, aux: int, raised: Raised) -> int | None:
    """Place of the deed that a question takes for granted: the verb behind the subject of the auxiliary at `aux`.

    What "you" do is small change unless it is asked when; what did not happen, and habits, are asked of, not granted.
    """
    words = load_words()
    subject = aux + 1
    if subject >= len(norms) or norms[subject] == "not":
        return None  # "why did you not shout"
    noun = norms[subject] in words.determiners - words.clause_subjects
    subject += int(noun)  # "the car": what it is said to have done stands behind the noun
    if not noun and is_content(norms[subject]) and raised.has(stem(norms[subject])):
        noun = True  # "Mark", whom she has named
        while (
            subject + 1 < len(norms)
            and norms[subject + 1] not in words.adverbs
            and raised.has(stem(norms[subject + 1]))
        ):
            subject += 1
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
    habit = norms[aux] in {"do", "does"} and doer == "you"
    telling = norms[verb : verb + 1] and stem(norms[verb]) in stems_of("telling")
    own = doer in {"you", "we"} and norms[first] not in _ASKS_OF_DEEDS and not telling
    idle = doer in _NO_ONE or own or habit
    if verb >= len(norms) or (idle and not cleft):
        return None
    if verb_base(norms[verb]) is None and norms[aux] not in {"did", "had", "has", "have"}:
        return None  # "what are you allergic to"
    if norms[verb] == "take" and (
        doer == "it" or norms[verb + 1 : verb + 2] in (("it",), ("that",), ("this",), ("so",))
    ):
        return None  # "how did he take it"
    return verb
