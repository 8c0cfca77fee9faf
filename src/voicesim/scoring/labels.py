"""Labels that a person judged otherwise than the machine, put into a conversation: what depends on them is counted again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from voicesim.language.reading import MitiType, NichdType, Sentence
from voicesim.scenario.model import Mark, Move, Question
from voicesim.scoring.conversation import Conversation, Turn
from voicesim.scoring.interruptions import Kind, Overlap

Labelled = Literal["griffiths", "nichd", "miti", "mark", "move", "overlap"]
"""What a label says: a question's type in one of three profiles, a mark, a move, the kind of an overlap."""

LABELS: dict[Labelled, tuple[str, ...]] = {
    "griffiths": get_args(Question),
    "nichd": get_args(NichdType),
    "miti": get_args(MitiType),
    "mark": get_args(Mark),
    "move": tuple(move for move in get_args(Move) if move != "backchannel"),
    "overlap": get_args(Kind),
}


@dataclass(frozen=True)
class Relabel:
    """One label as a person judges it."""

    what: Labelled
    at: int
    """Sample at which the turn begins; of an overlap, its own."""
    label: str
    by: str
    reason: str
    holds: bool = True
    """Whether a mark or a move is there; an overlap that does not hold is none."""
    sentence: int = 0
    """Where the sentence begins in the turn's text, in characters."""
    quote: str = ""
    """The sentence it was judged on."""
    machine: str = ""
    """What the machine says; known once it was applied."""


def relabelled(
    conversation: Conversation, overlaps: Sequence[Overlap], labels: Sequence[Relabel]
) -> tuple[Conversation, tuple[Overlap, ...], tuple[Relabel, ...]]:
    """A conversation and its overlaps with a person's labels in them.

    Args:
        conversation: as the machine read it.
        overlaps: as the machine found them.
        labels: later ones count more. Labels of what is not there any more (another reading cuts sentences otherwise) are left out.

    Returns:
        The conversation, the overlaps, and the labels that were found, each with what the machine says.
    """
    found: list[Relabel] = []
    turns, kept = list(conversation.turns), {overlap.start: overlap for overlap in overlaps}
    for one in labels:
        if one.what == "overlap":
            machine = next((overlap for overlap in overlaps if overlap.start == one.at), None)
            judged = _overlap(conversation, machine, one)
            if machine is None and judged is None:
                continue
            kept.pop(one.at, None)
            if judged is not None:
                kept[one.at] = judged
            found.append(replace(one, machine=machine.kind if machine else "none"))
            continue
        index = next((i for i, turn in enumerate(turns) if turn.speaker == "trainee" and turn.start == one.at), None)
        if index is None:
            continue
        was = _sentence(conversation.turns[index], one)
        changed = _with(turns[index], one)
        if was is not None and changed is not None:
            turns[index] = changed
            found.append(replace(one, machine=_said(was, one)))
    return (
        replace(conversation, turns=tuple(turns)),
        tuple(sorted(kept.values(), key=lambda overlap: overlap.start)),
        tuple(found),
    )


def _sentence(turn: Turn, one: Relabel) -> Sentence | None:
    sentences = turn.reading.sentences if turn.reading else ()
    return next((s for s in sentences if s.start == one.sentence and (not one.quote or s.text == one.quote)), None)


def _with(turn: Turn, one: Relabel) -> Turn | None:
    """The turn with one sentence labelled otherwise; None where the sentence is not there."""
    sentence = _sentence(turn, one)
    if sentence is None or turn.reading is None:
        return None
    changes: dict[str, Any]
    if one.what == "mark":
        changes = {"marks": _switched(sentence.marks, one)}
    elif one.what == "move":
        changes = {"moves": _switched(sentence.moves, one)}
    else:
        judged: dict[str, Any] = {one.what: one.label}  # checked against LABELS by whoever made it
        changes = {"types": replace(sentence.types, **judged)}
    sentences = tuple(
        replace(each, **changes) if each.start == sentence.start else each for each in turn.reading.sentences
    )
    return replace(turn, reading=replace(turn.reading, sentences=sentences))


def _switched(there: tuple[str, ...], one: Relabel) -> tuple[str, ...]:
    rest = tuple(label for label in there if label != one.label)
    return (*rest, one.label) if one.holds else rest


def _said(sentence: Sentence, one: Relabel) -> str:
    """What the machine says of it."""
    if one.what in ("mark", "move"):
        return one.label if one.label in (*sentence.marks, *sentence.moves) else "none"
    return str(getattr(sentence.types, one.what))


def _overlap(conversation: Conversation, machine: Overlap | None, one: Relabel) -> Overlap | None:
    """The overlap as it is judged; None where it is none, or nothing was said there."""
    if not one.holds:
        return None
    kind: Kind = one.label  # type: ignore[assignment] # checked against LABELS by whoever made it
    if machine is not None:
        return replace(machine, kind=kind)
    spoken = next((utterance for utterance in conversation.trainee if utterance.start == one.at), None)
    if spoken is None:
        return None
    return Overlap(spoken.start, spoken.end, kind, text=spoken.text)
