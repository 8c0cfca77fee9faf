"""What the grammar of a sentence is: imperative, wh, polar, declarative, tag, alternative, echo or none."""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.evidence import NOTHING, NOWHERE, Before, FormReading, matches
from voicesim.language.grammar import (
    blocked_before,
    inverted,
    inverted_within,
    is_past,
    opening,
    verb_base,
    wh_question,
)
from voicesim.language.lexicon import load_words
from voicesim.language.phrases import Line
from voicesim.language.sentences import Piece
from voicesim.language.stems import content_stems
from voicesim.language.tags import read_tag


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
    for rule in (_wh, _polar):
        reading = rule(piece, norms, start)
        if reading:
            return _alternative(reading, line)
    short = _elliptical(piece, norms, start, before)
    if short:
        return _alternative(short, line)
    if norms[0] == "or" and before.own_question:
        return FormReading("alternative", 0, len(norms) - 1, 0.6)
    return _declarative(piece, line, norms, start, before)


def _only_openers(piece: Piece, before: Before) -> FormReading:
    last = len(piece.norms) - 1
    if before.own_statement and piece.norms[-1] == "right" and not piece.asked:
        return FormReading("tag", last, last, 0.6)
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
        if norms[place] not in words.wh or blocked_before(norms, place):
            continue
        if any(word in words.reporting - {"about", "of"} for word in norms[at:place]) and not piece.asked:
            continue
        waits = words.prepositions | words.auxiliaries | (words.determiners - words.clause_subjects)
        if norms[place - 1] in waits and not piece.asked:
            continue
        if wh_question(norms, place) and _inverts_from(norms, place) and not inverted(norms, start, strict=False):
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
    return _indirect(norms, start)


def _in_place(norms: Sequence[str], start: int) -> int | None:
    """Place of a question word that stands where its answer would: "he said what to you", "they took you where"."""
    words = load_words()
    body = norms[start:]
    if not 3 <= len(body) <= 8 or body[0] not in words.clause_subjects - {"i", "we", "that", "this", "there"}:
        return None
    if not is_past(body[1]) or (verb_base(body[1]) in words.reporting and body[1] not in {"said", "told", "asked"}):
        return None
    for place in range(start + 2, len(norms)):
        if norms[place] in words.wh and (place + 1 == len(norms) or norms[place + 1] in words.prepositions):
            done = norms[place - 1] == body[1] or norms[place - 1] in {"you", "him", "her", "me", "them", "it"}
            return place if done and norms[place] in {"what", "who", "where", "when"} else None
    return None


def _later_question(norms: Sequence[str], at: int) -> bool:
    return any(inverted(norms, place, strict=True) for place in range(at + 2, len(norms) - 1))


def _inverts_from(norms: Sequence[str], place: int) -> bool:
    if norms[place] in {"what", "who"} and place + 1 < len(norms) and norms[place + 1] in {"happened", "else"}:
        return True
    return any(inverted(norms, at, strict=True) for at in range(place + 1, min(len(norms), place + 6)))


def _indirect(norms: Sequence[str], start: int) -> FormReading | None:
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
            following = [word for word in norms[place + 1 : place + 4] if word not in {"you", "about", "just", "is"}]
            if following and following[0] in {"if", "whether"}:
                return FormReading("polar", start, place + 1, 0.8)
            if following and following[0] in words.wh:
                return FormReading("wh", start, place + 1, 0.8)
    return None


def _polar(piece: Piece, norms: Sequence[str], start: int) -> FormReading | None:
    words = load_words()
    sure = 0.96 if piece.asked else 0.86
    if norms[start] == "do" and norms[start + 1 : start + 2] == ("not",) and not inverted(norms, start, strict=True):
        return None
    if len(norms) == start + 2 and "so" in norms[:start] and not piece.asked:
        return None  # "so do I"
    if inverted(norms, start, strict=False):
        return FormReading("polar", start, min(start + 1, len(norms) - 1), sure)
    if norms[start] in words.auxiliaries and piece.asked and len(norms) > start + 1:
        return FormReading("polar", start, start, 0.85)
    if norms[start] in {"did", "is", "was", "does", "are", "were"} and len(norms) > start + 2:
        # A noun of unknown kind as subject: "was alcohol involved".
        other = words.prepositions | words.adverbs | words.sets["not_a_subject"]
        if verb_base(norms[start + 1]) is None and norms[start + 1] not in other:
            return FormReading("polar", start, start + 1, 0.7)
    if _noun_first(norms, start):
        return FormReading("polar", start, start + 1, 0.7)
    if norms[start] in {"why", "what", "who", "how"}:
        return None
    for place in range(start + 1, len(norms) - 1):
        if (
            norms[place] not in words.auxiliaries
            or norms[place - 1] in words.clause_subjects | words.wh | words.auxiliaries
        ):
            continue
        apart = bool(piece.words[place].before) or norms[start] in words.subordinators | words.prepositions
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
    return many and any(verb_base(word) == word for word in rest[1:6])


