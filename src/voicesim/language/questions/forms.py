"""What the grammar of a sentence is: imperative, wh, polar, declarative, tag, alternative, echo or none."""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.evidence import NOTHING, NOWHERE, Before, FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.fragments import read_fragment
from voicesim.language.questions.grammar import (
    blocked_before,
    inverted,
    inverted_within,
    is_past,
    opening,
    verb_base,
    wh_question,
)
from voicesim.language.questions.indirect import announced, indirect
from voicesim.language.questions.statements import read_statement
from voicesim.language.questions.tags import read_tag
from voicesim.language.text.phrases import Line
from voicesim.language.text.sentences import Piece


def read_form(piece: Piece, line: Line, before: Before = NOWHERE) -> FormReading:
    """Decide the form of one sentence.

    Args:
        piece: the sentence.
        line: its words, prepared.
        before: what was said just before it.
    """
    norms = piece.norms
    if not norms:
        return NOTHING
    start = opening(norms)
    if start >= len(norms):
        return _only_openers(piece, before)
    tagged = read_tag(piece, line, start, before)
    if tagged:
        return tagged
    asked = matches("request", line)
    if asked:
        return FormReading("imperative", asked.first, asked.last, 0.95)
    if matches("suggests", line) or (matches("exclaims", line) and not piece.asked):
        return NOTHING
    for rule in (announced, _wh, _polar):
        reading = rule(piece, norms, start)
        if reading:
            return _alternative(reading, line)
    short = read_fragment(piece, line, norms, start, before)
    if short:
        return _alternative(short, line)
    if norms[0] == "or" and before.own_question:
        return FormReading("alternative", 0, len(norms) - 1, 0.6)
    return read_statement(piece, line, norms, start, before)


def _only_openers(piece: Piece, before: Before) -> FormReading:
    last = len(piece.norms) - 1
    if before.own_statement and piece.norms[-1] == "right" and not piece.asked:
        return FormReading("tag", last, last, 0.6)
    if piece.norms[-2:] == ("and", "then") and (piece.asked or not before.own):
        return FormReading("wh", last - 1, last, 0.8 if piece.asked else 0.55)
    if piece.asked and piece.norms[-1] in {"right", "yeah", "yes", "no", "okay"}:
        return FormReading("tag", last, last, 0.6 if piece.norms[-1] in {"right", "yeah"} else 0.4)
    return NOTHING


def _wh(piece: Piece, norms: Sequence[str], start: int) -> FormReading | None:
    words = load_words()
    sure = 0.96 if piece.asked else 0.88
    at = start
    if norms[at] in words.prepositions and at + 1 < len(norms) and norms[at + 1] in words.wh - {"when", "where"}:
        at += 1
        if norms[at] == "which" and not piece.asked and not _inverts_from(norms, at):
            return None
    if norms[at] in words.wh:
        if wh_question(norms, at):
            return FormReading("wh", at, min(at + 2, len(norms) - 1), sure)
        if piece.asked and norms[at] != "when" and not _later_question(norms, at):
            return FormReading("wh", at, at, 0.8)
    for place in range(at + 1, len(norms)):
        if norms[place] in words.wh and _inverts_at_once(norms, start, place):
            return FormReading("wh", place, min(place + 2, len(norms) - 1), sure - 0.08)
        if _after_name(norms, start, place):
            return FormReading("wh", place, min(place + 2, len(norms) - 1), sure - 0.08)
        if norms[place] not in words.wh or blocked_before(norms, place):
            continue
        if any(word in words.reporting - {"about", "of"} for word in norms[at:place]) and not piece.asked:
            continue
        waits = words.prepositions | words.auxiliaries | (words.determiners - words.clause_subjects)
        direct = inverted(norms, place + 1, strict=True) and norms[start] in words.subordinators | words.prepositions
        if norms[place - 1] in waits and not piece.asked and not direct:
            continue
        follows = _after_clause(norms, start, place)
        inverts = _inverts_from(norms, place) or follows
        subject = follows and norms[place] == "who" and norms[place + 1] in words.auxiliaries
        asks = wh_question(norms, place) or (subject and norms[place - 1] not in words.sets["people"])
        if asks and inverts and not inverted(norms, start, strict=False):
            return FormReading("wh", place, min(place + 2, len(norms) - 1), sure - 0.06)
    waiting = _in_place(norms, start)
    if waiting is not None and not inverted(norms, start, strict=False):
        return FormReading("wh", waiting, waiting, 0.7)
    in_place = piece.asked or (norms[-1] == "what" and verb_base(norms[-2] if len(norms) > 1 else "") is not None)
    if (
        in_place
        and norms[-1] in words.wh
        and len(norms) - start > 1
        and len(norms) - start <= 8
        and not inverted(norms, start, strict=False)
    ):
        return FormReading("wh", len(norms) - 1, len(norms) - 1, 0.8)
    return indirect(norms, start)


