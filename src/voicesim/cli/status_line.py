"""One line at the bottom of a terminal, redrawn in place while lines are told above it.

No second screen, no mouse, no thread: it works over SSH, and what was told stays in the terminal's history.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

import click
from rich.console import Console
from rich.control import Control
from rich.segment import ControlType
from rich.text import Text


class StatusLine:
    """The line. Where there is no terminal that can redraw, `usable` is False and nothing is drawn.

    Args:
        console: where to draw; the terminal when left out.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._length = 0
        self.usable = self._console.is_terminal and not self._console.is_dumb_terminal

    @property
    def width(self) -> int:
        """Columns of the terminal at this moment."""
        return self._console.width

    def draw(self, line: Text) -> None:
        """Replace the line; what does not fit is cut off."""
        if not self.usable:
            return
        self._erase()
        # A full row would wrap in some terminals.
        line.truncate(self.width - 1)
        self._console.print(line, end="", no_wrap=True, overflow="crop")
        self._console.file.flush()
        self._length = line.cell_len

    def tell(self, text: str) -> None:
        """Print lines above it, wrapped between words."""
        self._erase()
        click.echo(click.wrap_text(text, min(self.width, 100) - 1) if self.usable else text)

    def __enter__(self) -> Self:
        if self.usable:
            self._console.show_cursor(False)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.usable:
            self._erase()
            self._console.show_cursor(True)

    def _erase(self) -> None:
        if not self._length:
            return
        # In a terminal made narrower since, the line has been folded into several.
        rows = -(-self._length // max(1, self.width))
        codes: list[ControlType | tuple[ControlType, int]] = [
            ControlType.CARRIAGE_RETURN,
            (ControlType.ERASE_IN_LINE, 2),
        ]
        for _ in range(rows - 1):
            codes += [(ControlType.CURSOR_UP, 1), (ControlType.ERASE_IN_LINE, 2)]
        self._console.control(Control(*codes))
        self._length = 0
