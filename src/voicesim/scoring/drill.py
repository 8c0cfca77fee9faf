"""What a drill listens for: its goals, counted over a session's log. The scorecard of a drill is these few lines and no more."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from voicesim.engine import events as ev
from voicesim.engine.events import Record, TurnTaken
from voicesim.scenario.model import Drill, Goal
from voicesim.timebase import samples

_NOTHING_YET = "It did not come to that: there is nothing to judge it by."


@dataclass(frozen=True)
class GoalResult:
    """One goal: how often it was seen, and what is said to the trainee about it."""

    title: str
    met: bool
    count: int
    words: str
    quotes: tuple[str, ...] = ()
    """The trainee's turns that counted."""


@dataclass(frozen=True)
class DrillResult:
    """How a drill went."""

    skill: str
    goals: tuple[GoalResult, ...]

    @property
    def met(self) -> int:
        """How many goals were met."""
        return sum(goal.met for goal in self.goals)

    def as_dict(self) -> dict[str, Any]:
        """For machines."""
        return {**asdict(self), "met": self.met, "of": len(self.goals)}


@dataclass(frozen=True)
class _Turn:
    """A turn, its place, and what had just been told before it."""

    number: int
    taken: TurnTaken
    told: frozenset[str]


def judge_drill(records: Sequence[Record], drill: Drill) -> DrillResult:
    """Count a drill's goals over a session's log, which may stop at any record."""
    turns = tuple(_turns(records))
    return DrillResult(drill.skill, tuple(_judge(goal, turns, records) for goal in drill.goals))


def _judge(goal: Goal, turns: Sequence[_Turn], records: Sequence[Record]) -> GoalResult:
    quotes: tuple[str, ...] = ()
    if goal.silence is not None:
        count = sum(length >= samples(goal.silence) for length in _silences(records))
    else:
        looked_at = [turn for turn in turns if _counts(goal, turn)]
        quotes = tuple(turn.taken.text for turn in looked_at if _shows(goal, turn.taken))
        count = len(quotes)
        if not looked_at:  # it never came to that: nothing was done, neither well nor badly
            return GoalResult(goal.title, False, 0, _NOTHING_YET)
    met = count >= goal.at_least if goal.at_least is not None else count <= (goal.at_most or 0)
    return GoalResult(goal.title, met, count, goal.met if met else goal.missed, quotes)


def _counts(goal: Goal, turn: _Turn) -> bool:
    """Whether the goal looks at this turn."""
    early = goal.within_turns is None or turn.number <= goal.within_turns
    return early and (not goal.after_told or not turn.told.isdisjoint(goal.after_told))


def _shows(goal: Goal, turn: TurnTaken) -> bool:
    if goal.event:
        return not set(goal.event).isdisjoint(turn.events)
    wanted = goal.hears
    assert wanted is not None
    return wanted.anything or (
        (not wanted.move or not set(wanted.move).isdisjoint(turn.moves))
        and (not wanted.question or turn.question in wanted.question)
        and (not wanted.mark or not set(wanted.mark).isdisjoint(turn.marks))
        and (not wanted.topic or not set(wanted.topic).isdisjoint(turn.topics))
    )


def _turns(records: Sequence[Record]) -> Iterator[_Turn]:
    """The turns as they were taken in the end, with what she told since the one before. A lone "mm-hm" is no turn."""
    final = {record.turn: record for record in records if isinstance(record, TurnTaken)}
    reopened = {record.turn for record in records if isinstance(record, ev.TurnReopened)}
    number, told = 0, set[str]()
    for record in records:
        if isinstance(record, ev.Disclosed):
            told.add(record.disclosure)
        elif isinstance(record, TurnTaken) and "listening" not in record.events:
            if final[record.turn] is not record or (record.turn in reopened and not _answered(records, record)):
                continue
            number += 1
            yield _Turn(number, record, frozenset(told))
            told.clear()


def _answered(records: Sequence[Record], turn: TurnTaken) -> bool:
    """Whether a turn stood: it was not taken back after it was taken."""
    later = records[next(i for i, record in enumerate(records) if record is turn) + 1 :]
    return not any(isinstance(record, ev.TurnReopened) and record.turn == turn.turn for record in later)


def _silences(records: Sequence[Record]) -> Iterator[int]:
    """How long nobody spoke after each line of hers, in samples: until the trainee began, she went on, or it paused."""
    ended: int | None = None
    for record in records:
        if isinstance(record, ev.LineHeard):
            ended = record.end if record.complete else None
        elif isinstance(record, ev.SpeechStarted | ev.LineStarted | ev.PausedOrResumed | ev.End) and ended is not None:
            yield (record.onset if isinstance(record, ev.SpeechStarted) else record.at) - ended
            ended = None
