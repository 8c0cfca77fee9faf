"""A scenario played by a trainee: natural sentences through the real reader, or readings of many kinds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from voicesim.engine.survivor import Heard, Manner, Silence, Stimulus, Survivor, heard_to_the_end
from voicesim.language.reading import QuestionTypes, Sentence, TurnReading
from voicesim.rehearsal.coverage import play_script
from voicesim.rehearsal.dry_run import Beat, Rehearsal
from voicesim.scenario.load import load_scenario
from voicesim.scenario.marks import plain
from voicesim.scenario.model import Event, Move, Question, Scenario
from voicesim.scenario.scripted import Trainee, Turn, load_trainees

Said = str | Mapping[str, str | float] | Turn
"""A trainee's turn, as it stands in a trainees file or read from it."""
QUESTIONS: tuple[Question, ...] = ("open", "probing", "inappropriate_closed", "leading", "multiple", "none")
_MANNERS: tuple[Event, ...] = ("interrupted", "cut_in", "talked_over", "rushed")


@dataclass(frozen=True)
class Played:
    """What came of a conversation, beat by beat."""

    beats: tuple[Beat, ...]

    @property
    def states(self) -> list[str]:
        return [beat.state for beat in self.beats]

    @property
    def lines(self) -> list[str]:
        return [line for beat in self.beats for line in beat.lines]

    @property
    def feelings(self) -> list[dict[str, float]]:
        return [beat.feelings for beat in self.beats]

    @property
    def felt(self) -> dict[str, float]:
        """How she feels at the end."""
        return self.feelings[-1]

    @property
    def told(self) -> frozenset[str]:
        return frozenset(self.beats[-1].told)

    @property
    def ending(self) -> str:
        """Kind of ending; empty when none was reached."""
        last = self.beats[-1].ending
        return last.kind if last else ""

    @property
    def ended_in(self) -> str:
        """The ending's state; empty when none was reached."""
        return self.beats[-1].state if self.ending else ""


@cache
def trainees(scenario: str) -> dict[str, Trainee]:
    """The scripted trainees of a bundled scenario."""
    return load_trainees(load_scenario(scenario))


def play(scenario: Scenario, turns: Sequence[Said], seed: int = 0) -> Played:
    """Speak the turns up to an ending, or to the last of them."""
    read = tuple(turn if isinstance(turn, Turn) else Turn.model_validate(turn) for turn in turns)
    trainee = Trainee(about="this test", ends="guarded", turns=read)
    return Played(tuple(play_script(Rehearsal(scenario, seed, machine=_machine(scenario, seed)), trainee)))


_machines: dict[tuple[int, int], Survivor] = {}


def _machine(scenario: Scenario, seed: int) -> Survivor:
    """To build one takes longer than a conversation with it."""
    key = (id(scenario), seed)
    if key not in _machines or _machines[key].scenario is not scenario:
        _machines[key] = Survivor(scenario, seed)
    return _machines[key]


@dataclass(frozen=True)
class Kinds:
    """What trainees of many kinds do."""

    moves: tuple[Move, ...]
    """Eight of them."""
    topics: tuple[str, ...]
    waits_each: int
    """One turn in so many is a silence."""
    rude_each: int
    """One in so many comes in a rude manner."""


def wander(number: int, length: int, kinds: Kinds) -> list[list[Stimulus]]:
    """One of many kinds of trainee, from steady to erratic, the same in every run."""
    number = number * 7919 + 1
    steps: list[list[Stimulus]] = []
    for _ in range(length):
        number = (number * 1103515245 + 12345) % 2**31
        roll = number // 65536
        types = QuestionTypes(griffiths=QUESTIONS[roll % 6])
        moves = (kinds.moves[roll // 6 % 8],) if roll % 3 else ()
        raised = (kinds.topics[roll // 7 % len(kinds.topics)],) if kinds.topics and roll % 5 < 2 else ()
        heard = Heard(TurnReading("…", (Sentence("…", 0, 1, "none", types, (), moves),), raised, main=0))
        if roll % kinds.waits_each == 0:
            steps.append([Silence(5.0)])
        else:
            steps.append([Manner(_MANNERS[roll // 48 % 4]), heard] if roll % kinds.rude_each == 0 else [heard])
    return steps


@dataclass
class Wandered:
    """What all of them met."""

    states: set[str]
    endings: set[str]


def let_wander(scenario: Scenario, kinds: Kinds, seeds: Sequence[int], trainees: int) -> Wandered:
    """Let many kinds of trainee loose. Each is answered, hears nothing twice, finds feelings in bounds, and comes to an ending."""
    met = Wandered(set(), set())
    survivors = [Survivor(scenario, seed) for seed in seeds]
    for number in range(trainees):
        survivor = survivors[number % len(survivors)]
        reaction: Any = survivor.open(survivor.initial(), 0)
        state = reaction.survivor
        said = [plain(line.text) for line in reaction.lines]
        for line in reaction.lines:
            state, _ = heard_to_the_end(state, line.reveals, 0)
        for step in wander(number, 60, kinds):
            silent = isinstance(step[0], Silence)
            if silent:
                due = [seconds for seconds in survivor.silences(state) if seconds <= step[0].seconds]
                if not due:
                    continue
                step = [Silence(due[0])]
            reaction = survivor.react(state, step, 0)
            assert reaction.lines or silent, (number, state.state, step)
            state = reaction.survivor
            for line in reaction.lines:
                said.append(plain(line.text))
                state, _ = heard_to_the_end(state, line.reveals, 0)
            met.states.add(state.state)
            assert all(0 <= value <= 100 for _, value in state.feelings)
            if survivor.ending(state):
                break
        ending = survivor.ending(state)
        assert ending, (number, state.state)
        met.endings.add(ending.kind)
        assert len(said) == len(set(said))
    return met
