"""A trainee's recording that is missing, damaged, or of another kind than expected."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import soundfile
import soxr
from command_line import RECORDING, practise, refused

pytestmark = pytest.mark.models


def said_about(recording: Path, tmp_path: Path) -> str:
    """What is told about a recording that can be used after all."""
    result = practise(tmp_path / "session", recording=recording)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "session" / "report.html").is_file()
    return "\n".join(line for line in result.stdout.splitlines() if line.startswith(recording.name))


@pytest.fixture(scope="module")
def beginning() -> np.ndarray:
    """The first seconds of a trainee, as numbers at 16 kHz."""
    samples, _ = soundfile.read(RECORDING, frames=16_000 * 8, dtype="float32")
    return samples


def test_a_recording_that_is_not_there_is_named(tmp_path):
    assert "no such file" in refused(practise(tmp_path / "s", recording=tmp_path / "gone.wav"), "gone.wav")


def test_a_folder_is_no_recording(tmp_path):
    refused(practise(tmp_path / "s", recording=tmp_path), "is a folder", "Name a recording")


def test_an_empty_file_is_said_to_be_empty(tmp_path):
    (tmp_path / "empty.wav").touch()
    refused(practise(tmp_path / "s", recording=tmp_path / "empty.wav"), "empty.wav is empty")


def test_a_text_file_is_no_recording(tmp_path):
    (tmp_path / "notes.wav").write_text("Monday: call the advocate back.\n")
    refused(practise(tmp_path / "s", recording=tmp_path / "notes.wav"), "notes.wav", "WAV, FLAC, OGG or MP3")
    assert not (tmp_path / "s").exists()


def test_a_truncated_recording_is_played_as_far_as_it_goes_and_says_how_far(tmp_path, beginning):
    whole = tmp_path / "cut.wav"
    soundfile.write(whole, beginning, 16_000)
    whole.write_bytes(whole.read_bytes()[:100_000])
    assert "3.1 s of 8.0 s could be read" in said_about(whole, tmp_path)


def test_a_truncated_flac_is_played_as_far_as_it_goes(tmp_path):
    cut = tmp_path / "cut.flac"
    cut.write_bytes(RECORDING.read_bytes()[:60_000])
    assert "cut off or damaged" in said_about(cut, tmp_path)


def test_a_telephone_recording_is_heard_and_the_trainee_told_of_its_quality(tmp_path, beginning):
    soundfile.write(tmp_path / "phone.wav", soxr.resample(beginning, 16_000, 8_000), 8_000)
    notes = said_about(tmp_path / "phone.wav", tmp_path)
    assert "8000 samples a second" in notes
    assert "Telephone quality" in notes


def test_a_stereo_recording_at_another_rate_is_mixed_and_resampled(tmp_path, beginning):
    stereo = np.repeat(soxr.resample(beginning, 16_000, 44_100)[:, None], 2, axis=1)
    soundfile.write(tmp_path / "stereo.wav", stereo, 44_100, subtype="PCM_24")
    notes = said_about(tmp_path / "stereo.wav", tmp_path)
    assert "2 channels: mixed to one" in notes
    assert "44100 samples a second: resampled" in notes
