"""The neural voice: its process, the words' places, and who speaks when it is not to be had."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import psutil
import pytest

from voicesim.errors import BadInputError, VoicesimError, WeightsError
from voicesim.live.practice import voice_lines
from voicesim.scenario.model import Mood, Scenario, VoiceChoice
from voicesim.timebase import SAMPLE_RATE
from voicesim.tts.kokoro_voice import KokoroVoice
from voicesim.tts.moods import style_for
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.stretching import stretch
from voicesim.tts.voices import Voices, engine_of
from voicesim.tts.words import split_words

PHRASE = "I told my sister. She didn't say anything."
NEURAL = VoiceChoice(engine="kokoro", voice="af_heart", fallback="gmw/en-US+f3")


@pytest.mark.models
def test_a_voice_whose_process_was_killed_speaks_on(neural_voice: KokoroVoice, steady: VoiceStyle) -> None:
    before = neural_voice.speak("I stayed.", steady)
    (child,) = [one for one in psutil.Process().children() if str(neural_voice.room) in one.cmdline()]
    child.kill()
    assert len(neural_voice.speak("I left.", steady)) > 0
    assert np.array_equal(neural_voice.speak("I stayed.", steady), before)


@pytest.mark.models
def test_every_word_has_a_place_of_its_own_and_sounds_there(neural_voice: KokoroVoice, steady: VoiceStyle) -> None:
    sound, words = neural_voice.speak_timed(PHRASE, steady)
    assert len(words) == len(split_words(PHRASE))
    assert (words[0].start, words[-1].end) == (0, len(sound))
    assert all(one.end <= other.start for one, other in pairwise(words))
    peak = np.abs(sound.astype(int)).max()
    assert all(np.abs(sound[word.start : word.end].astype(int)).max() > peak / 30 for word in words)


@pytest.mark.models
def test_a_mood_bends_the_same_words_slower_and_keeps_their_places(
    neural_voice: KokoroVoice, steady: VoiceStyle
) -> None:
    choice = VoiceChoice(engine="kokoro", moods={"low": Mood(rate=0.8, volume=0.5), "steady": Mood()})
    sound, words = neural_voice.speak_timed(PHRASE, style_for(choice, "steady"))
    slower, later = neural_voice.speak_timed(PHRASE, style_for(choice, "low"))
    assert len(slower) == pytest.approx(len(sound) / 0.8, rel=0.03)
    for word, bent in zip(words, later, strict=True):
        assert bent.start == pytest.approx(word.start / 0.8, abs=0.04 * SAMPLE_RATE)


@pytest.mark.models
def test_a_british_voice_speaks_too(neural_voice: KokoroVoice, steady: VoiceStyle) -> None:
    """eSpeak calls that English by another name than one would guess."""
    assert len(neural_voice.speak("I stayed.", replace(steady, voice="bf_emma"))) > 0


@pytest.mark.models
def test_an_unknown_voice_is_named(neural_voice: KokoroVoice, steady: VoiceStyle) -> None:
    for name in ("af_nobody", "gmw/en-US", "../af_heart"):
        with pytest.raises(BadInputError, match="no voice"):
            neural_voice.speak("Yes.", replace(steady, voice=name))


@pytest.mark.models
def test_weights_that_are_not_a_model_are_an_error_and_no_crash(tmp_path: Path, steady: VoiceStyle) -> None:
    (tmp_path / "kokoro.onnx").write_bytes(b"not a model")
    with KokoroVoice(tmp_path) as voice, pytest.raises(VoicesimError, match=r"cannot be started.*--voice pyttsx3"):
        voice.speak("Yes.", steady)


def test_a_stretched_sound_is_longer_and_keeps_its_pitch() -> None:
    rate = 24_000
    tone = np.sin(2 * np.pi * 200 * np.arange(rate) / rate).astype(np.float32)
    slower = stretch(tone, 1.25, rate)
    assert len(slower) == 30_000
    middle = slower[3000:-3000]
    assert np.argmax(np.abs(np.fft.rfft(middle))) * rate / len(middle) == pytest.approx(200, abs=2)
    assert np.sqrt(np.mean(middle**2)) == pytest.approx(np.sqrt(0.5), rel=0.05)


def test_each_persona_has_her_own_engine_unless_one_is_asked_for() -> None:
    plain = VoiceChoice(voice="gmw/en-US+f3")
    assert (engine_of(NEURAL), engine_of(plain)) == ("kokoro", "pyttsx3")
    assert (engine_of(NEURAL, "pyttsx3"), engine_of(plain, "kokoro")) == ("pyttsx3", "kokoro")
    with pytest.raises(BadInputError, match="Use one of: auto, kokoro, pyttsx3"):
        Voices("siri")


def test_the_plain_voice_that_stands_in_is_the_one_the_scenario_names() -> None:
    assert style_for(NEURAL, "steady", "kokoro").voice == "af_heart"
    assert style_for(NEURAL, "steady", "pyttsx3").voice == "gmw/en-US+f3"
    assert style_for(VoiceChoice(voice="gmw/en"), "steady", "kokoro").voice == ""


def scenario_with(voice: dict[str, str]) -> Scenario:
    return Scenario.model_validate(
        {
            "format": "voicesim/scenario/1",
            "id": "short",
            "title": "Short",
            "minutes": 1,
            "briefing": "None.",
            "content_note": "None.",
            "support": [{"name": "Help line", "contact": "000", "where": "anywhere"}],
            "instructor_notes": "A test.",
            "persona": {"name": "Ana", "age": 30, "pronouns": "she", "about": "A visitor.", "voice": voice},
            "feelings": {"distress": {"start": 30}},
            "start": "only",
            "states": {"only": {"about": "She waits.", "lines": "Yes."}},
        }
    )


def test_without_the_weights_the_plain_voice_speaks_and_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path))
    said: list[str] = []
    book, engine = voice_lines(scenario_with({"engine": "kokoro", "voice": "af_heart"}), warn=said.append)
    assert engine.startswith("pyttsx3")
    assert book.clip("Yes.", "steady").samples.any()
    (line,) = said
    assert "plain voice speaks" in line
    assert "voicesim doctor --fetch" in line
    with pytest.raises(WeightsError, match="kokoro"):
        voice_lines(scenario_with({"engine": "kokoro", "voice": "af_heart"}), "kokoro")


@pytest.mark.models
def test_a_voice_the_engine_does_not_have_is_an_error_and_not_replaced() -> None:
    with pytest.raises(BadInputError, match="af_nobody"):
        voice_lines(scenario_with({"engine": "kokoro", "voice": "af_nobody"}))
