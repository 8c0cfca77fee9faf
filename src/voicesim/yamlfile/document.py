"""YAML text to plain values, every one with the line it stands on.

Only data is read: tags, objects and code are refused, and size, depth and aliases are limited. Plain words follow YAML
1.2, so that a line of hers that says just ``No`` stays text, and ``on`` or ``1:30`` mean what they look like.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal, NoReturn

import yaml

from voicesim.errors import BadInputError

Location = tuple[str | int, ...]
"""The way to a value: ``("states", "doorway", "next", 0, "go")``."""

MOST_BYTES = 2_000_000
DEEPEST = 40
MOST_VALUES = 200_000
"""Values in a file, each alias counted as often as it is used: what keeps a small file from growing without end."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_INTEGER = re.compile(r"[-+]?(?:0|[1-9]\d{0,17})")
"""No leading zero: 0808 500 is a telephone number, not a quantity."""
_DECIMAL = re.compile(r"[-+]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,2})?")
_CONSTANTS = {"": None, "~": None, "null": None, "true": True, "false": False}


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a file."""

    file: str
    line: int
    """Counted from 1."""
    where: str
    """The place in the document: ``states.doorway.next[0].go``; empty for the whole file."""
    what: str
    remedy: str

    def __str__(self) -> str:
        where = f"{self.where}: " if self.where else ""
        return f"{self.file}:{self.line}: {where}{self.what} {self.remedy}".rstrip()


class BadFileError(BadInputError):
    """A file with mistakes in it. One line per problem, in the order of the file.

    Args:
        problems: at least one.
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: problem.line))
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class Node:
    """A value and the line it stands on."""

    line: int
    kind: Literal["plain", "quoted", "list", "map"]
    """``plain`` and ``quoted`` are text."""
    text: str = ""
    items: tuple[Node, ...] = ()
    """The values of a list; keys and values of a map in turn."""

    @property
    def entries(self) -> Iterator[tuple[Node, Node]]:
        """Keys and values of a map."""
        return zip(self.items[::2], self.items[1::2], strict=True)

    def entry(self, key: str | int) -> tuple[int, Node] | None:
        """The line and the node of a key or an index, if there is one."""
        if self.kind == "map":
            return next(((name.line, value) for name, value in self.entries if name.text == str(key)), None)
        if self.kind == "list" and isinstance(key, int) and key < len(self.items):
            return self.items[key].line, self.items[key]
        return None


@dataclass(frozen=True)
class Document:
    """A YAML file, read: its values, its text, and the line of every value."""

    file: str
    text: str
    root: Node
    data: Any

    def line_of(self, location: Sequence[str | int]) -> int:
        """The line of a value, counted from 1; of the nearest thing around it where the file has no such value.

        A location may name a list where the author wrote a single value, or a level that only exists once the file has
        been validated: such steps are passed over.
        """
        node, line = self.root, self.root.line
        for step in location:
            found = node.entry(step)
            if found:
                line, node = found
        return line

    def problem(self, location: Sequence[str | int], what: str, remedy: str = "") -> Problem:
        """A problem at a place in this document."""
        return Problem(self.file, self.line_of(location), spell(location), what, remedy)


def read(path: Path | Traversable) -> Document:
    """Read a YAML file without validating it.

    Raises:
        BadFileError: there is no such file, or it is no YAML of the plain kind.
    """
    file = str(path)
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise BadInputError(f"{file}: there is no such file.", "Check the path.") from None
    except IsADirectoryError:
        raise BadInputError(f"{file}: is a folder.", "Name a YAML file in it.") from None
    except OSError as error:
        raise BadInputError(f"{file}: cannot be read: {error.strerror}.", "Check its permissions.") from None
    if len(raw) > MOST_BYTES:
        raise BadInputError(f"{file}: is larger than {MOST_BYTES // 1_000_000} MB.", "Is it the right file?")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadFileError([Problem(file, line, "", "is not UTF-8 text.", "Save it as UTF-8.")]) from None
    return parse(text, file)


