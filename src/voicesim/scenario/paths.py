"""The ways through a scenario: which rules can be taken in a state, in which order, and where they lead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from voicesim.scenario.guards import implies, never_holds
from voicesim.scenario.model import Hears, Rule, Scenario, Trigger
from voicesim.yamlfile import Location


@dataclass(frozen=True)
class Way:
    """A rule as it stands in one state."""

    rule: Rule
    location: Location
    general: bool
    """Written under `anywhere`."""


def ways(scenario: Scenario, state: str) -> tuple[Way, ...]:
    """The rules of a state in the order they are tried: anywhere first, its own, anywhere."""
    if scenario.states[state].ending:
        return ()
    general = [
        (rule.first, Way(rule, ("anywhere", index), general=True))
        for index, rule in enumerate(scenario.anywhere)
        if state not in rule.except_in
    ]
    own = [Way(rule, ("states", state, "next", i), general=False) for i, rule in enumerate(scenario.states[state].next)]
    return (*(way for first, way in general if first), *own, *(way for first, way in general if not first))


def steps(scenario: Scenario, *, well_mannered: bool = False) -> dict[str, frozenset[str]]:
    """Where each state can lead in one step. Rules that can never be taken, or name no state, lead nowhere.

    Args:
        scenario: whose states.
        well_mannered: only what words and silences lead to, not being interrupted or rushed.
    """
    return {
        state: frozenset(
            way.rule.go
            for way in ways(scenario, state)
            if way.rule.go in scenario.states
            and not never_holds(way.rule.when, scenario.feelings)
            and not (well_mannered and way.rule.event)
        )
        for state in scenario.states
    }


def reach(start: Iterable[str], next_steps: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Every state that can be come to, the first ones included."""
    seen = set(start)
    waiting = list(seen)
    while waiting:
        for target in next_steps.get(waiting.pop(), ()):
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return frozenset(seen)


def leading_to(targets: Iterable[str], next_steps: Mapping[str, Iterable[str]]) -> frozenset[str]:
    """Every state from which one of the targets can be come to, the targets included."""
    backwards: dict[str, list[str]] = {}
    for state, nexts in next_steps.items():
        for target in nexts:
            backwards.setdefault(target, []).append(state)
    return reach(targets, backwards)


def always_taken(rule: Rule) -> bool:
    """Whether a rule that fits is always taken: one that only speaks is passed over once it has said it all."""
    return rule.go is not None or not rule.says


def covers(earlier: Rule, later: Rule) -> bool:
    """Whether whatever sets off `later` always sets off `earlier`, so that `later` is never tried."""
    return always_taken(earlier) and implies(later.when, earlier.when) and _wider(earlier, later)


def _wider(one: Trigger, other: Trigger) -> bool:
    if one.hears is not None and other.hears is not None:
        return _hears_wider(one.hears, other.hears)
    if one.event and other.event:
        return set(other.event) <= set(one.event)
    return one.silence is not None and one.silence == other.silence


def _hears_wider(one: Hears, other: Hears) -> bool:
    if one.anything or other.anything:
        return one.anything
    pairs = ((set(getattr(one, key)), set(getattr(other, key))) for key in ("move", "question", "mark", "topic"))
    return all(not wide or (narrow and narrow <= wide) for wide, narrow in pairs)
