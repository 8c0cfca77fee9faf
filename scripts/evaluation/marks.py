"""Marks on the sentences that were written and labelled for this project, mark by mark.

A mark counts once a turn. `unseen_marks.jsonl` was written and committed after the rules had been settled and before any
of them had read it; its errors are never listed, and its figures are the ones to quote.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from evaluation.figures import bootstrap, options
from voicesim.language.measure import unpunctuated
from voicesim.language.read import READER, read_turn
from voicesim.language.reading import ContextTurn
from voicesim.scenario.model import Mark

LABELLED = Path(__file__).resolve().parents[2] / "tests" / "language"
BLIND = "blind_marks.jsonl"
"""Written and labelled by somebody who has not seen the rules; one half was mended from, the other's rows nobody has read."""
SETS = {
    "blind, sealed half": (BLIND, "sealed"),
    "blind, open half (used to mend)": (BLIND, "open"),
    "held out: turns written for marks": ("unseen_marks.jsonl", "held_out"),
    "held out: spoken sentences of four settings": ("authored_spoken.jsonl", "held_out"),
    "held out: sentences of the first two sessions": ("unseen_questions.jsonl", ""),
    "used to mend: turns written for marks": ("authored_marks.jsonl", "mended"),
    "used to mend: the other half of these": ("unseen_marks.jsonl", "mended"),
    "used to mend: spoken sentences of four settings": ("authored_spoken.jsonl", "mended"),
    "used to mend: authored interviewer sentences": ("authored_questions.jsonl", ""),
}
"""Files of labelled sentences, and which half of them."""


@dataclass(frozen=True)
class Read:
    """A turn, the marks it should have, and those that were found (less any that may be there or not)."""

    text: str
    context: tuple[ContextTurn, ...]
    true: frozenset[str]
    found: frozenset[str]


def read_set(name: str, half: str, bare: bool) -> list[Read]:
    """Read one set of labelled sentences, as written or unpunctuated."""
    rows: list[dict[str, Any]] = [json.loads(line) for line in (LABELLED / name).read_text("utf-8").splitlines()]
    result = []
    for row in rows:
        if row.get("half", "") != half or row.get("skip_marks") or (bare and row.get("bare") is False):
            continue
        spoken = unpunctuated if bare else str
        context = tuple(ContextTurn(turn["speaker"], spoken(turn["text"])) for turn in row.get("context", ()))
        either = {*row.get("may", ()), *row.get("extra_marks", ())}
        reading = read_turn(spoken(row["text"]), context)
        result.append(Read(row["text"], context, frozenset(row.get("marks", ())), reading.marks - either))
    return result


def score(reads: Sequence[Read], mark: str = "") -> tuple[float, float, float]:
    """Precision, recall and F1 of one mark, or of all together; not a number where there is nothing."""
    counts: Counter[str] = Counter()
    for one in reads:
        true, found = ({mark} & marks if mark else marks for marks in (one.true, one.found))
        counts.update(right=len(true & found), true=len(true), found=len(found))
    nothing = float("nan")
    precision = counts["right"] / counts["found"] if counts["found"] else nothing
    recall = counts["right"] / counts["true"] if counts["true"] else nothing
    total = counts["true"] + counts["found"]
    return precision, recall, 2 * counts["right"] / total if total else nothing


def main(arguments: list[str]) -> int:
    """``evaluate.py marks``."""
    parser = options("marks", __doc__)
    parser.add_argument("--open-only", action="store_true", help="leave the sealed half of the blind set alone")
    parser.add_argument("--errors", action="store_true", help="list what is wrong on the halves that may be looked at")
    chosen = parser.parse_args(arguments)
    figures: dict[str, Any] = {"reader": READER}
    print(f"reader: {READER}")
    for title, (name, half) in SETS.items():
        if half == "sealed" and chosen.open_only:
            continue
        for bare in (False, True):
            reads = read_set(name, half, bare)
            label = f"{title}, {'unpunctuated' if bare else 'as written'}"
            low, high = bootstrap(reads, lambda some: score(some)[2])
            rows = {"all": score(reads), **{mark: score(reads, mark) for mark in get_args(Mark)}}
            figures[label] = {"turns": len(reads), "low": low, "high": high, **rows}
            print(f"\n## {label}: {len(reads)} turns, F1 {rows['all'][2]:.3f} [{low:.3f}, {high:.3f}]")
            for mark, (precision, recall, f1) in rows.items():
                there = sum(bool(one.true) if mark == "all" else mark in one.true for one in reads)
                print(f"{mark:<16} precision {precision:.2f}  recall {recall:.2f}  F1 {f1:.2f}  ({there} turns)")
            if chosen.errors and "used to mend" in title:
                for one in reads:
                    if one.true != one.found:
                        before = " / ".join(turn.text for turn in one.context)
                        missed, extra = sorted(one.true - one.found), sorted(one.found - one.true)
                        print(f"  missed {missed} invented {extra}: [{before}] {one.text}")
    if chosen.json:
        print(json.dumps(figures))
    return 0