def _in_place(norms: Sequence[str], start: int) -> int | None:
    """Place of a question word that stands where its answer would: "he said what to you", "they took you where"."""
    words = load_words()
    body = norms[start:]
    pointed = body[0] in {"this", "that", "it"} and body[1:2] in (("is",), ("was",)) and 3 <= len(body) <= 8
    left_open = body[2:] in (("when",), ("where",), ("who",)) or (body[-2:-1] == ("or",) and body[-1] in words.wh)
    if pointed and left_open:
        return len(norms) - 1
    if not 3 <= len(body) <= 8 or body[0] not in words.clause_subjects - {"i", "we", "that", "this", "there"}:
        return None
    if norms[-1] in words.wh and norms[-2] in words.prepositions - {"of", "about"} and body[0] != "it":
        return len(norms) - 1
    fills = norms[-2] in {"what", "which"} and (norms[-3] in words.prepositions or norms[-3] in words.auxiliaries)
    if fills and len(body) >= 4 and (body[1] not in words.reporting or body[1] in {"said", "told", "went"}):
        return len(norms) - 2
    if len(body) == 3 and body[1:] == ("went", "where"):
        return len(norms) - 1
    if not is_past(body[1]) or (verb_base(body[1]) in words.reporting and body[1] not in {"said", "told", "asked"}):
        return None
    for place in range(start + 2, len(norms)):
        if norms[place] in words.wh and (place + 1 == len(norms) or norms[place + 1] in words.prepositions):
            done = norms[place - 1] == body[1] or norms[place - 1] in {"you", "him", "her", "me", "them", "it"}
            return place if done and norms[place] in {"what", "who", "where", "when"} else None
    return None


def _after_name(norms: Sequence[str], start: int, place: int) -> bool:
    """Whether a question word follows a word that can only call somebody: "all right Sam how did that start"."""
    words = load_words()
    if place != start + 1 or norms[place] not in words.wh or norms[place + 1 : place + 2] == ():
        return False
    first = norms[start]
    known = words.clause_subjects | words.auxiliaries | words.adverbs | words.prepositions | words.determiners
    known = known | words.subordinators | words.conjunctions | words.wh | words.reporting
    return first not in known and verb_base(first) is None and inverted(norms, place + 1, strict=False)


def _later_question(norms: Sequence[str], at: int) -> bool:
    return any(inverted(norms, place, strict=True) for place in range(at + 2, len(norms) - 1))


def _inverts_at_once(norms: Sequence[str], start: int, place: int) -> bool:
    """Whether a question word inside the sentence is followed by an inversion that only a question has.

    "if you did decide to stop how would you go about it": a clause that is only mentioned keeps its order ("how you
    would"), unless somebody's words are given ("they ask me how would you").
    """
    words = load_words()
    quoted = words.sets["quoting"] | {"like", "go", "goes", "thing", "question"}
    if place + 3 >= len(norms) or place - start < 3 or norms[place + 1] not in words.auxiliaries:
        return False
    if norms[place + 2] not in {"you", "he", "she", "they", "things", "we"} or inverted(norms, start, strict=False):
        return False
    # "when you told him to go what did he do": what stands in a clause of time is not what is said before the question.
    timed = norms[start] in words.subordinators and norms[start + 1] in words.clause_subjects
    near = 1 + (norms[place - 1] in words.sets["objects"]) if timed else 4
    if norms[start] == "i" or quoted & set(norms[max(start, place - near) : place]) - (
        {"go", "goes"} if timed else set()
    ):
        return False
    if timed and norms[place - 1] in {"go", "goes", "went"}:
        return True
    return norms[place - 1] not in words.reporting - {"me", "of"} | words.prepositions | {"is", "not", "of", "just"}


def _after_clause(norms: Sequence[str], start: int, place: int) -> bool:
    """Whether a question word that is its own subject follows a clause of condition or time.

    "if you woke up tomorrow and it was sorted what would be the first thing", "looking back what surprised you".
    """
    words = load_words()
    noun = not any(
        word in words.auxiliaries | words.clause_subjects - {"this", "that", "these", "those"}
        for word in norms[start:place]
    )
    if (
        norms[start] in words.determiners
        and 2 <= place - start <= 5
        and noun
        and not any(map(is_past, norms[start:place]))
    ):
        return norms[place] in {"what", "how"}  # "your boyfriend what is his name"
    timed = norms[start] in words.prepositions and bool(words.clause_subjects & set(norms[start + 1 : place - 1]))
    opens = (
        timed
        or norms[start] in words.subordinators
        or (norms[start].endswith("ing") and verb_base(norms[start]) is not None)
    )
    own_verb = norms[place] in {"what", "who", "which"} and place + 2 < len(norms)
    return opens and own_verb and place - start >= 2 and norms[place - 1] not in words.prepositions | words.reporting


