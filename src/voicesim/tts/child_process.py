"""A child process that is asked one thing at a time, in lines of JSON, and is watched while it answers."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

import voicesim


class ChildGoneError(Exception):
    """The child died, or did not answer in time and was killed."""


class JsonChild:
    """Runs ``python -m module arguments…`` and exchanges one JSON object a line with it over its stdin and stdout.

    The child is spawned, never forked from this process, in a session of its own: Ctrl-C does not reach it, and killing
    it takes whatever it has started along. It is to end by itself when its stdin closes, so that it cannot outlive us.

    Args:
        module: the module to run.
        arguments: its command-line arguments.
        complaints: file that takes the child's stderr.
    """

    def __init__(self, module: str, arguments: Sequence[str], complaints: Path) -> None:
        source = str(Path(voicesim.__file__).parent.parent)
        paths = [source, *filter(None, [os.environ.get("PYTHONPATH")])]
        self._complaints = complaints
        with complaints.open("wb") as stderr:
            self._process = subprocess.Popen(
                [sys.executable, "-m", module, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
                encoding="utf-8",
                start_new_session=os.name == "posix",
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        self._answers: queue.Queue[str | None] = queue.Queue()
        threading.Thread(target=self._listen, name=f"listen to {module}", daemon=True).start()

    @property
    def pid(self) -> int:
        """Process id of the child."""
        return self._process.pid

    def ask(self, question: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a question and wait for its answer.

        Raises:
            ChildGoneError: no answer within `seconds`, or the child is dead. It is dead afterwards in both cases.
        """
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(json.dumps(question) + "\n")
            self._process.stdin.flush()
        except (OSError, ValueError):
            self._gone("died")
        return self.answer(seconds)

    def answer(self, seconds: float) -> dict[str, Any]:
        """Wait for the child's next line. Raises as `ask` does."""
        try:
            line = self._answers.get(timeout=seconds)
            if line is not None:
                answer = json.loads(line)
                if isinstance(answer, dict):
                    return answer
        except queue.Empty:
            self._gone(f"did not answer within {seconds:.0f} s")
        except ValueError:
            self._gone("answered something that is no JSON")
        self._gone("died")

    def close(self) -> None:
        """End the child, gently first, and reap it."""
        with contextlib.suppress(OSError, ValueError):
            if self._process.stdin:
                self._process.stdin.close()
        try:
            self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            self._kill()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                self._answers.put(line)
        self._answers.put(None)

    def _kill(self) -> None:
        with contextlib.suppress(OSError):
            if os.name == "posix":
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=5.0)

    def _gone(self, how: str) -> NoReturn:
        self._kill()
        last = self._complaints.read_text(encoding="utf-8", errors="replace").strip().splitlines()[-1:]
        raise ChildGoneError(f"{how} ({last[0]})" if last else how)
