"""Three moments to look at again and what went well: what was said, what it did to her, one better way to put it.

Every sentence is the author's (feedback.yaml) or was said in the recording; nothing about what happened to her is invented.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.scoring.conversation import Conversation, Span, Turn
from voicesim.scoring.delivery import ToneFlag
from voicesim.scoring.interruptions import Overlap, held_back
from voicesim.scoring.measures import Evidence
from voicesim.scoring.rapport import MoveMade
from voicesim.timebase import seconds
from voicesim.yamlfile import load_model


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Care(_Strict):
    """What is said of one kind of moment that may have cost something."""

    weight: Annotated[float, Field(ge=0, le=100)]
    title: str
    why: str
    source: str
    better: Annotated[tuple[str, ...], Field(min_length=1)]


class Good(_Strict):
    """What is said of one kind of moment to be glad of."""

    weight: Annotated[float, Field(ge=0, le=100)]
    title: str


class Patterns(_Strict):
    """feedback.yaml."""

    format: Literal["voicesim/feedback/1"]
    most: Annotated[int, Field(ge=1, le=9)]
    praised: Annotated[int, Field(ge=1, le=9)]
    repetition: Annotated[float, Field(ge=0, le=100)]
    care: dict[str, Care]
    good: dict[str, Good]


@cache
def patterns() -> Patterns:
    """The bundled sentences."""
    return load_model(resources.files("voicesim.scoring") / "feedback.yaml", Patterns)


@dataclass(frozen=True)
class Moment:
    """One moment of the recording, for the trainee. Positions in samples."""

    start: int
    end: int
    kind: str
    """A key of feedback.yaml."""
    title: str
    said: str
    """The trainee's words, as they were transcribed; empty for a silence."""
    effect: str
    """What it did to her, in words: her line that stopped, her feelings, what she said next."""
    better: str = ""
    why: str = ""
    source: str = ""
    feelings: tuple[tuple[str, float], ...] = ()
    """Changes of her feelings until the trainee's next turn."""
    her_next: str = ""
    """What she said next, as far as it was heard."""


@dataclass(frozen=True)
class _Candidate:
    span: Span
    kind: str
    said: str
    stopped: bool = False
    stake: float = 0.0
    """What it cost her or gave her in trust: decides between kinds of like weight."""


def care_moments(
    conversation: Conversation,
    overlaps: Sequence[Overlap],
    moves: Sequence[MoveMade],
    quick: Sequence[Evidence],
    tone: Sequence[ToneFlag],
) -> tuple[Moment, ...]:
    """The moments that cost most, in the order they happened; a kind that was shown already weighs less."""
    words = patterns()
    found = [each for each in _to_mend(conversation, overlaps, moves, quick, tone) if each.kind in words.care]
    staked = [replace(one, stake=_cost(conversation, one)) for one in sorted(found, key=lambda one: one.span.start)]
    chosen = _varied(staked, {kind: entry.weight for kind, entry in words.care.items()}, words.most)
    seen: Counter[str] = Counter()
    moments = []
    for each in sorted(chosen, key=lambda one: one.span.start):
        entry = words.care[each.kind]
        better = entry.better[seen[each.kind] % len(entry.better)]
        seen[each.kind] += 1
        moments.append(_moment(conversation, each, entry.title, better, entry.why, entry.source))
    return tuple(moments)


def good_moments(
    conversation: Conversation, overlaps: tuple[Overlap, ...], moves: Sequence[MoveMade]
) -> tuple[Moment, ...]:
    """The moments to be glad of, in the order they happened."""
    words = patterns()
    found = [each for each in _to_praise(conversation, overlaps, moves) if each.kind in words.good]
    staked = [replace(one, stake=-_cost(conversation, one)) for one in sorted(found, key=lambda one: one.span.start)]
    chosen = _varied(staked, {kind: entry.weight for kind, entry in words.good.items()}, words.praised)
    return tuple(
        _moment(conversation, each, words.good[each.kind].title) for each in sorted(chosen, key=lambda c: c.span.start)
    )


def _to_mend(
    conversation: Conversation,
    overlaps: Sequence[Overlap],
    moves: Sequence[MoveMade],
    quick: Sequence[Evidence],
    tone: Sequence[ToneFlag],
) -> Iterator[_Candidate]:
    for made in moves:
        if made.harmful:
            yield _Candidate(Span(made.start, made.end), made.move, made.text)
    for overlap in overlaps:
        span = Span(overlap.start, overlap.end)
        if overlap.kind == "interruption":
            kind = "interruption_taking" if overlap.taking else "interruption_failed"
            yield _Candidate(span, kind, overlap.text, overlap.taking)
        elif overlap.kind == "cut_in":
            yield _Candidate(span, "cut_in", overlap.text, overlap.taking)
    for question in conversation.questions:
        sentence = question.sentence
        for kind in dict.fromkeys((*sentence.marks, sentence.types.griffiths)):
            yield _Candidate(question.span, kind, sentence.text)
    for run in quick:
        said = [t.text for t in conversation.trainee_turns if t.start < run.end and run.start < t.end]
        yield _Candidate(Span(run.start, run.end), "quick_fire", " … ".join(said))
    for flag in tone:
        yield _Candidate(Span(flag.start, flag.end), "tone", flag.text)


