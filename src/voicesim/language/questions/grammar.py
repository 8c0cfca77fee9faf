"""Where a question's grammar begins: inversion, question words, verbs. Pure functions over normalised words.

Shared by the splitter (a new question starts a new sentence) and by the form rules (what the sentence is).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from voicesim.language.lexicon import load_words

_SINGULAR = frozenset({"he", "she", "it", "this", "that", "there", "here"})
_PLURAL = frozenset({"you", "we", "they", "these", "those", "there"})
_AGREES = {
    "is": _SINGULAR,
    "does": _SINGULAR,
    "has": _SINGULAR,
    "was": _SINGULAR | {"i", "you"},
    "am": frozenset({"i"}),
    "are": _PLURAL,
    "were": _PLURAL,
    "do": _PLURAL | {"i"},
    "have": _PLURAL | {"i"},
}


def verb_base(word: str) -> str | None:
    """Dictionary form when `word` looks like a verb form, else None. A guess from endings; no sentence is seen."""
    words = load_words()
    if word in words.past_verbs:
        return words.past_verbs[word]
    if word in words.base_verbs or word in words.auxiliaries:
        return word
    if word in words.not_verbs or len(word) < 4:
        return None
    if word.endswith("ied"):
        return word[:-3] + "y"
    if word.endswith("ed"):
        return _restore(word[:-2])
    if word.endswith("ing") and len(word) > 5:
        return _restore(word[:-3])
    if word.endswith("s") and word[:-1] in words.base_verbs:
        return word[:-1]
    if word.endswith("es") and word[:-2] in words.base_verbs:
        return word[:-2]
    return None


def _restore(root: str) -> str:
    words = load_words()
    if root + "e" in words.base_verbs:
        return root + "e"
    if len(root) > 3 and root[-1] == root[-2] and root[-1] not in "ls":
        return root[:-1]
    return root


@cache
def is_past(word: str) -> bool:
    """Whether `word` can be a simple past form: "went", "tried", "was"."""
    words = load_words()
    if word in words.past_verbs:
        return True
    return word.endswith("ed") and len(word) > 3 and word not in words.not_verbs


def opening(norms: Sequence[str], start: int = 0) -> int:
    """Index of the first word that is not an opener ("okay so ...")."""
    openers = load_words().openers
    index = start
    while index < len(norms) and norms[index] in openers:
        if norms[index] in {"right", "okay", "all", "like", "just"} and index + 1 == len(norms):
            break
        if norms[index] == "all" and norms[index + 1 : index + 2] != ["right"] and norms[index + 1] != "right":
            break
        index += 1
    return index


def inverted(norms: Sequence[str], index: int, *, strict: bool) -> bool:
    """Whether an auxiliary at `index` stands before its subject: "did you", "weren't they", "is there".

    Args:
        norms: the sentence's words.
        index: where the auxiliary would be.
        strict: within a sentence, only pronouns and agreeing forms count; at its beginning most nouns do as well.
    """
    words = load_words()
    if index >= len(norms) or norms[index] not in words.auxiliaries:
        return False
    aux = norms[index]
    after = index + 1
    if after < len(norms) and norms[after] == "not":
        after += 1
    negated = after - index == 2
    if after >= len(norms):
        return False
    subject = norms[after]
    again = list(norms[after + 1 : after + 3])
    if (
        subject in words.clause_subjects
        and again[:1] == [aux]
        and (again[1:] == ["not"] or aux not in {"do", "have", "had"})
    ):
        return False  # a sentence begun again: "it may it may not have been"; not "do you do"
    if aux in {"have", "had"} and subject in {"a", "an", "some", "no", "the", "to", "one", "all"}:
        return False
    if after + 1 < len(norms) and norms[after + 1] in words.sets["subject_has_verb"]:
        # The subject's verb stands behind it: this auxiliary is none of its own.
        return False
    if aux in {"do", "does", "did", "have", "had"} and subject in {"it", "that", "this"} and not strict:
        if aux == "does":
            return after + 1 < len(norms) and norms[after + 1] not in words.adverbs - {
                "ever",
                "still",
                "really",
                "just",
            }
        to_someone = norms[after + 2 : after + 3] and norms[after + 2] in {"you", "him", "her", "them", "me", "us"}
        acts = to_someone and norms[after + 1] not in words.prepositions | words.adverbs | words.subordinators
        return after + 1 < len(norms) and aux in {"had", "did"} and (_goes_on(norms, after + 1) or bool(acts))
    agrees = _AGREES.get(aux)
    if agrees is not None and subject in agrees:
        return True
    if agrees is None and subject in words.clause_subjects and subject not in {"who", "that", "this", "people"}:
        return True
    third = words.sets["third_person"]
    if subject in {"anyone", "anybody", "anything"} and aux in {"is", "was", "has", "did", "does"}:
        return True
    if strict:
        definite = subject in third - {"a", "an", "some", "no", "all", "one"}
        return definite and aux in {"did", "does", "do"} and not negated
    if subject in {"this", "that", "these", "those", "people"}:
        return aux not in {"do", "have"} or subject == "people"
    if subject in third:
        return aux not in {"do", "have"} or subject in {"any", "your", "all", "his", "her", "their", "the"}
    return False


def _goes_on(norms: Sequence[str], index: int) -> bool:
    return verb_base(norms[index]) is not None or norms[index] in {
        "ever",
        "just",
        "really",
        "not",
        "all",
        "make",
        "hurt",
    }


def inverted_within(norms: Sequence[str], index: int, *, comma: bool) -> bool:
    """Whether an inversion inside a sentence is a question's, not an accident of two clauses ("the rink does the rest").

    Args:
        norms: the sentence's words.
        index: where the auxiliary stands.
        comma: whether punctuation or an adverbial clause sets it off.
    """
    if not inverted(norms, index, strict=True):
        return False
    if comma:
        return True
    after = index + 2 if norms[index + 1] == "not" else index + 1
    subject, following = norms[after], norms[after + 1 : after + 2]
    if subject == "you":
        return True
    if subject in {"it", "that", "this", "there"}:
        easy = load_words().sets["easy_complements"]
        acts = norms[index] == "did" and bool(following) and following[0] in load_words().base_verbs
        return acts or (bool(following) and following[0] in easy)
    return norms[index] in {"did", "had", "were", "was", "has", "does"} and subject in {
        "he",
        "she",
        "they",
        "anyone",
        "anybody",
    }


def wh_question(norms: Sequence[str], index: int) -> bool:
    """Whether a question with a question word begins at `index`: inversion after it, or the word as subject."""
    words = load_words()
    if index >= len(norms) or norms[index] not in words.wh:
        return False
    first = norms[index]
    rest = norms[index + 1 :]
    if len(rest) > 1 and rest[0] == "else":
        # "who else was there" asks what "who was there" asks.
        return wh_question([*norms[: index + 1], *rest[1:]], index)
    if not rest:
        return True
    follows = rest[0]
    if first in {"how", "what"} and follows in {"about", "come", "if"}:
        return True
    if first == "why":
        elliptical = (len(rest) <= 2 or (follows in {"a", "an", "the"} and len(rest) <= 7)) and not any(
            word in (words.clause_subjects - {"that", "this"}) | words.auxiliaries for word in rest if word != "there"
        )
        return follows in {"not", "on"} or follows in words.auxiliaries or elliptical
    if first == "what" and follows in {"a", "an"}:
        return False
    if first == "what" and follows == "is" and len(rest) > 2 and rest[2] in {"is", "was"}:
        return False
    if first in {"what", "who"} and follows in words.wh_verbs - words.auxiliaries:
        return not _headless(rest)
    upset = follows.endswith("s") and tuple(rest[1:2]) in {("me",), ("us",), ("you",), ("him",), ("her",), ("them",)}
    if first == "which" and (follows in {"means", "i", "you"} or upset):
        return False  # "which worries me" goes on with what was said before
    if first == "which" and index == opening(norms) and _which_one(rest):
        return True
    if first == "what" and index == opening(norms) and is_past(follows) and 2 <= len(rest) <= 8:
        acted_on = {"you", "him", "her", "it", "them", "this", "that", "the", "your", "his"}
        if (
            rest[1] in acted_on
            and (len(rest) <= 5 or rest[1] == "you")
            and follows not in words.auxiliaries
            and not _headless(rest)
        ):
            return True  # "what woke you"
    if first == "which" and follows == "of" and index == opening(norms):
        return rest[1:2] != ("course",) and rest[1:2] != ["course"]
    if first == "what" and index == opening(norms) and _acts(follows):
        return not _headless(rest)
    if first == "when":
        place = index + 2 if follows in words.adverbs else index + 1
        return place < len(norms) and norms[place] in words.auxiliaries and place + 1 < len(norms)
    if first == "which" and follows in words.auxiliaries:
        return inverted(norms, index + 1, strict=True)
    if first == "who" and index == opening(norms) and is_past(follows) and follows not in words.auxiliaries:
        return True  # "who picked you up"
    limit = min(len(norms), index + 7)
    for place in range(index + 1, limit):
        word = norms[place]
        if word in words.auxiliaries:
            if first in {"who", "what", "where", "how", "which", "whose", "whom"} and place == index + 1:
                # "the man who was there" tells; "and who was there", "after that who did you see" ask.
                if first != "who" or index == 0 or norms[index - 1] in words.conjunctions:
                    return True
                return inverted(norms, place, strict=True)
            if first == "what" and place > index + 1 and norms[place + 1 : place + 2] in (["that"], ("that",)):
                after = norms[place + 2 : place + 3]
                if after and after[0] in words.clause_subjects:
                    return False  # "what matters is that you are here"
            if inverted(norms, place, strict=False) or _noun_subject(norms, place):
                return True
            return first in {"what", "how", "which", "whose"} and place > index + 1
        if norms[place - 1] == "of":
            continue  # "how many of you were there"
        if word in words.clause_subjects and word not in {"that", "those", "people", "one"}:
            tail = norms[place + 1] if place + 1 < len(norms) else ""
            return first in {"how", "what", "where"} and (
                tail.endswith("ing") or tail in {"been", "from", "at", "gonna"}
            )
    if first in {"how", "what", "which", "where"} and len(rest) <= 3 and not any(verb_base(word) for word in rest):
        return follows in words.degree if first == "how" else follows not in {"ever", "so"}
    return first == "who" and (is_past(follows) or (follows.endswith("s") and verb_base(follows) is not None))


def _which_one(rest: Sequence[str]) -> bool:
    """Whether the thing asked for acts: "which one hit you", "which ward treated him"; not "which really hurt"."""
    words = load_words()
    if len(rest) < 3 or rest[0] in {"kind", "sort", "people"} or not is_past(rest[1]) or is_past(rest[0]):
        return False
    other = words.clause_subjects | words.auxiliaries | words.adverbs | words.prepositions | words.determiners
    return rest[0] not in other - {"one"} and verb_base(rest[0]) is None and not rest[0].endswith("ly")


def _headless(rest: Sequence[str]) -> bool:
    """Whether "what ..." is itself the subject of a statement: "what happens is", "what goes on there is that"."""
    words = load_words()
    for place in range(1, min(len(rest), 5)):
        if rest[place - 1] in {"to", "with", "for"} and rest[place] in words.clause_subjects:
            continue  # "what happened to you was"
        if rest[place] in words.subordinators | words.clause_subjects | words.conjunctions:
            return False
        if rest[place] in {"is", "was"}:
            return True
    return False


def _acts(word: str) -> bool:
    """Whether a word after "what" can be its verb: "what worries you", "what inspired that"."""
    words = load_words()
    if word in words.not_verbs or word in words.auxiliaries or word in words.clause_subjects:
        return False
    third = word.endswith("ies") or (word.endswith("s") and word[:-1] in words.base_verbs)
    return third or (word.endswith("ed") and len(word) > 4)


def _noun_subject(norms: Sequence[str], place: int) -> bool:
    """A noun of unknown kind after the auxiliary: "when did Mark leave", "where was alcohol kept"."""
    after = place + 1
    return (
        after < len(norms)
        and norms[place] in {"did", "does", "do", "was", "were", "is", "are"}
        and (after + 1 >= len(norms) or norms[after] not in load_words().prepositions)
    )


def blocked_before(norms: Sequence[str], index: int) -> bool:
    """Whether what stands before `index` makes a clause there a part of its sentence: "asked why ...", "so did you"."""
    if index == 0:
        return False
    words = load_words()
    previous = norms[index - 1]
    if previous in words.reporting or previous in {"nor", "neither", "than", "me", "exactly", "only", "not"}:
        return True
    if previous == "that" and index > 1 and norms[index - 2] in {"after", "before"}:
        return False  # "after that who did you see"
    if norms[index] == "who" and previous in words.sets["whole_nouns"] | {"people", "those", "he", "she", "they"}:
        return True
    return previous == "so" and norms[index] in words.auxiliaries and index >= 2


def finite(norms: Sequence[str]) -> bool:
    """Whether a main clause may stand in these words: a subject pronoun with something after it, or a set phrase."""
    words = load_words()
    start = opening(norms)
    body = list(norms[start:])
    if not body:
        return False
    if body[0] in words.subordinators:
        return False
    if body[0] in {"sorry", "thank", "take"}:
        return True
    for index, word in enumerate(body[:-1]):
        if word in words.clause_subjects | {"not"} and index < 6:
            return body[index + 1] not in words.prepositions
        if word in words.auxiliaries and index > 0:
            return True
    return any(verb_base(word) for word in body[:1])
