"""Single key presses from the terminal, where there is one: space pauses and goes on, q stops."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any, Self


class Keys:
    """Reads keys without waiting and without echo. Without a terminal it never has one.

    Leaves the terminal as it found it, whatever happens.
    """

    def __init__(self) -> None:
        self._saved: list[Any] | None = None
        self._terminal = sys.stdin is not None and sys.stdin.isatty()

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

            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._saved)

    def pressed(self) -> str:
        """The key pressed since the last call, lower case; empty when none was."""
        if not self._terminal:
            return ""
        if sys.platform == "win32":
            import msvcrt

            return msvcrt.getwch().lower() if msvcrt.kbhit() else ""
        import select

        ready, _, _ = select.select([sys.stdin], [], [], 0)
        return sys.stdin.read(1).lower() if ready else ""
