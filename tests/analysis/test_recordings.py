"""Two tracks without a transcript: speech found, echo left out, words heard, the same figures as for a session."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from voicesim.analysis.leakage import find_leak
from voicesim.analysis.recording import Recording, hear, read_pair, read_stereo, separate, speech_pieces
from voicesim.asr.engines import open_transcriber
from voicesim.asr.faster import FasterWhisper
from voicesim.asr.store import ModelFiles
from voicesim.audio.files import read_mono_16k
from voicesim.errors import BadInputError, WeightsError
from voicesim.timebase import seconds

FIXTURES = Path(__file__).resolve().parents[2] / "audio_fixtures"


def speech(name: str, begin: float, length: float) -> NDArray[np.int16]:
    track = read_mono_16k(FIXTURES / name / "trainee.flac").samples
    return track[round(begin * 16000) : round((begin + length) * 16000)]


@pytest.fixture(scope="module")
def tracks() -> tuple[NDArray[np.int16], NDArray[np.int16]]:
    """Two voices that take turns for a minute: one speaks where the other does not."""
    rng = np.random.default_rng(0)
    his, hers = speech("model-interview", 0, 70), speech("polite-but-closed", 0, 70)
    length = min(len(his), len(hers))
    return tuple((t[:length] + rng.normal(0, 3, length)).astype(np.int16) for t in (his, hers))  # type: ignore[return-value]


def leaky(track: NDArray[np.int16], other: NDArray[np.int16], decibels: float, delay: int) -> NDArray[np.int16]:
    echo = np.zeros(len(track))
    echo[delay:] = other[: len(track) - delay] * 10 ** (decibels / 20)
    return np.clip(track + echo, -32768, 32767).astype(np.int16)


def active(track: NDArray[np.int16]) -> NDArray[np.bool_]:
    mask = np.zeros(len(track), np.bool_)
    for group in speech_pieces(track):
        for span in group:
            mask[span.start : span.end] = True
    return mask


def test_clean_tracks_leak_nothing(tracks: tuple[NDArray[np.int16], NDArray[np.int16]]) -> None:
    his, hers = tracks
    assert find_leak(his, hers) is None
    assert find_leak(hers, his) is None


@pytest.mark.parametrize(("decibels", "delay"), [(-14, 40), (-24, 800)])
def test_her_echo_on_his_track_is_found_and_left_out(
    tracks: tuple[NDArray[np.int16], NDArray[np.int16]], decibels: float, delay: int
) -> None:
    his, hers = tracks
    mixed = leaky(his, hers, decibels, delay)
    leak = find_leak(mixed, hers)
    assert leak is not None
    assert leak.delay == pytest.approx(delay, abs=32)
    assert leak.level == pytest.approx(decibels, abs=2)
    cleaned, notes = separate(Recording(mixed, hers))
    assert "left out" in notes[0]
    own, alone, found = active(his), active(hers) & ~active(his), active(cleaned["trainee"])
    assert found[own].mean() > 0.9
    assert found[alone].mean() < 0.1
    assert active(mixed)[alone].mean() > 0.5 or decibels < -20


def test_two_people_at_one_table_are_not_heard_to_speak_over_each_other(
    tracks: tuple[NDArray[np.int16], NDArray[np.int16]],
) -> None:
    """Each microphone hears the other speaker too, 20 dB weaker and with the echo of a lively room."""
    rng = np.random.default_rng(3)
    walls = rng.normal(0, 0.05, 9600) * np.exp(-6.9 * np.arange(9600) / 9600)
    walls[0] = 1.0
    his, hers = tracks
    heard = [np.convolve(track, walls)[: len(track)].astype(np.int16) for track in tracks]
    recording = Recording(leaky(his, heard[1], -20, 40), leaky(hers, heard[0], -20, 40))
    cleaned, _ = separate(recording)
    found = active(cleaned["trainee"]), active(cleaned["survivor"])
    real = active(his), active(hers)
    for mine, own, other in ((found[0], *real), (found[1], *real[::-1])):
        assert mine[own].mean() > 0.95
        assert mine[other & ~own].mean() < 0.05
    assert (found[0] & found[1]).sum() <= (real[0] & real[1]).sum()


def test_a_mono_file_is_no_conversation_on_two_channels() -> None:
    with pytest.raises(BadInputError, match="one channel only"):
        read_stereo(FIXTURES / "interrupter" / "trainee.flac")


@pytest.mark.parametrize(
    ("left", "right", "problem"),
    [(1.0, 1.0, "same sound"), (1.0, 0.0, "survivor's track is silent"), (0.0, 1.0, "trainee's track is silent")],
)
def test_two_channels_without_two_speakers_are_refused(tmp_path: Path, left: float, right: float, problem: str) -> None:
    path = tmp_path / "pair.wav"
    voice = speech("interrupter", 0, 10)
    soundfile.write(path, np.stack((voice * left, voice * right), axis=1).astype(np.int16), 16000)
    with pytest.raises(BadInputError, match=problem):
        read_stereo(path)


def test_one_recording_given_for_both_speakers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "both.mp3"
    soundfile.write(path, speech("interrupter", 0, 10), 16000)
    with pytest.raises(BadInputError, match="same sound"):
        read_pair(FIXTURES / "interrupter" / "trainee.flac", FIXTURES / "interrupter" / "trainee.flac")
    with pytest.raises(BadInputError, match="same sound"):
        read_pair(path, path)


def test_a_recording_that_went_on_longer_is_taken_with_a_note(tmp_path: Path) -> None:
    longer, shorter = tmp_path / "longer.wav", tmp_path / "shorter.mp3"
    soundfile.write(longer, speech("interrupter", 0, 20), 16000)
    soundfile.write(shorter, speech("rusher", 0, 10), 16000)
    pair = read_pair(longer, shorter)
    assert len(pair.trainee) == len(pair.survivor) == 20 * 16000
    assert any("10 s longer" in note for note in pair.notes)


def test_without_a_transcriber_times_are_there_and_words_are_not(
    tracks: tuple[NDArray[np.int16], NDArray[np.int16]],
) -> None:
    spoken, _ = hear(Recording(*tracks), ())
    assert {one.speaker for one in spoken} == {"trainee", "survivor"}
    assert all(one.text is None for one in spoken)


@pytest.mark.models
def test_the_words_do_not_depend_on_how_many_listen(tracks: tuple[NDArray[np.int16], NDArray[np.int16]]) -> None:
    """One listener or two, quick or slow: the same recording gives the same words at the same places."""
    one, other = (open_transcriber("faster-whisper", "tiny.en") for _ in range(2))
    alone, _ = hear(Recording(*tracks), [one])
    together, _ = hear(Recording(*tracks), [one, other])
    assert alone == together
    assert sum(len(spoken.words) for spoken in alone) > 80


def test_damaged_weights_are_told_and_nobody_waits_for_ever(
    tracks: tuple[NDArray[np.int16], NDArray[np.int16]], tmp_path: Path
) -> None:
    (tmp_path / "model.bin").write_bytes(b"not a model")
    (tmp_path / "config.json").write_text("{}")
    damaged = FasterWhisper(ModelFiles("base", tmp_path, None))
    with pytest.raises(WeightsError, match="cannot be loaded"):
        hear(Recording(*tracks), [damaged])


@pytest.mark.models
def test_a_stereo_recording_is_scored_from_the_command_line(tmp_path: Path) -> None:
    """She speaks; he says something over the middle of it."""
    truth = json.loads((FIXTURES / "interrupter" / "truth.json").read_text())
    planted = truth["trainee"][2]
    piece = speech("interrupter", planted["start"], planted["end"] - planted["start"])
    hers = speech("model-interview", 0, 90)
    longest = max((span for group in speech_pieces(hers) for span in group), key=lambda span: span.length)
    at, length = longest.start + longest.length // 3, longest.end
    his = np.zeros(len(hers), np.int16)
    his[at : at + len(piece)] = piece
    path = tmp_path / "pair.wav"
    soundfile.write(path, np.stack((hers, his), axis=1)[: length + 16000 * 6], 16000)
    command = [sys.executable, "-m", "voicesim", "analyze", "--stereo", str(path), "--trainee-channel", "right"]
    result = subprocess.run([*command, "--json", "--out", str(tmp_path / "out")], capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    data = json.loads(result.stdout)
    (overlap,) = [each for each in data["overlaps"] if each["kind"] == "interruption"]
    assert overlap["start"] == pytest.approx(seconds(at), abs=0.06)
    said = planted["text"].lower().rstrip(".?").split()
    assert len(set(said) & set(overlap["text"].lower().rstrip(".?").split())) >= len(set(said)) / 2
    again = [*command[:3], "analyze", "--turns", str(tmp_path / "out" / "turns.jsonl"), "--json"]
    second = json.loads(subprocess.run(again, capture_output=True, text=True, check=True).stdout)
    assert [each["start"] for each in second["overlaps"]] == [each["start"] for each in data["overlaps"]]
    html = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert "data:audio/mpeg;base64," in html


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["--trainee", "a.wav"],
        ["--stereo", "a.wav", "--turns", "b.jsonl"],
        ["--turns", "nowhere.jsonl"],
        ["--stereo", "nowhere.wav"],
    ],
)
def test_what_cannot_be_analyzed_is_one_clear_line(options: list[str]) -> None:
    result = subprocess.run([sys.executable, "-m", "voicesim", "analyze", *options], capture_output=True, text=True)
    assert result.returncode == 2
    assert "Traceback" not in result.stderr
    assert len(result.stderr.strip().splitlines()) <= 4
