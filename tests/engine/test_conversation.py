"""What a trainer would recognise in a conversation, played through the real engine in virtual time."""

from __future__ import annotations

import pytest
from stage import Stage

from voicesim.engine.events import (
    AudioTrouble,
    DeviceLost,
    DeviceRestored,
    Disclosed,
    Duck,
    End,
    FeelingsChanged,
    Hold,
    KeyPressed,
    LineHeard,
    Overlapped,
    Resume,
    Say,
    StateEntered,
    Stop,
    TrackEnded,
    TurnReopened,
    TurnTaken,
)  # fmt: skip
from voicesim.timebase import samples, seconds

# Her first line lasts from 0.0 to 4.0 s; "tells" lasts 7.0 s with a hesitation from 1.6 to 4.6 s.


def overlap_kinds(log):
    return [(overlap.kind, overlap.taking) for overlap in log.of(Overlapped)]


def test_she_speaks_first_and_waits_for_the_trainee():
    log = Stage().run(8)
    assert [said.line for said in log.of(Say)] == ["state/door/0"]
    assert log.of(LineHeard)[0].complete
    assert log.audible(0.1, 3.9) == 1.0
    assert log.audible(4.2, 8.0) == 0.0


def test_an_open_question_and_a_why_question_lead_to_different_places():
    opened, blamed = Stage(), Stage()
    opened.trainee(5.0, 6.5, "can you tell me about it?")
    blamed.trainee(5.0, 6.5, "why did you wait?")
    assert [entered.state for entered in opened.run(14).of(StateEntered)][1:2] == ["tells"]
    assert [entered.state for entered in blamed.run(14).of(StateEntered)][1:2] == ["shut"]


def test_she_answers_only_after_the_trainee_has_been_quiet_for_the_hangover():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    log = stage.run(9)
    turn = log.of(TurnTaken)[0]
    assert seconds(turn.at) == pytest.approx(6.5 + 0.9, abs=0.04)
    assert (turn.onset, turn.end) == (samples(5.0), samples(6.5))


def test_a_trailing_and_earns_the_trainee_more_time_to_think():
    stage = Stage()
    stage.trainee(5.0, 6.5, "I would like you to tell me and")
    stage.trainee(8.0, 9.0, "take your time")
    log = stage.run(12)
    assert [turn.text for turn in log.of(TurnTaken)] == ["I would like you to tell me and take your time"]


def test_a_pause_shorter_than_the_hangover_does_not_end_the_turn():
    stage = Stage()
    stage.trainee(5.0, 6.0, "well.")
    stage.trainee(6.8, 7.5, "please tell me.")
    assert len(stage.run(10).of(TurnTaken)) == 1


def test_an_mm_hm_does_not_stop_her():
    stage = Stage()
    stage.trainee(1.0, 1.4, "mm-hm")
    log = stage.run(6)
    assert overlap_kinds(log) == [("backchannel", False)]
    assert log.of(LineHeard)[0].complete
    assert not log.of(Stop)
    assert not log.of(TurnTaken)


def test_a_cough_does_not_stop_her_and_is_no_turn():
    stage = Stage()
    stage.trainee(1.0, 1.3, "")
    stage.trainee(6.0, 6.4, "")
    log = stage.run(10)
    assert overlap_kinds(log) == [("noise", False)]
    assert log.of(LineHeard)[0].complete
    assert not log.of(TurnTaken)


def test_her_voice_is_ducked_within_200_ms_of_the_trainees_onset():
    stage = Stage()
    stage.trainee(1.0, 3.0, "but when exactly was that?")
    log = stage.run(5)
    assert seconds(log.of(Duck)[0].at) <= 1.0 + 0.2
    assert log.audible(1.2, 1.45) == pytest.approx(0.25, abs=0.02)


def test_an_interruption_stops_her_for_good_and_the_log_says_what_was_heard():
    stage = Stage()
    stage.trainee(1.0, 3.0, "but when exactly was that?")
    log = stage.run(8)
    assert overlap_kinds(log) == [("interruption", True)]
    heard = log.of(LineHeard)[0]
    assert not heard.complete
    assert heard.heard_text == "I was not sure"
    assert log.audible(1.6, 3.8) == 0.0
    assert seconds(heard.end) == pytest.approx(1.5, abs=0.05), "she was silent from then on"
    assert "interrupted" in log.of(TurnTaken)[0].events
    assert any(change.because == "interrupted" for change in log.of(FeelingsChanged))


def test_she_falls_silent_while_he_speaks_over_her_even_before_the_words_are_known():
    stage = Stage(latency=3.0)
    stage.trainee(1.0, 3.5, "but when exactly was that?")
    log = stage.run(4)
    assert log.of(Hold)
    assert not log.of(Stop)
    assert log.audible(1.6, 4.0) == 0.0


