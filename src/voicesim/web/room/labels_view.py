"""Every label of a session that can be judged otherwise: the trainee's sentences, and where the two spoke over each other."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel

from voicesim.review import words
from voicesim.review.scoring import conversation_of, read_review
from voicesim.scoring.conversation import Conversation
from voicesim.scoring.interruptions import Overlap, find_overlaps
from voicesim.scoring.labels import LABELS, Relabel, relabelled
from voicesim.session.reader import open_bundle
from voicesim.timebase import seconds


class SentenceShown(BaseModel):
    """One sentence of the trainee's. `position` and `sentence` name it when another label is given."""

    position: int
    sentence: int
    at: float
    """Seconds."""
    text: str
    types: dict[str, str]
    """Question type by profile, as it stands."""
    marks: tuple[str, ...]
    moves: tuple[str, ...]


class OverlapShown(BaseModel):
    """Speech of the trainee's over hers, or into her silence."""

    position: int
    at: float
    """Seconds."""
    text: str
    kind: str


class JudgedShown(BaseModel):
    """A label that somebody judged otherwise than the machine."""

    position: int
    sentence: int
    what: str
    label: str
    holds: bool
    machine: str
    by: str
    reason: str


class LabelsShown(BaseModel):
    """All that can be judged, as it stands with what was judged already."""

    sentences: tuple[SentenceShown, ...]
    overlaps: tuple[OverlapShown, ...]
    judged: tuple[JudgedShown, ...]
    choices: dict[str, dict[str, str]]
    """Every label there is, with its words: by what it says."""


def labels_of(folder: Path) -> LabelsShown:
    """The labels of the session in a folder.

    Raises:
        BadInputError: it cannot be read.
    """
    heard = conversation_of(open_bundle(folder), listen=False)
    judged, overlaps, applied = relabelled(heard, find_overlaps(heard), read_review(folder).relabels())
    return LabelsShown(
        sentences=_sentences(judged),
        overlaps=tuple(map(_overlap, overlaps)),
        judged=tuple(map(_judged, applied)),
        choices={what: {label: words.label(what, label) for label in labels} for what, labels in LABELS.items()},
    )


def _sentences(heard: Conversation) -> tuple[SentenceShown, ...]:
    return tuple(
        SentenceShown(
            position=turn.start,
            sentence=one.start,
            at=seconds(turn.span_of(one.start, one.end).start),
            text=one.text,
            types={"griffiths": one.types.griffiths, "nichd": one.types.nichd, "miti": one.types.miti},
            marks=tuple(one.marks),
            moves=tuple(one.moves),
        )
        for turn in heard.trainee_turns
        for one in (turn.reading.sentences if turn.reading else ())
    )


def _overlap(one: Overlap) -> OverlapShown:
    return OverlapShown(position=one.start, at=seconds(one.start), text=one.text, kind=one.kind)


def _judged(one: Relabel) -> JudgedShown:
    return JudgedShown(
        position=one.at,
        sentence=one.sentence,
        what=one.what,
        label=one.label,
        holds=one.holds,
        machine=one.machine,
        by=one.by,
        reason=one.reason,
    )
