"""The pictures of the report as plain geometry: the two-lane timeline, the question map, her feelings. No drawing here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicesim.review.words import HELPFUL, OVERLAPS, TYPES
from voicesim.scoring.conversation import Conversation, Span
from voicesim.scoring.scorecard import Scorecard
from voicesim.timebase import SAMPLE_RATE, clock, seconds

LEFT, WIDTH = 96.0, 888.0
"""Where time begins in a picture 1000 units wide, and how wide it is."""
_LANES = {"trainee": 30.0, "survivor": 66.0}
_LONG_SILENCE = 2.0
"""Seconds of shared silence that are worth drawing."""


@dataclass(frozen=True)
class Block:
    """A box on the timeline. `at` is where playing begins, in seconds."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    at: float
    label: str


@dataclass(frozen=True)
class Sign:
    """A sign above the lanes: an interruption, a cut-in, a listening sound."""

    kind: str
    x: float
    y: float
    at: float
    label: str


@dataclass(frozen=True)
class Tick:
    """A label on the time axis."""

    x: float
    text: str


@dataclass(frozen=True)
class Row:
    """One line of the timeline; `start` and `end` in seconds."""

    start: float
    end: float
    blocks: tuple[Block, ...]
    signs: tuple[Sign, ...]
    ticks: tuple[Tick, ...]


