"""Voiced lines are kept on disk; a bad disk costs time, never a line, and damage is never played."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from voicesim.tts.cache import LineCache, cache_folder, line_key
from voicesim.tts.clips import assemble
from voicesim.tts.ports import Clip, VoiceStyle
from voicesim.tts.settings import voice_settings
from voicesim.tts.tones import ToneVoice

TEXT = "I don't know. [hesitates 1] Maybe “later” — Zoë."


@pytest.fixture
def clip(steady: VoiceStyle) -> Clip:
    return assemble(TEXT, steady, ToneVoice())


def same(one: Clip | None, other: Clip) -> bool:
    return (
        one is not None
        and one.samples.dtype == other.samples.dtype
        and np.array_equal(one.samples, other.samples)
        and (one.words, one.hesitations) == (other.words, other.hesitations)
    )


def test_a_kept_line_comes_back_the_same(tmp_path: Path, clip: Clip) -> None:
    LineCache(tmp_path / "lines").put("key", clip)
    assert same(LineCache(tmp_path / "lines").get("key"), clip)
    assert LineCache(tmp_path / "lines").get("other") is None


def test_a_key_changes_with_everything_that_shapes_the_sound(steady: VoiceStyle) -> None:
    settings = voice_settings()
    other_shape = settings.shape.model_copy(update={"level_dbfs": -20.0})
    keys = {
        line_key("engine 1", steady, TEXT),
        line_key("engine 2", steady, TEXT),
        line_key("engine 1", replace(steady, pitch=51), TEXT),
        line_key("engine 1", replace(steady, voice="gmw/en"), TEXT),
        line_key("engine 1", steady, TEXT + " "),
        line_key("engine 1", steady, TEXT, settings.model_copy(update={"shape": other_shape})),
        line_key("engine 1", steady, TEXT, settings.model_copy(update={"default_voice": "gmw/en"})),
    }
    assert len(keys) == 7
    assert line_key("engine 1", replace(steady), TEXT) in keys


@pytest.mark.parametrize("damage", ["one bit", "cut short", "emptied", "another file", "longer"])
def test_a_damaged_file_is_thrown_away_and_never_played(tmp_path: Path, clip: Clip, damage: str) -> None:
    cache = LineCache(tmp_path)
    cache.put("key", clip)
    (file,) = tmp_path.iterdir()
    whole = file.read_bytes()
    file.write_bytes(
        {
            "one bit": whole[:-1000] + bytes([whole[-1000] ^ 1]) + whole[-999:],
            "cut short": whole[: len(whole) // 2],
            "emptied": b"",
            "another file": b"RIFF....WAVEfmt ",
            "longer": whole + b"\0\0",
        }[damage]
    )
    assert cache.get("key") is None
    assert not file.exists()
    cache.put("key", clip)
    assert same(cache.get("key"), clip)


def test_a_folder_that_cannot_be_written_is_warned_of_once(tmp_path: Path, clip: Clip) -> None:
    (tmp_path / "in-the-way").write_text("a file where the folder should be")
    warnings: list[str] = []
    cache = LineCache(tmp_path / "in-the-way" / "lines", warnings.append)
    cache.put("one", clip)
    cache.put("two", clip)
    assert cache.get("one") is None
    assert len(warnings) == 1
    assert "VOICESIM_CACHE" in warnings[0]
    cache.keep_under(1)


@pytest.mark.skipif(os.name != "posix", reason="limits the size of files as POSIX systems can")
def test_a_disk_that_fills_up_in_the_middle_leaves_no_half_line(tmp_path: Path, clip: Clip) -> None:
    import resource

    warnings: list[str] = []
    cache = LineCache(tmp_path, warnings.append)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        cache.put("key", clip)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert len(warnings) == 1
    assert list(tmp_path.iterdir()) == []


def test_the_lines_longest_unused_make_room(tmp_path: Path, clip: Clip) -> None:
    cache = LineCache(tmp_path)
    second = replace(clip, samples=np.ones(300_000, dtype=np.int16))  # 0.6 MB each
    for age, key in enumerate(("new", "older", "oldest")):
        cache.put(key, second)
        os.utime(tmp_path / f"{key}.clip", (1_000_000 - age, 1_000_000 - age))
    assert cache.get("oldest") is not None, "being used makes it new again"
    cache.keep_under(1)
    assert [cache.get(key) is not None for key in ("new", "older", "oldest")] == [False, False, True]


def test_the_environment_names_the_cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path))
    assert cache_folder() == tmp_path / "lines"
    monkeypatch.delenv("VOICESIM_CACHE")
    assert cache_folder().parts[-2:] == ("voicesim", "lines") or "voicesim" in str(cache_folder())
