"""One recorded session for all tests that read one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from command_line import copy_of, practise


@pytest.fixture(autouse=True, scope="session")
def _nothing_of_the_users_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Sessions without --out go to a temporary folder, and the machine's own microphone is not listened to."""
    folder = tmp_path_factory.mktemp("own")
    (folder / "no-sound.conf").write_text("pcm.!default { type hw card 99 }\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VOICESIM_SESSIONS", str(folder / "sessions"))
        patch.setenv("ALSA_CONFIG_PATH", str(folder / "no-sound.conf"))
        yield


@pytest.fixture(scope="session")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole session. Not to be changed."""
    folder = tmp_path_factory.mktemp("recorded") / "session"
    result = practise(folder)
    assert result.returncode == 0, result.stderr
    return folder


@pytest.fixture
def session(recorded: Path, tmp_path: Path) -> Path:
    """A copy of the whole session, to damage."""
    return copy_of(recorded, tmp_path / "session")
