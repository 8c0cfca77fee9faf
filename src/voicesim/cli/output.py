"""Standard output: text that fits the terminal, and a stream that outlives its reader (a session must not end with a pager)."""

from __future__ import annotations

import os
import shutil
import sys
import textwrap
from typing import Any, TextIO


def keep_going_without_reader() -> None:
    """From now on, what nobody reads any more is dropped instead of ending the program."""
    if sys.stdout is not None and not isinstance(sys.stdout, LastingOutput):
        sys.stdout = LastingOutput(sys.stdout)


class LastingOutput:
    """A text stream that goes on silently once its other end is closed."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """Write, or drop."""
        try:
            return self._stream.write(text)
        except BrokenPipeError:
            self._drop()
            return len(text)

    def flush(self) -> None:
        """Flush, or drop."""
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._drop()

    def _drop(self) -> None:
        # The descriptor itself, so that what Python still holds for it goes nowhere too.
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def fitted(text: str) -> str:
    """A scenario's text, wrapped to the terminal between words. Indented paragraphs stay indented."""
    width = min(100, shutil.get_terminal_size((100, 24)).columns)
    paragraphs = []
    for paragraph in text.strip("\n").split("\n\n"):
        indent = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))]
        words = " ".join(paragraph.split())
        paragraphs.append(textwrap.fill(words, width, initial_indent=indent, subsequent_indent=indent))
    return "\n\n".join(paragraphs)
