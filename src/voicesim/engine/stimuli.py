"""What she takes in, and whether a rule waits for it: stimuli, her state, conditions."""

from __future__ import annotations

from dataclasses import dataclass

from voicesim.language.reading import TurnReading
from voicesim.scenario.marks import same_words
from voicesim.scenario.model import Guard, Hears, Scenario, Trigger


@dataclass(frozen=True)
class Heard:
    """She heard a whole turn."""

    reading: TurnReading


@dataclass(frozen=True)
class Manner:
    """How the turn was taken: ``interrupted``, ``cut_in``, ``talked_over``, ``rushed``."""

    event: str


@dataclass(frozen=True)
class Silence:
    """Nobody has spoken for `seconds`, one of the thresholds the script names."""

    seconds: float


Stimulus = Heard | Manner | Silence


@dataclass(frozen=True)
class SurvivorState:
    """All there is to know about her between two reactions."""

    state: str
    feelings: tuple[tuple[str, float], ...]
    told: frozenset[str] = frozenset()
    visited: frozenset[str] = frozenset()
    used: frozenset[str] = frozenset()
    """Ids of lines already said."""
    counted: tuple[tuple[int, int], ...] = ()
    """How often each limited feeling rule has counted: (index, times)."""
    silences: frozenset[float] = frozenset()
    """Silence thresholds already passed in this visit of the state."""
    turns: int = 0
    happened: tuple[tuple[str, int], ...] = ()
    """How many turns were taken in each manner so far: (event, turns)."""
    led_by_silence: int = 0
    """States that silence alone has led her on to since the trainee's last turn."""


def holds(guard: Guard, survivor: SurvivorState) -> bool:
    """Whether every condition of the guard is met."""
    feelings, happened = dict(survivor.feelings), dict(survivor.happened)
    return (
        all(bound.holds(feelings[name]) for name, bounds in guard.feelings.items() for bound in bounds)
        and survivor.told.issuperset(guard.told)
        and survivor.told.isdisjoint(guard.not_told)
        and survivor.visited.issuperset(guard.visited)
        and survivor.visited.isdisjoint(guard.not_visited)
        and survivor.turns >= guard.turns_at_least
        and all(bound.holds(happened.get(event, 0)) for event, bounds in guard.happened.items() for bound in bounds)
    )


def hears(wanted: Hears, reading: TurnReading) -> bool:
    """Whether the turn holds what the rule waits for."""
    if wanted.anything:
        return True
    return (
        (not wanted.question or reading.question in wanted.question)
        and (not wanted.move or not reading.moves.isdisjoint(wanted.move))
        and (not wanted.mark or not reading.marks.isdisjoint(wanted.mark))
        and (not wanted.topic or not set(reading.topics).isdisjoint(wanted.topic))
    )


def set_off(trigger: Trigger, stimulus: Stimulus) -> bool:
    """Whether the stimulus is the one the rule waits for (guard aside)."""
    match stimulus:
        case Heard(reading):
            return trigger.hears is not None and hears(trigger.hears, reading)
        case Manner(event):
            return event in trigger.event
        case Silence(seconds):
            return trigger.silence == seconds


def describe(trigger: Trigger) -> str:
    """The trigger in a few words, for the log: ``hears move:believe``, ``silence 4 s``, ``interrupted``."""
    if trigger.silence is not None:
        return f"silence {trigger.silence:g} s"
    if trigger.event:
        return " or ".join(trigger.event)
    wanted = trigger.hears
    assert wanted is not None
    if wanted.anything:
        return "hears anything"
    keys = ("move", "question", "mark", "topic")
    return "hears " + " ".join(f"{key}:{'|'.join(getattr(wanted, key))}" for key in keys if getattr(wanted, key))


def lines_with_the_same_words(scenario: Scenario) -> dict[str, frozenset[str]]:
    """For each line's id, the ids of all lines with the same words: once one is said, so are the others."""
    texts: dict[str, str] = {}
    for name, state in scenario.states.items():
        texts |= {f"state/{name}/{index}": line.text for index, line in enumerate(state.lines)}
        for number, rule in enumerate(state.next):
            texts |= {f"rule/{name}/{number}/{index}": line.text for index, line in enumerate(rule.says)}
    for number, general in enumerate(scenario.anywhere):
        texts |= {f"rule/anywhere/{number}/{index}": line.text for index, line in enumerate(general.says)}
    ids: dict[str, set[str]] = {}
    for line_id, text in texts.items():
        ids.setdefault(same_words(text), set()).add(line_id)
    return {line_id: frozenset(ids[same_words(text)]) for line_id, text in texts.items()}
