"""When the trainee's turn is over: quick when it is, patient while he thinks. Pure functions of timed evidence, no clock."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stage import PATIENCE, Stage

from voicesim.engine.events import KeyPressed, SpeechStirring, TurnTaken, TurnTimed
from voicesim.engine.turns import PendingTurn, Segment, deadline, hangover, inner_pauses
from voicesim.language.completeness import finished_by_words, trails_off
from voicesim.timebase import samples, seconds

SETTINGS = PATIENCE.in_samples()


def turn(*segments: tuple[float, float, str], finished: float = 1.0) -> PendingTurn:
    return PendingTurn(
        tuple(
            Segment(samples(onset), samples(end), text, number, finished)
            for number, (onset, end, text) in enumerate(segments)
        )
    )


def quiet(said: PendingTurn, pauses: tuple[float, ...] = ()) -> float:
    return seconds(hangover(said, tuple(samples(pause) for pause in pauses), SETTINGS))


def test_a_finished_question_is_answered_soon():
    assert quiet(turn((0, 1, "What happened then?"))) == PATIENCE.turn_end


@pytest.mark.parametrize(
    "text", ["and then", "I wanted to ask you and", "so um", "What I mean is, ", "Tell me about the"]
)
def test_a_trailing_thought_earns_more_time(text):
    assert quiet(turn((0, 1, text))) == PATIENCE.turn_end_unfinished


def test_words_and_voice_that_sound_unfinished_earn_more_time():
    assert quiet(turn((0, 1, "Could you describe?"), finished=0.1)) == PATIENCE.turn_end_unfinished


@given(st.floats(0, 1), st.floats(0, 1))
def test_the_more_finished_it_sounds_the_sooner_she_answers(one, other):
    less, more = sorted((one, other))
    assert quiet(turn((0, 1, "I see."), finished=less)) >= quiet(turn((0, 1, "I see."), finished=more))


def test_a_speaker_who_pauses_long_is_given_longer():
    said = turn((0, 1, "What happened then?"))
    assert quiet(said, (1.2, 1.3, 1.1)) == pytest.approx(1.2 * PATIENCE.pause_factor)
    assert quiet(said, (1.2,)) == PATIENCE.turn_end, "one pause is no habit"


def test_patience_has_an_upper_bound():
    assert quiet(turn((0, 1, "and")), (9.0, 9.0, 9.0)) == PATIENCE.turn_end_longest


def test_nothing_is_due_while_he_speaks():
    assert deadline(PendingTurn((Segment(0),)), (), SETTINGS) is None


def test_pauses_are_the_silences_inside_a_turn():
    assert [seconds(pause) for pause in inner_pauses(turn((0, 1, "so"), (1.5, 2, "well"), (3, 4, "yes")))] == [0.5, 1.0]


@pytest.mark.parametrize(
    "text", ["than he was.", "Is that right?", "You can stop whenever you want.", "What are you waiting for?"]
)
def test_a_sentence_with_its_end_does_not_trail_off(text):
    assert not trails_off(text)


@pytest.mark.parametrize(
    "text",
    [
        "Could you describe?",
        "Can you tell me what?",
        "I'm going to ask you.",
        "If you need a break.",
        "And when you got home.",
    ],
)
def test_a_full_stop_does_not_finish_an_open_sentence(text):
    assert trails_off(text)
    assert finished_by_words(text, 0.95) < 0.2


@pytest.mark.parametrize(
    "text", ["When did you get home?", "If you need a break, raise your hand.", "And then what?", "Why?"]
)
def test_a_whole_question_is_finished(text):
    assert finished_by_words(text, 0.95) > 0.8


def test_half_a_sentence_that_only_goes_on_from_the_one_before_is_whole():
    assert not trails_off("Where were you? when you first saw him.")
    assert trails_off("Thank you. When you first saw him.")


def test_no_full_stop_is_a_sign_of_more():
    assert finished_by_words("I said to him", 0.0) < 0.2


def test_she_never_jumps_into_a_slow_sentence():
    stage = Stage()
    stage.trainee(5.0, 6.0, "Could you describe?", finished=0.1)
    stage.trainee(7.5, 8.5, "the place, please tell me?")
    log = stage.run(12)
    assert len(log.of(TurnTaken)) == 1


def test_she_lets_him_go_on_who_draws_breath_just_as_she_would_answer():
    def turns(*sounds: float) -> list[str]:
        stage = Stage(patience=PATIENCE.model_copy(update={"stirring": 0.2}))
        stage.trainee(5.0, 6.0, "I see that now.")
        stage.trainee(6.0 + PATIENCE.turn_end - 0.06, 8.0, "And can you tell me more?")
        for sound in sounds:
            stage.input(sound, SpeechStirring(samples(sound)))
        return [turn.text for turn in stage.run(12).of(TurnTaken)]

    assert len(turns()) == 2, "without the sound she would have answered"
    assert turns(6.0 + PATIENCE.turn_end - 0.06) == ["I see that now. And can you tell me more?"]


def test_a_creaking_chair_delays_her_answer_by_no_more_than_a_moment():
    stage = Stage()
    stage.trainee(5.0, 6.0, "What happened next?")
    at = 6.0 + PATIENCE.turn_end - 0.06
    stage.input(at, SpeechStirring(samples(at)))
    taken = stage.run(12).of(TurnTaken)[0]
    assert seconds(taken.at) == pytest.approx(at + PATIENCE.stirring, abs=0.05)


def test_her_own_speaking_time_is_never_learned_as_his_pause():
    stage = Stage()
    for start in (5.0, 10.0, 15.0, 20.0):
        stage.trainee(start, start + 1.0, f"I see that now {start:g}.")
    stage.run(25)
    assert stage.state.pauses == ()


def test_every_stage_of_the_wait_is_in_the_log():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    timed = stage.run(9).of(TurnTimed)[0]
    assert seconds(timed.transcription_delay) == pytest.approx(0.5, abs=0.04)
    assert seconds(timed.end_of_turn_delay) == pytest.approx(0.9, abs=0.04)
    assert seconds(timed.decision_delay) <= 0.04
    assert seconds(timed.e2e_latency) == pytest.approx(0.9, abs=0.08)
    assert timed.e2e_latency == timed.end_of_turn_delay + timed.playback_latency


def test_with_push_to_talk_only_the_key_ends_a_turn():
    stage = Stage(patience=PATIENCE.model_copy(update={"push_to_talk": True}))
    stage.trainee(4.5, 4.9, "not for her ears.")
    stage.input(5.0, KeyPressed(samples(5.0), "talk"))
    stage.trainee(5.2, 6.0, "can you tell me?")
    stage.trainee(9.5, 10.5, "please, tell me about it?")
    stage.input(11.2, KeyPressed(samples(11.2), "done"))
    turns = stage.run(14).of(TurnTaken)
    assert [turn.text for turn in turns] == ["can you tell me? please, tell me about it?"]
    assert seconds(turns[0].at) == pytest.approx(11.2, abs=0.05)