def _inverts_from(norms: Sequence[str], place: int) -> bool:
    if norms[place] in {"what", "who"} and place + 1 < len(norms) and norms[place + 1] in {"happened", "else"}:
        return True
    return any(inverted(norms, at, strict=True) for at in range(place + 1, min(len(norms), place + 6)))


def _conditional(body: Sequence[str]) -> bool:
    """An inversion that stands for "if": "should you need anything", "had i known", "were it not for you"."""
    if body[:2] in (("had", "i"), ("were", "it"), ("were", "i")):
        return len(body) > 5
    wants = {"need", "want", "wish", "feel", "require", "decide", "change", "remember", "find", "ever"}
    return body[:2] == ("should", "you") and bool(wants & set(body[2:3]))


def _polar(piece: Piece, norms: Sequence[str], start: int) -> FormReading | None:
    words = load_words()
    sure = 0.96 if piece.asked else 0.86
    if norms[start] == "do" and norms[start + 1 : start + 2] == ("not",) and not inverted(norms, start, strict=True):
        return None
    if len(norms) == start + 2 and "so" in norms[:start] and not piece.asked:
        return None  # "so do I"
    if _conditional(norms[start:]) and not piece.asked:
        return None
    if inverted(norms, start, strict=False):
        return FormReading("polar", start, min(start + 1, len(norms) - 1), sure)
    if norms[start] in words.auxiliaries and piece.asked and len(norms) > start + 1:
        return FormReading("polar", start, start, 0.85)
    if norms[start] in {"did", "is", "was", "does", "are", "were"} and len(norms) > start + 2:
        # A noun of unknown kind as subject: "was alcohol involved".
        other = words.prepositions | words.adverbs | words.sets["not_a_subject"]
        if verb_base(norms[start + 1]) is None and norms[start + 1] not in other:
            return FormReading("polar", start, start + 1, 0.7)
    if _gerund_first(norms, start):
        return FormReading("polar", start, start + 1, 0.65)
    if _noun_first(norms, start):
        return FormReading("polar", start, start + 1, 0.7)
    if norms[start] in {"why", "what", "who", "how"}:
        return None
    anew = _begun_anew(norms, start)
    if anew is not None:
        return FormReading("polar", anew, anew + 1, sure - 0.1)
    for place in range(start + 1, len(norms) - 1):
        if norms[place : place + 3] == ("do", "you", "mean") and place - start >= 3:
            return FormReading("polar", place, place + 2, sure - 0.1)
        if (
            norms[place] not in words.auxiliaries
            or norms[place - 1] in words.clause_subjects - {"that", "this"} | words.wh | words.auxiliaries
        ):
            continue
        if norms[place - 1] in {"that", "this"} and norms[place - 2] not in words.prepositions:
            continue
        apart = bool(piece.words[place].before) or norms[start] in words.subordinators | words.prepositions
        if _plainly(norms, start, place) or _after_adjunct(norms, start, place):
            return FormReading("polar", place, place + 1, sure - 0.15)
        if blocked_before(norms, place) or not inverted_within(norms, place, comma=apart):
            continue
        if any(word in words.reporting - {"about", "of"} for word in norms[start:place]):
            continue
        if place + 2 >= len(norms) and not piece.asked:
            continue
        if any(word in words.wh - {"when", "where"} for word in norms[start:place]):
            continue
        return FormReading("polar", place, place + 1, sure - 0.1)
    return None


def _begun_anew(norms: Sequence[str], start: int) -> int | None:
    """Where a question begins that broke off as a statement: "she has, has she called", "it was, have you been there"."""
    words = load_words()
    if norms[start] not in words.clause_subjects:
        return None
    place = start + 1
    while place < len(norms) and (norms[place] in words.auxiliaries | {"not"} or norms[place] == norms[start]):
        begins = place > start + 1 and not _goes_on(norms[start + 1 : place], norms[place])
        if begins and inverted(norms, place, strict=True) and place + 2 < len(norms):
            return place
        place += 1
    return None


def _goes_on(before: Sequence[str], auxiliary: str) -> bool:
    """Whether an auxiliary can be the verb of the ones before it: "did not do anything", "would have him", "had had the time"."""
    last = next((word for word in reversed(before) if word != "not"), "")
    if auxiliary == "had":
        return last in {"have", "has", "had"}
    return auxiliary in {"do", "have"} and last in load_words().modals | {"do", "does", "did"}


