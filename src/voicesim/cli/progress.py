"""Progress on anything over a second: a bar in a terminal, a line per step elsewhere, nothing where a machine reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


@contextmanager
def progress_bar(terminal: bool, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """A callback `(what, done, total)`.

    Args:
        terminal: draw bars.
        quiet: show nothing at all.
    """
    if quiet:
        yield lambda what, done, total: None
        return
    if not terminal:
        said: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if what not in said:
                said.add(what)
                click.echo(f"{what} ...")

        yield line
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TimeElapsedColumn(),
        TextColumn("about"),
        TimeRemainingColumn(),
        TextColumn("left"),
    )
    with Progress(*columns, transient=True) as bars:
        tasks = {}

        def bar(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done, total=total)

        yield bar
