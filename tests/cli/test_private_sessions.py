"""A private session leaves nothing behind: not at its end, not after Ctrl-C, not when it is killed."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest
from command_line import LONG_RECORDING, QUICK, RECORDING, Running, environment, refused, voicesim

pytestmark = [
    pytest.mark.models,
    pytest.mark.skipif(sys.platform == "win32", reason="signals and folders as Unix has them"),
]


class Room:
    """Everywhere a session could leave something: data, temporary files, home, and where it is started."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started_in = Path.cwd()
        self.before = set(os.listdir(self.started_in))
        for name in ("sessions", "tmp", "home"):
            (folder / name).mkdir()
        cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        self.environment = {
            "VOICESIM_SESSIONS": folder / "sessions",
            "TMPDIR": folder / "tmp",
            "XDG_DATA_HOME": folder / "home",
            "VOICESIM_CACHE": os.environ.get("VOICESIM_CACHE") or Path(cache) / "voicesim",
        }

    def left_behind(self) -> list[str]:
        here = sorted(set(os.listdir(self.started_in)) - self.before)
        return [str(path.relative_to(self.folder)) for path in sorted(self.folder.rglob("*")) if path.is_file()] + here


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path)


def test_nothing_is_left_and_the_scorecard_is_still_shown(room: Room) -> None:
    result = voicesim("practice", "--private", "--trainee-audio", RECORDING, *QUICK, "--plain", **room.environment)
    assert result.returncode == 0, result.stderr
    assert "Reframe “why”" in result.stdout
    assert result.stdout.rstrip().endswith("Nothing was kept.")
    assert room.left_behind() == []


def test_only_the_scorecard_is_left_where_that_is_wanted(room: Room) -> None:
    result = voicesim(
        "practice",
        "--private",
        "--keep",
        "scorecard",
        "--trainee-audio",
        RECORDING,
        *QUICK,
        "--json",
        **room.environment,
    )
    assert result.returncode == 0, result.stderr
    folder = Path(json.loads(result.stdout)["session"])
    assert [path.name for path in folder.iterdir()] == ["scorecard.json"]
    assert room.left_behind() == [str((folder / "scorecard.json").relative_to(room.folder))]


@pytest.mark.parametrize("blow", [signal.SIGINT, signal.SIGKILL])
def test_stopped_or_killed_in_mid_session_it_leaves_nothing(room: Room, blow: signal.Signals) -> None:
    running = Running(
        "practice",
        "--private",
        "--trainee-audio",
        LONG_RECORDING,
        *QUICK,
        "--plain",
        env=environment(**room.environment),
    )
    running.wait_for("Playing the conversation")
    running.signal(blow)
    result = running.end()
    if blow == signal.SIGINT:
        assert result.returncode == 2
        assert "stopped before its end; it was private" in result.stderr
    assert room.left_behind() == []


def test_a_private_drill_leaves_nothing_either(room: Room) -> None:
    result = voicesim(
        "drill", "no-why", "--private", "--trainee-audio", RECORDING, *QUICK, "--json", **room.environment
    )
    assert result.returncode == 0, result.stderr
    answer = json.loads(result.stdout)
    assert answer["session"] is None
    assert answer["drill"]["of"] == 3
    assert room.left_behind() == []


def test_options_that_contradict_each_other_are_refused() -> None:
    refused(voicesim("practice", "--keep", "nothing"), "--private")
    refused(voicesim("practice", "--private", "--out", "somewhere"), "--keep scorecard")
