"""Statements put to her that want an answer: "You went back?", and, with no question mark, "so you stayed"."""

from __future__ import annotations

from collections.abc import Sequence

from voicesim.language.evidence import NOTHING, Before, FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import is_past, verb_base
from voicesim.language.text.phrases import Line
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import content_stems

_LONGEST = 14
"""Words. Somebody who says more than this tells."""


def read_statement(piece: Piece, line: Line, norms: Sequence[str], start: int, before: Before) -> FormReading:
    """Whether a sentence in the order of a statement is meant as a question.

    Args:
        piece: the sentence.
        line: its words, prepared.
        norms: its words.
        start: index of its first word that is no opener.
        before: what was said just before it.
    """
    if piece.asked:
        return FormReading("declarative", start, len(norms) - 1, 0.85)
    excluded = matches("not_a_question", line)
    if excluded and excluded.first <= start + 1:
        return FormReading("none", excluded.first, excluded.last, 0.85)
    checked = matches("checking", line)
    if checked and checked.last + 2 < len(norms):
        return FormReading("declarative", checked.first, checked.last, 0.6)
    return _unmarked(norms, start, before)


def _unmarked(norms: Sequence[str], start: int, before: Before) -> FormReading:
    """A statement about what she did or knows, said to her without a question mark, is usually meant as a question.

    Present tense counts only after "so" and for lasting states: "you go over and open it" tells how things are done.
    """
    words = load_words()
    body = norms[start:]
    openers = set(norms[:start])
    # "Oh, you live there" and "so you work nights" take up what she has just said.
    concludes = "so" in openers or (before.hers and "oh" in openers)
    supposed = False
    if (body[:1] == ("i",) and len(body) > 3 and body[1] in words.sets["supposing"]) or body[:3] == ("i", "take", "it"):
        body = body[3:] if body[1] == "take" else body[2:]
        body = body[1:] if body[:1] == ("that",) else body
        supposed = True
    if not body:
        return NOTHING
    if 4 <= len(body) <= 10 and body[0] in {"he", "she", "they"} and body[1] in {"was", "were", "is", "are"}:
        # "he was your manager": what he is to her is hers to say.
        return FormReading("declarative", start, start + 2, 0.5) if body[2] == "your" else NOTHING
    if "so" in openers and body[0] in {"he", "she", "they"} and 3 <= len(body) <= 9 and not before.own:
        # "so he's already left": what she has told, summed up; "so he hit you first": what only she can know.
        told = is_past(body[1]) or body[1] in {"is", "has", "are", "have"}
        hers = "you" in body or (before.hers and bool(content_stems(body) & before.heard))
        return FormReading("declarative", start, start + 1, 0.5) if told and hers else NOTHING
    if _concluded(norms, start, body, before):
        return FormReading("declarative", start, len(norms) - 1, 0.5)
    if openers & {"so", "and"} and body[:2] in (("that", "is"), ("that", "was"), ("this", "was"), ("it", "was")):
        return _summed_up(body, start)
    if len(body) < 2 + (not supposed) or len(body) > _LONGEST or body[0] != "you":
        return NOTHING
    if before.own and not concludes and not supposed:
        return NOTHING  # he has not let her speak since: he tells a story
    if body[1] == "are" and body[-1] in {"sure", "certain", "positive"}:
        return FormReading("declarative", start, len(norms) - 1, 0.55)
    verb = 1
    while verb < len(body) - 1 and body[verb] in words.adverbs:
        verb += 1
    if body[verb] in words.modals or verb_base(body[verb]) in {"feel", "know"}:
        return NOTHING
    last = len(norms) - len(body) + verb
    if is_past(body[verb]):
        return FormReading("declarative", start, last, 0.6 if concludes or supposed else 0.55)
    following = body[verb + 1] if verb + 1 < len(body) else ""
    habit = "every" in body[verb:] or "still" in body[:verb]
    present = (body[verb] in words.sets["state_verbs"] or (habit and verb_base(body[verb]) is not None)) or (
        before.hers and concludes and verb_base(body[verb]) is not None
    )
    if (concludes or supposed) and present and following not in words.clause_subjects:
        return FormReading("declarative", start, last, 0.5)
    return NOTHING


def _concluded(norms: Sequence[str], start: int, body: Sequence[str], before: Before) -> bool:
    """ "So he lost his job", "so the driver is drunk", right after she spoke: what he makes of it, for her to confirm."""
    words = load_words()
    if "so" not in norms[:start] or not before.hers or not 3 <= len(body) <= 9:
        return False
    if body[0] in {"i", "we", "what", "that", "this", "if", "when", "let"} or {"i", "we", "my", "our", "me"} & set(
        body
    ):
        return False
    if body[0] in {"he", "she", "they"}:
        return is_past(body[1]) or body[1] in words.auxiliaries - words.modals
    if body[0] in words.determiners and body[1] not in words.auxiliaries:
        return any(is_past(word) or word in {"is", "has", "are", "have"} for word in body[2:4])
    return False


def _summed_up(body: Sequence[str], start: int) -> FormReading:
    """ "so that is when you called your sister", "and that was the last time you saw him": put to her to confirm."""
    joined = " ".join(body[2:])
    asks = body[2:4] in (("when", "you"), ("where", "you"), ("how", "you")) or (
        body[2:3] == ("the",) and " time you " in joined and len(body) <= 10
    )
    return FormReading("declarative", start, start + 2, 0.55) if asks else NOTHING
