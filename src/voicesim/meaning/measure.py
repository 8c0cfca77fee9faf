"""How well moves are found: an authored set of sentences read with and without meanings, counted move by move."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voicesim.language.meanings import FindMeanings
from voicesim.language.moves import UNKIND
from voicesim.language.read import read_turn

NOT_SENTENCES = frozenset({"backchannel", "jargon"})
"""Moves that go by single words: nothing is to be learnt about them from whole sentences."""


@dataclass(frozen=True)
class Labelled:
    """A sentence and the moves that people found in it."""

    text: str
    moves: frozenset[str]
    may: frozenset[str]
    """Moves that one may find in it or not: neither right nor wrong."""
    kind: str
    """``paraphrase``, ``denied``, ``quoted`` or ``nothing``."""
    held: bool
    """Kept out of sight while examples and thresholds were chosen."""


@dataclass(frozen=True)
class Counts:
    """Right, invented and missed."""

    right: int = 0
    invented: int = 0
    missed: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(self.right + other.right, self.invented + other.invented, self.missed + other.missed)

    @property
    def precision(self) -> float:
        """Share of what was found that is right; 1 where nothing was found."""
        found = self.right + self.invented
        return self.right / found if found else 1.0

    @property
    def recall(self) -> float:
        """Share of what is there that was found; 1 where nothing is there."""
        there = self.right + self.missed
        return self.right / there if there else 1.0

    @property
    def f1(self) -> float:
        """Harmonic mean of both."""
        total = 2 * self.right + self.invented + self.missed
        return 2 * self.right / total if total else 1.0


def read_labelled(path: Path) -> tuple[Labelled, ...]:
    """Read a file of sentences, one JSON object a line: ``text``, ``moves``, perhaps ``may``, ``kind``, ``held`` (or ``half``)."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    return tuple(
        Labelled(
            row["text"],
            frozenset(row["moves"]),
            frozenset(row.get("may", ())),
            row["kind"],
            row.get("held", row.get("half") == "sealed"),
        )
        for row in rows
    )


def count_moves(rows: Iterable[Labelled], find: FindMeanings | None) -> dict[str, Counts]:
    """Counts by move. `find` None: by words alone."""
    counts: dict[str, Counts] = {}
    for row in rows:
        found = set(read_turn(row.text, (), None, find(row.text) if find else ()).moves) - row.may - NOT_SENTENCES
        for move in found | row.moves:
            one = Counts(int(move in found & row.moves), int(move not in row.moves), int(move not in found))
            counts[move] = counts.get(move, Counts()) + one
    return dict(sorted(counts.items()))


def total(counts: dict[str, Counts], moves: Iterable[str] | None = None) -> Counts:
    """All of them, or some, added up."""
    return sum((counts[move] for move in counts if moves is None or move in set(moves)), Counts())


def table(alone: dict[str, Counts], both: dict[str, Counts]) -> str:
    """Words alone beside words and meaning, a move a line."""
    lines = [
        f"{'':<18}{'words alone':>22}{'words + meaning':>24}",
        f"{'':<18}{'P     R    F1':>22}{'P     R    F1':>24}",
    ]
    named: Sequence[tuple[str, Counts, Counts]] = [
        *((move, alone.get(move, Counts()), both.get(move, Counts())) for move in sorted({*alone, *both})),
        ("kind", total(alone, set(alone) - UNKIND), total(both, set(both) - UNKIND)),
        ("unkind", total(alone, UNKIND), total(both, UNKIND)),
        ("all", total(alone), total(both)),
    ]
    for name, first, second in named:
        figures = [f"{one.precision:>6.2f}{one.recall:>6.2f}{one.f1:>6.2f}" for one in (first, second)]
        lines.append(f"{name:<18}{figures[0]:>22}{figures[1]:>24}  ({second.right + second.missed})")
    return "\n".join(lines)
