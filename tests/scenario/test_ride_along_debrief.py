"""Tess keeps what her training officer dwells on: natural sentences through the real reader, whatever lines the dice choose."""

from __future__ import annotations

from functools import partial

import pytest
from played import Said, trainees
from played import play as play_in

from voicesim.scenario.load import load_scenario

SCENARIO = load_scenario("ride-along-debrief").scenario
TRAINEES = trainees("ride-along-debrief")
SEEDS = range(3)


play = partial(play_in, SCENARIO)


@pytest.mark.parametrize("seed", SEEDS)
def test_praise_that_is_stayed_with_is_kept_and_praise_that_is_rushed_past_teaches_that_slow_was_wrong(
    seed: int,
) -> None:
    good, poor = play(TRAINEES["good"].turns, seed), play(TRAINEES["poor"].turns, seed)
    assert good.ended_in == "keeps-it"
    assert good.felt["worth"] > 60
    assert poor.ended_in == "lesson-slow"
    assert poor.felt["worth"] < 20
    rushed = play(["Good job tonight. Let's get back on the road.", "Yeah, fine. Let's head back."], seed)
    assert rushed.ended_in == "lesson-slow"


@pytest.mark.parametrize("seed", SEEDS)
def test_an_adjective_makes_her_wait_for_the_but_and_an_observed_thing_does_not(seed: int) -> None:
    assert play(["You did a great job."], seed).states[-1] == "the-but"
    assert play(["I saw you sit down on the floor with her. That's why she spoke."], seed).states[-1] == "pardon"


@pytest.mark.parametrize("seed", SEEDS)
def test_praise_with_the_clock_behind_it_is_heard_as_the_clock(seed: int) -> None:
    played = play(["You did well in there. Just be a bit quicker, we had other calls waiting."], seed)
    assert played.states[-1] == "takes-the-but"
    assert played.felt["worth"] < 22


@pytest.mark.parametrize("seed", SEEDS)
def test_the_one_thing_costs_nothing_when_she_has_asked_for_it(seed: int) -> None:
    before = play(TRAINEES["good"].turns[:7], seed)
    assert before.states[-1] == "one-thing"
    after = play([*TRAINEES["good"].turns[:7], "Tell dispatch that you're staying, before you turn it down."], seed)
    assert after.states[-1] == "next-time"
    assert after.felt["worth"] >= before.felt["worth"]


@pytest.mark.parametrize("seed", SEEDS)
def test_one_apology_is_taken_and_a_second_is_not(seed: int) -> None:
    blame, sorry = "You should have told me that you were staying.", "I'm sorry, Tess. That was unfair of me."
    once = play([blame, sorry], seed)
    assert once.states[1:] == ["told-off", "mended"]
    twice = play([blame, sorry, "Anyway, let's move on.", blame, sorry], seed)
    assert twice.states[-2:] == ["told-off", "understood"]


@pytest.mark.parametrize("seed", SEEDS)
def test_telling_her_off_twice_shuts_her_down(seed: int) -> None:
    assert play(["You should have told me.", "It took too long, Tess."], seed).ended_in == "shuts-down"


@pytest.mark.parametrize("seed", SEEDS)
def test_three_interruptions_end_it_even_when_they_are_praise(seed: int) -> None:
    over = {"interrupts": "You did great, honestly, you stayed with her."}
    assert play([over, over, over], seed).ended_in == "breaks-off"
    assert play([*TRAINEES["good"].turns[:4], over, over, over], seed).ended_in == "breaks-off"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_question_early_and_late_gets_different_answers(seed: int) -> None:
    how = "How do you think it went?"
    early, late = play([how], seed), play([*TRAINEES["good"].turns[:2], how], seed)
    assert early.told == {"faults"}
    assert "clock" in late.told
    assert "faults" not in late.told
    feeling = "How are you, Tess?"
    assert play([feeling], seed).states[-1] == "fine-thanks"
    assert "hands" in play([*TRAINEES["good"].turns[:3], feeling], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_the_eight_minutes_are_only_told_into_silence(seed: int) -> None:
    start: list[Said] = ["I saw you sit down on the floor with her.", "Tell me about that."]
    assert "quiet" in play([*start, {"wait": 5.0}], seed).told
    assert "quiet" not in play([*start, "Go on, tell me.", "What else?"], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_when_it_is_too_much_a_minute_helps(seed: int) -> None:
    hard: list[Said] = [
        {"interrupts": "It took too long, with other calls waiting."},
        {"cuts_in": "You should have told somebody. You could have called it in."},
    ]
    assert play(hard, seed).states[-1] == "minute"
    given = play([*hard, {"wait": 6.0}, "Take all the time you need."], seed)
    assert given.states[-1] == "what-i-did"
    assert given.felt["nerves"] < play(hard, seed).felt["nerves"]