def parse(text: str, file: str = "<text>") -> Document:
    """Read YAML text; `file` names it in errors.

    Raises:
        BadFileError: it is no YAML of the plain kind.
    """
    root = _Builder(text, file).build()
    problems: list[Problem] = []
    data = _values(root, (), problems, file)
    if problems:
        raise BadFileError(problems)
    return Document(file, text, root, data)


# ------------------------------------------------------------------------------------------------------- text → nodes


@dataclass(frozen=True)
class _Unfinished:
    """A list or map still being read."""

    line: int
    kind: Literal["list", "map"]
    anchor: str | None
    began: int
    """The count of values when it began."""
    items: list[Node]


class _Builder:
    """Builds nodes from parser events, one by one: no recursion that a deep file could exhaust, and no constructors."""

    def __init__(self, text: str, file: str) -> None:
        self.text, self.file = text, file
        self.lines = text.splitlines()
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.total = 0

    def build(self) -> Node:
        try:
            return self._build()
        except yaml.MarkedYAMLError as error:
            line, what, remedy = _explain(error, self.lines)
            self.fail(line, what, remedy)
        except yaml.YAMLError as error:
            line = self.text[: getattr(error, "position", 0)].count("\n") + 1
            self.fail(
                line, "holds a character that YAML does not allow.", "Delete it, or write the line again by hand."
            )

    def fail(self, line: int, what: str, remedy: str) -> NoReturn:
        raise BadFileError([Problem(self.file, line, "", what, remedy)])

    def _build(self) -> Node:
        root: Node | None = None
        unfinished: list[_Unfinished] = []

        def finish(node: Node, anchor: str | None, began: int) -> None:
            nonlocal root
            if anchor:
                self.anchors[anchor] = (node, self.total - began)
            if unfinished:
                unfinished[-1].items.append(node)
            elif root is None:
                root = node

        for event in yaml.parse(self.text, Loader=_Loader):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, yaml.DocumentStartEvent) and root is not None:
                self.fail(line, "a second document begins here.", "Keep one document in a file: delete the '---'.")
            if getattr(event, "tag", None) not in (None, "!"):
                self.fail(line, "a tag ('!…') is not allowed.", "Delete the word that starts with '!', or use quotes.")
            began = self.total
            if isinstance(event, yaml.ScalarEvent):
                self.total += 1
                plain = not event.style and event.implicit[0]
                finish(Node(line, "plain" if plain else "quoted", event.value), event.anchor, began)
            elif isinstance(event, yaml.AliasEvent):
                if event.anchor not in self.anchors:
                    remedy = (
                        f"Put text that starts with '*' in quotes, or mark the original with &{event.anchor} first."
                    )
                    self.fail(line, f"*{event.anchor} repeats something that is not there yet.", remedy)
                node, size = self.anchors[event.anchor]
                self.total += size
                finish(node, None, began)
            elif isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
                self.total += 1
                kind: Literal["list", "map"] = "list" if isinstance(event, yaml.SequenceStartEvent) else "map"
                unfinished.append(_Unfinished(line, kind, event.anchor, began, []))
                if len(unfinished) > DEEPEST:
                    self.fail(line, f"goes deeper than {DEEPEST} levels.", "Check the brackets and the indentation.")
            elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
                whole = unfinished.pop()
                finish(Node(whole.line, whole.kind, items=tuple(whole.items)), whole.anchor, whole.began)
            if self.total > MOST_VALUES:
                self.fail(line, f"holds more than {MOST_VALUES} values.", "Use fewer '*' repetitions.")
        if root is None:
            self.fail(1, "is empty.", "Write the file's keys and values.")
        return root


