"""Everything she may say is voiced before the session begins."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voicesim.errors import BadInputError, VoicesimError
from voicesim.scenario.model import Mood, Scenario, VoiceChoice
from voicesim.tts.cache import LineCache
from voicesim.tts.moods import reachable_moods, style_for
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.tones import ToneVoice
from voicesim.tts.voicing import scenario_lines, voice_ahead

MOODS = {
    "shaken": {"when": {"distress": ">= 60"}, "rate": 0.8, "pitch": 5, "volume": 0.7},
    "guarded": {"when": {"distress": "< 20"}, "rate": 1.0},
    "steady": {},
    "never": {"rate": 1.4},
}
SCENARIO = Scenario.model_validate(
    {
        "format": "voicesim/scenario/1",
        "id": "at-the-desk",
        "title": "At the desk",
        "minutes": 2,
        "briefing": "Somebody waits at the front desk.",
        "content_note": "None.",
        "support": [{"name": "Help line", "contact": "000", "where": "anywhere"}],
        "instructor_notes": "A test.",
        "persona": {"name": "Ana", "age": 30, "pronouns": "she", "about": "A visitor.", "voice": {"moods": MOODS}},
        "cast": {"clerk": {"name": "Bo", "age": 50, "pronouns": "he", "about": "At the desk.", "voice": {"pitch": 20}}},
        "feelings": {"distress": {"start": 30}},
        "start": "desk",
        "anywhere": [{"event": "interrupted", "says": "Can I finish?"}],
        "states": {
            "desk": {
                "about": "She waits.",
                "lines": ["Hello.", "Is someone there? [hesitates 1] Hello."],
                "next": [
                    {"hears": "anything", "says": ["Thank you.", "Hello."], "go": "over"},
                    {"silence": 5, "says": "I'll come back."},
                ],
            },
            "over": {
                "about": "She goes.",
                "lines": "Goodbye.",
                "ending": {"kind": "guarded", "title": "Gone", "summary": "She left."},
            },
        },
    }
)
ALL = ["Hello.", "Is someone there? [hesitates 1] Hello.", "Goodbye.", "Thank you.", "I'll come back.", "Can I finish?"]


class CountingVoice(ToneVoice):
    """Tones, counted."""

    def __init__(self) -> None:
        self.asked = 0

    def speak(self, phrase: str, style: VoiceStyle) -> NDArray[np.int16]:
        self.asked += 1
        return super().speak(phrase, style)


def test_every_line_of_states_and_rules_is_found_once() -> None:
    assert sorted(scenario_lines(SCENARIO)) == sorted(ALL)


def test_every_line_is_ready_in_every_mood_that_can_come_up() -> None:
    voice = CountingVoice()
    book = voice_ahead(SCENARIO, voice)
    asked = voice.asked
    for text in ALL:
        for mood in ("shaken", "guarded", "steady"):
            assert book.clip(text, mood).samples.any()
    assert voice.asked == asked, "nothing is synthesised once the session runs"
    assert book.clip(ALL[0], "guarded") is book.clip(ALL[0], "steady"), "moods that sound alike share a clip"
    assert len(book) == 2 * len(ALL)


def test_a_mood_after_one_that_always_holds_is_not_voiced() -> None:
    assert reachable_moods(SCENARIO.persona.voice) == ("shaken", "guarded", "steady")
    with pytest.raises(VoicesimError, match="not voiced ahead in the mood 'never'"):
        voice_ahead(SCENARIO, ToneVoice()).clip("Hello.", "never")


def test_a_line_that_is_not_in_the_scenario_is_an_error_that_names_it() -> None:
    with pytest.raises(VoicesimError, match="'Something else'"):
        voice_ahead(SCENARIO, ToneVoice()).clip("Something else", "steady")


def test_progress_runs_from_nothing_to_all() -> None:
    heard: list[tuple[int, int]] = []
    voice_ahead(SCENARIO, ToneVoice(), progress=lambda done, total: heard.append((done, total)))
    assert heard[0] == (0, 12)
    assert heard[-1] == (12, 12)
    assert all(after[0] - before[0] == 1 for before, after in pairwise(heard))


def test_the_second_session_voices_nothing_anew(tmp_path: Path) -> None:
    first = voice_ahead(SCENARIO, CountingVoice(), LineCache(tmp_path))
    again = CountingVoice()
    second = voice_ahead(SCENARIO, again, LineCache(tmp_path))
    assert again.asked == 0
    assert np.array_equal(first.clip("Goodbye.", "shaken").samples, second.clip("Goodbye.", "shaken").samples)


def test_a_damaged_line_is_voiced_again_and_sounds_as_before(tmp_path: Path) -> None:
    first = voice_ahead(SCENARIO, ToneVoice(), LineCache(tmp_path))
    for file in tmp_path.iterdir():
        file.write_bytes(file.read_bytes()[:-3])
    again = CountingVoice()
    second = voice_ahead(SCENARIO, again, LineCache(tmp_path))
    assert again.asked > 0
    for text in ALL:
        assert np.array_equal(first.clip(text, "steady").samples, second.clip(text, "steady").samples)


def test_distress_makes_her_slower_and_quieter() -> None:
    choice = SCENARIO.persona.voice
    steady, shaken = style_for(choice, "steady"), style_for(choice, "shaken")
    assert steady == VoiceStyle(voice="", words_per_minute=150, pitch=50, volume=1.0, steady=150)
    assert shaken == VoiceStyle(voice="", words_per_minute=120, pitch=55, volume=0.7, steady=150)


def test_pitch_stays_within_what_an_engine_can_do() -> None:
    choice = VoiceChoice(pitch=90, moods={"high": Mood(pitch=30), "low": Mood(pitch=-30)})
    assert style_for(choice, "high").pitch == 100
    assert style_for(choice.model_copy(update={"pitch": 10}), "low").pitch == 0


def test_an_unknown_mood_is_named_with_the_known_ones() -> None:
    with pytest.raises(BadInputError, match=r"no mood 'angry'.*shaken, guarded, steady, never"):
        style_for(SCENARIO.persona.voice, "angry")


def test_a_cast_member_speaks_their_lines_in_a_voice_of_their_own() -> None:
    says = {"text": "Next, please.", "by": "clerk"}
    scenario = Scenario.model_validate(
        {**SCENARIO.model_dump(), "anywhere": [{"event": "interrupted", "says": ["Hello.", says]}]}
    )
    book = voice_ahead(scenario, ToneVoice())
    assert book.clip("Next, please.", "steady", "clerk").samples.any()
    with pytest.raises(VoicesimError, match="not voiced ahead"):
        book.clip("Next, please.", "steady")
    assert len(book) == 2 * (len(ALL) - 1) + 1, "the clerk has one mood, and does not voice her lines"
