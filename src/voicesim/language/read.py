"""Text in, reading out: `read_turn` is the one entry of this room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from voicesim.language.backchannels import is_backchannel
from voicesim.language.bare_facts import WEIGHT, held_against
from voicesim.language.evidence import NOTHING, Before, FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.meanings import Meaning, of_piece
from voicesim.language.moves import UNKIND, find_moves, moves_by_meaning
from voicesim.language.questions import marks
from voicesim.language.questions.forms import read_form
from voicesim.language.questions.grammar import opening
from voicesim.language.questions.presumed import presumes
from voicesim.language.questions.raised import Raised, raised_by
from voicesim.language.questions.second_opinion import Kind, second_opinion
from voicesim.language.questions.types import TypeReading, read_types, specific_stems
from voicesim.language.reading import ContextTurn, Cue, Form, QuestionTypes, Sentence, TurnReading
from voicesim.language.text.phrases import Line, Match
from voicesim.language.text.sentences import Piece, split
from voicesim.language.text.tokens import Word, fluent, spoken_words, tokenize
from voicesim.language.topics import find_topics
from voicesim.scenario.model import Mark, Move

READER = "rules/6+words/4"
"""Which reader made a reading: its kind, and a number that grows whenever the same text may be read differently."""


def read_turn(
    text: str,
    context: Sequence[ContextTurn] = (),
    topics: Mapping[str, Sequence[str]] | None = None,
    meanings: Sequence[Meaning] = (),
) -> TurnReading:
    """Read a turn of the trainee's.

    Args:
        text: what was said, as the transcriber wrote it; punctuation helps but may be missing.
        context: earlier turns of both speakers, oldest first. Without any, a question is taken to be about what she
            has raised.
        topics: the scenario's topics: phrases by name.
        meanings: what the text's sentences resemble, as far as anyone has looked; others are ignored.

    Returns:
        The reading; an empty one for text without words.
    """
    raised = raised_by(context)
    parts = [
        _read_sentence(
            text,
            piece,
            raised,
            _before(context, raised) if number == 0 else Before(raised.last),
            of_piece(piece, meanings) if meanings else (),
        )
        for number, piece in enumerate(split(text))
    ]
    own = bool(context) and context[-1].speaker == "trainee"
    if not own and not is_backchannel(text) and not any(part.sentence.asks for part in parts):
        parts = _asked_again(text, parts, raised)
    parts = _together(text, _without_prefaces(parts))
    # "Right." after a statement of one's own asks for her agreement; after hers it only listens.
    backchannel = is_backchannel(text) and not any(part.sentence.form == "tag" for part in parts)
    if backchannel:
        parts = [_as_backchannel(text, part) for part in parts]
    names, topic_cues = (
        find_topics(text, fluent(spoken_words(tokenize(text))), topics, _near(parts)) if topics else ((), ())
    )
    return TurnReading(
        text=text,
        sentences=tuple(part.sentence for part in parts),
        topics=names,
        main=_main(parts),
        backchannel_only=backchannel,
        cues=topic_cues,
    )


@dataclass(frozen=True)
class _Part:
    sentence: Sentence
    piece: Piece
    welfare: bool = False
    near: tuple[Meaning, ...] = ()
    bare_fact: bool = False
    """Whether it was taken for blame only because it says flatly what she did."""


def _before(context: Sequence[ContextTurn], raised: Raised) -> Before:
    if not context:
        return Before(raised.last)
    last = context[-1]
    if last.speaker == "survivor":
        return Before(raised.last, hers=True)
    asked, about_her = _own(last.text)
    return Before(raised.last, own=True, own_statement=not asked and about_her, own_question=asked)


@lru_cache(maxsize=500)
def _own(text: str) -> tuple[bool, bool]:
    """Whether the trainee's own last turn ended in a question, and whether it told of someone else than himself."""
    pieces = split(text)
    if not pieces or not pieces[-1].words:
        return False, False
    last = pieces[-1]
    about = {"you", "your", "he", "she", "they", "it", "his", "her"} & set(last.norms)
    told = read_form(last, Line.of(last.words)).form in ("none", "declarative")
    return not told, bool(about) and len(last.words) > 2


