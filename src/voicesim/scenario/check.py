"""Static checks of a scenario: mistakes that are found without speaking it, each with its line, why, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from voicesim.scenario.guards import never_holds
from voicesim.scenario.load import LoadedScenario
from voicesim.scenario.marks import MarkError, Silence, parse_line, plain
from voicesim.scenario.model import Guard, Line, Move, Persona, Rule, Scenario, Trigger
from voicesim.scenario.paths import Way, covers, leading_to, reach, steps, ways
from voicesim.yamlfile import BadFileError, Location, Problem, did_you_mean

LONGEST_LINE = 15.0
"""Seconds. After more than this in one breath people stop listening (default of this project)."""
HURTFUL: frozenset[Move] = frozenset({"blame", "doubt", "minimise", "sarcasm", "threaten", "rush", "order"})


@dataclass(frozen=True)
class Finding:
    """Something the check found. An error breaks the conversation; a warning most likely is not what was meant."""

    level: Literal["error", "warning"]
    problem: Problem

    def __str__(self) -> str:
        where = f"{self.problem.where}: " if self.problem.where else ""
        said = f"{where}{self.problem.what} {self.problem.remedy}".rstrip()
        return f"{self.problem.file}:{self.problem.line}: {self.level}: {said}"


def check(loaded: LoadedScenario) -> tuple[Finding, ...]:
    """Everything that looks wrong in a scenario, in the order of its file."""
    scenario, document = loaded.scenario, loaded.document
    findings = [
        Finding(level, document.problem(location, what, remedy))
        for part in _CHECKS
        for level, location, what, remedy in part(scenario, document.line_of)
    ]
    return tuple(sorted(dict.fromkeys(findings), key=lambda finding: finding.problem.line))


def refuse_broken(loaded: LoadedScenario) -> None:
    """Stop before a broken scenario is spoken.

    Raises:
        BadFileError: the check found errors; warnings pass.
    """
    errors = [finding.problem for finding in check(loaded) if finding.level == "error"]
    if errors:
        raise BadFileError(errors)


# ------------------------------------------------------------------------------------------------------ walking about

Found = tuple[Literal["error", "warning"], Location, str, str]
LineOf = Callable[[Location], int]


def _rules(scenario: Scenario) -> Iterator[tuple[Location, Rule]]:
    for name, state in scenario.states.items():
        for index, rule in enumerate(state.next):
            yield ("states", name, "next", index), rule
    for index, general in enumerate(scenario.anywhere):
        yield ("anywhere", index), general


def _triggers(scenario: Scenario) -> Iterator[tuple[Location, Trigger]]:
    yield from _rules(scenario)
    for index, feeling_rule in enumerate(scenario.feels):
        yield ("feels", index), feeling_rule


def _lines(scenario: Scenario) -> Iterator[tuple[Location, Line]]:
    for name, state in scenario.states.items():
        for index, line in enumerate(state.lines):
            yield ("states", name, "lines", index), line
    for location, rule in _rules(scenario):
        for index, line in enumerate(rule.says):
            yield (*location, "says", index), line


def _guards(scenario: Scenario) -> Iterator[tuple[Location, Guard]]:
    for location, trigger in _triggers(scenario):
        yield (*location, "when"), trigger.when
    for location, line in _lines(scenario):
        yield (*location, "when"), line.when
    for place, persona in _speakers(scenario):
        for name, mood in persona.voice.moods.items():
            yield (*place, "voice", "moods", name, "when"), mood.when


def _speakers(scenario: Scenario) -> Iterator[tuple[Location, Persona]]:
    yield ("persona",), scenario.persona
    for name, member in scenario.cast.items():
        yield ("cast", name), member


# ------------------------------------------------------------------------------------------------------------- checks


def _names(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Names that stand for nothing."""

    def unknown(location: Location, kind: str, name: str, known: dict[str, object]) -> Iterator[Found]:
        if name not in known:
            remedy = did_you_mean(name, known) or f"Add it under {kind}s."
            yield "error", location, f"there is no {kind} '{name}'.", remedy

    states, feelings = dict[str, object](scenario.states), dict[str, object](scenario.feelings)
    disclosures, topics = dict[str, object](scenario.disclosures), dict[str, object](scenario.topics)
    yield from unknown(("start",), "state", scenario.start, states)
    for location, rule in _rules(scenario):
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
    for location, trigger in _triggers(scenario):
        for i, name in enumerate(trigger.hears.topic if trigger.hears else ()):
            yield from unknown((*location, "hears", "topic", i), "topic", name, topics)
    for location, guard in _guards(scenario):
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
    for location, line in _lines(scenario):
        for i, name in enumerate(line.reveals):
            yield from unknown((*location, "reveals", i), "disclosure", name, disclosures)
        if line.by is not None and line.by not in scenario.cast:
            remedy = did_you_mean(line.by, scenario.cast) or "Add it under cast, or leave 'by' out."
            yield "error", (*location, "by"), f"there is nobody called '{line.by}' in the cast.", remedy


