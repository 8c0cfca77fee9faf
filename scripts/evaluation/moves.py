"""Moves on the sentences that were written and labelled for this project: by words alone, and by words and meaning.

The half marked `held` was kept out of sight while examples and thresholds were chosen; its figures are the ones to quote.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from evaluation.figures import options
from voicesim.meaning.finder import best_finder
from voicesim.meaning.measure import count_moves, read_labelled, table

SENTENCES = Path(__file__).resolve().parents[2] / "tests" / "language" / "authored_moves.jsonl"


def main(arguments: list[str]) -> int:
    """Print the tables.

    Returns:
        0; 2 without the sentence model.
    """
    parser = options("moves", __doc__)
    chosen = parser.parse_args(arguments)
    find, by = best_finder()
    if find is None:
        print("The sentence model is not here: run `voicesim doctor --fetch`.")
        return 2
    rows = read_labelled(SENTENCES)
    figures = {}
    for half, held in (("open", False), ("held", True)):
        some = [row for row in rows if row.held == held]
        alone, both = count_moves(some, None), count_moves(some, find)
        figures[half] = {
            "sentences": len(some),
            "words": {move: asdict(one) for move, one in alone.items()},
            "both": {move: asdict(one) for move, one in both.items()},
        }
        if not chosen.json:
            print(f"{half} half: {len(some)} sentences ({by})\n{table(alone, both)}\n")
    if chosen.json:
        print(json.dumps(figures))
    return 0
