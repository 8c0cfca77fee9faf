"""Questions with something left out: "Anything else?", "Ever tell anyone?", "You okay?", "And your name is?"."""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.evidence import Before, FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import is_past, verb_base
from voicesim.language.text.phrases import Line
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import content_stems

_ANY = frozenset({"any", "anything", "anyone", "anybody", "anywhere"})
_OWNED = frozenset({"your", "his", "her", "their", "its"})
_LONGEST_ANY = 10
"""Words. "Any allergies that we should know about" asks; something longer that opens so is a sentence of its own."""


def read_fragment(piece: Piece, line: Line, norms: Sequence[str], start: int, before: Before) -> FormReading | None:
    """The form of a question whose auxiliary, subject or verb is left out; None where nothing is asked.

    Args:
        piece: the sentence.
        line: its words, prepared.
        norms: its words.
        start: index of its first word that is no opener.
        before: what was said just before it.
    """
    body = norms[start:]
    care = matches("without_auxiliary", line)
    if care:
        return FormReading("polar", care.first, care.last, 0.75)
    rules = [_any, _to_you, _waits_for_end, _negative_polarity]
    if not before.own:
        rules.append(_on_from_there)
    for rule in rules:
        found = rule(piece, body)
        if found:
            return FormReading(found.form, start + found.first, start + found.last, found.confidence)
    if not piece.asked:
        return None
    words = load_words()
    has_subject = any(word in words.clause_subjects - {"that", "this"} for word in body[:-1])
    stems = content_stems(body)
    if len(body) <= 6 and stems and stems <= before.heard and not has_subject:
        return FormReading("echo", start, len(norms) - 1, 0.75)
    if not has_subject and len(body) <= 6:
        return FormReading("polar", start, len(norms) - 1, 0.55)
    return None


def _any(piece: Piece, body: Sequence[str]) -> FormReading | None:
    """ "Anything else?", "any allergies that we should know about", "ever tell anyone"."""
    words = load_words()
    first, last = body[0], len(body) - 1
    if first == "ever":
        does = len(body) > 1 and (is_past(body[1]) or body[1] in words.base_verbs)
        return FormReading("polar", 0, min(1, last), 0.7) if does or piece.asked else None
    if first not in _ANY:
        return None
    if piece.asked or (len(body) <= 3 and ("else" in body or first == "any")):
        return FormReading("polar", 0, last, 0.8)
    if not 2 <= len(body) <= _LONGEST_ANY or body[1] in words.auxiliaries | {"of", "way", "time", "rate", "case"}:
        return None
    # A verb that is not of a clause about the thing ("that we should know", "you want") is the sentence's own: it tells.
    subjects = words.clause_subjects | {"that", "who"}
    tells = any(word in words.auxiliaries and body[place] not in subjects for place, word in enumerate(body[1:]))
    commands = {"just", "let", "please"} & set(body)
    return None if tells or commands else FormReading("polar", 0, last, 0.6)


def _to_you(piece: Piece, body: Sequence[str]) -> FormReading | None:
    """ "You okay?", "you been sleeping", "You know him?", "ready to start": the auxiliary is left out."""
    words = load_words()
    first, last = body[0], len(body) - 1
    if body[:2] == ("you", "mean") and len(body) > 2:
        return FormReading("polar", 0, 1, 0.6)
    if body[-2:] == ("you", "mean") and 2 < len(body) <= 8 and not words.wh & set(body):
        return FormReading("polar", last - 1, last, 0.6)
    if body in {("you", "okay"), ("you", "all", "right"), ("you", "ready"), ("you", "sure")}:
        return FormReading("polar", 0, last, 0.8)
    if first == "ready" and (piece.asked or body[1:2] == ("to",)):
        return FormReading("polar", 0, 0, 0.7)
    if first != "you" or len(body) < 3:
        return None
    if body[1] in words.sets["left_without_auxiliary"]:
        return FormReading("polar", 0, 1, 0.6)
    opener = piece.norms[: len(piece.norms) - len(body)]
    if opener and opener[-1] in {"so", "and", "then"}:
        return None
    present = body[1] in words.base_verbs - words.auxiliaries and not is_past(body[1])
    return FormReading("polar", 0, 1, 0.6) if piece.asked and present else None


def _waits_for_end(piece: Piece, body: Sequence[str]) -> FormReading | None:
    """ "And your name is", "his surname was": a sentence left open for her to end."""
    if not 3 <= len(body) <= 6 or body[0] not in _OWNED or body[-1] not in {"is", "was", "are", "were"}:
        return None
    if any(word in load_words().clause_subjects for word in body):
        return None
    return FormReading("wh", 0, len(body) - 1, 0.7)


def _on_from_there(piece: Piece, body: Sequence[str]) -> FormReading | None:
    """ "And after that", "since when": what comes next, or before, is to be told."""
    opener = piece.norms[: len(piece.norms) - len(body)]
    onward = {("after", "that"), ("before", "that"), ("following", "that"), ("from", "there"), ("since", "then")}
    if tuple(body) in onward and opener[-1:] in (("and",), ("so",)):
        return FormReading("wh", 0, 1, 0.65)
    if 4 <= len(body) <= 12 and tuple(body[-2:]) == ("and", "then") and body[0] in load_words().clause_subjects:
        return FormReading("wh", len(body) - 2, len(body) - 1, 0.6)  # "he left and then"
    if len(body) == 2 and body[0] in {"since", "until", "from", "by"} and body[1] in {"when", "where"}:
        return FormReading("wh", 0, 1, 0.8)
    return None


def _negative_polarity(piece: Piece, body: Sequence[str]) -> FormReading | None:
    """ "Feeling dizzy at all", "hurt anywhere else": words that need a denial or a question, and nothing is denied."""
    words = load_words()
    if not 2 <= len(body) <= 7 or words.clause_subjects & set(body[:-1]) or words.auxiliaries & set(body):
        return None
    if {"not", "no", "none", "nothing", "never", "hardly", "without", "if", "hello"} & set(body):
        return None
    open_ended = body[-2:] == ("at", "all") or bool(_ANY & set(body[1:]))
    elsewhere = {"at", "in", "for", "without", "if", "of", "than", "or", "by"}
    acts = verb_base(body[0]) is not None or body[-2:] == ("at", "all") or (len(body) <= 4 and body[0] not in elsewhere)
    return FormReading("polar", 0, len(body) - 1, 0.55) if open_ended and acts and body[0] != "all" else None