def _explain(error: yaml.MarkedYAMLError, lines: list[str]) -> tuple[int, str, str]:
    """Where a syntax error really is, and what it means to somebody who does not know YAML."""
    problem, context = str(error.problem or ""), str(error.context or "")
    mark = error.problem_mark or error.context_mark
    at = min(mark.line + 1 if mark else 1, max(len(lines), 1))
    # The parser often notices one line too late.
    nearby = [(number, lines[number - 1]) for number in (at, at - 1) if 0 < number <= len(lines)]
    for number, line in nearby:
        if "\t" in line[: len(line) - len(line.lstrip())]:
            return number, "is indented with a tab.", "Use spaces: two for each level."
        if _BARE_MARK.match(line):
            remedy = 'Put the whole line in double quotes: "[pause 0.6] I …".'
            return number, "begins with a mark in brackets.", remedy
        if _BARE_COMPARISON.search(line):
            return number, "begins a comparison without quotes.", 'Write it in double quotes: ">= 40".'
    if "unknown escape character" in problem:
        return at, "holds a backslash in double quotes.", "Delete it, or use single quotes."
    if "quoted scalar" in context and error.context_mark:
        remedy = "Add the missing quotation mark."
        return error.context_mark.line + 1, "a quotation that begins here is never closed.", remedy
    # A quotation left open runs on to the next quotation mark, and trouble starts only there.
    halves = [number for number, line in enumerate(lines[:at], 1) if line.count('"') % 2]
    if len(halves) % 2:
        return halves[-1], "holds a quotation mark that has no partner.", "Add the missing one."
    for words, what, remedy in _EXPLANATIONS:
        if words in problem:
            return at, what, remedy
    return at, f"is not valid YAML ({problem or error}).", "Compare it with the lines around it."


_BARE_MARK = re.compile(r"""\s*(?:- )?(?:[\w-]+: )?\s*\[\s*(?:pause|hesitates)\b[^"']*\]\s*\S""")
_BARE_COMPARISON = re.compile(r"[:\[,{]\s*>=?\s*-?\d")
_INDENTATION = (
    "is not indented like its neighbours.",
    "Give keys of one group, and the dashes of one list, the same indentation.",
)
_BRACKET = ("a bracket is not closed, or a comma is missing.", "Close it, or put text with brackets in quotes.")
_EXPLANATIONS = (
    (
        "mapping values are not allowed",
        "has a colon where none can be.",
        "Put text that holds ': ' in double quotes; indent a key like its neighbours.",
    ),
    (
        "could not find expected ':'",
        "is neither a key nor part of a text.",
        "Write 'key: value', or indent it under the text above.",
    ),
    ("expected ',' or", *_BRACKET),
    ("expected <block end>", *_INDENTATION),
    ("did not find expected key", *_INDENTATION),
    ("did not find expected '-' indicator", *_INDENTATION),
    (
        "cannot start any token",
        "begins with a character that YAML keeps for itself.",
        "Put the text in double quotes.",
    ),
)


# ------------------------------------------------------------------------------------------------------ nodes → values


def _values(node: Node, location: Location, problems: list[Problem], file: str) -> Any:
    if node.kind == "list":
        return [_values(item, (*location, i), problems, file) for i, item in enumerate(node.items)]
    if node.kind == "map":
        result: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, value in node.entries:
            name = key.text
            if key.kind in ("list", "map"):
                remedy = "Put text with brackets in double quotes."
                problems.append(
                    Problem(file, key.line, spell(location), "brackets stand where a key should be.", remedy)
                )
                continue
            if name in first:
                what, remedy = f"'{name}' is here already, in line {first[name]}.", "Keep one of the two, or join them."
                problems.append(Problem(file, key.line, spell((*location, name)), what, remedy))
                continue
            first[name] = key.line
            result[name] = _values(value, (*location, name), problems, file)
        return result
    if node.kind == "quoted":
        return node.text
    text = node.text
    if text.lower() in _CONSTANTS and text in (text.lower(), text.title(), text.upper()):
        return _CONSTANTS[text.lower()]
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _DECIMAL.fullmatch(text) else text


def spell(location: Sequence[str | int]) -> str:
    """A location as a person reads it: ``states.doorway.next[0].go``."""
    spelt = ""
    for step in location:
        spelt += f"[{step}]" if isinstance(step, int) else f".{step}" if spelt else step
    return spelt
