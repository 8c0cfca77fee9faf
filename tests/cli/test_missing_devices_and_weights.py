"""No microphone; speech models missing or damaged."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import pytest
from command_line import QUICK, practise, refused, voicesim
from fixture_sessions import ROOT

from voicesim.asr.verify import models_folder

pytestmark = pytest.mark.models
on_linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the machine's own devices cannot be hidden")


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of the test's own that holds the small model."""
    shutil.copytree(models_folder() / "tiny.en", tmp_path / "cache" / "models" / "tiny.en")
    return tmp_path / "cache"


@on_linux
def test_without_a_microphone_a_bundled_recording_plays_the_trainee(tmp_path):
    shutil.copytree(ROOT / "why-and-blame", tmp_path / "fixtures" / "model-interview")
    result = voicesim("practice", *QUICK, "--out", tmp_path / "session", VOICESIM_FIXTURES=tmp_path / "fixtures")
    assert result.returncode == 0, result.stderr
    assert "No microphone was found" in result.stdout
    assert "A bundled recording plays the trainee instead" in result.stdout
    assert str(tmp_path / "session" / "report.html") in result.stdout


@on_linux
@pytest.mark.parametrize("option", ["--input", "--output"])
def test_a_named_device_that_is_not_there_is_refused_and_no_recording_stands_in(option, tmp_path):
    refused(voicesim("practice", option, "My Headset", "--out", tmp_path / "s"), "found", "voicesim devices")
    assert not (tmp_path / "s").exists()


@on_linux
def test_a_machine_without_sound_lists_no_devices_and_says_what_happens_then():
    assert "will play a bundled recording instead" in voicesim("devices").stdout
    assert json.loads(voicesim("devices", "--json").stdout) == []


def test_missing_weights_are_named_with_the_command_that_fetches_them(tmp_path):
    result = practise(tmp_path / "s", VOICESIM_CACHE=tmp_path / "empty")
    refused(result, "'tiny.en' is not on this machine", "voicesim doctor --fetch --model tiny.en")


def test_weights_with_one_altered_byte_are_never_used(cache, tmp_path):
    weights = cache / "models" / "tiny.en" / "model.bin"
    data = bytearray(weights.read_bytes())
    data[5_000_000] ^= 1
    weights.write_bytes(data)
    refused(practise(tmp_path / "s", VOICESIM_CACHE=cache), "is damaged", "voicesim doctor --fetch --model tiny.en")
    assert not (tmp_path / "s").exists()
    doctor = voicesim("doctor", "--model", "tiny.en", "--json", VOICESIM_CACHE=cache)
    assert doctor.returncode == 1
    found = {one["what"]: one for one in json.loads(doctor.stdout)}
    assert not found["Whisper tiny.en"]["ok"]
    assert found["her plain voice"]["ok"]


def test_weights_of_ones_own_that_are_none_are_refused(tmp_path):
    (tmp_path / "mine.pt").write_text("not a checkpoint")
    result = practise(tmp_path / "s", "--model", "mine", "--model-path", tmp_path / "mine.pt")
    refused(result, "mine.pt", "no Whisper checkpoint")
