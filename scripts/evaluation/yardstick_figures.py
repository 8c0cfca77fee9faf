"""How the yardstick judges: every class gets a bias and "asked or not" a threshold, chosen on other dialogues; then the figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluation.figures import bootstrap

CLASSES = ("statement", "yes_no", "wh", "open", "or", "declarative", "tag")
"""The first is the one that asks nothing."""
FOLDS = 5
DRAWS = 200
_SHIFTS = np.array(sorted(np.arange(-2.0, 2.01, 0.25), key=abs))
"""Biases that are tried, in logs; twice over, so up to double these."""
_THRESHOLDS = np.array(sorted(np.arange(-6.0, 6.01, 0.1), key=abs))
"""Log odds of a question over a statement from which it counts as asked."""

Logs = NDArray[np.float64]
"""Log probability of every class (columns) for every utterance (rows)."""
Table = NDArray[np.int64]
"""Counts of true classes (rows) by found classes (columns); a pile of such tables has the dialogue as its first axis."""


def folds(dialogues: Sequence[str]) -> NDArray[np.int64]:
    """The fold of each utterance by its dialogue: no dialogue is in two."""
    place = {name: number for number, name in enumerate(sorted(set(dialogues)))}
    return np.array([place[name] * 7 % FOLDS for name in dialogues])


def numbers(labels: Sequence[str]) -> NDArray[np.int64]:
    """Classes as places in `CLASSES`."""
    return np.array([CLASSES.index(label) for label in labels])


def best_biases(truth: NDArray[np.int64], logs: Logs) -> Logs:
    """A bias for each class, for the best macro-F1 on these utterances."""
    bias = np.zeros(len(CLASSES))
    for _ in range(2):
        for kind in range(len(CLASSES)):
            trials = [bias + np.eye(len(CLASSES))[kind] * shift for shift in _SHIFTS]
            bias = trials[int(np.argmax([macro_f1_of(_table(truth, (logs + t).argmax(axis=1))) for t in trials]))]
    return bias


def best_threshold(truth: NDArray[np.int64], logs: Logs) -> float:
    """The log odds from which to call it a question, for the best F1 of question or not on these utterances."""
    odds, asks = odds_of_asking(logs), truth > 0
    values = [2 * (asks & (odds > t)).sum() / max(1, asks.sum() + (odds > t).sum()) for t in _THRESHOLDS]
    return float(_THRESHOLDS[int(np.argmax(values))])


def odds_of_asking(logs: Logs) -> Logs:
    """Log odds of any question over a statement."""
    total: Logs = np.logaddexp.reduce(logs[:, 1:], axis=1) - logs[:, 0]
    return total


def decided(dialogues: Sequence[str], truth: Sequence[str], logs: Logs) -> list[str]:
    """The likeliest class once every class has the bias that does best for macro-F1 on the other folds."""

    def judge(others: NDArray[np.bool_], these: NDArray[np.bool_]) -> NDArray[np.int64]:
        likeliest: NDArray[np.int64] = (logs[these] + best_biases(numbers(truth)[others], logs[others])).argmax(axis=1)
        return likeliest

    return _by_fold(dialogues, judge)


def asked(dialogues: Sequence[str], truth: Sequence[str], logs: Logs) -> list[str]:
    """The likeliest question, or statement, by the threshold that does best for question or not on the other folds."""

    def judge(others: NDArray[np.bool_], these: NDArray[np.bool_]) -> NDArray[np.int64]:
        threshold = best_threshold(numbers(truth)[others], logs[others])
        return np.where(odds_of_asking(logs[these]) > threshold, logs[these][:, 1:].argmax(axis=1) + 1, 0)

    return _by_fold(dialogues, judge)


def with_hindsight(truth: Sequence[str], logs: Logs) -> tuple[float, float]:
    """Macro-F1 and F1 of question or not, had biases and threshold been chosen on the very answers: never less than fair."""
    true = numbers(truth)
    biased = (logs + best_biases(true, logs)).argmax(axis=1)
    asks = (odds_of_asking(logs) > best_threshold(true, logs)).astype(np.int64)
    return macro_f1_of(_table(true, biased)), question_f1_of(_table(true, asks))


def _by_fold(
    dialogues: Sequence[str], judge: Callable[[NDArray[np.bool_], NDArray[np.bool_]], NDArray[np.int64]]
) -> list[str]:
    fold = folds(dialogues)
    found = np.zeros(len(dialogues), dtype=np.int64)
    for number in sorted(set(fold.tolist())):
        found[fold == number] = judge(fold != number, fold == number)
    return [CLASSES[kind] for kind in found]


def _table(truth: NDArray[np.int64], found: NDArray[np.int64]) -> Table:
    return np.bincount(truth * len(CLASSES) + found, minlength=len(CLASSES) ** 2).reshape(len(CLASSES), -1)


def class_f1s_of(table: Table) -> Logs:
    """F1 of every class."""
    f1s: Logs = 2 * np.diag(table) / np.maximum(table.sum(axis=0) + table.sum(axis=1), 1)
    return f1s


def macro_f1_of(table: Table) -> float:
    """Mean of the classes' F1."""
    return float(class_f1s_of(table).mean())


