"""Single key presses from the terminal, where there is one, and what each of them means."""

from __future__ import annotations

import os
import re
import sys
from types import TracebackType
from typing import Any, Literal, Self

Meaning = Literal["pause", "resume", "stop", "talk", "done", ""]

_ESCAPED = re.compile(r"\x1b(?:[\[O][0-9;?]*[ -/]*[@-~]|.|$)", re.DOTALL)
"""What a terminal sends for arrows, function keys and Alt-combinations: none of them is a key of ours."""


class Keys:
    """Reads keys without waiting and without echo. Without a terminal it never has one.

    Leaves the terminal as it found it, whatever happens.
    """

    def __init__(self) -> None:
        self._saved: list[Any] | None = None
        self._terminal = sys.stdin is not None and sys.stdin.isatty()
        self._waiting = ""

    def __enter__(self) -> Self:
        if self._terminal and sys.platform != "win32":
            import termios
            import tty

            self._saved = termios.tcgetattr(sys.stdin)
            tty.setcbreak(sys.stdin)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._saved is not None and sys.platform != "win32":
            import termios

            # What was typed and not read is not for the shell that comes after.
            termios.tcsetattr(sys.stdin, termios.TCSAFLUSH, self._saved)

    def pressed(self) -> str:
        """The next key pressed, lower case; empty when there is none."""
        if not self._waiting:
            self._waiting = letters(self._read())
        key, self._waiting = self._waiting[:1], self._waiting[1:]
        return key

    def _read(self) -> str:
        if not self._terminal:
            return ""
        if sys.platform == "win32":
            import msvcrt

            if not msvcrt.kbhit():
                return ""
            key = msvcrt.getwch()
            if key in ("\x00", "\xe0"):
                msvcrt.getwch()  # the second half of an arrow or a function key
                return ""
            return str(key)
        import select

        if not select.select([sys.stdin], [], [], 0)[0]:
            return ""
        # Past Python's own buffer, which would hide a second key from `select`.
        data = os.read(sys.stdin.fileno(), 64)
        if not data:
            self._terminal = False  # it was closed: a lost SSH connection
        return data.decode("utf-8", errors="ignore")


def letters(typed: str) -> str:
    """What was typed as keys, lower case, without the sequences that arrows and function keys send."""
    return _ESCAPED.sub("", typed).lower()


def meaning(key: str, *, paused: bool, push_to_talk: bool = False, talking: bool = False) -> Meaning:
    """What a key does.

    Terminals tell when a key goes down, never when it comes up: to talk, space is pressed once to begin and once to end.

    Args:
        key: one key, lower case.
        paused: whether the session stands still.
        push_to_talk: whether the trainee marks the turns by hand.
        talking: whether the trainee's turn is marked as begun.

    Returns:
        The key as the engine knows it; empty for a key without meaning.
    """
    if key == "q":
        return "stop"
    if key == "p" or (key == " " and (paused or not push_to_talk)):
        return "resume" if paused else "pause"
    if push_to_talk and key in (" ", "\r", "\n"):
        return "done" if talking else "talk"
    return ""
