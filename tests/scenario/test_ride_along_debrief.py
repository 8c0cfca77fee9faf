"""Tess keeps what her training officer dwells on: natural sentences through the real reader, whatever lines the dice choose."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import yaml

import voicesim.scenario
from voicesim.rehearsal.dry_run import Rehearsal
from voicesim.scenario.check import check
from voicesim.scenario.load import load_scenario
from voicesim.scenario.marks import plain

LOADED = load_scenario("ride-along-debrief")
SCENARIO = LOADED.scenario
TRAINEES = yaml.safe_load(
    (Path(voicesim.scenario.__file__).parent / "trainees" / "ride-along-debrief.yaml").read_text(encoding="utf-8")
)["trainees"]
SEEDS = range(3)
MANNERS = {"interrupts": "interrupted", "cuts_in": "cut_in", "talks_over": "talked_over", "rushes": "rushed"}

Turn = str | dict[str, str] | dict[str, float]


@dataclass
class Played:
    states: list[str] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    told: frozenset[str] = frozenset()
    feelings: dict[str, float] = field(default_factory=dict)
    ending: str = ""
    kind: str = ""


def play(turns: Sequence[Turn], seed: int = 0) -> Played:
    """Speak the turns; they are written as in the trainees file."""
    rehearsal = Rehearsal(SCENARIO, seed)
    beats = [rehearsal.begin()]
    for turn in turns:
        if rehearsal.ending:
            break
        if isinstance(turn, dict) and "wait" in turn:
            beats += rehearsal.wait(float(turn["wait"]))
            continue
        if isinstance(turn, dict):
            ((manner, text),) = turn.items()
            rehearsal.do(MANNERS[manner])
            beats.append(rehearsal.say(str(text)))
        else:
            beats.append(rehearsal.say(turn))
    last = beats[-1]
    return Played(
        [beat.state for beat in beats],
        [line for beat in beats for line in beat.lines],
        frozenset(last.told),
        last.feelings,
        last.state if last.ending else "",
        last.ending.kind if last.ending else "",
    )


def test_the_scenario_is_clean_and_of_the_promised_size() -> None:
    assert [str(finding) for finding in check(LOADED)] == []
    endings = [state.ending.kind for state in SCENARIO.states.values() if state.ending]
    assert len(SCENARIO.states) - len(endings) >= 14
    assert set(endings) == {"opens_up", "guarded", "ends_it"}


@pytest.mark.parametrize("name", TRAINEES)
def test_every_scripted_trainee_comes_to_the_end_that_is_written_and_hears_nothing_twice(name: str) -> None:
    played = play(TRAINEES[name]["turns"], seed=3)
    assert played.kind == TRAINEES[name]["ends"], played.states
    assert len({plain(line) for line in played.lines}) == len(played.lines)


@pytest.mark.parametrize("seed", SEEDS)
def test_praise_that_is_stayed_with_is_kept_and_praise_that_is_rushed_past_teaches_that_slow_was_wrong(
    seed: int,
) -> None:
    good, poor = play(TRAINEES["good"]["turns"], seed), play(TRAINEES["poor"]["turns"], seed)
    assert good.ending == "keeps-it"
    assert good.feelings["worth"] > 60
    assert poor.ending == "lesson-slow"
    assert poor.feelings["worth"] < 20
    rushed = play(["Good job tonight. Let's get back on the road.", "Yeah, fine. Let's head back."], seed)
    assert rushed.ending == "lesson-slow"


@pytest.mark.parametrize("seed", SEEDS)
def test_an_adjective_makes_her_wait_for_the_but_and_an_observed_thing_does_not(seed: int) -> None:
    assert play(["You did a great job."], seed).states[-1] == "the-but"
    assert play(["I saw you sit down on the floor with her. That's why she spoke."], seed).states[-1] == "pardon"


@pytest.mark.parametrize("seed", SEEDS)
def test_praise_with_the_clock_behind_it_is_heard_as_the_clock(seed: int) -> None:
    played = play(["You did well in there. Just be a bit quicker, we had other calls waiting."], seed)
    assert played.states[-1] == "takes-the-but"
    assert played.feelings["worth"] < 22


@pytest.mark.parametrize("seed", SEEDS)
def test_the_one_thing_costs_nothing_when_she_has_asked_for_it(seed: int) -> None:
    before = play(TRAINEES["good"]["turns"][:7], seed)
    assert before.states[-1] == "one-thing"
    after = play([*TRAINEES["good"]["turns"][:7], "Tell dispatch that you're staying, before you turn it down."], seed)
    assert after.states[-1] == "next-time"
    assert after.feelings["worth"] >= before.feelings["worth"]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_apology_is_taken_and_a_second_is_not(seed: int) -> None:
    blame, sorry = "You should have told me that you were staying.", "I'm sorry, Tess. That was unfair of me."
    once = play([blame, sorry], seed)
    assert once.states[1:] == ["told-off", "mended"]
    twice = play([blame, sorry, "Anyway, let's move on.", blame, sorry], seed)
    assert twice.states[-2:] == ["told-off", "understood"]


@pytest.mark.parametrize("seed", SEEDS)
def test_telling_her_off_twice_shuts_her_down(seed: int) -> None:
    assert play(["You should have told me.", "It took too long, Tess."], seed).ending == "shuts-down"


@pytest.mark.parametrize("seed", SEEDS)
def test_three_interruptions_end_it_even_when_they_are_praise(seed: int) -> None:
    over = {"interrupts": "You did great, honestly, you stayed with her."}
    assert play([over, over, over], seed).ending == "breaks-off"
    assert play([*TRAINEES["good"]["turns"][:4], over, over, over], seed).ending == "breaks-off"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_question_early_and_late_gets_different_answers(seed: int) -> None:
    how = "How do you think it went?"
    early, late = play([how], seed), play([*TRAINEES["good"]["turns"][:2], how], seed)
    assert early.told == {"faults"}
    assert "clock" in late.told
    assert "faults" not in late.told
    feeling = "How are you, Tess?"
    assert play([feeling], seed).states[-1] == "fine-thanks"
    assert "hands" in play([*TRAINEES["good"]["turns"][:3], feeling], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_the_eight_minutes_are_only_told_into_silence(seed: int) -> None:
    start: list[Turn] = ["I saw you sit down on the floor with her.", "Tell me about that."]
    assert "quiet" in play([*start, {"wait": 5.0}], seed).told
    assert "quiet" not in play([*start, "Go on, tell me.", "What else?"], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_when_it_is_too_much_a_minute_helps(seed: int) -> None:
    hard: list[Turn] = [
        {"interrupts": "It took too long, with other calls waiting."},
        {"cuts_in": "You should have told somebody. You could have called it in."},
    ]
    assert play(hard, seed).states[-1] == "minute"
    given = play([*hard, {"wait": 6.0}, "Take all the time you need."], seed)
    assert given.states[-1] == "what-i-did"
    assert given.feelings["nerves"] < play(hard, seed).feelings["nerves"]
