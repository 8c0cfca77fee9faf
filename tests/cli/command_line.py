"""Runs the real command, as a person would, in a process of its own."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from fixture_sessions import ROOT

RECORDING = ROOT / "why-and-blame" / "trainee.flac"
"""The shortest of the fixture conversations."""
LONG_RECORDING = ROOT / "model-interview" / "trainee.flac"
QUICK = ("--model", "tiny.en")


def command(*arguments: object) -> list[str]:
    """The words of a command line."""
    return [sys.executable, "-m", "voicesim", *map(str, arguments)]


def environment(**changes: object) -> dict[str, str]:
    """The tests' environment, unbuffered, with changes."""
    return {**os.environ, "PYTHONUNBUFFERED": "1", **{name: str(value) for name, value in changes.items()}}


def voicesim(
    *arguments: object,
    largest_file: int | None = None,
    prefix: tuple[str, ...] = (),
    given: str = "",
    **changes: object,
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end.

    Args:
        arguments: of the command.
        largest_file: bytes after which the system refuses to let a file grow, as a full disk does.
        prefix: words before the command.
        given: standard input.
        changes: to the environment.
    """
    return subprocess.run(
        [*prefix, *command(*arguments)],
        input=given, capture_output=True, encoding="utf-8", errors="replace", timeout=300, env=environment(**changes),
        preexec_fn=None if largest_file is None else _limit(largest_file),
    )  # fmt: skip


def practise(
    folder: Path, *options: object, recording: Path = RECORDING, **how: Any
) -> subprocess.CompletedProcess[str]:
    """Run a session from a recording, with the small recogniser."""
    return voicesim("practice", "--trainee-audio", recording, "--out", folder, *QUICK, *options, **how)


def _limit(largest_file: int) -> Callable[[], None]:
    import resource

    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, largest_file))


def refused(result: subprocess.CompletedProcess[str], *words: str) -> str:
    """That a command said no the way it should: exit code 2, one line, these words in it.

    Returns:
        The line.
    """
    assert result.returncode == 2, (result.returncode, result.stderr)
    assert result.stderr.startswith("voicesim: "), result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    for word in words:
        assert word in result.stderr, result.stderr
    return result.stderr.removeprefix("voicesim: ").rstrip("\n")


class Running:
    """A command that runs while the test watches. Its signals come as from a terminal: to it and to all it has started."""

    def __init__(self, *arguments: object, env: dict[str, str] | None = None) -> None:
        self._process = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=env or environment(), start_new_session=True,
        )  # fmt: skip

    def wait_for(self, words: str) -> None:
        """Read on until these words have been printed."""
        assert self._process.stdout is not None
        seen = ""
        while words not in seen:
            letter = self._process.stdout.read(1)
            assert letter, f"ended without saying {words!r}: {seen}\n{self._process.stderr.read()}"  # type: ignore[union-attr]
            seen += letter

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group."""
        os.killpg(self._process.pid, number)

    def end(self, given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Type the last of it and wait for the end."""
        out, err = self._process.communicate(given, timeout=120)
        return subprocess.CompletedProcess(self._process.args, self._process.returncode, out, err)


def copy_of(session: Path, folder: Path) -> Path:
    """A copy to damage."""
    return Path(shutil.copytree(session, folder))
