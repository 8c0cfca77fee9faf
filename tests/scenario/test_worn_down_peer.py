"""Ray and Denise are both in the conversation: natural sentences through the real reader, whatever lines the dice choose."""

from __future__ import annotations

from functools import partial

import pytest
from played import play as play_in
from played import trainees

from voicesim.scenario.load import load_scenario

SCENARIO = load_scenario("worn-down-peer").scenario
TRAINEES = trainees("worn-down-peer")
SEEDS = range(3)


play = partial(play_in, SCENARIO)


@pytest.mark.parametrize("seed", SEEDS)
def test_who_sees_both_of_them_hears_her_name_from_him_and_who_lets_it_pass_never_does(seed: int) -> None:
    good, poor = play(TRAINEES["good"].turns, seed), play(TRAINEES["poor"].turns, seed)
    assert good.ended_in == "goes-back"
    assert {"drive", "kitchen", "remembered"} <= good.told
    assert poor.ended_in == "let-pass"
    assert not poor.told & {"drive", "kitchen", "remembered"}
    assert good.felt["her"] > 50 > poor.felt["her"]


@pytest.mark.parametrize("seed", SEEDS)
def test_joining_in_twice_and_lecturing_twice_both_fail_in_their_own_way(seed: int) -> None:
    assert play(["Ha, true, here we go again.", "They never learn, do they?"], seed).ended_in == "joined-in"
    lecture = ["You can't say that about a victim, it's unprofessional.", "You should be ashamed of yourself, Ray."]
    assert play(lecture, seed).ended_in == "lectured"


@pytest.mark.parametrize("seed", SEEDS)
def test_kindness_that_leaves_her_out_is_only_half_of_it_and_so_is_speaking_up_that_leaves_him_out(seed: int) -> None:
    assert play(TRAINEES["only-for-ray"].turns, seed).ended_in == "kept-company"
    assert play(TRAINEES["only-for-denise"].turns, seed).ended_in == "point-taken"


@pytest.mark.parametrize("seed", SEEDS)
def test_one_apology_is_taken_and_a_second_is_not(seed: int) -> None:
    lecture, sorry = "That's a disgrace, Ray, you should know better.", "I'm sorry, Ray. That was out of line."
    once = play([lecture, sorry], seed)
    assert once.states[1:] == ["bristles", "softer"]
    again = play([lecture, sorry, "You look worn out.", "But it's unprofessional, all the same.", sorry], seed)
    assert again.states[-1] != "softer"
    assert again.states.count("softer") == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_takes_a_laugh_back_is_let_back_in(seed: int) -> None:
    played = play(["Good one. They never learn.", "No, sorry, I take that back. It isn't funny."], seed)
    assert played.states[1:] == ["laughs-along", "takes-it-back"]


@pytest.mark.parametrize("seed", SEEDS)
def test_three_interruptions_end_it_even_after_a_good_start(seed: int) -> None:
    over = {"interrupts": "I'm worried about you, you look exhausted."}
    assert play([over, over, over], seed).ended_in == "breaks-off"
    assert play([*TRAINEES["good"].turns[:5], over, over, over], seed).ended_in == "breaks-off"


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_question_early_and_late_gets_different_answers(seed: int) -> None:
    question = "Have you talked to anyone about this?"
    early = play([question], seed)
    late = play([*TRAINEES["good"].turns[:4], question], seed)
    assert "card" not in early.told
    assert "card" in late.told
    assert set(early.lines[1:]).isdisjoint(late.lines[-1:])
    asked = "Are you all right, Ray?"
    assert play([asked], seed).states[-1] == "deflects"
    assert play(["You look exhausted, mate. I've been worried about you.", asked], seed).states[-1] == "home"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_is_underneath_is_only_told_into_silence(seed: int) -> None:
    tired = "You look worn out, Ray."
    assert "numb" in play([tired, {"wait": 5.0}], seed).told
    assert "numb" not in play([tired, "What's going on?", "That sounds hard."], seed).told
    assert "coat" in play(["What do you mean by that?", {"wait": 6.0}], seed).told


@pytest.mark.parametrize("seed", SEEDS)
def test_what_nobody_understands_is_answered_in_character(seed: int) -> None:
    played = play(["You look worn out, Ray.", "Purple elevators, mostly.", "On a Tuesday."], seed)
    assert len(played.lines) == 4
    assert played.states[-1] == "closed"