def _plainly(norms: Sequence[str], start: int, place: int) -> bool:
    """Whether the inversion at `place` asks, whatever reporting verb or question word the words before it hold.

    "in light of what we have just heard is there any chance", "you said you felt strange is that still so": what was
    reported is a clause already complete.
    """
    words = load_words()
    pair = norms[place : place + 2]
    existential = pair[0] in {"is", "are", "was", "were"} and pair[1:] == ("there",) and place + 3 < len(norms)
    still = pair in (("is", "that"), ("was", "that"), ("is", "it")) and norms[place + 2 : place + 3] in (
        ("still",),
        ("true",),
        ("because",),
        ("something",),
    )
    direct = pair[1:] == ("you",) and place + 3 < len(norms)
    if not (existential or still or direct) or not inverted(norms, place, strict=True):
        return False
    said = words.sets["quoting"] | {"that", "like", "not", "so", "nor", "neither"} | words.wh
    if norms[place - 1] in said or {"ask", "asks", "asked", "asking", "wonder", "wondering", "me"} & set(
        norms[start:place]
    ):
        return False
    if norms[start] in words.auxiliaries or norms[start] in {"i", "do"} or (existential and norms[start] == "that"):
        return False
    last_wh = next((at for at in range(place - 1, start - 1, -1) if norms[at] in words.wh), start)
    between = norms[last_wh + 1 : place]
    return place - start >= 3 and len(between) >= 3 and bool(words.clause_subjects & set(between[:2]))


def _after_adjunct(norms: Sequence[str], start: int, place: int) -> bool:
    """Whether the inversion at `place` follows a complete phrase set before the question.

    "as far as you know does he", "to your knowledge was the door shut", "this friend of yours is he local".
    """
    words = load_words()
    before = norms[start:place]
    if not 2 <= len(before) <= 8 or not inverted(norms, place, strict=False) or place + 2 >= len(norms):
        return False
    if before[-1] in words.prepositions | words.determiners - {"that", "this"} | words.auxiliaries | words.wh:
        return False
    pronoun = norms[place + 1] in {"he", "she", "they", "it", "you", "there"}
    if before[0] in words.determiners and before[0] not in {"no", "any"}:
        acts = any(word in words.auxiliaries or word in words.reporting - {"of", "about"} for word in before)
        third = norms[place + 1] in {"he", "she", "they", "it"}
        return third and not acts and not any(map(is_past, before)) and not words.clause_subjects & set(before[1:])
    if before[0] == "as" or tuple(before[:2]) in {("to", "your"), ("in", "your"), ("apart", "from"), ("other", "than")}:
        return True
    clause = any(word in words.clause_subjects and at + 1 < len(before) for at, word in enumerate(before))
    return before[0] in words.subordinators and clause and pronoun and before[-1] not in words.reporting


def _gerund_first(norms: Sequence[str], start: int) -> bool:
    """Whether an act is the subject: "is driving okay for you". What somebody is doing has its object or place behind it."""
    words = load_words()
    if norms[start] not in {"is", "was"} or len(norms) < start + 3 or not norms[start + 1].endswith("ing"):
        return False
    if norms[start + 1] in words.not_verbs | {"going", "doing", "being"}:
        return False
    other = words.prepositions | words.determiners | words.clause_subjects | words.adverbs | {"to"}
    return norms[start + 2] not in other


def _noun_first(norms: Sequence[str], start: int) -> bool:
    """Whether "has", "does" or "do" opens a question whose subject is a noun: "has Mark called", "do cats bother you"."""
    words = load_words()
    aux, rest = norms[start], norms[start + 1 :]
    if aux not in {"has", "does", "do"} or len(rest) < 2:
        return False
    subject = rest[0]
    if subject in words.prepositions | words.adverbs | words.sets["not_a_subject"] - {"a"} or is_past(subject):
        return False
    if aux in {"has", "does"}:
        return subject not in words.determiners - words.clause_subjects - {"the", "your", "his", "her", "their"}
    many = subject in {"a", "most", "many", "some", "any", "all", "your", "his", "her", "their"} or subject.endswith(
        "s"
    )
    acted_on = len(rest) >= 3 and rest[2] in {"you", "him", "her", "them", "it"} and rest[1] not in words.auxiliaries
    return many and (acted_on or any(verb_base(word) == word for word in rest[1:6]))


def _alternative(reading: FormReading, line: Line) -> FormReading:
    if reading.form != "polar" or "or" not in line.vocabulary:
        return reading
    words = line.joined.split()
    if words[0] == "or" and words.count("or") == 1:
        return FormReading("alternative", 0, reading.last, 0.8)
    if matches("not_alternative", line):
        return reading
    at = len(words) - 1 - words[::-1].index("or")
    if at > reading.first and at < len(words) - 1:
        return FormReading("alternative", reading.first, at, reading.confidence - 0.04)
    return reading
