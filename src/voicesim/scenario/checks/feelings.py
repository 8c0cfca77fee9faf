"""What hurts and what mends: ways back after a hurt, apologies that count, interruptions that are not borne for ever."""

from __future__ import annotations

from collections.abc import Iterator

from voicesim.scenario.checks.walk import Found, LineOf, rules, triggers
from voicesim.scenario.model import Guard, Move, Scenario
from voicesim.scenario.paths import leading_to, steps, ways

HURTFUL: frozenset[Move] = frozenset({"blame", "doubt", "minimise", "sarcasm", "threaten", "rush", "order"})
BORNE = 3
"""Interruptions after which somebody has had enough (issue of this project; a default, not a law)."""
_TRIED = 12


def way_back(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """What hurts her should be mendable, or be an ending."""
    best = [name for name, state in scenario.states.items() if state.ending and state.ending.kind == "opens_up"]
    mendable = leading_to(best, steps(scenario))
    for location, rule in rules(scenario):
        hurts = rule.hears is not None and (HURTFUL & set(rule.hears.move) or "why" in rule.hears.mark)
        if not (best and hurts and rule.go in scenario.states):
            continue
        if rule.go not in mendable and not scenario.states[rule.go].ending:
            what = f"from '{rule.go}' there is no way back: a trainee who errs here cannot mend it."
            yield "warning", (*location, "go"), what, "Let an apology or a better question lead on, if that is meant."


def mending(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Feelings that a hurt lowers and nothing said afterwards raises; apologies that do nothing, or too much."""
    raised = {
        name
        for source in (scenario.feels, [rule for _, rule in rules(scenario)])
        for rule in source
        if rule.hears
        for name, amount in rule.changes.items()
        if amount > 0
    }
    hurts = [
        (("feels", index, "changes", name), name)
        for index, rule in enumerate(scenario.feels)
        if rule.hears and HURTFUL & set(rule.hears.move)
        for name, amount in rule.changes.items()
        if amount < 0
    ]
    for location, name in hurts:
        if name not in raised:
            what = f"{name} sinks here, and nothing the trainee can say raises it again."
            yield (
                "warning",
                location,
                what,
                f"Add a rule like '{{hears: {{move: apologise}}, changes: {{{name}: 8}}, times: 1}}'.",
            )
    apologies = [
        (location, each) for location, each in triggers(scenario) if each.hears and "apologise" in each.hears.move
    ]
    if hurts and not apologies:
        what = "she can be hurt, but an apology changes nothing."
        remedy = "Add '{hears: {move: apologise}, changes: {…}, times: 1}', or a rule that leads back."
        yield "warning", ("feels",), what, remedy
    for index, rule in enumerate(scenario.feels):
        only = rule.hears is not None and rule.hears.move == ("apologise",)
        if only and rule.times is None and any(amount > 0 for amount in rule.changes.values()):
            yield "warning", ("feels", index), "an apology counts here every time it is made.", "Add 'times: 1'."


def interrupted_for_ever(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """States in which she can be interrupted again and again and stays."""
    borne = {name: _interruptions(scenario, name) for name, state in scenario.states.items() if not state.ending}
    patient = {name: times for name, times in borne.items() if times is None or times > BORNE}
    if not patient:
        return
    names = ", ".join(f"'{name}'" for name in list(patient)[:3]) + (" and others" if len(patient) > 3 else "")
    longest = max((times for times in patient.values() if times is not None), default=0)
    how = "without end" if None in patient.values() else f"{longest} times before she goes"
    endings = [name for name, state in scenario.states.items() if state.ending and state.ending.kind == "ends_it"]
    go = next(iter(endings), "NAME-OF-AN-ENDING")
    what = f"she can be interrupted {how} (in {names})."
    remedy = (
        f"Add under 'anywhere': '{{first: true, event: interrupted, when: {{interrupted: \">= {BORNE}\"}}, go: {go}}}'."
    )
    yield "warning", ("anywhere",) if scenario.anywhere else ("start",), what, remedy


def _interruptions(scenario: Scenario, state: str) -> int | None:
    """How many interruptions end it here, when nothing else has happened; None when none do."""
    feelings = {name: feeling.start for name, feeling in scenario.feelings.items()}
    counted: dict[int, int] = {}
    for times in range(1, _TRIED + 1):
        for index, rule in enumerate(scenario.feels):
            limited = rule.times is not None and counted.get(index, 0) >= rule.times
            if "interrupted" not in rule.event or limited or not _holds(rule.when, feelings, times):
                continue
            counted[index] = counted.get(index, 0) + 1
            for name in set(rule.changes) & set(feelings):
                bounds = scenario.feelings[name]
                feelings[name] = min(bounds.high, max(bounds.low, feelings[name] + rule.changes[name]))
        for way in ways(scenario, state):
            target = scenario.states.get(way.rule.go or "")
            set_off = "interrupted" in way.rule.event or bool(way.rule.hears and way.rule.hears.anything)
            if target and target.ending and set_off and _holds(way.rule.when, feelings, times):
                return times
    return None


def _holds(guard: Guard, feelings: dict[str, float], interrupted: int) -> bool:
    """Whether the condition holds where nothing has been told, nor any other state visited."""
    return (
        not guard.told
        and not guard.visited
        and guard.turns_at_least <= interrupted
        and all(
            name in feelings and bound.holds(feelings[name])
            for name, bounds in guard.feelings.items()
            for bound in bounds
        )
        and all(
            bound.holds(interrupted if event == "interrupted" else 0)
            for event, bounds in guard.happened.items()
            for bound in bounds
        )
    )
