"""`voicesim serve` in a process of its own."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

import voicesim

_CODE = str(Path(voicesim.__file__).resolve().parent.parent)
"""Where this process has voicesim from: the server runs the same."""


class Served:
    """`voicesim serve` in a process of its own, on a free port.

    Args:
        folder: sessions are kept in it, in a folder ``sessions``; what the server says to standard error, in a file ``stderr``.
        options: more of them; they come after, and win over, the small model and the plain voice.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.sessions = folder / "sessions"
        self._stderr = folder / "stderr"
        command = [sys.executable, "-m", "voicesim", "serve", "--port", "0", "--model", "tiny.en", "--voice", "pyttsx3"]
        path = os.pathsep.join(filter(None, (_CODE, os.environ.get("PYTHONPATH"))))
        with self._stderr.open("w") as stderr:
            self._process = subprocess.Popen(
                [*command, *options],
                env={**os.environ, "VOICESIM_SESSIONS": str(self.sessions), "PYTHONUNBUFFERED": "1", "PYTHONPATH": path},
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=stderr, text=True,
            )  # fmt: skip
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http" in line, self.complaints
        self.url = next(word for word in line.split() if word.startswith("http")).rstrip("/")
        behind = re.search(r"port (\d+)", line)
        self.port = int(behind[1]) if behind else urlsplit(self.url).port or 0

    @property
    def pid(self) -> int:
        """Of its process."""
        return self._process.pid

    @property
    def complaints(self) -> str:
        """What it said to standard error: nothing, if all is well."""
        return self._stderr.read_text()

    def get(self, path: str) -> Any:
        """What the API answers."""
        return self._answered(Request(self.url + path))

    def post(self, path: str, body: object) -> Any:
        """What the API answers to something that is sent."""
        data = json.dumps(body).encode()
        return self._answered(Request(self.url + path, data, {"Content-Type": "application/json"}))

    def _answered(self, request: Request) -> Any:
        with urlopen(request, timeout=20) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """Ctrl-C. Returns its exit code."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(60)
