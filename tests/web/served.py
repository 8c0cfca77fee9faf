"""A server as a person starts it, and a trainee whom the browser hears instead of a microphone."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import numpy as np
import soundfile
from browser import Browser

from voicesim.timebase import SAMPLE_RATE, samples

FIXTURES = Path(__file__).resolve().parents[2] / "audio_fixtures"


class Served:
    """`voicesim serve` in a process of its own.

    Args:
        folder: an empty folder; sessions are kept in it.
        options: more of them.
    """

    def __init__(self, folder: Path, *options: str) -> None:
        self.sessions = folder / "sessions"
        command = [sys.executable, "-m", "voicesim", "serve", "--port", "0", "--model", "tiny.en", "--voice", "pyttsx3"]
        self._process = subprocess.Popen(
            [*command, *options],
            env={**os.environ, "VOICESIM_SESSIONS": str(self.sessions), "PYTHONUNBUFFERED": "1"},
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=(folder / "stderr").open("w"), text=True,
        )  # fmt: skip
        self._stderr = folder / "stderr"
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert "http" in line, self.complaints
        self.url = next(word for word in line.split() if word.startswith("http")).rstrip("/")
        behind = re.search(r"port (\d+)", line)
        self.port = int(behind[1]) if behind else urlsplit(self.url).port or 0

    @property
    def complaints(self) -> str:
        """What it said to standard error: nothing, if all is well."""
        return self._stderr.read_text()

    def get(self, path: str) -> Any:
        """What the API answers."""
        with urlopen(self.url + path) as answer:
            return json.load(answer)

    def stop(self) -> int:
        """Ctrl-C."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
        return self._process.wait(40)


def trainee(path: Path, quiet: float) -> Path:
    """A recording for the browser's make-believe microphone, which plays it over and over: silence, then one short turn.

    Args:
        path: where to.
        quiet: seconds of silence.
    """
    turns = json.loads((FIXTURES / "turns" / "manifest.json").read_text(encoding="utf-8"))
    short = next(turn for turn in turns if 3 < turn["end_of_speech"] < 4)
    spoken, rate = soundfile.read(FIXTURES / "turns" / short["audio"], dtype="int16")
    assert rate == SAMPLE_RATE
    soundfile.write(path, np.concatenate([np.zeros(samples(quiet), np.int16), spoken]), rate, subtype="PCM_16")
    return path


def headset(recording: Path) -> tuple[str, ...]:
    """Chromium's flags for a microphone that plays a recording."""
    return (
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-audio-capture={recording}",
    )


def wait(browser: Browser, condition: str, seconds: float, also: Callable[[], str] = lambda: "") -> None:
    """Wait until an expression is true on the page."""
    until = time.monotonic() + seconds
    while not browser.evaluate(condition):
        assert time.monotonic() < until, (
            f"not in {seconds:g} s: {condition}\n{shown(browser)}\n{browser.problems}\n{also()}"
        )
        time.sleep(0.2)


def shown(browser: Browser) -> str:
    """What a person reads on the page."""
    return str(browser.evaluate("document.body.innerText"))


def begin(browser: Browser, server: Served, scenario: str) -> None:
    """From the list of scenarios to the first word, with the mouse."""
    browser.visit(f"{server.url}/practice/{scenario}")
    browser.click("#consent")
    browser.click("#agree")
    wait(browser, "!document.getElementById('begin').disabled", 90, lambda: server.complaints)
    browser.click("#begin")
    wait(browser, "document.getElementById('clock').textContent > '0:00'", 20, lambda: server.complaints)
