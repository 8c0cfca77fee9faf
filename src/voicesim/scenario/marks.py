"""The marks inside a line: ``[pause 0.6]`` is a breath; in ``[hesitates 2.5]`` the floor stays hers."""

from __future__ import annotations

import re
from dataclasses import dataclass

_MARK = re.compile(r"\[\s*(pause|hesitates)\s+(\d+(?:\.\d+)?)\s*s?\s*\]")
_ANY_BRACKET = re.compile(r"\[[^\]]*\]?")
LONGEST = 20.0
"""Seconds; a longer mark is taken for a slip of the pen."""


@dataclass(frozen=True)
class Phrase:
    """Words spoken in one go."""

    text: str


@dataclass(frozen=True)
class Silence:
    """A marked silence. `hers` is True for a hesitation: speaking into it is a cut-in."""

    seconds: float
    hers: bool


class MarkError(ValueError):
    """A mark that is misspelt or too long."""


def parse_line(text: str) -> tuple[Phrase | Silence, ...]:
    """Split a line into phrases and marked silences, in order.

    Raises:
        MarkError: something in brackets is no mark, or lasts longer than `LONGEST` seconds.
    """
    parts: list[Phrase | Silence] = []

    def add_phrase(piece: str) -> None:
        stray = _ANY_BRACKET.search(piece)
        if stray:
            raise MarkError(f"{stray[0]!r} is no mark: write [pause 0.6] or [hesitates 2.5], in seconds")
        words = " ".join(piece.split())
        if words:
            parts.append(Phrase(words))

    position = 0
    for match in _MARK.finditer(text):
        add_phrase(text[position : match.start()])
        duration = float(match[2])
        if duration > LONGEST:
            raise MarkError(f"{match[0]!r} lasts longer than {LONGEST:g} s")
        parts.append(Silence(duration, hers=match[1] == "hesitates"))
        position = match.end()
    add_phrase(text[position:])
    return tuple(parts)


def same_words(text: str) -> str:
    """What two lines have in common that sound alike: the words, without marks, capitals and punctuation."""
    words = _ANY_BRACKET.sub(" ", text).lower()
    return " ".join("".join(letter if letter.isalnum() else "" if letter in "'’" else " " for letter in words).split())


def plain(text: str) -> str:
    """The line without its marks, as it would be written down."""
    return " ".join(part.text for part in parse_line(text) if isinstance(part, Phrase))
