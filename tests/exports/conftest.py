"""Sessions to export: an interview with a bit of everything, and a session as the disk has it."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

_HERE = Path(__file__).resolve()
sys.path[:0] = [str(_HERE.parent), str(_HERE.parents[1] / "review"), str(_HERE.parents[2] / "scripts")]


@pytest.fixture(scope="session")
def _held(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from durability.fuzzing import make_session

    return make_session(tmp_path_factory.mktemp("held") / "session")


@pytest.fixture
def held(_held: Path, tmp_path: Path) -> Path:
    """A session by the real engine, from a scripted trainee: no sound is heard, no words are recognised."""
    return Path(shutil.copytree(_held, tmp_path / "2026-03-01 an interview"))
