"""How far a long measurement is."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Tick = Callable[[str, int], None]
"""Told what is under way and how much was done since it was last told."""


@contextmanager
def progress_bar(total: int) -> Iterator[Tick]:
    """A bar on a terminal, a line for each new thing elsewhere; both on standard error."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    on_terminal, last = sys.stderr.isatty(), ""
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not on_terminal) as bars:
        task = bars.add_task("", total=total)

        def tick(title: str, count: int) -> None:
            nonlocal last
            if not on_terminal and title != last:
                print(title, file=sys.stderr, flush=True)
            last = title
            bars.update(task, advance=count, description=title)

        yield tick
