"""What `scenario check` works out: ways that cannot be, hurts that nothing mends, words no voice speaks, no end in sight."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_scenario import SMALL, changed, line_of, load

from voicesim.scenario.check import check

LIMITS = "closes_after: {turns: 20, silence: 60, go: gone}\n"
THIRD = '  - {first: true, event: interrupted, when: {interrupted: ">= 3"}, go: gone}\n'
BLAMED = "  - {hears: {move: blame}, changes: {trust: -10}}\n"
FEELS = "feels:\n"

PLANTED = {
    # what was done to it: (old, new, text on the line that is to be named, level, words of the finding)
    "a feeling that is never raised so far": (
        "  - {hears: {move: believe}, changes: {trust: 10}}",
        "  - {hears: {move: believe}, changes: {trust: 10}, times: 2}\n  - {hears: anything, when: {trust: '> 60'}, changes: "
        "{trust: -1}}", "trust: '> 60'", "error", "trust starts at 40, and all that moves it keeps it between 0 and 60"),
    "told before it can have been": ("trust: \">= 20\"", "told: dog-ran", "told: dog-ran", "error",
                                     "'dog-ran' is not told on any way to 'hello'"),
    "told, and no line tells it": ("trust: \">= 20\"", "told: cat", "told: cat", "error", "no line reveals 'cat'"),
    "come back to where there is no way back": ("{topic: the-dog}\n        when: {trust: \">= 20\"}",
                                                "{topic: the-dog}\n        when: {visited: hello}", "visited: hello", "error",
                                                "she never comes back here"),
    "not been where every way leads through": ("      - hears: {question: open}\n", "      - hears: {question: open}\n        "
                                               "when: {not_visited: hello}\n", "not_visited: hello", "error",
                                               "every way to 'short' leads through 'hello'"),
    "a turn after the last": ("trust: \">= 20\"", "turns_at_least: 20", "turns_at_least: 20", "error", "closes with turn 20"),
    "a topic nobody hears": ("topics:\n", "topics:\n  the-cat: {phrases: [cat]}\n", "the-cat:", "warning", "no rule hears"),
    "a feeling nothing moves": ("feelings:\n", "feelings:\n  hope: {start: 1}\n", "  hope:", "warning", "nothing moves"),
    "a feeling nobody asks for": ("feelings:\n", "feelings:\n  hope: {start: 1}\n", "  hope:", "warning", "changes nothing"),
    "a feeling called like an event": ("feelings:\n", "feelings:\n  rushed: {start: 1}\n", "  rushed:", "error", "already counts"),
    "a stage direction": ("lines: I see.", "lines: I see (sighs).", "(sighs)", "warning", "( ) cannot be spoken"),
    "another alphabet": ("lines: I see.", "lines: I see да.", "да", "warning", "no voice of this language speaks"),
    "hurt that nothing mends": ("  - {hears: {move: believe}, changes: {trust: 10}}\n", BLAMED, "{move: blame}, changes",
                                "warning", "nothing the trainee can say raises it again"),
    "an apology that changes nothing": (FEELS, FEELS + BLAMED, "feels:", "warning", "an apology changes nothing"),
    "an apology that always counts": (FEELS, FEELS + "  - {hears: {move: apologise}, changes: {trust: 5}}\n",
                                      "apologise", "warning", "Add 'times: 1'"),
    "interrupted for ever": (THIRD, "", "anywhere:", "warning", "can be interrupted without end"),
    "interrupted for long": (THIRD, THIRD.replace("3", "7"), "anywhere:", "warning", "7 times before she goes"),
    "no end in sight": (LIMITS, "", "start: hello", "warning", "this may never end"),
    "closing where it does not end": ("silence: 60, go: gone", "silence: 60, go: short", "silence: 60, go", "error",
                                      "'short' is no ending"),
    "closing nowhere": ("silence: 60, go: gone", "silence: 60, go: gnoe", "silence: 60, go", "error", "Did you mean 'gone'?"),
    "a silence after she has closed": ("silence: 9", "silence: 90", "silence: 90", "warning", "after 60 s she closes"),
    "a stricter rule below a wider one": (
        "      - hears: {topic: the-dog}\n        when: {trust: \">= 20\"}\n        go: telling\n",
        "      - {hears: {topic: the-dog}, when: {trust: '>= 20'}, go: telling}\n"
        "      - {hears: {topic: the-dog}, when: {trust: '>= 30'}, go: short}\n", "'>= 30'", "warning", "is never tried"),
}  # fmt: skip


@pytest.mark.parametrize("what", PLANTED, ids=lambda what: what.replace(" ", "-"))
def test_a_planted_mistake_is_found_on_its_line(what: str, tmp_path: Path) -> None:
    old, new, at, level, words = PLANTED[what]
    text = changed(old, new)
    if "cat" in words:
        text = text.replace("disclosures:\n", "disclosures:\n  cat: {about: A cat.}\n")
    findings = check(load(text, tmp_path))
    matching = [finding for finding in findings if words in str(finding)]
    assert matching, "\n".join(map(str, findings))
    assert matching[0].level == level
    assert matching[0].problem.line == line_of(text, at)


SOUND = {
    "a wider rule below a stricter one": (
        "      - hears: {topic: the-dog}\n        when: {trust: \">= 20\"}\n        go: telling\n",
        "      - {hears: {topic: the-dog}, when: {trust: '>= 30'}, go: telling}\n"
        "      - {hears: {topic: the-dog}, when: {trust: '>= 20'}, go: short}\n"),
    "an apology that counts once": (FEELS, FEELS + BLAMED + "  - {hears: {move: apologise}, changes: {trust: 5}, times: 1}\n"),
    "feelings that sink until she goes": (
        THIRD, '  - {first: true, hears: anything, when: {trust: "<= 10"}, go: gone}\n'),
    "accents and dashes": ("lines: I see.", "lines: A café — I'm “sure”…"),
}  # fmt: skip


@pytest.mark.parametrize("what", SOUND, ids=lambda what: what.replace(" ", "-"))
def test_what_is_right_is_left_alone(what: str, tmp_path: Path) -> None:
    old, new = SOUND[what]
    text = changed(old, new)
    if what.startswith("feelings"):
        text = text.replace(FEELS, FEELS + "  - {event: interrupted, changes: {trust: -10}}\n")
    assert [str(finding) for finding in check(load(text, tmp_path))] == []


def test_a_scenario_that_ends_by_itself_needs_no_limits(tmp_path: Path) -> None:
    text = SMALL.replace(LIMITS, "  - {silence: 30, go: gone}\n")
    assert check(load(text, tmp_path)) == ()
