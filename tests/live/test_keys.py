"""What a key press does, on a real terminal."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from voicesim.live.keys import letters, meaning

pty = pytest.importorskip("pty", reason="Windows has no pseudo-terminals")

_READ = """
import sys, time, termios
from voicesim.live.keys import Keys
before = termios.tcgetattr(sys.stdin)
with Keys() as keys:
    print("ready", flush=True)
    got = []
    while "q" not in got:
        got += filter(None, [keys.pressed()])
        time.sleep(0.01)
print("".join(got), termios.tcgetattr(sys.stdin) == before, flush=True)
"""


@pytest.mark.parametrize("push_to_talk", [False, True])
def test_q_stops_and_p_pauses_in_either_way_of_talking(push_to_talk: bool) -> None:
    for paused in (False, True):
        assert meaning("q", paused=paused, push_to_talk=push_to_talk) == "stop"
    assert meaning("p", paused=False, push_to_talk=push_to_talk) == "pause"
    assert meaning("p", paused=True, push_to_talk=push_to_talk) == "resume"


def test_space_pauses_where_the_microphone_is_always_open() -> None:
    assert meaning(" ", paused=False) == "pause"
    assert meaning(" ", paused=True) == "resume"


def test_with_push_to_talk_space_begins_the_turn_and_ends_it() -> None:
    assert meaning(" ", paused=False, push_to_talk=True) == "talk"
    assert meaning(" ", paused=False, push_to_talk=True, talking=True) == "done"
    assert meaning(" ", paused=True, push_to_talk=True) == "resume"


@pytest.mark.parametrize("key", ["x", "7", "", "\t"])
def test_other_keys_do_nothing(key: str) -> None:
    assert meaning(key, paused=False, push_to_talk=True) == ""


@pytest.mark.parametrize("sequence", ["\x1b[A", "\x1bOP", "\x1b[15~", "\x1b[1;5D", "\x1bq", "\x1b"])
def test_arrows_and_function_keys_are_no_letters(sequence: str) -> None:
    assert letters(sequence) == ""
    assert letters(f"{sequence}") + letters(" Q") == " q"


def test_keys_pressed_together_are_all_read_and_the_terminal_is_left_as_it_was() -> None:
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", _READ], stdin=theirs, stdout=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    os.write(ours, b"  p\x1b[A\x1bOPq")
    assert child.stdout.readline() == "  pq True\n"
    assert child.wait(10) == 0
    os.close(theirs)
    os.close(ours)
