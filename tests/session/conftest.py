"""One session by the real engine, whole and cut off, for all tests that read one. The durability scripts can be imported."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import pytest

sys.path.append(str(Path(__file__).resolve().parents[2] / "scripts"))


@pytest.fixture(scope="session")
def held_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole session. Not to be changed."""
    from durability.fuzzing import make_session

    return make_session(tmp_path_factory.mktemp("held") / "session")


@pytest.fixture
def whole(held_session: Path, tmp_path: Path) -> Path:
    """A copy of it, to damage."""
    return Path(shutil.copytree(held_session, tmp_path / "whole"))


@pytest.fixture
def cut_off(held_session: Path, tmp_path: Path) -> Path:
    """The same, as a kill in mid-word leaves it: never closed, its log torn, one track a block longer."""
    from durability.fuzzing import open_again

    folder = Path(shutil.copytree(held_session, tmp_path / "cut-off"))
    open_again(folder)
    log = folder / "events.jsonl"
    log.write_bytes(log.read_bytes()[:-30])
    with (folder / "trainee.wav").open("ab") as file:
        file.write(b"\x07\x00" * 512)
    return folder
