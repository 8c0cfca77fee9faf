"""Where everything stands in a scenario: its rules, lines, conditions and speakers, each with its place in the file."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

from voicesim.scenario.model import Guard, Line, Persona, Rule, Scenario, Trigger
from voicesim.yamlfile import Location

Found = tuple[Literal["error", "warning"], Location, str, str]
"""What a check found: how grave, where, what is wrong, what to do."""
LineOf = Callable[[Location], int]
Check = Callable[[Scenario, LineOf], Iterator[Found]]


def rules(scenario: Scenario) -> Iterator[tuple[Location, Rule]]:
    for name, state in scenario.states.items():
        for index, rule in enumerate(state.next):
            yield ("states", name, "next", index), rule
    for index, general in enumerate(scenario.anywhere):
        yield ("anywhere", index), general


def triggers(scenario: Scenario) -> Iterator[tuple[Location, Trigger]]:
    yield from rules(scenario)
    for index, feeling_rule in enumerate(scenario.feels):
        yield ("feels", index), feeling_rule


def lines(scenario: Scenario) -> Iterator[tuple[Location, Line]]:
    for name, state in scenario.states.items():
        for index, line in enumerate(state.lines):
            yield ("states", name, "lines", index), line
    for location, rule in rules(scenario):
        for index, line in enumerate(rule.says):
            yield (*location, "says", index), line


def guards(scenario: Scenario) -> Iterator[tuple[Location, Guard]]:
    for location, trigger in triggers(scenario):
        yield (*location, "when"), trigger.when
    for location, line in lines(scenario):
        yield (*location, "when"), line.when
    for place, persona in speakers(scenario):
        for name, mood in persona.voice.moods.items():
            yield (*place, "voice", "moods", name, "when"), mood.when


def speakers(scenario: Scenario) -> Iterator[tuple[Location, Persona]]:
    yield ("persona",), scenario.persona
    for name, member in scenario.cast.items():
        yield ("cast", name), member
