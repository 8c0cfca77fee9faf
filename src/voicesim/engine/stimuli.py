"""What she takes in, and whether a rule waits for it: stimuli, her state, conditions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, partial

from voicesim.language.reading import TurnReading
from voicesim.scenario.marks import same_words
from voicesim.scenario.model import Guard, Scenario, Trigger


@dataclass(frozen=True)
class Heard:
    """She heard a whole turn."""

    reading: TurnReading

    @cached_property
    def labels(self) -> frozenset[str]:
        """All that the turn was read as: ``move:believe``, ``question:open``, ``mark:why``, ``topic:the-door``."""
        reading = self.reading
        found = {"move": reading.moves, "mark": reading.marks, "topic": reading.topics, "question": (reading.question,)}
        return frozenset(f"{key}:{value}" for key, values in found.items() for value in values)


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
    if not (
        survivor.told.issuperset(guard.told)
        and survivor.told.isdisjoint(guard.not_told)
        and survivor.visited.issuperset(guard.visited)
        and survivor.visited.isdisjoint(guard.not_visited)
        and survivor.turns >= guard.turns_at_least
    ):
        return False
    feelings, happened = dict(survivor.feelings), dict(survivor.happened)
    return all(bound.holds(feelings[name]) for name, bounds in guard.feelings.items() for bound in bounds) and all(
        bound.holds(happened.get(event, 0)) for event, bounds in guard.happened.items() for bound in bounds
    )


def condition(guard: Guard) -> Callable[[SurvivorState], bool]:
    """`holds` for one guard, made ready once."""
    return _always if guard == Guard() else partial(holds, guard)


def _always(survivor: SurvivorState) -> bool:
    return True


def waiting(trigger: Trigger) -> Callable[[Stimulus], bool]:
    """Whether a stimulus is the one the rule waits for (guard aside), made ready once."""
    if trigger.hears is not None:
        wanted = trigger.hears
        needs = [
            frozenset(f"{key}:{value}" for value in getattr(wanted, key))
            for key in ("question", "move", "mark", "topic")
            if getattr(wanted, key)
        ]
        # A turn "with words in it" is any turn there is; other keys beside `anything` narrow nothing.
        needs = [] if wanted.anything else needs
        return lambda stimulus: (
            isinstance(stimulus, Heard) and not any(need.isdisjoint(stimulus.labels) for need in needs)
        )
    if trigger.event:
        return lambda stimulus: isinstance(stimulus, Manner) and stimulus.event in trigger.event
    return lambda stimulus: isinstance(stimulus, Silence) and stimulus.seconds == trigger.silence


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