def _read_sentence(text: str, piece: Piece, raised: Raised, before: Before, near: tuple[Meaning, ...]) -> _Part:
    line = Line.of(piece.words)
    form = read_form(piece, line, before)
    presumed = presumes(piece, line, form, raised)
    typed = read_types(piece, line, form, raised, presumed is not None)
    if form.form == "none" and typed.types.griffiths != "none":
        form = replace(form, form="declarative")
    asks = typed.types.griffiths != "none"
    found = _marked(line, typed, presumed) if asks else []
    moves = find_moves(line, asks=asks)
    fact = held_against(piece, line, form, raised)
    resembled = moves_by_meaning(line, near, [move for move, _, _ in moves])
    moves += [(move, Match(0, len(piece.words) - 1, one.example), one.likeness) for move, one in resembled]
    bare_fact = fact is not None and all(move in UNKIND - {"blame"} for move, _, _ in moves)
    if fact is not None and bare_fact:
        moves.append(("blame", fact, WEIGHT))
    elif asks and _reproaches(piece, form, moves):
        form, typed, found, asks = NOTHING, TypeReading(QuestionTypes()), [], False
    if not any(move == "reflect" for move, _, _ in moves) and _reflects(piece, form, asks, raised):
        moves.append(("reflect", Match(0, len(piece.words) - 1, "her words"), 0.6))
    return _Part(
        Sentence(
            text=text[piece.start : piece.end],
            start=piece.start,
            end=piece.end,
            form=form.form,
            types=typed.types,
            marks=tuple(mark for mark, _ in found),
            moves=tuple(move for move, _, _ in moves),
            cues=_cues(text, piece, form, typed, found, moves, {move: one.example for move, one in resembled}),
            confidence=round(min(form.confidence, typed.confidence), 3),
        ),
        piece,
        typed.welfare,
        near,
        bare_fact,
    )


def _marked(line: Line, typed: TypeReading, presumed: Match | None) -> list[tuple[Mark, Match]]:
    """The marks that a single question bears."""
    hits: tuple[tuple[Mark, Match | None], ...] = (
        ("why", marks.why(line)),
        ("chronology", marks.chronology(line)),
        ("presumes", presumed),
        ("faux_invitation", typed.hits[0][1] if typed.faux else None),
    )
    return [(mark, hit) for mark, hit in hits if hit is not None]


def _near(parts: Sequence[_Part]) -> list[tuple[Sentence, Meaning]]:
    return [(part.sentence, one) for part in parts for one in part.near]


def _reproaches(piece: Piece, form: FormReading, moves: Sequence[tuple[Move, Match, float]]) -> bool:
    """Whether a statement about her that no question mark follows is a reproach rather than a question put to her."""
    told = form.form == "declarative" and not piece.asked and piece.norms[form.first] == "you" and form.first == 0
    return told and any(move in UNKIND for move, _, _ in moves)


def _reflects(piece: Piece, form: FormReading, asks: bool, raised: Raised) -> bool:
    """A statement made of her own words, given back to her."""
    if (asks and form.form not in ("declarative", "echo")) or not raised.known:
        return False
    particular = specific_stems(piece.norms)
    return bool(particular) and particular <= raised.last


def _cues(
    text: str,
    piece: Piece,
    form: FormReading,
    typed: TypeReading,
    found: list[tuple[Mark, Match]],
    moves: list[tuple[Move, Match, float]],
    examples: Mapping[Move, str],
) -> tuple[Cue, ...]:
    if not piece.words:
        return ()
    cues: list[Cue] = []
    if form.form != "none":
        cues.append(_cue(text, piece.words, f"form:{form.form}", form.first, form.last))
    if typed.types.griffiths != "none":
        # Where no phrase decided the type, the form did.
        first, last = (typed.hits[0][1].first, typed.hits[0][1].last) if typed.hits else (form.first, form.last)
        cues.append(_cue(text, piece.words, f"type:{typed.types.griffiths}", first, last))
    cues.extend(_cue(text, piece.words, f"mark:{mark}", hit.first, hit.last) for mark, hit in found)
    cues.extend(
        replace(_cue(text, piece.words, f"move:{move}", hit.first, hit.last), like=examples.get(move, ""))
        for move, hit, _ in moves
    )
    return tuple(cues)


def _cue(text: str, words: Sequence[Word], label: str, first: int, last: int) -> Cue:
    start, end = words[first].start, max(words[last].end, words[first].end)
    return Cue(label, text[start:end], start, end)


def _together(text: str, parts: list[_Part]) -> list[_Part]:
    """Marks and types that only the whole turn shows: several questions in one breath, an open one spoiled."""
    asking = [
        marks.Asking(i, part.sentence.form, part.sentence.types, part.welfare, part.piece.norms)
        for i, part in enumerate(parts)
        if part.sentence.asks
    ]
    joined = marks.several(asking)
    if not joined:
        return parts
    spoiler = marks.recast(asking)
    result: list[_Part] = []
    for index, part in enumerate(parts):
        sentence = part.sentence
        if index not in joined:
            result.append(part)
            continue
        added: tuple[Mark, ...] = ("multiple",)
        if index == spoiler:
            added = ("recast", "multiple")
        cues = tuple(Cue(f"mark:{mark}", sentence.text, sentence.start, sentence.end) for mark in added)
        types = sentence.types
        # A recast of two stands for itself: what she will answer is the narrower question. Otherwise the breath is `multiple`.
        if spoiler is None or len(joined) > 2:
            types = QuestionTypes("multiple", types.nichd, types.miti)
            cues = (*cues, Cue("type:multiple", sentence.text, sentence.start, sentence.end))
        result.append(
            replace(
                part,
                sentence=replace(sentence, types=types, marks=(*sentence.marks, *added), cues=(*sentence.cues, *cues)),
            )
        )
    return result