def _to_praise(
    conversation: Conversation, overlaps: tuple[Overlap, ...], moves: Sequence[MoveMade]
) -> Iterator[_Candidate]:
    hurt = [made for made in moves if made.harmful]
    for made in moves:
        # A kind word in the same sentence as a hurtful one is not what to show.
        if not made.harmful and not any(made.overlaps(other) for other in hurt):
            yield _Candidate(Span(made.start, made.end), made.move, made.text)
    for silence in held_back(conversation, overlaps):
        yield _Candidate(silence, "held_back", "")
    for question in conversation.questions:
        spoiled = any(mark in question.sentence.marks for mark in ("why", "recast", "multiple", "faux_invitation"))
        if question.sentence.types.griffiths in ("open", "probing") and not spoiled:
            yield _Candidate(question.span, question.sentence.types.griffiths, question.sentence.text)


def _varied(found: Sequence[_Candidate], weights: Mapping[str, float], most: int) -> list[_Candidate]:
    """The weightiest, never the same stretch twice; each repetition of a kind weighs less, so that others are seen too."""
    chosen: list[_Candidate] = []
    left = list(found)
    while left and len(chosen) < most:
        counts = Counter(each.kind for each in chosen)
        best = max(left, key=lambda one: weights[one.kind] + one.stake - patterns().repetition * counts[one.kind])
        chosen.append(best)
        left = [one for one in left if not one.span.overlaps(best.span)]
    return chosen


def _until(conversation: Conversation, span: Span) -> int:
    """Where the trainee speaks next after a moment: what happens before is its effect."""
    own = next((t.end for t in conversation.trainee_turns if t.start < span.end and span.start < t.end), span.end)
    return next((t.start for t in conversation.trainee_turns if t.start >= max(own, span.end)), conversation.length + 1)


def _changes(conversation: Conversation, span: Span) -> tuple[tuple[str, float], ...]:
    """How her feelings moved from the moment until the trainee spoke again."""
    until = _until(conversation, span)
    before = [change for change in conversation.feelings if change.at <= span.start]
    after = [change for change in conversation.feelings if span.start < change.at < until]
    if not before or not after:
        return ()
    old, new = dict(before[-1].feelings), dict(after[-1].feelings)
    changes = ((name, round(new[name] - old.get(name, new[name]), 1)) for name in new)
    return tuple((name, change) for name, change in changes if abs(change) >= 0.5)


def _cost(conversation: Conversation, candidate: _Candidate) -> float:
    """What a moment cost her in trust, a tie-breaker between moments of like weight."""
    return max(-10.0, min(10.0, -dict(_changes(conversation, candidate.span)).get("trust", 0.0))) / 2


def _moment(
    conversation: Conversation, candidate: _Candidate, title: str, better: str = "", why: str = "", source: str = ""
) -> Moment:
    feelings = _changes(conversation, candidate.span)
    after = _next_of_hers(conversation, candidate.span)
    parts = []
    if candidate.stopped:
        cut = _cut_line(conversation, candidate.span)
        parts.append(f"She broke off after “{_tail(cut)}”." if cut else "She broke off.")
    if candidate.kind == "held_back":
        parts.append(f"{seconds(candidate.span.length):.1f} s of silence, and then she spoke.")
    if feelings:
        moved = ", ".join(f"{name.replace('-', ' ')} {change:+.0f}" for name, change in feelings)
        parts.append(f"In her: {moved}.")
    if after:
        parts.append(f"She then said: “{after}”")
    return Moment(
        candidate.span.start,
        candidate.span.end,
        candidate.kind,
        title,
        candidate.said.strip(),
        " ".join(parts),
        better,
        why,
        source,
        feelings,
        after,
    )


def _tail(text: str, most: int = 12) -> str:
    words = text.split()
    return text if len(words) <= most else "… " + " ".join(words[-most:])


def _cut_line(conversation: Conversation, span: Span) -> str:
    """What was heard of the line that a moment stopped."""
    if conversation.lines:
        return next(
            (
                line.heard_text
                for line in conversation.lines
                if line.start <= span.start <= line.end and not line.complete
            ),
            "",
        )
    over = [t for t in conversation.turns if t.speaker == "survivor" and t.start <= span.start < t.end]
    return over[-1].text if over else ""


def _next_of_hers(conversation: Conversation, span: Span) -> str:
    """The beginning of what she said next, before the trainee spoke again."""
    until = _until(conversation, span)

    def short(text: str, most: int = 24) -> str:
        words = text.split()
        return text if len(words) <= most else " ".join(words[:most]) + " …"

    if conversation.lines:
        lines = [line for line in conversation.lines if span.end <= line.start < until and line.heard_text]
        return short(lines[0].heard_text) if lines else ""
    turns: list[Turn] = [
        t for t in conversation.turns if t.speaker == "survivor" and span.end <= t.start < until and t.text
    ]
    return short(turns[0].text) if turns else ""
