"""Which states and lines of a scenario are met, and whether every conversation ends, when trainees are let loose on it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from random import Random
from time import perf_counter

from voicesim.engine.events import StateEntered
from voicesim.engine.survivor import Heard, Manner, Reaction, Survivor, SurvivorState, heard_to_the_end
from voicesim.live.reading import reader_for
from voicesim.meaning.finder import WITHOUT, MeaningFinder
from voicesim.rehearsal.dry_run import Beat, Rehearsal
from voicesim.rehearsal.random_trainee import RandomTrainee
from voicesim.scenario.model import Line, Scenario
from voicesim.scenario.scripted import Trainee
from voicesim.yamlfile import Location

SEEDS = range(6)
"""Each scripted trainee is played with these: the seed picks between lines that fit equally well."""
MOST_STEPS = 1000
"""After so many turns and silences a run counts as one that never ends."""
_MACHINES = 8
"""Seeds shared by the random runs: building a machine takes longer than a run."""


@dataclass(frozen=True)
class Stuck:
    """A run that did not come to an ending."""

    who: str
    steps: int
    where: tuple[str, ...]
    """The states of its last steps."""
    why: str


@dataclass(frozen=True)
class ScriptedRun:
    """How one scripted trainee fared with one seed."""

    trainee: str
    seed: int
    ending: str
    """Kind of ending; empty when none was reached."""
    expected: str
    state: str
    """The state it came to."""


@dataclass
class Tally:
    """What was met, and how often."""

    runs: int = 0
    steps: int = 0
    longest: int = 0
    seconds: float = 0.0
    """How long the runs took, where it was measured."""
    states: Counter[str] = field(default_factory=Counter)
    """Visits by state."""
    lines: Counter[str] = field(default_factory=Counter)
    """By the line's id."""
    rules: Counter[str] = field(default_factory=Counter)
    """Rules taken, by id: ``<state>/<number>``, ``anywhere/<number>``."""
    endings: Counter[str] = field(default_factory=Counter)
    """Runs by the ending state."""
    speechless: Counter[str] = field(default_factory=Counter)
    """How often a turn got no word from her, by the state in which it was said."""
    repeated: Counter[str] = field(default_factory=Counter)
    """Lines she said twice in one run. Must stay empty."""
    stuck: list[Stuck] = field(default_factory=list)


@dataclass(frozen=True)
class ScriptLine:
    """A line as it stands in the file."""

    place: Location
    text: str
    by: str = ""
    """The cast member who says it; empty for the persona."""


@dataclass(frozen=True)
class Coverage:
    """A scenario's states and lines, and what the trainees met of them."""

    scenario: Scenario
    lines: Mapping[str, ScriptLine]
    """By the line's id."""
    scripted: Tally
    scripted_runs: tuple[ScriptedRun, ...]
    random: Tally
    by: str = WITHOUT
    """What moves and topics went by: words alone, or words and the sentence model."""

    @property
    def wrong_endings(self) -> tuple[ScriptedRun, ...]:
        """Scripted trainees who did not come to the ending their script names."""
        return tuple(run for run in self.scripted_runs if run.ending != run.expected)

    @property
    def judged(self) -> Tally:
        """What `--at-least` goes by: the scripted trainees when there are any, else the random ones."""
        return self.scripted if self.scripted.runs else self.random

    def states_met(self, tally: Tally) -> float:
        """Percent of states."""
        return _percent(len(self.scenario.states) - len(self.missed_states(tally)), len(self.scenario.states))

    def lines_met(self, tally: Tally) -> float:
        """Percent of lines."""
        return _percent(len(self.lines) - len(self.missed_lines(tally)), len(self.lines))

    def missed_states(self, tally: Tally) -> list[str]:
        """States nobody of the tally came to."""
        return [name for name in self.scenario.states if name not in tally.states]

    def missed_lines(self, tally: Tally) -> list[str]:
        """Ids of lines nobody of the tally heard."""
        return [line for line in self.lines if line not in tally.lines]

    def idle_rules(self) -> dict[str, Location]:
        """Rules nobody at all set off: id and place."""
        places: dict[str, Location] = {
            f"{name}/{number}": ("states", name, "next", number)
            for name, state in self.scenario.states.items()
            for number in range(len(state.next))
        }
        places |= {f"anywhere/{number}": ("anywhere", number) for number in range(len(self.scenario.anywhere))}
        taken = {*self.scripted.rules, *self.random.rules}
        return {rule: place for rule, place in places.items() if rule not in taken}


def script_lines(scenario: Scenario) -> dict[str, ScriptLine]:
    """Every line by its id, as the engine gives it."""
    places: dict[str, ScriptLine] = {}

    def add(prefix: str, place: Location, lines: tuple[Line, ...]) -> None:
        places.update(
            {
                f"{prefix}/{index}": ScriptLine((*place, index), line.text, line.by or "")
                for index, line in enumerate(lines)
            }
        )

    for name, state in scenario.states.items():
        add(f"state/{name}", ("states", name, "lines"), state.lines)
        for number, rule in enumerate(state.next):
            add(f"rule/{name}/{number}", ("states", name, "next", number, "says"), rule.says)
    for number, general in enumerate(scenario.anywhere):
        add(f"rule/anywhere/{number}", ("anywhere", number, "says"), general.says)
    return places


