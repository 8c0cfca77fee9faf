"""What trainers ask for by name: why, multiple, recast, faux invitation, presumed details, chronology."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from voicesim.language.evidence import FormReading, matches
from voicesim.language.lexicon import load_words
from voicesim.language.questions.grammar import verb_base
from voicesim.language.questions.types import Raised, generic_stems
from voicesim.language.reading import GriffithsType
from voicesim.language.text.phrases import Line, Match
from voicesim.language.text.sentences import Piece
from voicesim.language.text.stems import is_content, stem

_PHASES = frozenset({"start", "begin", "stop", "keep"})
_POINTING = frozenset({"the", "his", "her", "their", "that", "those", "these", "this"})


def why(line: Line) -> Match | None:
    """The words that ask for a reason."""
    return matches("why", line)


def chronology(line: Line) -> Match | None:
    """The words that push her along in order of time."""
    return matches("chronology", line)


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
    for index in _candidates(piece, form, raised):
        word = piece.norms[index]
        if is_content(word) and stem(word) not in raised.stems and stem(word) not in generic_stems():
            return Match(index, index, "not raised by her")
    return None


def _candidates(piece: Piece, form: FormReading, raised: Raised) -> list[int]:
    norms = piece.norms
    size = len(norms)
    if form.form in ("declarative", "tag", "echo"):
        return list(range(size))
    places: list[int] = []
    for index, word in enumerate(norms[:-1]):
        if word in _POINTING:
            place = index + 1
            while place < size and place <= index + 3 and is_content(norms[place]):
                if stem(norms[place]) in raised.stems:
                    break  # what she named is pointed at; the rest only asks about it
                # "that happened", "that tell": a pronoun and its verb, no noun that is pointed at.
                if word in {"that", "this", "those", "these"} and verb_base(norms[place]):
                    break
                places.append(place)
                place += 1
    if form.form == "wh":
        places.extend(_asked_about(norms, form.first))
    return sorted(set(places))


def _asked_about(norms: Sequence[str], first: int) -> list[int]:
    """The noun after the question word ("what weapon did") and the verb after the subject ("where did he park")."""
    words = load_words()
    places: list[int] = []
    for index in range(first, len(norms)):
        if norms[index] in words.auxiliaries:
            places.extend(range(first + 1, index))
            subject = index + 1
            if subject < len(norms) and norms[subject] == "not":
                subject += 1
            if norms[subject : subject + 1] and norms[subject] in words.clause_subjects:
                verb = subject + 1
                while verb < len(norms) and norms[verb] in words.adverbs:
                    verb += 1
                # "start shouting", "keep calling": the second verb is the act.
                if verb + 1 < len(norms) and norms[verb + 1].endswith("ing") and verb_base(norms[verb]) in _PHASES:
                    verb += 1
                if verb < len(norms):
                    places.append(verb)
            break
    return places


def several(asking: Sequence[tuple[int, GriffithsType, bool]]) -> frozenset[int]:
    """Sentences that together put two or more questions in one breath.

    Args:
        asking: index, griffiths type and whether it is only about her comfort, of each sentence that asks.

    Two open invitations in a row are one invitation put twice, and asking leave first is no second question.
    """
    counted = [(index, kind) for index, kind, welfare in asking if not welfare]
    if len(counted) < 2 or all(kind == "open" for _, kind in counted):
        return frozenset()
    return frozenset(index for index, _ in counted)


def recast(asking: Sequence[tuple[int, GriffithsType, bool]]) -> int | None:
    """The narrower question that spoils an open one just before it, if there is one."""
    counted = [(index, kind) for index, kind, welfare in asking if not welfare]
    for (_, before), (index, after) in pairwise(counted):
        if before == "open" and after not in ("open", "none"):
            return index
    return None
