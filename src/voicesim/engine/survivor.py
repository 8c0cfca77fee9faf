"""The survivor: one `transitions` machine per conversation, built from the scenario's states and rules.

From outside, `Survivor.react` is a pure function: frozen `SurvivorState` and stimuli in, frozen state and what follows out. The
machine inside decides which rule is taken, by its ordered transitions and their conditions, and runs the rule's callbacks; its
model is a scratch object set afresh for every reaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

from transitions import EventData, Machine, Transition

from voicesim.engine.events import Disclosed, Fact, FeelingsChanged, StateEntered
from voicesim.engine.stimuli import (
    Heard,
    Manner,
    Silence,
    Stimulus,
    SurvivorState,
    condition,
    describe,
    holds,
    lines_with_the_same_words,
    waiting,
)
from voicesim.language.reading import TurnReading
from voicesim.scenario.marks import plain
from voicesim.scenario.model import Ending, FeelingRule, GlobalRule, Guard, Hears, Line, Rule, Scenario, Trigger


@dataclass(frozen=True)
class ChosenLine:
    """A line she is going to say."""

    id: str
    text: str
    """With the script's marks."""
    reveals: tuple[str, ...]
    by: str = ""
    """The cast member who says it; empty for the persona."""


@dataclass(frozen=True)
class Reaction:
    """What followed: her new state, what she says (in order), what is worth noting, and the ending when it is one."""

    survivor: SurvivorState
    lines: tuple[ChosenLine, ...]
    facts: tuple[Fact, ...]
    taken: bool
    """Whether any rule was taken."""
    rules: tuple[str, ...] = ()
    """Ids of the rules that were taken, in order: ``<state>/<number>`` or ``anywhere/<number>``."""


_Feel = tuple[int, FeelingRule, Callable[[Stimulus], bool], Callable[[SurvivorState], bool], str]
"""A rule for feelings: its number, itself, what sets it off, its condition, its words."""
_Lines = list[tuple[ChosenLine, frozenset[str], Callable[[SurvivorState], bool]]]
"""Lines of which one is said: each with the ids of those that have the same words, and its condition."""


@dataclass
class _Scene:
    """The machine's model: one reaction in the making."""

    state: str = ""
    survivor: SurvivorState = field(default_factory=lambda: SurvivorState("", ()))
    at: int = 0
    lines: list[ChosenLine] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    taken: Rule | None = None
    rules: list[str] = field(default_factory=list)


class _Way(Transition):
    """A transition that asks its condition before anything else: of ten rules tried, nine wait for something else."""

    def execute(self, event_data: EventData) -> bool:
        fits = self.conditions[0].func if self.conditions else None
        return (not callable(fits) or bool(fits(event_data))) and bool(super().execute(event_data))


class _Machine(Machine):
    transition_cls = _Way