def timeline(conversation: Conversation, scorecard: Scorecard, her_name: str) -> tuple[Row, ...]:
    """The session in rows of one to three minutes."""
    length = max(conversation.length, SAMPLE_RATE)
    span = next((step for step in (60, 120, 180) if length <= step * 8 * SAMPLE_RATE), 300) * SAMPLE_RATE
    span = min(span, -(-length // (10 * SAMPLE_RATE)) * 10 * SAMPLE_RATE)
    return tuple(_row(conversation, scorecard, her_name, Span(start, start + span)) for start in range(0, length, span))


def _row(conversation: Conversation, scorecard: Scorecard, her_name: str, row: Span) -> Row:
    def x(at: int) -> float:
        return round(LEFT + WIDTH * (at - row.start) / row.length, 2)

    def blocks(kind: str, spans: Sequence[Span], y: float, height: float, say: str) -> Iterator[Block]:
        for span in spans:
            start, end = max(span.start, row.start), min(span.end, row.end)
            if start < end:
                label = f"{say}, {clock(span.start)}, {seconds(span.length):.1f} s"
                yield Block(
                    kind, x(start), y, max(1.0, round(x(end) - x(start), 2)), height, seconds(span.start), label
                )

    segments = conversation.segments
    top, bottom = _LANES["trainee"], _LANES["survivor"]
    spoken_over = {
        kind: [overlap for overlap in scorecard.overlaps if overlap.kind == kind] for kind in ("interruption", "cut_in")
    }
    drawn = (
        *blocks("silence", silences(conversation), top, bottom - top + 26, "Shared silence"),
        *blocks("standstill", conversation.pauses, top, bottom - top + 26, "The session stood still"),
        *blocks("hesitation", conversation.hesitations, bottom, 26, f"{her_name} hesitates"),
        *blocks("survivor", segments["survivor"], bottom, 26, her_name),
        *blocks("trainee", segments["trainee"], top, 26, "You"),
        *blocks("interruption", spoken_over["interruption"], top, 26, "Interruption"),
        *blocks("cut_in", spoken_over["cut_in"], top, 26, "Cut into her hesitation"),
    )
    signs = tuple(
        Sign(
            overlap.kind,
            x(overlap.start),
            16,
            seconds(overlap.start),
            f"{OVERLAPS[overlap.kind].capitalize()} at {clock(overlap.start)}: “{overlap.text}”",
        )
        for overlap in scorecard.overlaps
        if row.start <= overlap.start < row.end
    )
    step = next(s for s in (5, 10, 15, 30, 60) if row.length <= s * 13 * SAMPLE_RATE) * SAMPLE_RATE
    ticks = tuple(Tick(x(at), _short_clock(at)) for at in range(row.start, row.end + 1, step))
    return Row(seconds(row.start), seconds(row.end), drawn, signs, ticks)


def silences(conversation: Conversation) -> list[Span]:
    """Stretches in which neither spoke and nothing was hers, long enough to see."""
    taken = sorted(
        (*conversation.trainee, *conversation.survivor, *conversation.hesitations, *conversation.pauses),
        key=lambda span: span.start,
    )
    found, reached = [], 0
    for span in taken:
        if span.start - reached >= _LONG_SILENCE * SAMPLE_RATE:
            found.append(Span(reached, span.start))
        reached = max(reached, span.end)
    return found


def _short_clock(position: int) -> str:
    whole = position // SAMPLE_RATE
    return f"{whole // 60}:{whole % 60:02d}"


@dataclass(frozen=True)
class Dot:
    """A question on the map."""

    x: float
    y: float
    helpful: bool
    at: float
    label: str
    marks: tuple[str, ...]


@dataclass(frozen=True)
class MapLine:
    """One type of question, a line across the map."""

    name: str
    y: float
    count: int
    helpful: bool


@dataclass(frozen=True)
class QuestionMap:
    """Griffiths Question Map: types from top to bottom, time from left to right."""

    lines: tuple[MapLine, ...]
    dots: tuple[Dot, ...]
    path: str
    ticks: tuple[Tick, ...]
    height: float


MAP_LEFT, MAP_WIDTH, MAP_STEP = 190.0, 780.0, 30.0


def question_map(scorecard: Scorecard) -> QuestionMap:
    """Question types over time, in the profile the rubric chose."""
    profile = scorecard.rubric.profile
    names = TYPES[profile]
    height = {kind: 24 + index * MAP_STEP for index, kind in enumerate(names)}
    length = max(scorecard.length, SAMPLE_RATE)

    def x(at: int) -> float:
        return round(MAP_LEFT + MAP_WIDTH * at / length, 2)

    asked = [(question, getattr(question, profile)) for question in scorecard.questions]
    asked = [(question, kind) for question, kind in asked if kind in height]
    dots = tuple(
        Dot(
            x(question.start),
            height[kind],
            kind in HELPFUL[profile],
            seconds(question.start),
            f"{names[kind]} question at {clock(question.start)}: “{question.text}”",
            question.marks,
        )
        for question, kind in asked
    )
    counts = [kind for _, kind in asked]
    lines = tuple(
        MapLine(name, height[kind], counts.count(kind), kind in HELPFUL[profile]) for kind, name in names.items()
    )
    step = next((s for s in (10, 30, 60, 120, 300) if length <= s * 12 * SAMPLE_RATE), 600) * SAMPLE_RATE
    ticks = tuple(Tick(x(at), _short_clock(at)) for at in range(0, length + 1, step))
    path = " ".join(f"{dot.x},{dot.y}" for dot in dots)
    return QuestionMap(lines, dots, path, ticks, 24 + len(names) * MAP_STEP + 16)


@dataclass(frozen=True)
class FeelingTrack:
    """One of her feelings over the session, as a stepped line; `steps` are the changes in words."""

    name: str
    first: float
    last: float
    points: str


def feelings(conversation: Conversation, bounds: Mapping[str, tuple[float, float, float]]) -> tuple[FeelingTrack, ...]:
    """Her feelings over time. `bounds`: name to (start, low, high), from the scenario."""
    length = max(conversation.length, SAMPLE_RATE)
    tracks = []
    for name, (start, low, high) in bounds.items():
        value, points = start, []

        def y(level: float, low: float = low, high: float = high) -> float:
            return round(44 - 38 * (level - low) / ((high - low) or 1), 2)

        points.append(f"0,{y(value)}")
        for change in conversation.feelings:
            now = dict(change.feelings).get(name, value)
            at = round(1000 * min(change.at, length) / length, 2)
            points += [f"{at},{y(value)}", f"{at},{y(now)}"]
            value = now
        points.append(f"1000,{y(value)}")
        tracks.append(FeelingTrack(name, start, value, " ".join(points)))
    return tuple(tracks)
