"""Conditions that can never hold: by their numbers, by how far a feeling can move, by the ways that lead there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import inf

from voicesim.scenario.checks.walk import Found, LineOf, guards, lines, rules, speakers
from voicesim.scenario.guards import never_holds
from voicesim.scenario.model import Feeling, Guard, Scenario
from voicesim.scenario.paths import reach, steps
from voicesim.yamlfile import Location


def moods_and_bounds(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Guards that can never hold, and moods that never come."""
    for location, guard in guards(scenario):
        never = never_holds(guard, scenario.feelings)
        if never:
            key, reason = never
            yield (
                "error",
                (*location, key),
                f"this can never be: {reason}.",
                "Change it, or delete the condition.",
            )
    for speaker, persona in speakers(scenario):
        moods = list(persona.voice.moods.items())
        place: Location = (*speaker, "voice", "moods")
        if not any(mood.when == Guard() for _, mood in moods):
            remedy = "End with one that has no 'when', like 'steady: {}'."
            yield "error", place, "no mood is without a condition.", remedy
        for (name, mood), (later, _) in pairwise(moods):
            if mood.when == Guard():
                what = f"never comes, since '{name}' above always holds."
                yield "warning", (*place, later), what, f"Move '{name}' to the end."


def out_of_reach(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Feelings that never get so far, whatever is done."""
    farthest = {name: _farthest(scenario, name, feeling) for name, feeling in scenario.feelings.items()}
    for location, guard in guards(scenario):
        if never_holds(guard, scenario.feelings):
            continue
        never = never_holds(guard, farthest)
        if never:
            name = never[0]
            ends = farthest[name]
            what = f"this can never be: {name} starts at {ends.start:g}, and all that moves it keeps it"
            what += f" between {ends.low:g} and {ends.high:g}."
            yield "error", (*location, name), what, "Let something move it further, or change the number."


def _farthest(scenario: Scenario, name: str, feeling: Feeling) -> Feeling:
    """The feeling with the bounds that its rules can take it to."""
    up = down = 0.0
    for rule in scenario.feels:
        amount = rule.changes.get(name, 0.0)
        total = amount * (rule.times if rule.times is not None else inf) if amount else 0.0
        up, down = up + max(total, 0.0), down + min(total, 0.0)
    for _, other in rules(scenario):
        amount = other.changes.get(name, 0.0)
        up, down = (inf if amount > 0 else up), (-inf if amount < 0 else down)
    low, high = max(feeling.low, feeling.start + down), min(feeling.high, feeling.start + up)
    return feeling.model_copy(update={"low": low, "high": high})


def in_this_place(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """What cannot have been told, visited or left out by the time she is in a state."""
    onward = steps(scenario)
    told_in = _told_in(scenario)
    for location, guard in guards(scenario):
        states = [str(location[1])] if location[0] == "states" else []
        for name in guard.told:
            told = told_in.get(name, frozenset())
            if name in scenario.disclosures and not told:
                what = f"this can never be: no line reveals '{name}'."
                yield "error", (*location, "told"), what, f"Add 'reveals: {name}' to a line, or delete the condition."
            elif told and states and not any(states[0] in reach([state], onward) for state in told):
                what = f"this can never be: '{name}' is not told on any way to '{states[0]}'."
                yield "error", (*location, "told"), what, "Move the line that reveals it, or delete the condition."
        for state in states:
            yield from _visits(scenario, state, location, guard, onward)


def _visits(
    scenario: Scenario, state: str, location: Location, guard: Guard, onward: Mapping[str, frozenset[str]]
) -> Iterator[Found]:
    for name in set(guard.visited) & set(scenario.states):
        if state not in reach(onward[name], onward):
            why = "she never comes back here" if name == state else f"no way leads from '{name}' to '{state}'"
            yield "error", (*location, "visited"), f"this can never be: {why}.", "Add a way, or delete the condition."
    for name in (set(guard.not_visited) & set(scenario.states)) - {state}:
        without = {each: nexts - {name} for each, nexts in onward.items() if each != name}
        starts = {scenario.start} - {name}
        if state in reach([scenario.start], onward) and state not in reach(starts, without):
            what = f"this can never be: every way to '{state}' leads through '{name}'."
            yield "error", (*location, "not_visited"), what, "Add another way, or delete the condition."


def _told_in(scenario: Scenario) -> dict[str, frozenset[str]]:
    """States in which each disclosure can be told."""
    told: dict[str, set[str]] = {}
    for location, line in lines(scenario):
        for name in line.reveals:
            told.setdefault(name, set()).update(scenario.states if location[0] == "anywhere" else [str(location[1])])
    return {name: frozenset(states) for name, states in told.items()}


def too_late(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Conditions for turns after the one with which she closes."""
    limits = scenario.closes_after
    endings = {name for name, state in scenario.states.items() if state.ending}
    for location, guard in guards(scenario):
        in_an_ending = location[0] == "states" and location[1] in endings
        if limits and guard.turns_at_least >= limits.turns and not in_an_ending:
            what = f"this can never be: she closes with turn {limits.turns} (line {line_of(('closes_after',))})."
            yield "error", (*location, "turns_at_least"), what, "Choose a smaller number."