class Survivor:
    """The scenario as a machine. Stateless between calls; one per conversation.

    Args:
        scenario: a checked scenario.
        seed: picks between line variants that fit equally well; same seed, same choices.
    """

    def __init__(self, scenario: Scenario, seed: int = 0) -> None:
        self.scenario = scenario
        self._seed = seed
        self._scene = _Scene(state=scenario.start)
        self._machine = _Machine(
            model=self._scene,
            states=list(scenario.states),
            initial=scenario.start,
            queued=True,
            auto_transitions=False,
            send_event=True,
        )
        self._triggers: set[tuple[str, str]] = set()
        """(state, kind of stimulus) for which there are rules at all."""
        for name, state in scenario.states.items():
            general = [
                (f"anywhere/{index}", rule)
                for index, rule in enumerate(scenario.anywhere)
                if name not in rule.except_in and not state.ending
            ]
            for rule_id, rule in (
                *((i, r) for i, r in general if r.first),
                *((f"{name}/{index}", rule) for index, rule in enumerate(state.next)),
                *((i, r) for i, r in general if not r.first),
            ):
                self._add(name, rule_id, rule)
            if scenario.closes_after and not state.ending:
                self._machine.add_transition(
                    "close", name, scenario.closes_after.go, before=[self._close], after=[self._settle]
                )
        self._same_words = lines_with_the_same_words(scenario)
        self._feels = [
            (index, rule, waiting(rule), condition(rule.when), describe(rule))
            for index, rule in enumerate(scenario.feels)
        ]
        self._silences = {name: _silences(scenario, name) for name in scenario.states}
        self._felt_by: dict[frozenset[str] | Stimulus, tuple[_Feel, ...]] = {}
        self._lines = {prefix: self._ready(prefix, lines) for prefix, lines in _all_lines(scenario)}

    def _add(self, source: str, rule_id: str, rule: Rule | GlobalRule) -> None:
        set_off, holds_now, prefix = waiting(rule), condition(rule.when), f"rule/{rule_id}"

        def fits(event: EventData) -> bool:
            if not (set_off(event.kwargs["stimulus"]) and holds_now(self._scene.survivor)):
                return False
            return rule.go is not None or not rule.says or bool(self._fitting(prefix))

        def carry_out(event: EventData) -> None:
            self._carry_out(rule_id, rule)

        self._triggers.add((source, _trigger_name(rule)))
        self._machine.add_transition(
            _trigger_name(rule), source, rule.go, conditions=[fits], before=[carry_out], after=[self._settle]
        )

    # ------------------------------------------------------------ reactions

    def initial(self) -> SurvivorState:
        """Her state before the first word."""
        return SurvivorState(
            state=self.scenario.start,
            feelings=tuple((name, feeling.start) for name, feeling in self.scenario.feelings.items()),
        )

    def open(self, survivor: SurvivorState, at: int) -> Reaction:
        """She begins: the start state's line."""
        self._set(survivor, at)
        self._scene.facts.append(StateEntered(at, survivor.state, "start"))
        self._say_line_of_state()
        return self._result()

    def react(self, survivor: SurvivorState, stimuli: Sequence[Stimulus], at: int) -> Reaction:
        """What she does about a turn (its manner, then its words) or a silence.

        Feelings move for every stimulus. Rules are tried stimulus by stimulus until one moves her or answers; a manner rule that
        only speaks (no `go`) is said first and the words are still answered. What `closes_after` says comes before every rule.
        """
        self._set(survivor, at)
        scene = self._scene
        if any(isinstance(stimulus, Heard) for stimulus in stimuli):
            scene.survivor = replace(scene.survivor, turns=scene.survivor.turns + 1, led_by_silence=0)
        manners = [stimulus.event for stimulus in stimuli if isinstance(stimulus, Manner)]
        if manners:
            happened = Counter(dict(scene.survivor.happened)) + Counter(manners)
            scene.survivor = replace(scene.survivor, happened=tuple(sorted(happened.items())))
        for stimulus in stimuli:
            self._feel(stimulus)
        if self._closes(stimuli):
            scene.trigger("close")  # type: ignore[attr-defined]
            return replace(self._result(), taken=True)
        taken = False
        for stimulus in stimuli:
            if isinstance(stimulus, Silence):
                scene.survivor = replace(scene.survivor, silences=scene.survivor.silences | {stimulus.seconds})
            scene.taken = None
            if (scene.state, _stimulus_name(stimulus)) in self._triggers:
                scene.trigger(_stimulus_name(stimulus), stimulus=stimulus)  # type: ignore[attr-defined]
            if scene.taken is not None:
                taken = True
                if isinstance(stimulus, Silence) and scene.taken.go is not None:
                    scene.survivor = replace(scene.survivor, led_by_silence=scene.survivor.led_by_silence + 1)
                if not (isinstance(stimulus, Manner) and scene.taken.go is None):
                    break
        return replace(self._result(), taken=taken)

    def ending(self, survivor: SurvivorState) -> Ending | None:
        """The ending she is in, if it is one."""
        return self.scenario.states[survivor.state].ending

    def silences(self, survivor: SurvivorState) -> tuple[float, ...]:
        """Silence thresholds (s) still to come in this visit of the state, ascending."""
        return tuple(each for each in self._silences[survivor.state] if each not in survivor.silences)

    def mood(self, survivor: SurvivorState, by: str = "") -> str:
        """The voice mood that her feelings call for now, in her own voice or in a cast member's."""
        moods = self.scenario.speaker(by).voice.moods
        return next((name for name, mood in moods.items() if holds(mood.when, survivor)), next(iter(moods)))

    def answers_backchannel(self, survivor: SurvivorState, reading: TurnReading, near: float) -> bool:
        """Whether a lone listener's token calls for an answer: a rule waits for one, or no scripted silence is `near` (s)."""
        waiting = any(
            rule.hears is not None and "backchannel" in rule.hears.move and holds(rule.when, survivor)
            for rule in self.scenario.states[survivor.state].next
        )
        return waiting or not any(threshold <= near for threshold in self.silences(survivor))

    # ------------------------------------------------------------ inside one reaction

    def _set(self, survivor: SurvivorState, at: int) -> None:
        scene = self._scene
        scene.survivor, scene.at, scene.lines, scene.facts, scene.taken, scene.rules = survivor, at, [], [], None, []
        self._machine.set_state(survivor.state, scene)

    def _result(self) -> Reaction:
        scene = self._scene
        return Reaction(scene.survivor, tuple(scene.lines), tuple(scene.facts), taken=False, rules=tuple(scene.rules))

    def _feel(self, stimulus: Stimulus) -> None:
        survivor = self._scene.survivor
        counted = dict(survivor.counted)
        for index, rule, _, holds_now, words in self._felt(stimulus):
            if not holds_now(survivor):
                continue
            if rule.times is not None:
                if counted.get(index, 0) >= rule.times:
                    continue
                counted[index] = counted.get(index, 0) + 1
            self._change(rule.changes, stimulus.event if isinstance(stimulus, Manner) else words)
        if counted != dict(survivor.counted):
            self._scene.survivor = replace(self._scene.survivor, counted=tuple(sorted(counted.items())))

    def _felt(self, stimulus: Stimulus) -> tuple[_Feel, ...]:
        """The rules for feelings that a stimulus can set off, made ready once for each kind of turn."""
        key = stimulus.labels if isinstance(stimulus, Heard) else stimulus
        if key not in self._felt_by:
            self._felt_by[key] = tuple(each for each in self._feels if each[2](stimulus))
        return self._felt_by[key]

    def _change(self, changes: dict[str, float], because: str) -> None:
        scene = self._scene
        before = dict(scene.survivor.feelings)
        after = tuple(
            (name, min(feeling.high, max(feeling.low, before[name] + changes.get(name, 0.0))))
            for name, feeling in self.scenario.feelings.items()
        )
        change = tuple((name, value - before[name]) for name, value in after if value != before[name])
        if change:
            scene.survivor = replace(scene.survivor, feelings=after)
            scene.facts.append(FeelingsChanged(scene.at, after, change, because))

    def _carry_out(self, rule_id: str, rule: Rule) -> None:
        scene = self._scene
        scene.taken = rule
        scene.rules.append(rule_id)
        if rule.changes:
            self._change(rule.changes, describe(rule))
        if rule.says:
            self._say_one_of(f"rule/{rule_id}")
        if rule.go is not None:
            self._enter(rule.go, describe(rule))

    def _closes(self, stimuli: Sequence[Stimulus]) -> bool:
        """Whether she now ends it by herself."""
        limits, survivor = self.scenario.closes_after, self._scene.survivor
        if limits is None or self.scenario.states[survivor.state].ending:
            return False
        silences = [stimulus.seconds for stimulus in stimuli if isinstance(stimulus, Silence)]
        # More states in silence than there are: she has been in one of them twice, and would go round for ever.
        circling = survivor.led_by_silence > len(self.scenario.states)
        if silences:
            return circling or max(silences) >= limits.silence
        return survivor.turns >= limits.turns

    def _close(self, event: EventData) -> None:
        limits = self.scenario.closes_after
        assert limits is not None
        silent = not self._scene.survivor.turns >= limits.turns
        why = "closes after a long silence" if silent else f"closes after {limits.turns} turns"
        self._scene.taken = Rule(hears=Hears(anything=True), go=limits.go)
        self._enter(limits.go, why)

    def _enter(self, name: str, via: str) -> None:
        scene = self._scene
        visited = scene.survivor.visited | {scene.survivor.state}
        scene.survivor = replace(scene.survivor, state=name, visited=visited, silences=frozenset())
        scene.facts.append(StateEntered(scene.at, name, via))

    def _settle(self, event: EventData) -> None:
        if self._scene.taken is not None and self._scene.taken.go is not None:
            self._say_line_of_state()

    def _say_line_of_state(self) -> None:
        self._say_one_of(f"state/{self._scene.survivor.state}")

    def _say_one_of(self, prefix: str) -> None:
        """Say the first of the lines that fit."""
        scene = self._scene
        line = self._fitting(prefix)
        if line is not None:
            scene.survivor = replace(scene.survivor, used=scene.survivor.used | {line.id})
            scene.lines.append(line)

    def _fitting(self, prefix: str) -> ChosenLine | None:
        """The line to say now: unused, with a guard that holds."""
        survivor = self._scene.survivor
        return next(
            (
                line
                for line, same_words, holds_now in self._lines[prefix]
                if survivor.used.isdisjoint(same_words) and holds_now(survivor)
            ),
            None,
        )

    def _ready(self, prefix: str, lines: tuple[Line, ...]) -> _Lines:
        """Lines in the order of preference: one with a guard is more to the point than one without; then the seed decides."""
        order = sorted(
            (line.when == Guard(), _drawn(f"{self._seed}/{prefix}/{index}"), f"{prefix}/{index}", index)
            for index, line in enumerate(lines)
        )
        return [
            (
                ChosenLine(line_id, lines[index].text, lines[index].reveals, lines[index].by or ""),
                self._same_words[line_id],
                condition(lines[index].when),
            )
            for _, _, line_id, index in order
        ]


