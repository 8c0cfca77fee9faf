"""Nobody is kept for ever: she counts interruptions, and closes by herself when nothing leads on."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_scenario import changed, load

from voicesim.rehearsal.dry_run import Rehearsal
from voicesim.scenario.model import Scenario

ROUND = ("      - hears: anything\n        go: short\n  telling", "      - hears: {move: thank}\n        go: short\n      "
         "- hears: anything\n        go: hello\n  telling")  # fmt: skip


@pytest.fixture
def small(tmp_path: Path) -> Scenario:
    return load(changed(*ROUND), tmp_path).scenario


def test_the_third_interruption_is_one_too_many(small: Scenario) -> None:
    rehearsal = Rehearsal(small)
    rehearsal.begin()
    for number in range(3):
        assert rehearsal.ending is None, number
        rehearsal.do("interrupted")
        rehearsal.say("hm, well")
    assert rehearsal.ending is not None
    assert rehearsal.ending.kind == "ends_it"


def test_turns_taken_well_do_not_count_as_interruptions(small: Scenario) -> None:
    rehearsal = Rehearsal(small)
    rehearsal.begin()
    for manner in ("interrupted", "", "talked_over", "", "interrupted", ""):
        if manner:
            rehearsal.do(manner)
        rehearsal.say("hm, well")
    assert rehearsal.ending is None


def test_whoever_goes_round_in_circles_is_brought_to_an_end(small: Scenario) -> None:
    rehearsal = Rehearsal(small)
    rehearsal.begin()
    turns = 0
    while rehearsal.ending is None:
        beat = rehearsal.say("hm, well")
        turns += 1
    assert turns == small.closes_after.turns
    assert beat.via == ("closes after 20 turns",)
    assert beat.lines == ("I am going.",)


def test_whoever_says_nothing_is_brought_to_an_end(small: Scenario) -> None:
    rehearsal = Rehearsal(small)
    rehearsal.begin()
    said = [line for _ in range(5) for beat in rehearsal.wait(60) for line in beat.lines]
    assert rehearsal.ending is not None
    assert said == ["It is about the dog.", "You are quiet.", "I am going."]


def test_silences_that_lead_round_in_a_circle_end_as_well(tmp_path: Path) -> None:
    text = changed("        says: You are quiet.\n", "        go: short\n").replace(
        "    lines: I see.\n    next:\n", "    lines: I see.\n    next:\n      - {silence: 5, go: hello}\n"
    )
    rehearsal = Rehearsal(load(text, tmp_path).scenario)
    rehearsal.begin()
    for _ in range(40):
        if rehearsal.ending is None:
            list(rehearsal.wait(30))
    assert rehearsal.ending is not None


def test_the_same_words_under_another_line_are_not_said_again(tmp_path: Path) -> None:
    text = changed("    lines: I see.\n", "    lines: [Hello there!, I see.]\n")
    for seed in range(8):
        rehearsal = Rehearsal(load(text, tmp_path).scenario, seed)
        said = [*rehearsal.begin().lines, *rehearsal.say("hm, well").lines]
        assert not {"Hello there.", "Hello there!"} <= set(said)


def test_a_scenario_without_limits_goes_on_as_it_always_did(tmp_path: Path) -> None:
    text = changed(*ROUND).replace("closes_after: {turns: 20, silence: 60, go: gone}\n", "")
    rehearsal = Rehearsal(load(text, tmp_path).scenario)
    rehearsal.begin()
    for _ in range(60):
        rehearsal.say("hm, well")
    assert rehearsal.ending is None
    assert not list(rehearsal.wait(119))[2:]


def test_what_she_was_interrupted_in_has_not_been_told(small: Scenario) -> None:
    rehearsal = Rehearsal(small)
    rehearsal.begin()
    assert rehearsal.say("Is it about the dog?").told == ("dog-ran",)
    rehearsal.do("interrupted")
    assert rehearsal.say("Okay, and then?").told == ()


def test_three_questions_in_one_breath_rush_her_in_a_dry_run_too(tmp_path: Path) -> None:
    text = changed("  - event: interrupted\n    says: I was talking.\n", "  - {event: rushed, says: That is a lot.}\n")
    rehearsal = Rehearsal(load(text, tmp_path).scenario)
    rehearsal.begin()
    assert "That is a lot." in rehearsal.say("When was it? Where was it? Who was there?").lines
