"""The ways through: endings, states she cannot come to or leave, rules that are never tried, conversations without end."""

from __future__ import annotations

from collections.abc import Iterator

from voicesim.scenario.checks.walk import Found, LineOf, rules
from voicesim.scenario.model import Guard, Scenario
from voicesim.scenario.paths import Way, covers, leading_to, reach, steps, ways
from voicesim.yamlfile import Location


def endings(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    kinds = {state.ending.kind for state in scenario.states.values() if state.ending}
    if not kinds:
        yield "error", ("states",), "no state is an ending.", "Give at least one state an 'ending:'."
    for kind in ("opens_up", "guarded", "ends_it"):
        if kinds and kind not in kinds:
            yield (
                "warning",
                ("states",),
                f"no ending is of the kind {kind}.",
                "Add one, so that it can be learned from.",
            )
    for name, state in scenario.states.items():
        if state.ending and state.next:
            what = "an ending has rules, but the conversation is over here."
            yield "error", ("states", name, "next"), what, "Delete 'next:', or delete 'ending:'."


def ways_on(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """States she never comes to, or never leaves."""
    onward = steps(scenario)
    closing = {scenario.closes_after.go} if scenario.closes_after else set()
    reachable = (
        reach([scenario.start, *closing], onward) if scenario.start in scenario.states else frozenset(scenario.states)
    )
    ends = [name for name, state in scenario.states.items() if state.ending]
    polite = steps(scenario, well_mannered=True)
    ending_in_reach = leading_to(ends, polite)
    for name, state in scenario.states.items():
        place: Location = ("states", name)
        if name not in reachable:
            yield (
                "error",
                place,
                "she never comes here.",
                f"Write 'go: {name}' in a rule of another state, or delete it.",
            )
        if state.ending:
            continue
        if not polite[name] - {name}:
            yield "error", place, "she can never leave this state.", "Give it a rule with 'go:', or an 'ending:'."
        elif ends and name not in ending_in_reach:
            yield "error", place, "no ending can be reached from here.", "Let one of its ways lead on to an ending."
        yield from _last_resort(scenario, name)


def _last_resort(scenario: Scenario, name: str) -> Iterator[Found]:
    """Whatever is said, something must follow."""
    catching = [
        way.rule
        for way in ways(scenario, name)
        if way.rule.hears and way.rule.hears.anything and way.rule.when == Guard()
    ]
    place: Location = ("states", name)
    if not catching:
        what = "there are things a trainee can say that she would not react to."
        yield "error", place, what, "End its rules with '- {hears: anything, go: …}', without 'when:'."
    elif not any(rule.go not in (None, name) for rule in catching):
        what = "when her answers are used up, she falls silent for good."
        yield "error", place, what, "End its rules with '- {hears: anything, go: …}' to another state."


def tried(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Rules that are never tried, do nothing, or come in a misleading order."""
    possible: dict[Location, bool] = {}
    hidden_by: dict[Location, Location] = {}
    for name in scenario.states:
        before: list[Way] = []
        for way in ways(scenario, name):
            earlier = next((one for one in before if covers(one.rule, way.rule)), None)
            possible[way.location] = possible.get(way.location, False) or earlier is None
            if earlier:
                hidden_by[way.location] = earlier.location
            before.append(way)
    for location, is_tried in possible.items():
        if not is_tried:
            general = location[0] == "anywhere"
            what = f"is never tried: the rule in line {line_of(hidden_by[location])} always comes before it."
            remedy = (
                "Add 'first: true' to have it tried before the states' own." if general else "Move it up, or delete it."
            )
            yield "warning", location, what, remedy
    for location, rule in rules(scenario):
        if rule.go is None and not rule.says and not rule.changes:
            yield "error", location, "this rule does nothing.", "Give it 'says:', 'changes:' or 'go:'."
        elif rule.go is None and not rule.says and rule.hears:
            yield "warning", location, "she will not answer here.", "Give the rule 'says:' or 'go:'."
    yield from _silences(scenario, line_of)


def _silences(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    limits = scenario.closes_after
    for location, rule in rules(scenario):
        if limits and rule.silence is not None and rule.silence >= limits.silence:
            what = f"is never reached: after {limits.silence:g} s she closes (line {line_of(('closes_after',))})."
            yield "warning", (*location, "silence"), what, "Choose a shorter silence."
    for name in scenario.states:
        previous = 0.0
        leaving: tuple[float, Location] | None = None
        for way in sorted(ways(scenario, name), key=lambda one: one.rule.silence or 0.0):
            seconds = way.rule.silence
            if seconds is None:
                continue
            if leaving and seconds > leaving[0]:
                if way.general:  # meant for the other states
                    continue
                what = f"is never reached: after {leaving[0]:g} s she moves on (line {line_of(leaving[1])})."
                yield "warning", (*way.location, "silence"), what, "Choose a shorter silence."
            elif way.rule.go is not None and way.rule.when == Guard() and leaving is None:
                leaving = (seconds, way.location)
        for index, rule in enumerate(scenario.states[name].next):
            if rule.silence is None:
                continue
            if rule.silence < previous:
                what = f"comes before the {previous:g} s above it."
                remedy = "Write silences in the order in which they pass, the shortest first."
                yield "warning", ("states", name, "next", index, "silence"), what, remedy
            previous = max(previous, rule.silence)


def it_ends(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """A conversation that a trainee could keep going for ever."""
    limits = scenario.closes_after
    if limits:
        if limits.go in scenario.states and not scenario.states[limits.go].ending:
            what = f"'{limits.go}' is no ending."
            yield "error", ("closes_after", "go"), what, "Name a state that has an 'ending:'."
        return
    onward = steps(scenario)
    circles = [name for name in scenario.states if name in reach(onward[name], onward)]
    waiting = [name for name in scenario.states if not _ends_in_silence(scenario, name)]
    who = [
        *([f"goes round in circles (from '{circles[0]}')"] if circles else []),
        *([f"says nothing (in '{waiting[0]}')"] if waiting else []),
    ]
    if who:
        what = f"with a trainee who {' or '.join(who)} this may never end."
        ends = [name for name, state in scenario.states.items() if state.ending and state.ending.kind == "guarded"]
        go = next(iter(ends), "NAME-OF-AN-ENDING")
        yield "warning", ("start",), what, f"Add 'closes_after: {{turns: 40, silence: 60, go: {go}}}'."


def _ends_in_silence(scenario: Scenario, name: str) -> bool:
    """Whether saying nothing leads from here to an ending, whatever she feels."""
    seen: set[str] = set()
    while not scenario.states[name].ending:
        seen.add(name)
        leaving = [way.rule for way in ways(scenario, name) if way.rule.silence and way.rule.go in scenario.states]
        sure = [rule for rule in leaving if rule.when == Guard()]
        if not sure:
            return False
        name = min(sure, key=lambda rule: rule.silence or 0).go or name
        if name in seen:
            return False
    return True
