"""Moves on the sentences that were written and labelled for this project: by words alone, and by words and meaning.

What is marked `held` was kept out of sight while examples and thresholds were chosen; its figures are the ones to quote.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from itertools import product
from pathlib import Path

from evaluation.figures import bootstrap, options
from voicesim.language.meanings import FindMeanings
from voicesim.language.measure import unpunctuated
from voicesim.language.read import read_turn
from voicesim.meaning.finder import best_finder
from voicesim.meaning.measure import NOT_SENTENCES, Counts, Labelled, count_moves, read_labelled, table, total

LABELLED = Path(__file__).resolve().parents[2] / "tests" / "language"
SETS = {
    "blind set": "blind_moves.jsonl",
    "third set": "unseen_moves.jsonl",
    "first set": "authored_moves.jsonl",
    "second set": "authored_moves_second.jsonl",
}
"""Labelled sentences. The blind set is by somebody who has not seen the scorer: its `held` half is sealed, nobody has read
its rows; the third set was written and committed after patterns and examples had been settled."""


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
    parser.add_argument("--open-only", action="store_true", help="leave the sealed half of the blind set alone")
    parser.add_argument("--errors", action="store_true", help="list what is wrong on the open halves")
    chosen = parser.parse_args(arguments)
    find, by = best_finder()
    if find is None:
        print("The sentence model is not here: run `voicesim doctor --fetch`.")
        return 2
    figures = {}
    for (title, name), held, bare in product(SETS.items(), (True, False), (False, True)):
        some = [row for row in read_labelled(LABELLED / name) if row.held == held]
        if not some or (held and chosen.open_only and title == "blind set"):
            continue
        if bare:
            some = [replace(row, text=unpunctuated(row.text)) for row in some]
        alone, both = count_moves(some, None), count_moves(some, find)
        half = f"{title}, {'held-out' if held else 'open'} half, {'unpunctuated' if bare else 'as written'}"
        each = [total(count_moves([row], find)) for row in some]
        low, high = bootstrap(each, lambda rows: sum(rows, Counts()).f1)
        figures[half] = {
            "sentences": len(some),
            "low": low,
            "high": high,
            "words": {move: asdict(one) for move, one in alone.items()},
            "both": {move: asdict(one) for move, one in both.items()},
        }
        if not chosen.json:
            print(f"{half}: {len(some)} sentences ({by}), F1 of all [{low:.2f}, {high:.2f}]\n{table(alone, both)}\n")
            if chosen.errors and not held and not bare:
                _list_errors(some, find)
    if chosen.json:
        print(json.dumps(figures))
    return 0