def _elliptical(piece: Piece, norms: Sequence[str], start: int, before: Before) -> FormReading | None:
    """Questions without their auxiliary or verb: "Anything else?", "Ever tell anyone?", "You okay?", "In the car?"."""
    words = load_words()
    body = norms[start:]
    first = body[0]
    if first in {"anything", "anyone", "anybody", "any", "ever"} and (
        piece.asked or (len(body) <= 3 and ("else" in body or first == "any"))
    ):
        return FormReading("polar", start, len(norms) - 1, 0.8)
    if first == "ever" and len(body) > 1 and (is_past(body[1]) or body[1] in words.base_verbs):
        return FormReading("polar", start, start + 1, 0.7)
    if body[:2] == ("you", "mean") and len(body) > 2:
        return FormReading("polar", start, start + 1, 0.6)
    if body[-2:] == ("you", "mean") and 2 < len(body) <= 8 and not words.wh & set(body):
        return FormReading("polar", len(norms) - 2, len(norms) - 1, 0.6)
    if body in {("you", "okay"), ("you", "all", "right"), ("you", "ready"), ("you", "sure")}:
        return FormReading("polar", start, len(norms) - 1, 0.8)
    if first == "ready" and (piece.asked or body[1:2] == ("to",)):
        return FormReading("polar", start, start, 0.7)
    if first == "you" and len(body) > 2 and norms[start - 1 : start] not in {("so",), ("and",), ("then",)}:
        # "You know him?", "you ever been there": the auxiliary is left out.
        present = body[1] in words.base_verbs and not is_past(body[1])
        if body[1] == "ever" or (piece.asked and present):
            return FormReading("polar", start, start + 1, 0.6)
    if not piece.asked:
        return None
    has_subject = any(word in words.clause_subjects - {"that", "this"} for word in body[:-1])
    stems = content_stems(body)
    if len(body) <= 6 and stems and stems <= before.heard and not has_subject:
        return FormReading("echo", start, len(norms) - 1, 0.75)
    if not has_subject and len(body) <= 6:
        return FormReading("polar", start, len(norms) - 1, 0.55)
    return None


def _declarative(piece: Piece, line: Line, norms: Sequence[str], start: int, before: Before) -> FormReading:
    if piece.asked:
        return FormReading("declarative", start, len(norms) - 1, 0.85)
    excluded = matches("not_a_question", line)
    if excluded and excluded.first <= start + 1:
        return FormReading("none", excluded.first, excluded.last, 0.85)
    return _unmarked(norms, start, before)


def _unmarked(norms: Sequence[str], start: int, before: Before) -> FormReading:
    """A statement about what she did or knows, said to her without a question mark, is usually meant as a question.

    Present tense counts only after "so" and for lasting states: "you go over and open it" tells how things are done.
    """
    words = load_words()
    body = norms[start:]
    # "Oh, you live there" and "so you work nights" take up what she has just said.
    concludes = "so" in norms[:start] or (before.hers and "oh" in norms[:start])
    supposed = False
    if (body[:1] == ("i",) and len(body) > 3 and body[1] in words.sets["supposing"]) or body[:3] == ("i", "take", "it"):
        body = body[3:] if body[1] == "take" else body[2:]
        body = body[1:] if body[:1] == ("that",) else body
        supposed = True
    if 4 <= len(body) <= 10 and body[0] in {"he", "she", "they"} and body[1] in {"was", "were", "is", "are"}:
        # "he was your manager": what he is to her is hers to say.
        return FormReading("declarative", start, start + 2, 0.5) if body[2] == "your" else NOTHING
    if len(body) < 2 + (not supposed) or len(body) > 14 or body[0] != "you":
        return NOTHING
    verb = 1
    while verb < len(body) - 1 and body[verb] in words.adverbs:
        verb += 1
    if body[verb] in words.modals or verb_base(body[verb]) in {"feel", "know"}:
        return NOTHING
    last = len(norms) - len(body) + verb
    if is_past(body[verb]):
        return FormReading("declarative", start, last, 0.6 if concludes or supposed else 0.55)
    following = body[verb + 1] if verb + 1 < len(body) else ""
    present = body[verb] in words.sets["state_verbs"] or (
        before.hers and concludes and verb_base(body[verb]) is not None
    )
    if (concludes or supposed) and present and following not in words.clause_subjects:
        return FormReading("declarative", start, last, 0.5)
    return NOTHING


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
