"""Anyone can measure the ears again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from made_sounds import QUESTION, Sound

from voicesim.asr.measure import Setup, Spoken, measure, table
from voicesim.errors import BadInputError, VoicesimError
from voicesim.timebase import SAMPLE_RATE

pytestmark = pytest.mark.models


def test_words_time_and_memory_are_measured_over_recordings(say: Callable[[str], Sound], tmp_path: Path) -> None:
    import soundfile

    soundfile.write(tmp_path / "right.wav", say(QUESTION), SAMPLE_RATE)
    soundfile.write(tmp_path / "wrong.wav", say("What happened?"), SAMPLE_RATE)
    spoken = [Spoken(tmp_path / "right.wav", QUESTION), Spoken(tmp_path / "wrong.wav", "What really happened?")]
    figures = measure(spoken, Setup("faster-whisper", "tiny.en"))
    assert figures.words == 11 + 3
    assert figures.word_error_rate == pytest.approx(1 / 14)
    assert figures.each[0].heard == figures.each[0].text
    assert 0 < figures.median_seconds <= figures.p95_seconds
    assert figures.peak_megabytes > 100
    assert "| tiny.en | short | 7.14 |" in table([figures])


def test_a_recording_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(VoicesimError, match=r"nowhere\.wav cannot be read as sound"):
        measure([Spoken(tmp_path / "nowhere.wav", "hello")], Setup("faster-whisper", "tiny.en"))
    with pytest.raises(BadInputError, match="lists no recordings"):
        measure([], Setup("faster-whisper", "tiny.en"))
