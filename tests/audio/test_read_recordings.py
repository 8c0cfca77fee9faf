"""Any recording a trainer brings is read as mono 16 kHz, or answered with what is wrong with it."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from voicesim.audio.files import read_mono_16k, write_flac
from voicesim.errors import BadInputError, StorageError


def _sine(rate: int, seconds: float = 1.0, hertz: float = 440, level: float = 0.5) -> np.ndarray:
    return level * np.sin(2 * np.pi * hertz * np.arange(round(rate * seconds)) / rate)


def _tone_of(samples: np.ndarray, hertz: float) -> float:
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(samples)) / 16_000)
    return float(abs(samples / 32768 @ wave) * 2 / len(samples))


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 48_000, 96_000])
def test_any_sample_rate_keeps_its_length_and_its_pitch(tmp_path: Path, rate: int) -> None:
    path = tmp_path / "tone.wav"
    soundfile.write(path, _sine(rate), rate)
    audio = read_mono_16k(path)
    assert len(audio.samples) == pytest.approx(16_000, abs=2)
    assert _tone_of(audio.samples, 440) == pytest.approx(0.5, rel=0.02)
    assert any("resampled" in note for note in audio.notes) == (rate != 16_000)
    assert any("Telephone" in note for note in audio.notes) == (rate < 16_000)


@pytest.mark.parametrize("name", ["a.flac", "a.ogg", "a.mp3", "a.aiff"])
def test_any_usual_kind_of_file_is_read(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    soundfile.write(path, _sine(16_000, seconds=6), 16_000)
    samples = read_mono_16k(path).samples
    assert len(samples) == 6 * 16_000
    for start in range(0, len(samples), 16_000):
        assert _tone_of(samples[start : start + 16_000], 440) == pytest.approx(0.5, rel=0.05)


@pytest.mark.parametrize("subtype", ["PCM_U8", "PCM_16", "PCM_24", "PCM_32", "FLOAT", "DOUBLE", "ULAW"])
def test_any_depth_is_read(tmp_path: Path, subtype: str) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, _sine(16_000), 16_000, subtype=subtype)
    assert _tone_of(read_mono_16k(path).samples, 440) == pytest.approx(0.5, rel=0.02)


def test_sixteen_bit_samples_come_through_unchanged(tmp_path: Path) -> None:
    samples = np.random.default_rng(1).integers(-32768, 32768, 5000).astype(np.int16)
    path = tmp_path / "a.wav"
    soundfile.write(path, samples, 16_000, subtype="PCM_16")
    audio = read_mono_16k(path)
    assert np.array_equal(audio.samples, samples)
    assert audio.notes == ()


def test_of_a_stereo_file_both_one_or_the_louder_side_is_heard(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    both = np.stack([_sine(16_000, hertz=440, level=0.2), _sine(16_000, hertz=1000, level=0.6)], axis=1)
    soundfile.write(path, both, 16_000)
    mixed, left, louder = read_mono_16k(path), read_mono_16k(path, 1), read_mono_16k(path, "louder")
    assert _tone_of(mixed.samples, 440) == pytest.approx(0.1, rel=0.02)
    assert _tone_of(mixed.samples, 1000) == pytest.approx(0.3, rel=0.02)
    assert _tone_of(left.samples, 1000) < 0.001
    assert _tone_of(louder.samples, 440) < 0.001
    assert mixed.notes == ("It has 2 channels: mixed to one.",)
    assert louder.notes == ("It has 2 channels: channel 2 taken, the louder.",)
    with pytest.raises(BadInputError, match="no channel 3"):
        read_mono_16k(path, 3)


def test_a_truncated_wav_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, _sine(16_000, seconds=4), 16_000, subtype="PCM_16")
    whole = path.read_bytes()
    path.write_bytes(whole[: 44 + 2 * 16_000])
    audio = read_mono_16k(path)
    assert len(audio.samples) == 16_000
    assert any("1.0 s of 4.0 s could be read" in note for note in audio.notes)


def test_a_wav_from_a_pipe_without_a_length_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, _sine(16_000), 16_000, subtype="PCM_16")
    content = bytearray(path.read_bytes())
    content[4:8] = content[40:44] = struct.pack("<I", 0xFFFFFFFF)
    path.write_bytes(content)
    audio = read_mono_16k(path)
    assert len(audio.samples) == 16_000
    assert audio.notes == ()


def test_a_truncated_flac_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.flac"
    soundfile.write(path, np.random.default_rng(2).uniform(-0.5, 0.5, 64_000), 16_000)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    audio = read_mono_16k(path)
    assert 16_000 < len(audio.samples) < 48_000
    assert any("of 4.0 s could be read" in note for note in audio.notes)


def test_a_recording_too_loud_says_so(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    soundfile.write(path, _sine(16_000, level=2.0), 16_000, subtype="FLOAT")
    audio = read_mono_16k(path)
    assert audio.samples.max() == 32767
    assert any("louder than full scale" in note for note in audio.notes)


def test_samples_that_are_no_numbers_become_silence(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    samples = _sine(16_000)
    samples[100:110] = np.nan
    soundfile.write(path, samples, 16_000, subtype="FLOAT")
    audio = read_mono_16k(path)
    assert not audio.samples[100:110].any()
    assert any("no numbers" in note for note in audio.notes)


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _text(path: Path) -> None:
    path.write_text("This is a letter, not a recording.\n" * 50, encoding="utf-8")


def _broken_header(path: Path) -> None:
    path.write_bytes(b"RIFF\x24\x00\x00\x00WAVEfmt \x10\x00")


def _no_samples(path: Path) -> None:
    soundfile.write(path, np.zeros(0), 16_000, format="WAV")


def _absurd_rate(path: Path) -> None:
    soundfile.write(path, np.zeros(100), 100, format="WAV")


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (lambda path: None, "there is no such file"),
        (lambda path: path.mkdir(), "is a folder"),
        (_nothing, "is empty"),
        (_text, "is not a recording"),
        (_broken_header, "is not a recording|holds no samples"),
        (_no_samples, "holds no samples"),
        (_absurd_rate, "100 samples a second"),
    ],
    ids=["missing", "folder", "empty", "text", "broken header", "no samples", "absurd rate"],
)
def test_what_is_no_recording_gets_one_clear_line(tmp_path: Path, spoil: object, complaint: str) -> None:
    path = tmp_path / "a.wav"
    spoil(path)  # type: ignore[operator]
    with pytest.raises(BadInputError, match=complaint) as caught:
        read_mono_16k(path)
    assert "\n" not in str(caught.value)
    assert str(path) in caught.value.problem
    assert caught.value.remedy


def test_a_track_is_written_whole_and_read_back_to_the_sample(tmp_path: Path) -> None:
    samples = np.random.default_rng(3).integers(-32768, 32768, 16_000).astype(np.int16)
    path = tmp_path / "track.flac"
    write_flac(path, np.zeros(10, np.int16))
    write_flac(path, samples)
    assert np.array_equal(read_mono_16k(path).samples, samples)
    assert os.listdir(tmp_path) == ["track.flac"]


def test_a_track_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="cannot be written"):
        write_flac(tmp_path / "no such folder" / "track.flac", np.zeros(10, np.int16))
    (tmp_path / "track.flac").mkdir()
    with pytest.raises(StorageError):
        write_flac(tmp_path / "track.flac", np.zeros(10, np.int16))
    assert os.listdir(tmp_path) == ["track.flac"]