def question_f1_of(table: Table) -> float:
    """F1 of question or not."""
    return float(2 * table[1:, 1:].sum() / max(1, table[1:].sum() + table[:, 1:].sum()))


def tables(dialogues: Sequence[str], truth: Sequence[str], found: Sequence[str]) -> Table:
    """A table for each dialogue, in the order in which they first come."""
    place = {name: number for number, name in enumerate(dict.fromkeys(dialogues))}
    pile = np.zeros((len(place), len(CLASSES), len(CLASSES)), dtype=np.int64)
    np.add.at(pile, (np.array([place[name] for name in dialogues]), numbers(truth), numbers(found)), 1)
    return pile


def figure(piles: Sequence[Table], compute: Callable[..., float]) -> dict[str, float]:
    """A figure of one or more ways of judging the same dialogues, and its 95 % interval from drawing dialogues."""
    low, high = bootstrap(
        range(len(piles[0])), lambda drawn: compute(*(pile[list(drawn)].sum(axis=0) for pile in piles)), DRAWS
    )
    return {"value": compute(*(pile.sum(axis=0) for pile in piles)), "low": low, "high": high}


def written(one: dict[str, float], sign: str = "") -> str:
    """A figure and its interval as text."""
    return f"{one['value']:{sign}.3f} [{one['low']:{sign}.3f}, {one['high']:{sign}.3f}]"


def tell(
    title: str,
    dialogues: Sequence[str],
    truth: Sequence[str],
    found: Sequence[str],
    asks: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Print and return the figures of one way of judging.

    Args:
        title: its name.
        dialogues: of each utterance.
        truth: the coders' class of each.
        found: what it is judged to be.
        asks: the same, judged for question or not alone (`asked`).
    """
    pile = tables(dialogues, truth, found)
    figures: dict[str, Any] = {
        "macro-F1": figure([pile], macro_f1_of),
        "question or not, F1": figure([pile], question_f1_of),
        "F1": dict(zip(CLASSES, (round(float(f1), 2) for f1 in class_f1s_of(pile.sum(axis=0))), strict=True)),
    }
    line = (
        f"{title:<42} macro-F1 {written(figures['macro-F1'])}  "
        f"question or not {written(figures['question or not, F1'])}"
    )
    if asks is not None:
        own = figure([tables(dialogues, truth, asks)], question_f1_of)
        figures["question or not, F1, threshold of its own"] = own
        line += f", threshold of its own {written(own)}"
    print(line + "  " + ", ".join(f"{name} {value:.2f}" for name, value in figures["F1"].items()), flush=True)
    return figures
