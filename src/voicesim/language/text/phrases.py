"""The little pattern language of the lexicons, compiled to regular expressions over normalised words.

=================  ==============================================================
``thank you``      these words, in any spelling of their contractions
``(stop|pause)``   one of these
``[very|so]``      perhaps one of these
``drink~``         any word that begins so
``~ed``            any word that ends so
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
from functools import cached_property
from typing import Generic, TypeVar

from voicesim.language.text.tokens import Word, expand

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


@dataclass(frozen=True)
class Phrase:
    """One pattern, read. Its regular expression is compiled when a line first needs it: most never do."""

    pattern: str
    expression: str
    needs: tuple[frozenset[str], ...]
    """Every match contains a word of each of these sets: spares most searches."""

    @cached_property
    def regex(self) -> re.Pattern[str]:
        """The regular expression over a line's words."""
        return re.compile(self.expression)

    def possible(self, line: Line) -> bool:
        """Whether `line` holds the words that a match would need."""
        return all(not line.vocabulary.isdisjoint(words) for words in self.needs)

    def find(self, line: Line) -> Match | None:
        """First place where `line` matches."""
        if not self.possible(line):
            return None
        found = self.regex.search(line.joined)
        if found is None:
            return None
        first = bisect_right(line.starts, found.start()) - 1
        last = bisect_right(line.starts, max(found.end() - 2, found.start())) - 1
        return Match(max(first, 0), max(last, 0), self.pattern)

    def find_all(self, line: Line) -> Iterator[Match]:
        """Every place where `line` matches."""
        if not self.possible(line):
            return
        for found in self.regex.finditer(line.joined):
            first = bisect_right(line.starts, found.start()) - 1
            last = bisect_right(line.starts, max(found.end() - 2, found.start())) - 1
            yield Match(max(first, 0), max(last, 0), self.pattern)


T = TypeVar("T")


class PhraseIndex(Generic[T]):
    """Many phrases, each with a value, of which only those that a line's words make possible are tried."""

    def __init__(self, phrases: Iterable[tuple[Phrase, T]]) -> None:
        self._phrases = tuple(phrases)
        self._by_word: dict[str, list[int]] = {}
        self._always: list[int] = []
        for number, (phrase, _) in enumerate(self._phrases):
            if not phrase.needs:
                self._always.append(number)
            for word in phrase.needs[0] if phrase.needs else ():
                self._by_word.setdefault(word, []).append(number)

    def possible(self, line: Line) -> Iterator[tuple[Phrase, T]]:
        """Phrases worth trying on `line`, in the order in which they were given."""
        numbers = set(self._always)
        for word in line.vocabulary:
            numbers.update(self._by_word.get(word, ()))
        return (self._phrases[number] for number in sorted(numbers))

    def find(self, line: Line) -> Match | None:
        """The match of the first phrase that matches."""
        for phrase, _ in self.possible(line):
            found = phrase.find(line)
            if found:
                return found
        return None


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
    regex, needs = parser.sequence()
    if parser.rest:
        raise PhraseError(f"pattern {pattern!r} has a {parser.rest[0]!r} too many")
    if not re.search(r"[a-z]", regex):
        raise PhraseError(f"pattern {pattern!r} holds no words")
    # Rare words rule out most: content words are long, and a set is only as telling as it is small.
    telling = sorted(needs, key=lambda words: (len(words), -min(map(len, words))))[:3]
    return Phrase(pattern, "(?<= )" + regex, tuple(telling))


Needs = list[frozenset[str]]


class _Parser:
    """Recursive descent over a pattern's words and brackets. Each part yields its regular expression and its needs."""

    def __init__(self, pattern: str, lists: Mapping[str, Sequence[str]], openers: Iterable[str]) -> None:
        self.pattern = pattern
        self.lists = lists
        self.opening = "(?:(?:" + "|".join(re.escape(word) for word in openers) + r") )*?" if openers else ""
        self.rest = _PIECE.findall(pattern)

    def sequence(self) -> tuple[str, Needs]:
        parts: list[str] = []
        needs: Needs = []
        while self.rest and self.rest[0] not in ")]|":
            piece = self.rest.pop(0)
            part, needed = self.choice(")" if piece == "(" else "]") if piece in "([" else self.word(piece)
            parts.append(part)
            needs.extend(needed)
        return "".join(parts), needs

    def choice(self, closing: str) -> tuple[str, Needs]:
        options = [self.sequence()]
        while self.rest and self.rest[0] == "|":
            self.rest.pop(0)
            options.append(self.sequence())
        if not self.rest or self.rest.pop(0) != closing:
            raise PhraseError(f"pattern {self.pattern!r} has an open bracket: close it with {closing!r}")
        regex, needs = _any_of(options)
        return (regex + "?", []) if closing == "]" else (regex, needs)

    def word(self, written: str) -> tuple[str, Needs]:
        if written in _SPECIAL:
            return _SPECIAL[written], []
        if written == "^":
            return rf"(?:(?<=^ ){self.opening})", []
        if written.startswith("<"):
            name = written.strip("<>")
            if name not in self.lists:
                raise PhraseError(f"pattern {self.pattern!r} names a list <{name}> that is not defined")
            return _any_of([_join([self.word(word) for word in entry.split()]) for entry in self.lists[name]])
        if written.endswith("~"):
            return re.escape(written[:-1]) + r"\S* ", []
        if written.startswith("~"):
            return r"\S+" + re.escape(written[1:]) + " ", []
        parts = expand(written.lower())
        return "".join(re.escape(part) + " " for part in parts), [frozenset((part,)) for part in parts]


def _join(parts: list[tuple[str, Needs]]) -> tuple[str, Needs]:
    return "".join(regex for regex, _ in parts), [words for _, needs in parts for words in needs]


def _any_of(options: list[tuple[str, Needs]]) -> tuple[str, Needs]:
    regex = "(?:" + "|".join(option for option, _ in options) + ")"
    if not all(needs for _, needs in options):
        return regex, []
    return regex, [frozenset().union(*(min(needs, key=len) for _, needs in options))]


_SPECIAL = {"*": r"\S+ ", "..": r"(?:\S+ ){0,3}?", "...": r"(?:\S+ ){0,7}?", "$": "$"}
