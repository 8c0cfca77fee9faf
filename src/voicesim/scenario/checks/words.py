"""Her words: lines that no voice can speak, that are too long or there twice, and places where words may be missing."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

from voicesim.scenario.checks.walk import Found, LineOf, lines
from voicesim.scenario.marks import MarkError, Silence, parse_line, plain, same_words
from voicesim.scenario.model import Guard, Scenario
from voicesim.scenario.paths import reach, steps, ways
from voicesim.yamlfile import Location

LONGEST_LINE = 15.0
"""Seconds. After more than this in one breath people stop listening (default of this project)."""
_SPOKEN = "’‘“”–—…£€"
_READ_OUT = "()*_#<>{}|~^=\\/@"
"""Signs that voices read out or drop: stage directions and the like."""


def spoken(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """Lines that cannot be spoken, are too long, or are there twice."""
    seen: dict[str, Location] = {}
    for location, line in lines(scenario):
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
        key = same_words(line.text)
        if key in seen:
            what = (
                f"she says the same in line {line_of(seen[key])}, and nobody says the same words twice: one falls out."
            )
            yield "warning", location, what, "Word it differently."
        odd = sorted(
            {sign for sign in words if not (sign.isascii() or sign.isalpha() or sign in _SPOKEN)}
            | set(_READ_OUT) & set(words)
        )
        if odd:
            what = f"{' '.join(odd)} cannot be spoken as it is meant."
            yield "warning", location, what, "Write the words she says; for breaths and silences there are marks."
        foreign = sorted({sign for sign in words if sign.isalpha() and not _latin(sign)})
        if foreign:
            yield (
                "warning",
                location,
                f"no voice of this language speaks {''.join(foreign)}.",
                "Write it in Latin letters.",
            )
        seen.setdefault(key, location)


def something_said(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
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
    for name in scenario.states:
        if name in reach(silent.get(name, ()), silent):
            what = "she can go round in a circle from here without ever speaking."
            yield "error", ("states", name), what, "Give a state of the circle 'lines:'."


def coming_back(scenario: Scenario, line_of: LineOf) -> Iterator[Found]:
    """States with one line that she can come back to. (`coverage` finds those whose two or three run out.)"""
    onward = steps(scenario)
    for name, state in scenario.states.items():
        if state.ending or len(state.lines) != 1:
            continue
        for source in scenario.states:
            back = source in reach(onward[name], onward) or source == name
            silent = [
                way
                for way in ways(scenario, source)
                if way.rule.go == name and not way.rule.says and name not in way.rule.when.not_visited
            ]
            if back and silent:
                way = silent[0]
                what = f"when she comes back to '{name}', its one line has been said."
                remedy = f"Write more lines for it, give this rule 'says:', or 'when: {{not_visited: {name}}}'."
                yield "warning", (*way.location, "go"), what, remedy
                break


def _latin(letter: str) -> bool:
    return "LATIN" in unicodedata.name(letter, "")
