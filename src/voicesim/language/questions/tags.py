"""Endings that turn a statement into a question: "..., right?", "..., didn't you?", "..., is that correct?"."""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.evidence import NOWHERE, Before, FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import finite, inverted, verb_base, wh_question
from voicesim.language.text.phrases import Line, Match
from voicesim.language.text.sentences import Piece


def read_tag(piece: Piece, line: Line, start: int, before: Before = NOWHERE) -> FormReading | None:
    """The tag that ends a statement, if one does.

    Args:
        piece: the sentence.
        line: its words, prepared.
        start: index of its first word that is no opener.
        before: what was said just before it.
    """
    norms = piece.norms
    found = matches("tag_ending", line)
    if not found or found.first < start:
        return None
    ending = norms[found.first : found.last + 1]
    body = norms[start : found.first]
    if not body:
        return _bare(piece, found, ending, before)
    if inverted(norms, start, strict=False) or wh_question(norms, start):
        return None
    if _belongs(body):
        return None
    set_off = piece.asked or bool(piece.words[found.first].before)
    if len(ending) > 1:
        return _clause(found, ending, body, set_off=set_off)
    return _word(piece, found, ending[0], body, before, set_off=set_off)


def _belongs(body: Sequence[str]) -> bool:
    """Whether the verb at the end is that of a question word: "on a scale of one to ten how ready | are you"."""
    words = load_words()
    asked = [index for index, word in enumerate(body) if word in {"how", "what", "which", "where", "who"}]
    if not asked:
        return False
    between = body[asked[-1] + 1 :]
    return len(between) <= 3 and not any(word in words.clause_subjects or verb_base(word) for word in between)


def _bare(piece: Piece, found: Match, ending: Sequence[str], before: Before) -> FormReading | None:
    """A tag on its own: "Right?", "isn't it"."""
    one_word = piece.asked and ending[0] in {"right", "correct"}
    clause = len(ending) > 1 and "not" in ending and (ending[0] != "do" or ending[-1] in {"they", "we"})
    if before.own_statement and (ending[0] in {"right", "correct"} or len(ending) > 1):
        return FormReading("tag", found.first, found.last, 0.7)
    return FormReading("tag", found.first, found.last, 0.7) if one_word or clause else None


def _clause(found: Match, ending: Sequence[str], body: Sequence[str], *, set_off: bool) -> FormReading | None:
    """A tag with a verb, which is one only after a clause of its own: not in "as much as they could do"."""
    words = load_words()
    verb = ending[0] in words.auxiliaries
    if verb and (len(body) < 2 or body[-1] in {"so", "neither", "nor", "and", "but"}):
        return None
    negative = bool({"not", "never", "nobody", "nothing"} & set(body))
    verb_and_object = ending[0] in {"do", "have", "can", "could", "should"} and ending[-1] in {"it", "that"}
    turned = negative and "not" not in ending and not verb_and_object
    same = ending[-1] == body[0] or (
        body[0] in words.determiners - words.clause_subjects and ending[-1] in {"it", "he", "she", "they"}
    )
    repeats = same and _same_verb(ending[0], body)
    certain = turned and _same_verb(ending[0], body) and body[-1] == "that"
    if body[-1] in words.auxiliaries | words.sets["before_no_tag"] and not certain:
        return None
    sure = turned or repeats or not verb or "not" in ending or set_off or ending[-1] in {"right", "correct", "true"}
    return FormReading("tag", found.first, found.last, 0.92) if sure else None


def _same_verb(aux: str, body: Sequence[str]) -> bool:
    """Whether a tag that is not turned round takes up its sentence's verb: "you live by yourself, do you"."""
    auxiliaries = load_words().auxiliaries
    spoken = [word for word in body[1:4] if word in auxiliaries]
    return aux in spoken if spoken else aux in {"do", "did"}


def _word(
    piece: Piece, found: Match, word: str, body: Sequence[str], before: Before, *, set_off: bool
) -> FormReading | None:
    if len(body) < 2:
        return None
    if word in {"right", "correct"}:
        if body[-1] in load_words().sets["before_adjective_right"]:
            return None
        about_someone = bool({"you", "your", "he", "she", "they"} & set(body))
        clause = len(body) >= 4 and finite(body) and not {"i", "we"} & set(body[:1])
        put = about_someone or (clause and not before.own)
        if not set_off and not put and word != "correct":
            return None
        return FormReading("tag", found.first, found.last, 0.9 if piece.asked else 0.7)
    if word in {"huh", "eh"}:
        return FormReading("tag", found.first, found.last, 0.75)
    if piece.asked and word in {"yeah", "yes", "no"}:
        return FormReading("tag", found.first, found.last, 0.85)
    if word == "no" and len(body) >= 4 and body[0] in {"you", "he", "she", "they", "it"} and "not" in body[1:4]:
        return FormReading("tag", found.first, found.last, 0.6)  # "he does not know you are here no"
    if word == "yes" and len(body) >= 3 and "you" in body[:2]:
        return FormReading("tag", found.first, found.last, 0.6)
    if word == "yeah" and len(body) >= 3 and body[0] == "you" and "so" in piece.norms[: found.first - len(body)]:
        return FormReading("tag", found.first, found.last, 0.6)
    return None