def _guards_hold(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Guards that can never hold, and moods that never come."""
    for location, guard in _guards(scenario):
        never = never_holds(guard, scenario.feelings)
        if never:
            key, reason = never
            yield (
                "error",
                (*location, key),
                f"this can never be: {reason}.",
                "Change the numbers or delete the condition.",
            )
    for speaker, persona in _speakers(scenario):
        moods = list(persona.voice.moods.items())
        place: Location = (*speaker, "voice", "moods")
        if not any(mood.when == Guard() for _, mood in moods):
            remedy = "End with one that has no 'when', like 'steady: {}'."
            yield "error", place, "no mood is without a condition.", remedy
        for (name, mood), (later, _) in pairwise(moods):
            if mood.when == Guard():
                what = f"never comes, since '{name}' above always holds."
                yield "warning", (*place, later), what, f"Move '{name}' to the end."


def _cast(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Cast members who never speak."""
    speaking = {line.by for _, line in _lines(scenario)}
    for name in scenario.cast:
        if name not in speaking:
            yield "warning", ("cast", name), "says nothing.", f"Add 'by: {name}' to a line, or delete it."


def _told(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Disclosures that nobody tells."""
    told = {name for _, line in _lines(scenario) for name in line.reveals}
    for name in scenario.disclosures:
        if name not in told:
            remedy = f"Add 'reveals: {name}' to a line, or delete it."
            yield "warning", ("disclosures", name), "no line reveals it.", remedy


def _spoken(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Lines that cannot be spoken, are too long, or are there twice."""
    seen: dict[str, Location] = {}
    for location, line in _lines(scenario):
        try:
            parts = parse_line(line.text)
        except MarkError as error:
            yield "error", location, f"{error}.", "Correct the mark."
            continue
        words = plain(line.text)
        if not words:
            yield "error", location, "there are no words in this line.", "Write what she says."
            continue
        silent = sum(part.seconds for part in parts if isinstance(part, Silence))
        speaker = scenario.cast.get(line.by or "", scenario.persona)
        length = silent + len(words.split()) * 60 / speaker.voice.words_per_minute
        if length > LONGEST_LINE:
            yield "warning", location, f"takes about {length:.0f} s to say.", f"Keep a line under {LONGEST_LINE:g} s."
        key = "".join(letter for letter in words.lower() if letter.isalnum() or letter == " ")
        if key in seen:
            what = f"she says the same in line {line_of(seen[key])}."
            yield "warning", location, what, "Word it differently: nobody repeats themselves to the letter."
        seen.setdefault(key, location)


def _endings(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
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


def _ways_on(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """States she never comes to, or never leaves."""
    onward = steps(scenario)
    reachable = reach([scenario.start], onward) if scenario.start in scenario.states else frozenset(scenario.states)
    endings = [name for name, state in scenario.states.items() if state.ending]
    ending_in_reach = leading_to(endings, onward)
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
        if not onward[name] - {name}:
            yield "error", place, "she can never leave this state.", "Give it a rule with 'go:', or an 'ending:'."
        elif endings and name not in ending_in_reach:
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


def _tried(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
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
    for location, tried in possible.items():
        if not tried:
            general = location[0] == "anywhere"
            what = f"is never tried: the rule in line {line_of(hidden_by[location])} always comes before it."
            remedy = (
                "Add 'first: true' to have it tried before the states' own." if general else "Move it up, or delete it."
            )
            yield "warning", location, what, remedy
    for location, rule in _rules(scenario):
        if rule.go is None and not rule.says and not rule.changes:
            yield "error", location, "this rule does nothing.", "Give it 'says:', 'changes:' or 'go:'."
        elif rule.go is None and not rule.says and rule.hears:
            yield "warning", location, "she will not answer here.", "Give the rule 'says:' or 'go:'."
    yield from _silences(scenario, line_of)


def _silences(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
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


def _something_said(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Places where she may have nothing to say."""
    silent: dict[str, set[str]] = {}
    for name, state in scenario.states.items():
        place: Location = ("states", name)
        if state.lines and all(line.when != Guard() for line in state.lines):
            what = "every line here has a condition, so she may have nothing to say."
            yield "warning", (*place, "lines"), what, "Add a line without 'when:'."
        for way in ways(scenario, name):
            target = way.rule.go
            if target not in scenario.states or way.rule.says:
                continue
            if not scenario.states[target].lines:
                silent.setdefault(name, set()).add(target)
                what = f"she goes to '{target}' without a word."
                yield "warning", (*way.location, "go"), what, "Give this rule 'says:', or that state 'lines:'."
            elif target == name and len(scenario.states[name].lines) == 1 and not way.general:
                what = "when she comes back to this state, its one line has been said."
                yield "warning", (*way.location, "go"), what, "Write more lines for it, or give this rule 'says:'."
    for name in scenario.states:
        if name in reach(silent.get(name, ()), silent):
            what = "she can go round in a circle from here without ever speaking."
            yield "error", ("states", name), what, "Give a state of the circle 'lines:'."


def _way_back(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """What hurts her should be mendable, or be an ending."""
    best = [name for name, state in scenario.states.items() if state.ending and state.ending.kind == "opens_up"]
    mendable = leading_to(best, steps(scenario))
    for location, rule in _rules(scenario):
        hurts = rule.hears is not None and (HURTFUL & set(rule.hears.move) or "why" in rule.hears.mark)
        if not (best and hurts and rule.go in scenario.states):
            continue
        if rule.go not in mendable and not scenario.states[rule.go].ending:
            what = f"from '{rule.go}' there is no way back: a trainee who errs here cannot mend it."
            yield "warning", (*location, "go"), what, "Let an apology or a better question lead on, if that is meant."


_CHECKS: tuple[Callable[[Scenario, LineOf], Iterator[Found]], ...] = (
    _names,
    _guards_hold,
    _cast,
    _told,
    _spoken,
    _endings,
    _ways_on,
    _tried,
    _something_said,
    _way_back,
)