def test_an_okay_that_turns_out_to_begin_a_sentence_is_part_of_the_interruption():
    stage = Stage()
    stage.trainee(1.0, 1.4, "okay")
    stage.trainee(1.7, 3.6, "but when exactly was that?")
    log = stage.run(8)
    assert overlap_kinds(log) == [("interruption", True)]
    assert log.of(TurnTaken)[0].text == "okay but when exactly was that?"


def test_after_a_backchannel_she_goes_on_without_losing_a_word():
    stage = Stage()
    stage.trainee(1.0, 1.9, "mm-hm mm-hm")
    log = stage.run(8)
    assert log.of(Hold), "0.9 s of it made her pause"
    assert log.of(Resume)
    assert log.of(LineHeard)[0].heard_text == "I was not sure if I should come in today"


def test_speaking_into_her_hesitation_is_a_cut_in_with_how_long_he_waited():
    stage = Stage()
    stage.trainee(
        5.0, 6.5, "can you tell me about it?"
    )  # her line begins at about 7.4 s, her hesitation lasts 9.0 to 12.0
    stage.trainee(10.0, 11.5, "and who was there with you?")
    log = stage.run(15)
    cut_in = log.of(Overlapped)[0]
    assert (cut_in.kind, cut_in.taking) == ("cut_in", True)
    assert seconds(cut_in.waited) == pytest.approx(1.0, abs=0.05)
    assert not log.of(Disclosed), "what she had not said to the end is not told"


def test_waiting_through_her_hesitation_lets_her_tell_it():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    log = stage.run(16)
    assert [told.disclosure for told in log.of(Disclosed)] == ["first-piece"]


def test_silence_is_a_move_she_goes_on_when_he_waits():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    log = stage.run(22)
    assert [entered.state for entered in log.of(StateEntered)] == ["door", "tells", "more"]
    assert log.of(StateEntered)[2].via == "silence 4 s"


def test_a_cough_in_the_silence_does_not_spoil_it():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    stage.trainee(16.0, 16.3, "")
    assert stage.run(22).of(StateEntered)[-1].state == "more"


def test_a_lone_okay_while_she_gathers_herself_does_not_take_the_floor():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    stage.trainee(15.5, 15.8, "okay")
    log = stage.run(22)
    assert log.of(TurnTaken)[-1].events == ("listening",)
    assert log.of(StateEntered)[-1].state == "more"


def test_starting_as_her_line_ends_is_no_interruption():
    stage = Stage()
    stage.trainee(3.7, 5.5, "can you tell me about it?")
    log = stage.run(8)
    assert log.of(LineHeard)[0].complete
    assert ("interruption", True) not in overlap_kinds(log)
    assert log.of(TurnTaken)[0].events == ()


def test_both_starting_at_once_she_yields_and_her_line_is_not_counted_as_said():
    stage = Stage()
    stage.trainee(5.0, 6.0, "can you tell me about it?")
    stage.trainee(6.95, 8.5, "if you would like to")  # her answer begins at about 6.9 s
    log = stage.run(20)
    assert overlap_kinds(log)[0] == ("simultaneous_start", True)
    assert log.of(TurnReopened)
    last = log.of(TurnTaken)[-1]
    assert last.text == "can you tell me about it? if you would like to"
    assert [said.line for said in log.of(Say)].count("state/tells/0") == 2, "said again, since it had not been heard"
    assert log.of(LineHeard)[-1].complete


def test_a_cough_as_she_begins_does_not_cost_her_first_line():
    stage = Stage()
    stage.trainee(0.1, 0.5, "")
    log = stage.run(10)
    assert log.of(LineHeard)[0].line == "state/door/0"
    assert log.of(LineHeard)[0].complete


def test_a_cough_as_she_goes_on_by_herself_does_not_cost_her_that_line():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    stage.trainee(18.45, 18.7, "")  # her line after four seconds of silence begins at about 18.4 s
    log = stage.run(26)
    assert ("simultaneous_start", True) in overlap_kinds(log)
    assert log.of(LineHeard)[-1].line == "state/more/0"
    assert log.of(LineHeard)[-1].complete


def test_late_words_never_interrupt_her():
    stage = Stage(latency=5.0)
    stage.trainee(1.0, 1.3, "mm-hm")
    log = stage.run(12)
    assert log.of(LineHeard)[0].complete
    assert not log.of(Stop)


def test_a_short_attempt_he_gives_up_lets_her_go_on_but_she_noticed():
    stage = Stage()
    stage.trainee(1.0, 1.7, "so you")
    stage.trainee(5.5, 7.0, "please tell me.")
    log = stage.run(9)
    assert overlap_kinds(log)[0] == ("interruption", False)
    assert log.of(LineHeard)[0].complete
    assert log.of(TurnTaken)[0].events == ("talked_over",)


