"""The little pattern language of the lexicons, compiled to regular expressions over normalised words.

=================  ==============================================================
``thank you``      these words, in any spelling of their contractions
``(stop|pause)``   one of these
``[very|so]``      perhaps one of these
``drink~``         any word that begins so
``*``              any one word
``..``  ``...``    up to three, up to seven words in between
``<act>``          one of the words of the list ``act`` of the same file
``^``  ``$``       the sentence begins, ends here (openers such as "okay so" do not count)
=================  ==============================================================
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from voicesim.language.tokens import Word, expand

_PIECE = re.compile(r"[()\[\]|]|[^\s()\[\]|]+")


class PhraseError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Match:
    """Words ``first`` to ``last`` (inclusive) of a sentence matched `pattern`."""

    first: int
    last: int
    pattern: str


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence prepared for matching: its words in one string, and where each begins."""

    joined: str
    starts: tuple[int, ...]
    vocabulary: frozenset[str]

    @classmethod
    def of(cls, words: Sequence[Word]) -> Line:
        """Prepare `words`."""
        return cls.of_norms([word.norm for word in words])

    @classmethod
    def of_norms(cls, norms: Sequence[str]) -> Line:
        """Prepare normalised words."""
        starts: list[int] = []
        position = 1
        for norm in norms:
            starts.append(position)
            position += len(norm) + 1
        return cls(" " + "".join(norm + " " for norm in norms), tuple(starts), frozenset(norms))

    def before(self, index: int) -> Line:
        """The words before `index`."""
        joined = self.joined[: self.starts[index]]
        return Line(joined, self.starts[:index], frozenset(joined.split()))


@dataclass(frozen=True, slots=True)
class Phrase:
    """One compiled pattern."""

    pattern: str
    regex: re.Pattern[str]
    needs: str
    """A word every match contains, or empty: spares most searches."""

    def find(self, line: Line) -> Match | None:
        """First place where `line` matches."""
        if self.needs and self.needs not in line.vocabulary:
            return None
        found = self.regex.search(line.joined)
        if found is None:
            return None
        first = bisect_right(line.starts, found.start()) - 1
        last = bisect_right(line.starts, max(found.end() - 2, found.start())) - 1
        return Match(max(first, 0), max(last, 0), self.pattern)

    def find_all(self, line: Line) -> Iterator[Match]:
        """Every place where `line` matches."""
        if self.needs and self.needs not in line.vocabulary:
            return
        for found in self.regex.finditer(line.joined):
            first = bisect_right(line.starts, found.start()) - 1
            last = bisect_right(line.starts, max(found.end() - 2, found.start())) - 1
            yield Match(max(first, 0), max(last, 0), self.pattern)


def compile_phrase(pattern: str, lists: Mapping[str, Sequence[str]], openers: Iterable[str] = ()) -> Phrase:
    """Compile one pattern.

    Args:
        pattern: as described at the top of this module.
        lists: named word lists for ``<name>``.
        openers: words that may stand before ``^``.

    Raises:
        PhraseError: an unknown list, an open bracket, or a pattern without words.
    """
    parser = _Parser(pattern, lists, openers)
    regex = parser.sequence(top=True)
    if parser.rest:
        raise PhraseError(f"pattern {pattern!r} has a {parser.rest[0]!r} too many")
    if not re.search(r"[a-z]", regex):
        raise PhraseError(f"pattern {pattern!r} holds no words")
    return Phrase(pattern, re.compile("(?<= )" + regex), max(parser.needed, key=len, default=""))


class _Parser:
    """Recursive descent over a pattern's words and brackets."""

    def __init__(self, pattern: str, lists: Mapping[str, Sequence[str]], openers: Iterable[str]) -> None:
        self.pattern = pattern
        self.lists = lists
        self.opening = "(?:(?:" + "|".join(re.escape(word) for word in openers) + r") )*?" if openers else ""
        self.rest = _PIECE.findall(pattern)
        self.needed: list[str] = []

    def sequence(self, *, top: bool = False) -> str:
        parts: list[str] = []
        while self.rest and self.rest[0] not in ")]|":
            piece = self.rest.pop(0)
            if piece in "([":
                parts.append(self.choice(")" if piece == "(" else "]"))
            else:
                parts.append(self.word(piece, top=top))
        return "".join(parts)

    def choice(self, closing: str) -> str:
        options = [self.sequence()]
        while self.rest and self.rest[0] == "|":
            self.rest.pop(0)
            options.append(self.sequence())
        if not self.rest or self.rest.pop(0) != closing:
            raise PhraseError(f"pattern {self.pattern!r} has an open bracket: close it with {closing!r}")
        return "(?:" + "|".join(options) + ")" + ("?" if closing == "]" else "")

    def word(self, written: str, *, top: bool) -> str:
        if written in _SPECIAL:
            return _SPECIAL[written]
        if written == "^":
            return rf"(?:(?<=^ ){self.opening})"
        if written.startswith("<"):
            name = written.strip("<>")
            if name not in self.lists:
                raise PhraseError(f"pattern {self.pattern!r} names a list <{name}> that is not defined")
            options = ("".join(self.word(word, top=False) for word in entry.split()) for entry in self.lists[name])
            return "(?:" + "|".join(options) + ")"
        if written.endswith("~"):
            return re.escape(written[:-1]) + r"\S* "
        parts = expand(written.lower())
        if top:
            self.needed.extend(parts)
        return "".join(re.escape(part) + " " for part in parts)


_SPECIAL = {"*": r"\S+ ", "..": r"(?:\S+ ){0,3}?", "...": r"(?:\S+ ){0,7}?", "$": "$"}