def heard_to_the_end(
    survivor: SurvivorState, reveals: Sequence[str], at: int
) -> tuple[SurvivorState, tuple[Fact, ...]]:
    """A line was heard to its end: what it reveals is told."""
    new = [name for name in reveals if name not in survivor.told]
    facts: tuple[Fact, ...] = tuple(Disclosed(at, name) for name in new)
    return replace(survivor, told=survivor.told | set(new)), facts


def spoken_text(line: ChosenLine) -> str:
    """The line as words."""
    return plain(line.text)


def _silences(scenario: Scenario, name: str) -> tuple[float, ...]:
    """Every silence that means something in a state, ascending."""
    state = scenario.states[name]
    if state.ending:
        return ()
    rules: list[Trigger] = [*state.next, *scenario.feels]
    rules += [rule for rule in scenario.anywhere if name not in rule.except_in]
    named = {rule.silence for rule in rules if rule.silence}
    if scenario.closes_after:
        named.add(scenario.closes_after.silence)
    return tuple(sorted(named))


def _drawn(label: str) -> int:
    """A lot drawn for a line: the same for the same seed and place, unlike for neighbouring seeds."""
    return int.from_bytes(blake2b(label.encode(), digest_size=8).digest())


def _trigger_name(trigger: Trigger) -> str:
    if trigger.hears is not None:
        return "hears"
    return "manner" if trigger.event else "silence"


def _stimulus_name(stimulus: Stimulus) -> str:
    return {Heard: "hears", Manner: "manner", Silence: "silence"}[type(stimulus)]


def _all_lines(scenario: Scenario) -> Iterator[tuple[str, tuple[Line, ...]]]:
    """Every set of lines of which one is said, with the beginning of their ids."""
    for name, state in scenario.states.items():
        yield f"state/{name}", state.lines
        for index, rule in enumerate(state.next):
            yield f"rule/{name}/{index}", rule.says
    for index, general in enumerate(scenario.anywhere):
        yield f"rule/anywhere/{index}", general.says


__all__: list[Any] = [
    "ChosenLine", "Heard", "Manner", "Reaction", "Silence", "Stimulus", "Survivor", "SurvivorState", "describe",
    "heard_to_the_end", "holds", "spoken_text",
]  # fmt: skip
