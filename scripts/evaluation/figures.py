"""Agreement figures that every evaluation prints: confusion tables, F1, kappa, bootstrap intervals."""

from __future__ import annotations

import argparse
import random
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
DRAWS = 500
DATA = Path(__file__).resolve().parents[3] / "shared" / "data"


def options(name: str, about: str | None) -> argparse.ArgumentParser:
    """The options that every evaluation has."""
    parser = argparse.ArgumentParser(prog=f"evaluate.py {name}", description=(about or "").split("\n")[0])
    parser.add_argument("--data", type=Path, default=DATA, help="where the data lies (default: ../shared/data)")
    parser.add_argument("--json", action="store_true", help="print the figures for a machine")
    return parser


def confusion(reference: Sequence[str], found: Sequence[str]) -> str:
    """A table: rows are the reference, columns what was found."""
    labels = sorted({*reference, *found})
    counts = Counter(zip(reference, found, strict=True))
    width = max(12, *(len(label) + 2 for label in labels)) if labels else 12
    lines = [" " * width + "".join(f"{label:>{width}}" for label in labels)]
    for row in labels:
        lines.append(f"{row:<{width}}" + "".join(f"{counts[row, column]:>{width}}" for column in labels))
    return "\n".join(lines)


def f1_of(label: str, reference: Sequence[str], found: Sequence[str]) -> float:
    """F1 of one label."""
    hits = sum(r == label == f for r, f in zip(reference, found, strict=True))
    total = sum(r == label for r in reference) + sum(f == label for f in found)
    return 2 * hits / total if total else float("nan")


def macro_f1(reference: Sequence[str], found: Sequence[str], labels: Sequence[str] = ()) -> float:
    """Mean F1 over the labels of the reference."""
    chosen = list(labels) or sorted(set(reference))
    return sum(f1_of(label, reference, found) for label in chosen) / len(chosen) if chosen else float("nan")


def kappa(reference: Sequence[str], found: Sequence[str]) -> float:
    """Cohen's kappa."""
    total = len(reference)
    if not total:
        return float("nan")
    agreed = sum(r == f for r, f in zip(reference, found, strict=True)) / total
    ours, theirs = Counter(reference), Counter(found)
    chance = sum(ours[label] * theirs[label] for label in ours) / total**2
    return (agreed - chance) / (1 - chance) if chance < 1 else float("nan")


def bootstrap(groups: Sequence[T], compute: Callable[[Sequence[T]], float], draws: int = DRAWS) -> tuple[float, float]:
    """95 % interval of a figure, drawing whole groups (dialogues, recordings) with replacement. Repeatable."""
    if len(groups) < 2:
        return float("nan"), float("nan")
    generator = random.Random(0)
    values = sorted(
        value
        for _ in range(draws)
        if (value := compute([groups[generator.randrange(len(groups))] for _ in groups])) == value
    )
    if not values:
        return float("nan"), float("nan")
    return values[int(0.025 * len(values))], values[min(len(values) - 1, int(0.975 * len(values)))]


def report_table(figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Figures with intervals as a Markdown table."""
    rows = ["| figure | value | 95 % interval | n |", "|---|---|---|---|"]
    for name, one in figures.items():
        interval = f"{one['low']:.3f} – {one['high']:.3f}" if one["low"] == one["low"] else "–"
        rows.append(f"| {name} | {one['value']:.3f} | {interval} | {one['n']} |")
    return "\n".join(rows)
