"""Names: those that stand for nothing, and those that nothing stands for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from voicesim.scenario.checks.walk import Found, LineOf, guards, lines, rules, triggers
from voicesim.scenario.model import Event, Scenario
from voicesim.yamlfile import Location, did_you_mean


def known_names(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Names that stand for nothing."""

    def unknown(location: Location, kind: str, name: str, known: dict[str, object]) -> Iterator[Found]:
        if name not in known:
            remedy = did_you_mean(name, known) or f"Add it under {kind}s."
            yield "error", location, f"there is no {kind} '{name}'.", remedy

    states, feelings = dict[str, object](scenario.states), dict[str, object](scenario.feelings)
    disclosures, topics = dict[str, object](scenario.disclosures), dict[str, object](scenario.topics)
    if "anywhere" in states:
        yield (
            "error",
            ("states", "anywhere"),
            "'anywhere' is the name of the rules for all states.",
            "Rename the state.",
        )
    yield from unknown(("start",), "state", scenario.start, states)
    if scenario.closes_after:
        yield from unknown(("closes_after", "go"), "state", scenario.closes_after.go, states)
    for location, rule in rules(scenario):
        if rule.go is not None:
            yield from unknown((*location, "go"), "state", rule.go, states)
        for name in rule.changes:
            yield from unknown((*location, "changes", name), "feeling", name, feelings)
    for index, general in enumerate(scenario.anywhere):
        for i, name in enumerate(general.except_in):
            yield from unknown(("anywhere", index, "except_in", i), "state", name, states)
    for index, feeling_rule in enumerate(scenario.feels):
        for name in feeling_rule.changes:
            yield from unknown(("feels", index, "changes", name), "feeling", name, feelings)
    for location, trigger in triggers(scenario):
        for i, name in enumerate(trigger.hears.topic if trigger.hears else ()):
            yield from unknown((*location, "hears", "topic", i), "topic", name, topics)
    for location, guard in guards(scenario):
        conditions = {"told", "not_told", "visited", "not_visited", "turns_at_least"}
        for name in guard.feelings:
            yield from unknown((*location, name), "feeling", name, {**feelings, **dict.fromkeys(conditions)})
        for key, kind, known in (
            ("told", "disclosure", disclosures),
            ("not_told", "disclosure", disclosures),
            ("visited", "state", states),
            ("not_visited", "state", states),
        ):
            for i, name in enumerate(getattr(guard, key)):
                yield from unknown((*location, key, i), kind, name, known)
    for location, line in lines(scenario):
        for i, name in enumerate(line.reveals):
            yield from unknown((*location, "reveals", i), "disclosure", name, disclosures)
        if line.by is not None and line.by not in scenario.cast:
            remedy = did_you_mean(line.by, scenario.cast) or "Add it under cast, or leave 'by' out."
            yield "error", (*location, "by"), f"there is nobody called '{line.by}' in the cast.", remedy


def silent_cast(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Cast members who never speak."""
    speaking = {line.by for _, line in lines(scenario)}
    for name in scenario.cast:
        if name not in speaking:
            yield "warning", ("cast", name), "says nothing.", f"Add 'by: {name}' to a line, or delete it."


def untold(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Disclosures that nobody tells."""
    told = {name for _, line in lines(scenario) for name in line.reveals}
    for name in scenario.disclosures:
        if name not in told:
            remedy = f"Add 'reveals: {name}' to a line, or delete it."
            yield "warning", ("disclosures", name), "no line reveals it.", remedy


def unused(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Topics nothing asks about, feelings that nothing moves or that move nothing."""
    heard = {name for _, trigger in triggers(scenario) if trigger.hears for name in trigger.hears.topic}
    for name in scenario.topics:
        if name not in heard:
            what = "no rule hears this topic."
            yield "warning", ("topics", name), what, f"Use it in a rule ('hears: {{topic: {name}}}'), or delete it."
    moved = {name for rule in scenario.feels for name in rule.changes}
    moved |= {name for _, rule in rules(scenario) for name in rule.changes}
    asked = {name for _, guard in guards(scenario) for name in guard.feelings}
    for name in scenario.feelings:
        place: Location = ("feelings", name)
        if name in get_args(Event):
            what = f"'{name}' already counts how often it happened."
            yield "error", place, what, "Give the feeling another name."
        if name not in moved:
            yield "warning", place, "nothing moves this feeling.", "Add a rule under 'feels', or delete it."
        if name not in asked:
            what = "no condition asks for this feeling, so it changes nothing she does."
            yield "warning", place, what, f"Ask for it ('when: {{{name}: \">= 50\"}}'), or delete it."
