"""How much of the acts a careful reader finds in the words: codes given from the text alone, beside the rules' on the same.

The codes (`text_coder.json`) are positions and classes; the words stay in the corpus.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from evaluation.yardstick_corpus import Utterance
from evaluation.yardstick_figures import CLASSES, tell
from voicesim.language.measure import Agreement, damsl_own_class

CODES = Path(__file__).with_name("text_coder.json")


def tell_text_coder(items: Sequence[Utterance], truth: Sequence[str], codes_in: Path = CODES) -> dict[str, Any]:
    """Print and return how a reader of the text alone agrees with the corpus.

    Args:
        items: every question and statement of the corpus, in its order.
        truth: the class of each.
        codes_in: the reader's codes: of ``whole`` dialogues, where what has no code is a statement, and of ``selected`` places.
    """
    codes: dict[str, dict[str, dict[str, str]]] = json.loads(codes_in.read_text(encoding="utf-8"))
    whole, selected = _coded(items, codes["whole"], every=True), _coded(items, codes["selected"], every=False)
    print(f"\nwhole dialogues ({len(codes['whole'])}), with what follows: {len(whole)} utterances")
    dialogues, true = [items[at].dialogue for at in whole], [truth[at] for at in whole]
    figures = {
        "a reader of the text, whole dialogues": tell("a reader of the text", dialogues, true, list(whole.values())),
        "the rules, the same dialogues": tell(
            "the rules, corpus' terms", dialogues, true, [damsl_own_class(items[at].reading) for at in whole]
        ),
    }
    print(f"\nsingle utterances with the four before them, rare acts drawn more often: {len(selected)}")
    for name, found in {
        "a reader of the text": list(selected.values()),
        "the rules, corpus' terms": [damsl_own_class(items[at].reading) for at in selected],
    }.items():
        agreement = Agreement.of([truth[at] for at in selected], found)
        recalls = {label: agreement.precision_recall_f1(label)[1] for label in CLASSES}
        print(f"  {name}: found of each act " + ", ".join(f"{label} {share:.2f}" for label, share in recalls.items()))
        figures[f"{name}, selected"] = {"recall": recalls}
    return figures


def _coded(items: Sequence[Utterance], codes: Mapping[str, Mapping[str, str]], *, every: bool) -> dict[int, str]:
    """Places in the corpus and their class, in the corpus' order; with `every`, what has no code is a statement."""
    seen: Counter[str] = Counter()
    found = {}
    for at, one in enumerate(items):
        number, seen[one.dialogue] = str(seen[one.dialogue]), seen[one.dialogue] + 1
        there = codes.get(one.dialogue)
        if there is not None and (every or number in there):
            found[at] = there.get(number, "statement")
    return found
