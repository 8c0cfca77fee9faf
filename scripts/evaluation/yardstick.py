"""How far text alone goes on Switchboard's dialogue acts: classifiers trained on that very corpus, never shipped.

    python scripts/evaluate.py yardstick      # wants `pip install scikit-learn` and the sentence model; some ten minutes

Cross-validated by dialogue: no classifier has seen a word of the dialogue that it judges. Every step adds to the last:
word sequences of the utterance; what the rules of this project say of it; the utterances before; the utterances after,
which a live session does not have; sentence vectors of all of them. Macro-F1 asks much of rare classes, so each class gets
a bias, chosen on the other folds' predictions. The corpus' licence (CC BY-NC-SA) forbids shipping any of these.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.figures import bootstrap, f1_of, macro_f1, options
from evaluation.questions import SWITCHBOARD, mapped_class
from voicesim.language.measure import (
    DAMSL_QUESTIONS,
    DAMSL_STATEMENTS,
    damsl_class,
    damsl_own_class,
    unpunctuated,
)
from voicesim.language.read import READER, read_turn
from voicesim.language.reading import ContextTurn, TurnReading

FOLDS = 5
BEFORE, AFTER = 2, 2
"""Utterances looked at on either side."""
CLASSES = ("statement", "yes_no", "wh", "open", "or", "declarative", "tag")
STEPS = {
    "word sequences": ("words",),
    "+ the rules' reading": ("words", "rules"),
    "+ the utterances before": ("words", "rules", "before"),
    "+ the utterances after": ("words", "rules", "before", "after"),
    "+ sentence vectors": ("words", "rules", "before", "after", "vectors"),
}


@dataclass(frozen=True)
class Utterance:
    """One utterance with its neighbours, its class and what the rules say of it."""

    dialogue: str
    act: str
    text: str
    strict: str
    mapped: str
    before: tuple[tuple[bool, str], ...]
    """Whether the same speaker said it, and what; the nearest first."""
    after: tuple[tuple[bool, str], ...]
    reading: TurnReading


def utterances(path: Path) -> list[Utterance]:
    """Every question and statement of the corpus, unpunctuated."""
    dialogues: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        dialogues[row["dialogue"]].append(row)
    found = []
    for name, rows in dialogues.items():
        texts = [unpunctuated(row["text"]) for row in rows]
        for place, row in enumerate(rows):
            act = row["act"]
            if not texts[place] or (act not in DAMSL_QUESTIONS and act not in DAMSL_STATEMENTS):
                continue

            def near(at: int, speaker: str = row["speaker"]) -> tuple[bool, str]:
                inside = 0 <= at < len(rows)  # noqa: B023
                return (rows[at]["speaker"] == speaker, texts[at]) if inside else (False, "")  # noqa: B023

            context = [
                ContextTurn("trainee" if same else "survivor", text)
                for same, text in (near(at) for at in range(place - 4, place))
                if text
            ]
            found.append(
                Utterance(
                    name,
                    act,
                    texts[place],
                    DAMSL_QUESTIONS.get(act, "statement"),
                    mapped_class(act, row["text"]),
                    tuple(near(place - step) for step in range(1, BEFORE + 1)),
                    tuple(near(place + step) for step in range(1, AFTER + 1)),
                    read_turn(texts[place], context),
                )
            )
    return found


def named(one: Utterance, groups: Sequence[str]) -> Iterator[str]:
    """The features of an utterance by name."""
    words = one.text.split()
    if "words" in groups:
        padded = ["<", *words, ">"]
        for size in (1, 2, 3):
            yield from (f"w:{' '.join(padded[at : at + size])}" for at in range(len(padded) - size + 1))
        yield from (f"first:{' '.join(words[:size])}" for size in (1, 2, 3, 4))
        yield from (f"last:{' '.join(words[-size:])}" for size in (1, 2, 3))
        yield f"long:{min(len(words), 12)}"
    if "rules" in groups:
        reading = one.reading
        yield f"rule:{damsl_class(reading)}"
        yield f"own:{damsl_own_class(reading)}"
        if reading.main is not None:
            main = reading.sentences[reading.main]
            yield f"form:{main.form}:{main.types.griffiths}"
            yield f"sure:{main.form}:{round(main.confidence, 1)}"
            yield f"alone:{main.form}:{len(reading.sentences)}:{reading.main + 1 == len(reading.sentences)}"
        yield f"token:{reading.backchannel_only}"
    for side, neighbours in (("before", one.before), ("after", one.after)):
        if side not in groups:
            continue
        for step, (same, text) in enumerate(neighbours):
            said = text.split()
            name = f"{side}{step}:{'same' if same else 'other'}"
            yield name
            yield f"{name}:long:{min(len(said), 8)}"
            yield from (f"{name}:first:{' '.join(said[:size])}" for size in (1, 2, 3))
            yield from (f"{name}:last:{' '.join(said[-size:])}" for size in (1, 2))
            yield from (f"{name}:has:{word}" for word in set(said))


def arrays(items: Sequence[Utterance], groups: Sequence[str]) -> Any:
    """The features as one sparse matrix."""
    from scipy import sparse
    from sklearn.feature_extraction import FeatureHasher

    hashed = FeatureHasher(2**18, input_type="string", alternate_sign=False).transform(
        list(named(one, groups)) for one in items
    )
    hashed.data = np.minimum(hashed.data, 1.0)
    if "vectors" not in groups:
        return hashed.tocsr()
    return sparse.hstack([hashed, sparse.csr_matrix(_vectors(items))]).tocsr()


def _vectors(items: Sequence[Utterance]) -> Any:
    from voicesim.meaning.encoder import MiniLM

    texts = sorted({t for one in items for t in (one.text, one.before[0][1], one.after[0][1])})
    table = dict(zip(texts, MiniLM.find().embed([text or "." for text in texts]), strict=True))
    rows = [np.concatenate([table[t] for t in (one.text, one.before[0][1], one.after[0][1])]) for one in items]
    return np.array(rows) * 3.0  # about as long as a sentence's word sequences


def predicted(items: Sequence[Utterance], truth: Sequence[str], groups: Sequence[str]) -> Any:
    """Log probability of every class for every utterance, by a classifier that did not see its dialogue."""
    from sklearn.linear_model import LogisticRegression

    features, labels = arrays(items, groups), np.array([CLASSES.index(label) for label in truth])
    fold = np.array(_folds(items))
    logs = np.zeros((len(items), len(CLASSES)))
    for number in range(FOLDS):
        for kind in range(len(CLASSES)):
            model = LogisticRegression(C=1.0, solver="liblinear")
            model.fit(features[fold != number], labels[fold != number] == kind)
            logs[fold == number, kind] = model.predict_log_proba(features[fold == number])[:, 1]
    return logs


def _folds(items: Sequence[Utterance]) -> list[int]:
    names = sorted({one.dialogue for one in items})
    return [names.index(one.dialogue) * 7 % FOLDS for one in items]


def decided(items: Sequence[Utterance], truth: Sequence[str], logs: Any) -> list[str]:
    """The likeliest class once every class has the bias that does best on the other folds."""
    fold = np.array(_folds(items))
    found = np.zeros(len(items), dtype=int)
    labels = np.array([CLASSES.index(label) for label in truth])
    for number in range(FOLDS):
        others = fold != number
        bias = np.zeros(len(CLASSES))
        for _ in range(2):
            for kind in range(len(CLASSES)):
                shifts = sorted(np.arange(-2.0, 2.01, 0.25), key=abs)
                values = [
                    _macro(labels[others], (logs[others] + bias + _one(kind, by)).argmax(axis=1)) for by in shifts
                ]
                bias = bias + _one(kind, shifts[int(np.argmax(values))])
        found[fold == number] = (logs[fold == number] + bias).argmax(axis=1)
    return [CLASSES[kind] for kind in found]


def _one(kind: int, by: float) -> Any:
    shift = np.zeros(len(CLASSES))
    shift[kind] = by
    return shift


def _macro(truth: Any, found: Any) -> float:
    table = np.bincount(truth * len(CLASSES) + found, minlength=len(CLASSES) ** 2).reshape(len(CLASSES), -1)
    hits = np.diag(table)
    return float(np.mean(2 * hits / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)))


def tell(title: str, items: Sequence[Utterance], truth: Sequence[str], found: Sequence[str]) -> dict[str, Any]:
    """Print and return the figures of one way of judging."""
    by_dialogue: dict[str, list[int]] = defaultdict(list)
    for number, one in enumerate(items):
        by_dialogue[one.dialogue].append(number)

    def over(groups: Sequence[list[int]], asks: bool) -> float:
        chosen = [number for group in groups for number in group]
        ours, theirs = [truth[n] for n in chosen], [found[n] for n in chosen]
        if not asks:
            return macro_f1(ours, theirs, CLASSES)
        return f1_of(
            "q", ["q" if t != "statement" else "" for t in ours], ["q" if t != "statement" else "" for t in theirs]
        )

    groups = list(by_dialogue.values())
    figures: dict[str, Any] = {}
    for name, asks in (("macro-F1", False), ("question or not, F1", True)):
        low, high = bootstrap(groups, lambda some, asks=asks: over(some, asks), 200)  # type: ignore[misc]
        figures[name] = {"value": over(groups, asks), "low": low, "high": high}
    figures["F1"] = {label: round(f1_of(label, truth, found), 2) for label in CLASSES}
    macro, asked = figures["macro-F1"], figures["question or not, F1"]
    print(
        f"{title:<42} macro-F1 {macro['value']:.3f} [{macro['low']:.3f}, {macro['high']:.3f}]  "
        f"question or not {asked['value']:.3f} [{asked['low']:.3f}, {asked['high']:.3f}]  "
        + ", ".join(f"{name} {value:.2f}" for name, value in figures["F1"].items()),
        flush=True,
    )
    return figures


def lost(items: Sequence[Utterance], found: Sequence[str]) -> None:
    """Print what the best of them still loses, by act, and how much of it looks like a statement in every way."""
    statements = {one.text for one in items if one.strict == "statement"}
    print(
        "\nwhat is lost by the last of them, by act: asked, taken for a statement, of these in the order of a statement,"
    )
    print("said word for word as a statement elsewhere in the corpus")
    for act in sorted(DAMSL_QUESTIONS):
        there = [(one, label) for one, label in zip(items, found, strict=True) if one.act == act]
        missed = [one for one, label in there if label == "statement"]
        stated = sum(one.reading.main is None or one.reading.question == "none" for one in missed)
        same = sum(one.text in statements for one in missed)
        counts = f"{len(there):>4} asked, {len(missed):>4} missed, {stated:>4} without the form of a question"
        print(f"  {act:<6} {counts}, {same:>3} also said as statements")


def main(arguments: list[str]) -> int:
    """``evaluate.py yardstick``.

    Returns:
        0; 2 where the corpus is not here.
    """
    parser = options("yardstick", __doc__)
    parser.add_argument("--steps", type=int, default=len(STEPS), help="how many of the steps (default: all)")
    parser.add_argument(
        "--truth", choices=("strict", "mapped"), default="strict", help="which classes (default: strict)"
    )
    chosen = parser.parse_args(arguments)
    corpus = chosen.data / SWITCHBOARD
    if not corpus.is_file():
        print(f"The Switchboard acts are not here ({SWITCHBOARD} in the folder given by --data).")
        return 2
    items = utterances(corpus)
    truth = [getattr(one, chosen.truth) for one in items]
    print(f"reader: {READER}; {len(items)} utterances, {chosen.truth}; {FOLDS} folds by dialogue")
    figures = {"the rules": tell("the rules", items, truth, [damsl_class(one.reading) for one in items])}
    figures["the rules, corpus' terms"] = tell(
        "the rules, corpus' terms", items, truth, [damsl_own_class(one.reading) for one in items]
    )
    found: list[str] = []
    for title, groups in list(STEPS.items())[: chosen.steps]:
        found = decided(items, truth, predicted(items, truth, groups))
        figures[title] = tell(title, items, truth, found)
    if found and chosen.truth == "strict":
        lost(items, found)
    if chosen.json:
        print(json.dumps(figures))
    return 0
