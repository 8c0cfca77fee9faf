"""Everybody in a room: a voice across the table beside the one at the microphone."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from voicesim.analysis.room import room_segments, segmentation
from voicesim.asr.verify import models_folder
from voicesim.audio.files import read_mono_16k
from voicesim.audio.measure import disagreement
from voicesim.audio.vad import segments as headset_segments

FIXTURES = Path(__file__).resolve().parents[2] / "audio_fixtures"
Span = tuple[int, int]


def voice(name: str, begin: float, length: float) -> NDArray[np.float64]:
    track = read_mono_16k(FIXTURES / name / "trainee.flac").samples
    return track[round(begin * 16000) : round((begin + length) * 16000)].astype(np.float64)


@pytest.fixture(scope="module")
def table() -> tuple[NDArray[np.int16], list[Span], list[Span]]:
    """A voice at the microphone and one across the table, 30 dB weaker, with the room's echo and noise; where each speaks."""
    rng = np.random.default_rng(1)
    near, other, far = voice("polite-but-closed", 0, 20), voice("why-and-blame", 0, 30), np.zeros(20 * 16000)
    at = 12.3
    for begin, end in headset_segments(other.astype(np.int16))[:2]:
        far[round(at * 16000) :][: end - begin] = other[begin:end]
        at += (end - begin) / 16000 + 0.4
    spans = [headset_segments(each.astype(np.int16)) for each in (near, far)]
    decay = np.exp(-np.arange(6400) / 1600) * rng.normal(0, 0.03, 6400)
    decay[0] = 1.0
    mixed = near + 10 ** (-30 / 20) * np.convolve(far, decay)[: len(far)] + rng.normal(0, 25, len(near))
    return mixed.astype(np.int16), spans[0], spans[1]


def missed(found: list[Span], truth: list[Span], length: int) -> float:
    lost, _, true = disagreement(found, truth, length)
    return lost / true


@pytest.mark.models
def test_a_voice_across_the_table_counts_as_much_as_the_near_one(
    table: tuple[NDArray[np.int16], list[Span], list[Span]],
) -> None:
    track, near, far = table
    found = room_segments(track, segmentation())
    assert missed(found, near, len(track)) < 0.1
    assert missed(found, far, len(track)) < 0.1
    assert missed(headset_segments(track), far, len(track)) > 0.5, "or this shows nothing"


@pytest.mark.models
def test_a_room_in_which_nobody_speaks_holds_no_speech() -> None:
    room = np.random.default_rng(2).normal(0, 60, 20 * 16000).astype(np.int16)
    assert room_segments(room, segmentation()) == []
    assert room_segments(np.zeros(0, np.int16), segmentation()) == []


def test_without_its_model_the_nearer_voices_are_told_and_what_would_help(tmp_path: Path) -> None:
    result = segments_with_cache(tmp_path)
    assert result.returncode == 0
    assert result.stdout.startswith("SPEAKER trainee 1 ")
    assert "voicesim doctor --fetch" in result.stderr


@pytest.mark.models
def test_a_damaged_model_is_refused_and_not_quietly_done_without(tmp_path: Path) -> None:
    shutil.copytree(models_folder() / "room-speech", tmp_path / "models" / "room-speech")
    weights = tmp_path / "models" / "room-speech" / "segmentation.bin"
    weights.write_bytes(b"\0" + weights.read_bytes()[1:])
    result = segments_with_cache(tmp_path)
    assert result.returncode == 2
    assert "is damaged" in result.stderr
    assert result.stderr.count("\n") == 1


def segments_with_cache(cache: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "voicesim", "segments", str(FIXTURES / "why-and-blame" / "trainee.flac"), "--rttm"]
    return subprocess.run(command, capture_output=True, text=True, env={**os.environ, "VOICESIM_CACHE": str(cache)})
