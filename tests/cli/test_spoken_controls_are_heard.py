""" "Pause please" and "stop the exercise", spoken by a voice and heard by the real Whisper, in a whole session."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import QUICK, voicesim

from voicesim.engine.events import End, PausedOrResumed, Transcribed, TurnTaken
from voicesim.session.reader import open_bundle
from voicesim.timebase import SAMPLE_RATE, samples, seconds
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice

STYLE = VoiceStyle(voice="", words_per_minute=140, pitch=40, volume=1.0)


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A trainee who pauses into her first line, talks to somebody else, goes on, asks, and stops."""
    said = {
        3.0: "Pause, please.",
        12.0: "No, I am in the middle of something, Thomas.",
        22.0: "Okay, let's go on.",
        36.0: "You can stop whenever you like. Tell me what happened.",
        58.0: "I need to stop the exercise.",
    }
    track = np.zeros(samples(75), dtype=np.int16)
    with Pyttsx3Voice() as voice:
        for at, words in said.items():
            sound = voice.speak(words, STYLE)
            track[samples(at) : samples(at) + len(sound)] = sound
    path = tmp_path_factory.mktemp("spoken") / "trainee.wav"
    soundfile.write(path, track, SAMPLE_RATE)
    return path


@pytest.mark.models
@pytest.mark.parametrize("model", ["tiny.en", "base"])
def test_they_are_obeyed_and_the_session_replays(recording: Path, model: str, tmp_path: Path) -> None:
    folder = tmp_path / "s"
    quick = QUICK if model == "tiny.en" else ("--model", model)
    result = voicesim("practice", "drill-open-start", "--trainee-audio", recording, "--out", folder, *quick, "--plain")
    assert result.returncode == 0, result.stderr
    bundle = open_bundle(folder)
    heard = [record.text for record in bundle.records if isinstance(record, Transcribed)]
    stood = [(r.paused, r.because, round(seconds(r.at))) for r in bundle.records if isinstance(r, PausedOrResumed)]
    assert [each[:2] for each in stood] == [(True, "said"), (False, "said")], heard
    assert 3 < stood[0][2] < 6
    assert 22 < stood[1][2] < 25
    assert "Thomas" not in " ".join(heard)
    turns = [record.text for record in bundle.records if isinstance(record, TurnTaken)]
    assert len(turns) == 1, turns
    assert "whenever you like" in turns[0]
    ended = [record for record in bundle.records if isinstance(record, End)]
    assert [(end.reason, 58 < seconds(end.at) < 62) for end in ended] == [("stopped", True)]
    assert not bundle.track("trainee")[samples(10) : samples(20)].any(), "what was said in the pause is not kept"
    assert json.loads(voicesim("replay", folder, "--json").stdout)["same"]
    assert "You stopped, and that is always right." in result.stdout
