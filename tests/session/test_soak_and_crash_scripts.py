"""The scripts that hold long and rough sessions: their judgement can fail, and they run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from durability.soaking import Heard, Repeated, clocks_differ, drift, judge_memory, moved_apart
from voicesim.timebase import SAMPLE_RATE

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def run(*command: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *map(str, command)],
        env={**os.environ, "VOICESIM_VOICE": "pyttsx3"}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_memory_that_grows_all_along_is_not_flat_and_memory_that_settles_is():
    minutes = [60.0 * minute for minute in range(240)]
    assert judge_memory([(at, 300 + 100 * min(1.0, at / 600)) for at in minutes]).flat
    assert not judge_memory([(at, 300 + at / 200) for at in minutes]).flat


def test_a_track_that_runs_late_by_and_by_is_seen_to_drift():
    random = np.random.default_rng(1)
    played = (random.standard_normal(16_000 * 40) * 3000).astype(np.int16)
    late = np.concatenate([np.zeros(5000, np.int16), played])
    assert drift(played, late)["drift_s"] == 0
    slipped = np.concatenate([late[: 16_000 * 15], np.zeros(480, np.int16), late[16_000 * 15 :]])
    assert drift(played, slipped)["drift_s"] == pytest.approx(0.03)


def test_a_repeated_recording_reads_like_one_that_was_written_out():
    once = np.arange(700, dtype=np.int16)
    whole = np.tile(once, 4)[:2500]
    repeated = Repeated(once, 2500)
    assert len(repeated) == 2500
    for at in range(0, 2600, 512):
        assert np.array_equal(repeated[at : at + 512], whole[at : at + 512])


def test_a_minute_of_soaking_passes_but_for_memory_which_has_not_settled_by_then(tmp_path):
    result = run(SCRIPTS / "soak.py", "--virtual", "--minutes", "1", "--work", tmp_path)
    checks = json.loads(result.stdout)["checks"]
    assert {name for name, passed in checks.items() if not passed} <= {"memory_flat"}, result.stdout
    assert not list(tmp_path.iterdir())


@pytest.mark.models
@pytest.mark.skipif(sys.platform == "win32", reason="the journal asks Linux which file is synced")
def test_sessions_cut_off_at_random_moments_lose_nothing(tmp_path):
    kinds = [word for kind in ("kill", "closing", "power") for word in ("--only", kind)]
    result = run(
        SCRIPTS / "crash_test.py",
        "--kills",
        "3",
        "--parallel",
        "3",
        *kinds,
        "--work",
        tmp_path,
        "--json",
        tmp_path / "json",
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads((tmp_path / "json").read_text())["lost"] == 0


@pytest.mark.parametrize("follows", [True, False])
def test_tracks_are_held_to_the_clock_on_the_wall_not_each_to_its_own_device(follows: bool) -> None:
    """A microphone 60 ppm fast: her track is kept beside his only if it leaves silence out; to her device it seems to jump."""
    fast = 60e-6
    seconds = np.arange(0, 1800, 90)
    behind = seconds * fast // 0.02 * 0.02 if follows else np.zeros(len(seconds))
    hers = Heard([*zip(seconds, 2.0 - behind, strict=True)], lambda places: places / SAMPLE_RATE)
    his = Heard(
        [*zip(seconds, np.full(len(seconds), 0.3), strict=True)], lambda places: places / SAMPLE_RATE / (1 + fast)
    )
    worst = max(abs(moved) for _, moved in moved_apart(hers, his))
    assert worst == pytest.approx(0.02 if follows else 0.1, abs=0.003)
    assert clocks_differ(hers, his, 1800) == pytest.approx(60, abs=0.1)
