""" "Pause please", "stop the exercise", "let's go on": said aloud, at any moment, and kept in the log so that a replay agrees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from stage import Stage

from voicesim.engine.events import (
    INPUTS,
    End,
    LineHeard,
    Overlapped,
    PausedOrResumed,
    Say,
    Stop,
    Transcribed,
    TurnTaken,
)  # fmt: skip
from voicesim.language.controls import may_become_control, spoken_control
from voicesim.scoring.log import from_records
from voicesim.timebase import samples, seconds

# Her first line lasts from 0.0 to 4.0 s; "tells" lasts 7.0 s.


def pauses(log):
    return [(record.paused, record.because) for record in log.of(PausedOrResumed)]


def replayed(stage, log):
    state = stage.rules.initial()
    again = []
    for record in log.records:
        if isinstance(record, INPUTS):
            again.append(record)
            state, outputs = stage.rules.step(state, record)
            again.extend(outputs)
    return again


def test_pause_please_makes_her_wait_and_lets_go_on_brings_her_back():
    stage = Stage()
    stage.trainee(5.0, 6.0, "Pause, please.")
    stage.trainee(40.0, 41.0, "Okay, let's go on.")
    stage.trainee(43.0, 44.5, "can you tell me about it?")
    log = stage.run(60)
    assert pauses(log) == [(True, "said"), (False, "said")]
    assert [said.line for said in log.of(Say)][:2] == ["state/door/0", "state/tells/0"]
    assert [turn.text for turn in log.of(TurnTaken)] == ["can you tell me about it?"]
    assert replayed(stage, log) == log.records


def test_said_over_her_voice_it_holds_her_and_is_no_interruption():
    stage = Stage()
    stage.trainee(1.0, 2.5, "pause please")
    stage.trainee(20.0, 21.0, "let's go on")
    log = stage.run(30)
    assert pauses(log) == [(True, "said"), (False, "said")]
    assert log.audible(3.0, 20.0) == 0.0
    assert [heard.complete for heard in log.of(LineHeard)] == [True]
    assert not log.of(Overlapped)
    assert not log.of(Stop)
    conversation = from_records(log.records)
    assert not conversation.trainee
    assert conversation.pauses


def test_stop_the_exercise_ends_it_at_once_even_while_paused():
    for pause in (False, True):
        stage = Stage()
        if pause:
            stage.trainee(5.0, 6.0, "pause please")
        stage.trainee(8.0, 9.5, "I need to stop the exercise.")
        log = stage.run(20)
        ended = log.of(End)
        assert [(end.reason, end.ending) for end in ended] == [("stopped", "")]
        assert seconds(ended[0].at) < 10.2


def test_what_he_had_said_to_her_before_the_pause_is_answered_after_it():
    stage = Stage()
    stage.trainee(5.0, 6.0, "can you tell me about it?")
    stage.trainee(6.5, 7.4, "Pause please.")
    stage.trainee(20.0, 21.0, "continue")
    log = stage.run(24)
    assert [(turn.text, seconds(turn.at) > 20) for turn in log.of(TurnTaken)] == [("can you tell me about it?", True)]


def test_what_is_said_to_others_during_a_pause_is_neither_heard_by_her_nor_written_down():
    stage = Stage()
    stage.trainee(5.0, 6.0, "pause please")
    stage.trainee(10.0, 12.0, "I am in the middle of something, Tom")
    stage.trainee(20.0, 21.0, "let's go on")
    log = stage.run(25)
    assert "Tom" not in "".join(heard.text for heard in log.of(Transcribed))
    assert not log.of(TurnTaken)
    assert pauses(log) == [(True, "said"), (False, "said")]


def test_go_on_is_an_everyday_word_while_the_session_runs():
    stage = Stage()
    stage.trainee(5.0, 6.0, "go on")
    log = stage.run(9)
    assert not log.of(PausedOrResumed)
    assert [turn.text for turn in log.of(TurnTaken)] == ["go on"]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Pause, please.", "pause"),
        ("Um, okay, pause please.", "pause"),
        ("Paws, please.", "pause"),
        ("Could we pause the exercise for a moment?", "pause"),
        ("I'm sorry. I can't do this. Stop the exercise.", "stop"),
        ("Please stop the exercise now. Thank you.", "stop"),
        ("I'd like to end the exercise", "stop"),
    ],
)
def test_it_is_understood_as_recognisers_write_it(said, meant):
    assert spoken_control(said) == meant


@pytest.mark.parametrize(
    "said",
    [
        "We can stop whenever you like.",
        "Would you like to pause, please?",
        "Please pause if you need to.",
        "Take a pause, please, and have some water.",
        "Let's take a break.",
        "Let's stop there for today.",
        "Stop.",
        "Did he stop?",
        "Shall we stop the interview here?",
        "Do you exercise? Some people find it helps.",
        "You can stop the exercise class whenever you want.",
        "Okay. Go on, please.",
        "Thank you.",
        "",
    ],
)
def test_what_an_officer_says_to_her_never_stops_the_session(said):
    assert spoken_control(said) is None


def test_no_sentence_of_the_fixtures_and_the_labelled_collections_sets_it_off():
    root = Path(__file__).resolve().parents[2]
    files = [
        *root.glob("audio_fixtures/**/truth.json"),
        *root.glob("tests/language/**/*.yaml"),
        *root.glob("tests/language/*.py"),
    ]
    texts = [text for path in files for text in re.findall(r"[A-Z][^\n\"”]{3,300}", path.read_text(encoding="utf-8"))]
    assert len(texts) > 400
    assert [text for text in texts if spoken_control(text)] == []


def test_half_of_it_is_waited_for():
    assert may_become_control("Pause")
    assert may_become_control("Stop the ...")
    assert not may_become_control("But when did you")


def test_a_turn_with_a_pause_in_it_is_timed_to_the_sample():
    stage = Stage()
    stage.trainee(5.0, 6.0, "pause please")
    log = stage.run(10)
    paused = log.of(PausedOrResumed)[0]
    assert samples(6.0) < paused.at < samples(6.7)