def cover(
    scenario: Scenario,
    trainees: Mapping[str, Trainee],
    runs: int = 2000,
    seed: int = 0,
    progress: Callable[[int, int], None] = lambda done, total: None,
    find: MeaningFinder | None = None,
) -> Coverage:
    """Play all scripted trainees with each of `SEEDS`, and random ones.

    Args:
        scenario: a checked scenario.
        trainees: the scripted ones, by name.
        runs: how many random ones.
        seed: of the random ones; the same seed gives the same runs.
        progress: told (runs done, runs in all) now and then.
        find: what the scripted trainees' sentences resemble, as a live session looks it up (with the topics of this scenario);
            None to go by their words alone. Random trainees say no words: to them it makes no difference.
    """
    scripted, results = Tally(), []
    if find is not None:
        find.find([turn.says for trainee in trainees.values() for turn in trainee.turns if turn.says])  # all at once
    reader = reader_for(scenario, find)
    total = len(trainees) * len(SEEDS) + runs
    cast: dict[int, Survivor] = {}
    for name, trainee in trainees.items():
        for offset in SEEDS:
            drawn = trainee.seed + offset
            if drawn not in cast:
                cast[drawn] = Survivor(scenario, drawn)
            rehearsal = Rehearsal(scenario, drawn, understand=reader, machine=cast[drawn])
            results.append(_play_script(rehearsal, name, trainee, scripted))
            progress(scripted.runs, total)
    random = Tally()
    began = perf_counter()
    machines = [Survivor(scenario, number) for number in range(min(_MACHINES, max(1, runs // 10)))]
    for number in range(runs):
        play_random(machines[number % len(machines)], Random(f"{seed}/{number}"), random)
        if number % 100 == 99:
            progress(scripted.runs + number + 1, total)
    random.seconds = perf_counter() - began
    progress(total, total)
    by = find.name if find else WITHOUT
    return Coverage(scenario, script_lines(scenario), scripted, tuple(results), random, by)


def play_random(survivor: Survivor, random: Random, tally: Tally) -> None:
    """One run of a random trainee, added to the tally."""
    trainee = RandomTrainee(survivor, random)
    said: set[str] = set()
    reaction = survivor.open(survivor.initial(), 0)
    _count(tally, reaction, "", said)
    recent: list[str] = []
    state, untold = _told(reaction), reaction.survivor.told
    steps = 0
    why = ""
    while survivor.ending(state) is None and not why:
        stimuli = trainee.next(state)
        if any(isinstance(each, Manner) and each.event in ("interrupted", "cut_in") for each in stimuli):
            state = replace(state, told=untold)  # she did not get to the end of what she was telling
        steps += 1
        before = state.state
        reaction = survivor.react(state, stimuli, 0)
        _count(tally, reaction, before, said, heard=any(isinstance(each, Heard) for each in stimuli))
        state, untold = _told(reaction), reaction.survivor.told
        recent = [*recent[-7:], state.state]
        if not stimuli:
            why = "she waits for ever for a trainee who says nothing"
        elif steps >= MOST_STEPS:
            why = "it goes on and on"
    tally.runs += 1
    tally.steps += steps
    tally.longest = max(tally.longest, steps)
    if why:
        tally.stuck.append(Stuck(f"random trainee {tally.runs}", steps, tuple(recent), why))
    else:
        tally.endings[state.state] += 1


def play_script(rehearsal: Rehearsal, trainee: Trainee) -> list[Beat]:
    """What one scripted trainee comes to, beat by beat, up to an ending or the end of the script."""
    beats = [rehearsal.begin()]
    for turn in trainee.turns:
        if rehearsal.ending is not None:
            break
        if turn.wait is not None:
            beats += rehearsal.wait(turn.wait)
            continue
        if turn.manner:
            rehearsal.do(turn.manner)
        beats.append(rehearsal.say(turn.says))
    return beats


def _play_script(rehearsal: Rehearsal, name: str, trainee: Trainee, tally: Tally) -> ScriptedRun:
    beats = play_script(rehearsal, trainee)
    for beat in beats:
        tally.lines.update(beat.line_ids)
        tally.states.update(beat.entered)
        tally.rules.update(beat.rules)
        if beat.reading is not None and beat.answered and not beat.lines:
            tally.speechless[beat.state] += 1
    ending = rehearsal.ending
    where = beats[-1].state
    tally.runs += 1
    tally.steps += len(beats) - 1
    tally.longest = max(tally.longest, len(beats) - 1)
    if ending is not None:
        tally.endings[where] += 1
    else:
        tally.stuck.append(
            Stuck(f"{name} (seed {rehearsal.seed})", len(beats) - 1, (where,), "the script is over before an ending")
        )
    return ScriptedRun(name, rehearsal.seed, ending.kind if ending else "", trainee.ends, where)


def _told(reaction: Reaction) -> SurvivorState:
    """Her state when what she says has been heard to its end."""
    state = reaction.survivor
    for line in reaction.lines:
        if line.reveals:
            state, _ = heard_to_the_end(state, line.reveals, 0)
    return state


def _percent(part: int, whole: int) -> float:
    return 100.0 * part / whole if whole else 100.0


def _count(tally: Tally, reaction: Reaction, before: str, said: set[str], *, heard: bool = False) -> None:
    for line in reaction.lines:
        tally.lines[line.id] += 1
        if line.text in said:
            tally.repeated[line.id] += 1
        said.add(line.text)
    tally.states.update(fact.state for fact in reaction.facts if isinstance(fact, StateEntered))
    tally.rules.update(reaction.rules)
    if heard and not reaction.lines:
        tally.speechless[before] += 1
