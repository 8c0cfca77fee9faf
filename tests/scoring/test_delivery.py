"""Loudness, pitch and pace against the trainee's own beginning: never against anybody else's, never called a feeling."""

from __future__ import annotations

from dataclasses import replace

from builder import Session

from voicesim.engine import events as ev
from voicesim.scoring.conversation import Conversation, VoiceHeard
from voicesim.scoring.rubric import load_rubric
from voicesim.scoring.scorecard import score
from voicesim.timebase import samples

CALM = "Thank you for coming in today it is good that you are here."
FAST = CALM


def session(louder: float, seconds: float, told: float = 80.0) -> Conversation:
    """Calm turns in the first minute, and one at 100 s that is louder and takes so many seconds."""
    log = Session().she_says(0, 2)
    for at in (5.0, 20.0, 35.0):
        log.trainee_says(at, at + 5, CALM).she_says(at + 7, at + 10)
    log.write(ev.Disclosed(samples(told), "who"))
    log.trainee_says(100, 100 + seconds, FAST).ends(120)
    heard = log.heard()
    voices = [
        VoiceHeard(t.start, t.end, -25.0 + (louder if t.start > samples(90) else 0), 120.0, 6.0, samples(3))
        for t in heard.trainee_turns
    ]
    return replace(heard, voice=tuple(voices))


def test_louder_and_faster_after_she_told_something_is_a_place_to_look() -> None:
    card = score(session(louder=6, seconds=3.5), load_rubric())
    assert [row.tone for row in card.delivery] == [False, False, False, True]
    assert card.measure("tone_flags").value == 1
    assert card.moments[-1].title == "Tone: look here"


def test_only_louder_or_only_faster_is_none() -> None:
    assert score(session(louder=6, seconds=5), load_rubric()).measure("tone_flags").value == 0
    assert score(session(louder=0, seconds=3.5), load_rubric()).measure("tone_flags").value == 0


def test_before_she_has_told_anything_nothing_is_flagged() -> None:
    assert score(session(louder=6, seconds=3.5, told=110), load_rubric()).measure("tone_flags").value == 0


def test_a_loud_person_is_measured_against_his_own_loudness() -> None:
    quiet = session(louder=0, seconds=5)
    loud = replace(quiet, voice=tuple(replace(voice, loudness=voice.loudness + 20) for voice in quiet.voice))
    assert score(loud, load_rubric()).delivery == score(quiet, load_rubric()).delivery


def test_without_a_track_delivery_is_not_judged_and_the_rest_is() -> None:
    card = score(replace(session(6, 3.5), voice=()), load_rubric())
    assert card.delivery == ()
    assert card.criterion("even-voice").points is None
    assert card.measure("speech_rate").value is not None


def test_delivery_has_no_weight_in_the_overall() -> None:
    assert (
        score(session(louder=6, seconds=3.5), load_rubric()).weighted
        == score(replace(session(6, 3.5), voice=()), load_rubric()).weighted
    )


def test_the_report_never_speaks_of_emotion() -> None:
    text = score(session(louder=6, seconds=3.5), load_rubric()).to_json().lower()
    assert not any(word in text for word in ("emotion", "angry", "anger", "nervous", "stressed"))
