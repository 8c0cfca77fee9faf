"""Moves on the sentences that were written and labelled for this project: by words alone, and by words and meaning.

What is marked `held` was kept out of sight while examples and thresholds were chosen; its figures are the ones to quote.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from evaluation.figures import options
from voicesim.language.meanings import FindMeanings
from voicesim.language.read import read_turn
from voicesim.meaning.finder import best_finder
from voicesim.meaning.measure import NOT_SENTENCES, Labelled, count_moves, read_labelled, table

LABELLED = Path(__file__).resolve().parents[2] / "tests" / "language"
SETS = {
    "third set": "unseen_moves.jsonl",
    "first set": "authored_moves.jsonl",
    "second set": "authored_moves_second.jsonl",
}
"""Labelled sentences. The third set was written and committed after patterns and examples had been settled."""


def _list_errors(rows: Sequence[Labelled], find: FindMeanings) -> None:
    for row in rows:
        found = set(read_turn(row.text, (), None, find(row.text)).moves) - row.may - NOT_SENTENCES
        if found != row.moves:
            print(f"  missed {sorted(row.moves - found)} invented {sorted(found - row.moves)}: {row.text}")


def main(arguments: list[str]) -> int:
    """Print the tables.

    Returns:
        0; 2 without the sentence model.
    """
    parser = options("moves", __doc__)
    parser.add_argument("--errors", action="store_true", help="list what is wrong on the open halves")
    chosen = parser.parse_args(arguments)
    find, by = best_finder()
    if find is None:
        print("The sentence model is not here: run `voicesim doctor --fetch`.")
        return 2
    figures = {}
    for (title, name), held in ((one, held) for one in SETS.items() for held in (True, False)):
        some = [row for row in read_labelled(LABELLED / name) if row.held == held]
        if not some:
            continue
        alone, both = count_moves(some, None), count_moves(some, find)
        half = f"{title}, {'held-out' if held else 'open'}"
        figures[half] = {
            "sentences": len(some),
            "words": {move: asdict(one) for move, one in alone.items()},
            "both": {move: asdict(one) for move, one in both.items()},
        }
        if not chosen.json:
            print(f"{half} half: {len(some)} sentences ({by})\n{table(alone, both)}\n")
            if chosen.errors and not held:
                _list_errors(some, find)
    if chosen.json:
        print(json.dumps(figures))
    return 0