_MOST_WORDS = 12
"""Longer sentences in which the rules find no question tell something: the model, which sees no grammar, is not asked."""
_MORE_LIKELY_THAN_NOT = 0.5
_SURE = 0.85
"""For what has the order of a statement, and is one nine times in ten."""


def _asked_again(text: str, parts: list[_Part], raised: Raised) -> list[_Part]:
    """Let the model say whether the turn's last sentence asks after all, where the rules found nothing asked in the turn.

    It is not asked where the rules know better: where a move is made ("you are safe here") or the words ask nothing.
    """
    if not parts:
        return parts
    part = parts[-1]
    piece, norms = part.piece, part.piece.norms
    line = Line.of(piece.words)
    if not 2 <= len(norms) <= _MOST_WORDS or part.sentence.moves or matches("not_a_question", line):
        return parts
    if norms[0] in {"you", "which"} or load_words().sets["quoting"] & set(norms):
        return parts  # "you live with your sister": said back to her; "which is fine"; "he told you it was your fault"
    opinion = second_opinion(norms)
    if opinion is None or opinion.kind == "none":
        return parts
    if opinion.kind != "open" and norms[opening(norms) :][:1] in (("i",), ("we",)):
        return parts  # he speaks of himself
    shape = _form_of(opinion.kind, norms)
    if opinion.probability <= (_SURE if shape == "declarative" else _MORE_LIKELY_THAN_NOT):
        return parts
    if piece.end_mark and opinion.kind != "open":
        return parts  # written down as a statement; only a request may end in a full stop
    confidence = round(opinion.probability * 0.7, 3)
    form = FormReading(shape, opinion.first, opinion.last, confidence)
    presumed = presumes(piece, line, form, raised)
    typed = read_types(piece, line, form, raised, presumed is not None)
    types = QuestionTypes("open", "invitation", "open") if opinion.kind == "open" else typed.types
    found = _marked(line, typed, presumed)
    if opinion.kind == "why" and not any(mark == "why" for mark, _ in found):
        found.insert(0, ("why", Match(opinion.first, opinion.last, "decided by the model")))
    cues = (
        *(
            _cue(text, piece.words, label, opinion.first, opinion.last)
            for label in ("decided:model", f"form:{form.form}", f"type:{types.griffiths}")
        ),
        *(_cue(text, piece.words, f"mark:{mark}", hit.first, hit.last) for mark, hit in found),
    )
    sentence = replace(
        part.sentence,
        form=form.form,
        types=types,
        marks=tuple(mark for mark, _ in found),
        cues=(*part.sentence.cues, *cues),
        confidence=confidence,
    )
    return [*parts[:-1], replace(part, sentence=sentence, welfare=typed.welfare)]


def _form_of(kind: Kind, norms: Sequence[str]) -> Form:
    words = load_words()
    if kind == "open":
        return "wh" if words.wh & set(norms[:4]) else "imperative"
    if kind in ("wh", "why"):
        return "wh"
    return "declarative" if norms[opening(norms) :][:1] and norms[opening(norms)] in words.clause_subjects else "polar"


def _without_prefaces(parts: list[_Part]) -> list[_Part]:
    """A statement about her that no mark makes a question is none where a question follows: "You grew up there. And then?" """
    last = max((number for number, part in enumerate(parts) if part.sentence.asks), default=-1)
    result = []
    for number, part in enumerate(parts):
        sentence = part.sentence
        if (
            number < last and part.bare_fact
        ):  # it only leads up to the question: "You were drinking. What did you have?"
            moves = tuple(move for move in sentence.moves if move != "blame")
            cues = tuple(cue for cue in sentence.cues if cue.label != "move:blame")
            sentence = replace(sentence, moves=moves, cues=cues)
            part = replace(part, sentence=sentence)
        preface = sentence.form == "declarative" and not part.piece.asked and sentence.types.griffiths != "opinion"
        if number < last and preface:
            cues = tuple(cue for cue in sentence.cues if cue.label.startswith("move:"))
            sentence = replace(sentence, form="none", types=QuestionTypes(), marks=(), cues=cues, confidence=0.6)
            part = replace(part, sentence=sentence)
        result.append(part)
    return result


def _as_backchannel(text: str, part: _Part) -> _Part:
    sentence = part.sentence
    moves: tuple[Move, ...] = (*sentence.moves, "backchannel")
    cue = Cue("move:backchannel", sentence.text, sentence.start, sentence.end)
    return replace(
        part,
        sentence=replace(
            sentence, form="none", types=QuestionTypes(), marks=(), moves=moves, cues=(*sentence.cues, cue)
        ),
    )


def _main(parts: Sequence[_Part]) -> int | None:
    """The question she will answer: the last one asked; asking leave or care counts only if nothing else is asked."""
    asking = [index for index, part in enumerate(parts) if part.sentence.asks]
    about_it = [index for index in asking if not parts[index].welfare]
    bare_tag = [index for index in about_it if parts[index].sentence.form != "tag" or len(parts[index].piece.words) > 2]
    chosen = bare_tag or about_it or asking
    return chosen[-1] if chosen else None
