"""A browser at a server as a person starts it, and a trainee whom it hears instead of a microphone."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import soundfile
from browser import Browser

from serving.server import Served
from voicesim.timebase import SAMPLE_RATE, samples

FIXTURES = Path(__file__).resolve().parents[2] / "audio_fixtures"


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
