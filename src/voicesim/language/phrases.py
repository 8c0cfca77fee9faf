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

_PIECE = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]|<([a-z_]+)>|(\S+)")


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
        starts: list[int] = []
        position = 1
        for word in words:
            starts.append(position)
            position += len(word.norm) + 1
        norms = [word.norm for word in words]
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


def _literal(written: str, openers: str) -> str:
    if written == "*":
        return r"\S+ "
    if written == "..":
        return r"(?:\S+ ){0,3}?"
    if written == "...":
        return r"(?:\S+ ){0,7}?"
    if written == "^":
        return rf"(?:(?<=^ ){openers})"
    if written == "$":
        return "$"
    if written.endswith("~"):
        return re.escape(written[:-1]) + r"\S* "
    return "".join(re.escape(part) + " " for part in expand(written.lower()))


def _sequence(written: str, openers: str) -> str:
    return "".join(_literal(word, openers) for word in written.split())


def compile_phrase(pattern: str, lists: Mapping[str, Sequence[str]], openers: Iterable[str] = ()) -> Phrase:
    """Compile one pattern.

    Args:
        pattern: as described at the top of this module.
        lists: named word lists for ``<name>``.
        openers: words that may stand before ``^``.

    Raises:
        PhraseError: an unknown list or a pattern without words.
    """
    opening = "(?:(?:" + "|".join(re.escape(word) for word in openers) + r") )*?" if openers else ""
    parts: list[str] = []
    needed: list[str] = []
    for choice, maybe, named, word in _PIECE.findall(pattern):
        if choice:
            parts.append("(?:" + "|".join(_sequence(option, opening) for option in choice.split("|")) + ")")
        elif maybe:
            parts.append("(?:" + "|".join(_sequence(option, opening) for option in maybe.split("|")) + ")?")
        elif named:
            if named not in lists:
                raise PhraseError(f"pattern {pattern!r} names a list <{named}> that is not defined")
            parts.append("(?:" + "|".join(_sequence(option, opening) for option in lists[named]) + ")")
        else:
            parts.append(_literal(word, opening))
            if word[0].isalnum() and not word.endswith("~"):
                needed.extend(expand(word.lower()))
    if not any(re.search(r"[a-z]", part) for part in parts):
        raise PhraseError(f"pattern {pattern!r} holds no words")
    needs = max(needed, key=len, default="")
    return Phrase(pattern, re.compile("(?<= )" + "".join(parts)), needs)
