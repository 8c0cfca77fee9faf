"""How fast the trainee spoke. Times from voice activity, words from the transcript."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from voicesim.scoring.conversation import Conversation, Span, Turn, words_in
from voicesim.scoring.measures import Evidence, Measure, evidence, measure, settings
from voicesim.timebase import SAMPLE_RATE, samples


@dataclass(frozen=True)
class TurnPace:
    """One turn's rates in words a minute; None for a turn too short for a rate to mean much (but listed)."""

    start: int
    end: int
    text: str
    words: int
    speech_rate: float | None
    articulation_rate: float | None


def turn_paces(conversation: Conversation) -> tuple[TurnPace, ...]:
    """Every turn of the trainee's whose words are known."""
    return tuple(_pace(turn) for turn in conversation.trainee_turns if turn.word_count)


def _pace(turn: Turn) -> TurnPace:
    enough = turn.word_count >= settings().rate_words and turn.length > 0 and turn.voiced > 0
    return TurnPace(
        turn.start,
        turn.end,
        turn.text,
        turn.word_count,
        round(_per_minute(turn.word_count, turn.length), 1) if enough else None,
        round(_per_minute(turn.word_count, turn.voiced), 1) if enough else None,
    )


def _per_minute(count: float, length: int) -> float:
    return count * 60 * SAMPLE_RATE / length


def measure_pace(conversation: Conversation) -> tuple[Measure, ...]:
    """Speech rate, articulation rate, trend, questions a minute, quick-fire runs, fillers."""
    rated = [turn for turn in conversation.trainee_turns if _pace(turn).speech_rate is not None]
    words = sum(turn.word_count for turn in rated)
    short = len(turn_paces(conversation)) - len(rated)
    left_out = f"{short} of your turns had under {settings().rate_words} words and are left out." if short else ""
    proof = tuple(_show(turn) for turn in rated)
    time, voiced = sum(turn.length for turn in rated), sum(turn.voiced for turn in rated)
    questions = conversation.questions
    standing = sum(pause.length for pause in conversation.pauses)
    asked_over = conversation.length - standing
    return (
        measure("speech_rate", _per_minute(words, time) if rated else None, len(rated), proof, left_out),
        measure("articulation_rate", _per_minute(words, voiced) if rated else None, len(rated), proof, left_out),
        measure("speech_rate_trend", _trend(rated), len(rated), proof),
        measure(
            "questions_per_minute",
            _per_minute(len(questions), asked_over) if asked_over > 0 else None,
            len(conversation.trainee_turns),
        ),
        *_quick_fire(conversation),
        _fillers(conversation),
    )


def _show(turn: Turn) -> Evidence:
    return evidence(turn, "trainee", turn.text, f"{_per_minute(turn.word_count, turn.length):.0f} words a minute")


def _trend(turns: Sequence[Turn]) -> float | None:
    """Slope of the least-squares line through (minute, rate); None with fewer than three turns."""
    if len(turns) < 3:
        return None
    minutes = [turn.start / SAMPLE_RATE / 60 for turn in turns]
    rates = [_per_minute(turn.word_count, turn.length) for turn in turns]
    middle, mean = sum(minutes) / len(minutes), sum(rates) / len(rates)
    spread = sum((minute - middle) ** 2 for minute in minutes)
    if spread == 0:
        return None
    return sum((x - middle) * (y - mean) for x, y in zip(minutes, rates, strict=True)) / spread


def _quick_fire(conversation: Conversation) -> tuple[Measure, Measure]:
    """Runs of questions, each of which follows the speech before it, hers or his own, by less than the gap."""
    limits = settings()
    runs: list[list[Span]] = []
    questions = conversation.questions
    for number, question in enumerate(questions):
        turn = conversation.turns[question.turn]
        if number and questions[number - 1].turn == question.turn:
            gap = question.span.start - questions[number - 1].span.end
        else:
            before = [s.end for s in conversation.survivor if s.start < turn.start]
            before += [t.end for t in conversation.trainee_turns if t.start < turn.start]
            gap = turn.start - max(before, default=-samples(60))
        if runs and gap < samples(limits.quick_fire_gap):
            runs[-1].append(question.span)
        else:
            runs.append([question.span])
    quick = [run for run in runs if len(run) >= limits.quick_fire_questions]
    proof = tuple(
        Evidence(run[0].start, run[-1].end, "trainee", note=f"{len(run)} questions in a row") for run in quick
    )
    inside = sum(len(run) for run in quick)
    share = 100 * inside / len(questions) if questions else None
    return (
        measure("quick_fire_runs", len(quick), len(questions), proof),
        measure("quick_fire_share", share, len(questions), proof),
    )


def _fillers(conversation: Conversation) -> Measure:
    known = set(settings().fillers)
    found = [
        evidence(Span(word.start, word.end), "trainee", word.text)
        for turn in conversation.trainee_turns
        for word in turn.words
        if known & set(words_in(word.text))
    ]
    spoken = sum(turn.word_count for turn in conversation.trainee_turns)
    count = sum(word in known for turn in conversation.trainee_turns for word in words_in(turn.text))
    return measure("fillers", count, spoken, tuple(found), "A lower bound: speech recognition drops many fillers.")