def test_three_questions_in_one_breath_rush_her():
    stage = Stage()
    stage.trainee(5.0, 8.0, "where was it? who was there? did you call anyone?")
    assert stage.run(12).of(TurnTaken)[0].events == ("rushed",)


def test_an_apology_opens_the_way_back():
    stage = Stage()
    stage.trainee(5.0, 6.5, "why did you wait?")
    stage.trainee(10.0, 11.5, "I am sorry, that came out wrong.")
    assert [entered.state for entered in stage.run(16).of(StateEntered)] == ["door", "shut", "tells"]


def test_interrupting_again_and_again_makes_her_leave():
    stage = Stage()
    for start in (1.0, 4.2, 7.4):
        stage.trainee(start, start + 2.0, "but when exactly was that?")
    log = stage.run(30)
    assert log.of(End)[0].reason == "ending"
    assert log.of(End)[0].ending == "leaves"


def test_no_line_is_said_twice():
    stage = Stage()
    for start in range(5, 40, 5):
        stage.trainee(start, start + 1.0, "I see that now.")
    said = [say.line for say in stage.run(45).of(Say)]
    assert len(said) == len(set(said))


def test_feelings_stay_within_their_bounds():
    stage = Stage()
    for start in range(1, 60, 4):
        stage.trainee(start, start + 2.0, "but when exactly was that?")
    assert all(0 <= value <= 100 for change in stage.run(70).of(FeelingsChanged) for _, value in change.feelings)


def test_the_ending_is_spoken_before_the_session_ends():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    stage.trainee(16.0, 17.5, "thank you for telling me.")
    log = stage.run(30)
    assert log.of(LineHeard)[-1].line == "state/opens/0"
    assert log.of(LineHeard)[-1].complete
    assert log.records[-1] == log.of(End)[0] or log.of(End)


def test_she_takes_a_breath_between_two_lines():
    stage = Stage()
    stage.trainee(5.0, 6.0, "I believe you.")
    heard = stage.run(20).of(LineHeard)
    assert [line.line for line in heard[1:]] == ["rule/door/1/0", "state/tells/0"]
    assert seconds(heard[2].onset - heard[1].end) == pytest.approx(0.6, abs=0.05)


def test_what_she_could_not_get_to_say_is_not_counted_as_said():
    stage = Stage()
    stage.trainee(5.0, 6.0, "I believe you.")
    stage.trainee(7.9, 9.0, "so please go on.")
    stage.trainee(12.0, 13.0, "so please go on.")
    log = stage.run(25)
    assert "state/tells/0" not in [line.line for line in log.of(LineHeard)[:2]]
    assert "state/tells/0" not in stage.state.survivor.used


def test_stop_at_any_time():
    stage = Stage()
    stage.input(1.0, KeyPressed(samples(1.0), "stop"))
    log = stage.run(10)
    assert log.of(End)[0].reason == "stopped"
    assert log.of(LineHeard)[0].heard_text == "I was not"


def test_a_pause_holds_her_voice_and_resume_goes_on():
    stage = Stage()
    stage.input(1.0, KeyPressed(samples(1.0), "pause"))
    stage.input(5.0, KeyPressed(samples(5.0), "resume"))
    log = stage.run(12)
    assert log.audible(1.2, 4.9) == 0.0
    assert log.of(LineHeard)[0].complete


def test_a_lost_microphone_pauses_and_speech_in_the_gap_is_no_turn():
    stage = Stage()
    stage.input(5.0, DeviceLost(samples(5.0), "headset", "unplugged"))
    stage.trainee(6.0, 7.0, "hello?")
    stage.input(9.0, DeviceRestored(samples(9.0), "headset"))
    stage.trainee(10.0, 11.5, "can you tell me about it?")
    log = stage.run(14)
    assert [turn.text for turn in log.of(TurnTaken)] == ["can you tell me about it?"]


def test_a_recording_that_ends_lets_her_finish_and_then_closes():
    stage = Stage()
    stage.trainee(5.0, 6.5, "can you tell me about it?")
    stage.input(7.0, TrackEnded(samples(7.0)))
    log = stage.run(30)
    assert log.of(End)[0].reason == "track_ended"
    assert log.of(LineHeard)[-1].complete


def test_lost_samples_are_kept_in_the_log():
    stage = Stage()
    stage.input(2.0, AudioTrouble(samples(2.0), "overflow", 320))
    assert stage.run(5).of(AudioTrouble)


def test_the_same_inputs_give_the_same_conversation():
    def play():
        stage = Stage()
        stage.trainee(1.0, 1.4, "mm-hm")
        stage.trainee(5.0, 6.5, "why did you wait?")
        stage.trainee(10.0, 11.5, "I am sorry, tell me.")
        return stage.run(25).records

    assert play() == play()
