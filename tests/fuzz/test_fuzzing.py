"""A few hundred damaged and malicious files at everything that reads files. `scripts/fuzz.py` tries them by the hour."""

from __future__ import annotations

import itertools
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from durability import fuzzing
from durability.fuzzing import Target
from voicesim.errors import BadInputError


def try_out(target: Target, work: Path, examples: int) -> None:
    numbers = itertools.count()

    @settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck)
    )
    @given(target.inputs)
    def one(given_input: Any) -> None:
        folder = work / str(next(numbers))
        folder.mkdir()
        target.run(given_input, folder)
        shutil.rmtree(folder)

    one()


def test_no_scenario_file_however_mangled_ends_in_a_traceback(tmp_path):
    try_out(fuzzing.scenario_target(), tmp_path, 60)


def test_no_recording_however_mangled_ends_in_a_traceback(tmp_path):
    try_out(fuzzing.audio_target(), tmp_path, 120)


def test_no_session_however_mangled_ends_in_a_traceback(tmp_path):
    (tmp_path / "work").mkdir()
    try_out(fuzzing.bundle_target(fuzzing.make_session(tmp_path / "seed")), tmp_path / "work", 25)


def _writes_elsewhere(folder: Path) -> None:
    (folder.parent / "elsewhere").write_text("x")


def _takes_long(folder: Path) -> None:
    time.sleep(5)


def _breaks(folder: Path) -> None:
    raise KeyError("inside")


@pytest.mark.parametrize(
    ("bad", "found"), [(_writes_elsewhere, "open"), (_takes_long, "more than"), (_breaks, "inside")]
)
def test_the_net_catches_what_it_is_for(tmp_path, monkeypatch, bad: Callable[[Path], None], found: str):
    monkeypatch.setattr(fuzzing, "HANGS_AFTER", 0.05)
    (tmp_path / "in").mkdir()
    with pytest.raises((AssertionError, KeyError), match=found), fuzzing.held(tmp_path / "in"):
        bad(tmp_path / "in")
    with fuzzing.held(tmp_path / "in"):
        (tmp_path / "in" / "ours").write_text("may be written")
        raise BadInputError("A clear error is fine.")
