"""Two attempts side by side: criteria with their difference, question types, who spoke how much, and two small timelines."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel

from voicesim.review import words
from voicesim.review.scoring import SCORECARD, conversation_of, judge, read_review
from voicesim.scoring.conversation import Conversation, Span
from voicesim.scoring.labels import relabelled
from voicesim.scoring.measures import Measure
from voicesim.scoring.questions import count_types
from voicesim.scoring.rubric import Rubric
from voicesim.scoring.scorecard import Scorecard, from_json
from voicesim.session.reader import open_bundle
from voicesim.timebase import seconds
from voicesim.web.room.rubrics import rubric_of
from voicesim.web.sessions.kept import KeptSession

_FIGURES = (
    "talk_share",
    "wait_median",
    "interruptions",
    "cut_ins",
    "backchannels",
    "speech_rate",
    "open_share",
    "supportive_moves",
)
"""Measures that are set side by side beside the criteria."""
_WIDTH = 1000.0


class PairedFigure(BaseModel):
    """One figure of both attempts, and the difference from the first to the second; None where either is not known."""

    title: str
    first: float | None
    second: float | None
    difference: float | None
    unit: str = "points"


class PairedType(BaseModel):
    """How often a question type was asked in both, counts and per cent."""

    title: str
    helpful: bool
    first: int
    first_share: float
    second: int
    second_share: float


class Block(BaseModel):
    """A stretch on a small timeline 1000 units wide: who speaks, or what happened. `at` in seconds."""

    kind: str
    x: float
    width: float
    at: float


class Lane(BaseModel):
    """One attempt's small timeline and what is shared out in it: per cent of its time."""

    blocks: tuple[Block, ...]
    seconds: float
    trainee: float
    survivor: float
    silence: float


class Comparison(BaseModel):
    """Two attempts side by side."""

    rubric: str
    first: KeptSession
    second: KeptSession
    overall: PairedFigure
    criteria: tuple[PairedFigure, ...]
    figures: tuple[PairedFigure, ...]
    questions: tuple[PairedType, ...]
    lanes: tuple[Lane, Lane]


@dataclass(frozen=True)
class _Attempt:
    heard: Conversation
    """With the labels that people judged otherwise."""
    card: Scorecard


def compare(sessions: Path, first: tuple[Path, KeptSession], second: tuple[Path, KeptSession]) -> Comparison:
    """Two sessions side by side, both judged by the first one's rubric, people's judgements included.

    Args:
        sessions: the folder both are kept in.
        first: the earlier attempt: folder, and in short.
        second: the later one.

    Raises:
        BadInputError: one of them cannot be read.
    """
    rubric = rubric_of(sessions, first[0])
    one, other = (_attempt(path, rubric) for path, _ in (first, second))
    return Comparison(
        rubric=rubric.title,
        first=first[1],
        second=second[1],
        overall=_pair("Overall", one.card.overall_reviewed, other.card.overall_reviewed),
        criteria=tuple(
            _pair(rule.title, one.card.criterion(rule.id).counted, other.card.criterion(rule.id).counted)
            for rule in rubric.criteria
        ),
        figures=tuple(_figure(one.card.measure(name), other.card.measure(name)) for name in _FIGURES),
        questions=_questions(one.heard, other.heard, rubric.profile),
        lanes=(_lane(one.heard), _lane(other.heard)),
    )


def _attempt(path: Path, rubric: Rubric) -> _Attempt:
    """The kept scorecard where it was made by this rubric; else the session is scored by it now."""
    bundle = open_bundle(path)
    heard = conversation_of(bundle, listen=False)
    heard, _, _ = relabelled(heard, (), read_review(path).relabels())
    try:
        card = from_json((path / SCORECARD).read_text(encoding="utf-8"))
        if card.rubric.id == rubric.id and {one.id for one in card.criteria} == {one.id for one in rubric.criteria}:
            return _Attempt(heard, card)
    except OSError:
        pass
    return _Attempt(heard, judge(conversation_of(bundle), rubric, read_review(path)))


def _pair(title: str, first: float | None, second: float | None, unit: str = "points") -> PairedFigure:
    difference = None if first is None or second is None else round(second - first, 1)
    return PairedFigure(title=title, first=first, second=second, difference=difference, unit=unit)


def _figure(first: Measure, second: Measure) -> PairedFigure:
    return _pair(first.title, first.value, second.value, first.unit)


def _questions(one: Conversation, other: Conversation, profile: str) -> tuple[PairedType, ...]:
    rows = [{row.type: row for row in count_types(heard) if row.profile == profile} for heard in (one, other)]
    helpful = words.HELPFUL[profile]
    return tuple(
        PairedType(
            title=title,
            helpful=kind in helpful,
            first=rows[0][kind].count if kind in rows[0] else 0,
            first_share=rows[0][kind].share if kind in rows[0] else 0,
            second=rows[1][kind].count if kind in rows[1] else 0,
            second_share=rows[1][kind].share if kind in rows[1] else 0,
        )
        for kind, title in words.TYPES[profile].items()
        if kind in rows[0] or kind in rows[1]
    )


def _lane(heard: Conversation) -> Lane:
    length = max(heard.length, 1)
    scale = _WIDTH / length
    spoken = heard.segments
    blocks = [
        Block(kind=who, x=round(s.start * scale, 2), width=round(max(s.length * scale, 0.5), 2), at=seconds(s.start))
        for who in ("trainee", "survivor")
        for s in spoken[who]
    ]
    his, hers = (sum(s.length for s in _merged(spoken[who])) for who in ("trainee", "survivor"))
    anybody = sum(s.length for s in _merged((*spoken["trainee"], *spoken["survivor"])))
    return Lane(
        blocks=tuple(blocks),
        seconds=seconds(heard.length),
        trainee=round(100 * his / length, 1),
        survivor=round(100 * hers / length, 1),
        silence=round(100 * (length - anybody) / length, 1),
    )


def _merged(spans: tuple[Span, ...]) -> list[Span]:
    merged: list[Span] = []
    for span in sorted(spans, key=lambda one: one.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(Span(span.start, span.end))
    return merged
