"""Train the model that is asked where the question rules are silent (`voicesim.language.questions.second_opinion`).

    python scripts/train_second_opinion.py            # writes src/voicesim/language/lexicons/second_opinion.json
    python scripts/train_second_opinion.py --try 5    # five-fold cross-validation over strengths, writes nothing

Everything it learns from was written for this project: `second_opinion/sentences.jsonl` (interviewers' sentences by kind,
and lines of the scenarios' survivors as statements), the labelled sentences of `tests/language/` that are not held out, and
statements drawn from the grammar `second_opinion/statements.yaml`. No recording, corpus or model's output from elsewhere.
Softmax regression with an L1 penalty, so that most weights are nought and the file stays small enough to read; the same
input gives the same file.
"""

from __future__ import annotations

import argparse
import json
import random
import re
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from voicesim.language.measure import Agreement, question_kind, unpunctuated
from voicesim.language.questions.second_opinion import FORMAT, features
from voicesim.language.text.tokens import fluent, spoken_words, tokenize

ROOT = Path(__file__).resolve().parent.parent
HERE = Path(__file__).resolve().parent / "second_opinion"
TESTS = ROOT / "tests" / "language"
TARGET = ROOT / "src" / "voicesim" / "language" / "lexicons" / "second_opinion.json"
KINDS = ("yes_no", "wh", "open", "why", "none")
STRENGTH = 0.00005
"""The L1 penalty; chosen by cross-validation (`--try 5`)."""
DRAWN_WEIGHT = 0.25
"""How much a drawn statement counts beside a written sentence."""
ROUNDS = 400

Example = tuple[tuple[str, ...], int, float]


def words(text: str) -> tuple[str, ...]:
    """The normalised words of a text as a bare recogniser writes it."""
    return tuple(word.norm for word in fluent(spoken_words(tokenize(unpunctuated(text)))))


def rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of JSON lines."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def written() -> list[Example]:
    """Sentences somebody wrote and labelled, those held out left aside."""
    found: dict[tuple[str, ...], int] = {}
    for row in rows(HERE / "sentences.jsonl"):
        found[words(row["text"])] = KINDS.index(row["kind"])
    for name in ("authored_questions", "authored_spoken", "authored_interviews"):
        for row in rows(TESTS / f"{name}.jsonl"):
            # What a sentence is with what was said before it is not what it is alone.
            if row.get("half") != "held_out" and not row.get("context") and not row.get("skip_type"):
                kind = row.get("kind") or question_kind(row["form"], row["griffiths"], row.get("marks", ()))
                found[words(row["text"])] = KINDS.index(kind)
    return [(norms, kind, 1.0) for norms, kind in found.items() if norms]


def drawn(known: set[tuple[str, ...]]) -> list[Example]:
    """Statements drawn from the grammar, none of them a written sentence."""
    grammar = yaml.safe_load((HERE / "statements.yaml").read_text(encoding="utf-8"))
    dice = random.Random(4)
    found: dict[tuple[str, ...], None] = {}
    for _ in range(grammar["draws"]):
        text = re.sub(r"<(\w+)>", lambda slot: dice.choice(grammar["lists"][slot[1]]), dice.choice(grammar["say"]))
        found[words(text)] = None
    return [(norms, KINDS.index("none"), DRAWN_WEIGHT) for norms in found if norms and norms not in known]


class Problem:
    """Examples as arrays: every feature of every example, one after the other."""

    def __init__(self, examples: Sequence[Example], vocabulary: dict[str, int]) -> None:
        ids = [sorted({vocabulary[n] for n, _, _ in features(norms) if n in vocabulary}) for norms, _, _ in examples]
        self.columns = np.array([one for found in ids for one in found], dtype=np.int64)
        self.owner = np.repeat(np.arange(len(ids)), [len(found) for found in ids])
        self.truth = np.eye(len(KINDS))[[kind for _, kind, _ in examples]]
        self.weight = np.array([weight for _, _, weight in examples])[:, None]
        self.size = len(examples)

    def shares(self, weights: Any, bias: Any) -> Any:
        """Probability of every kind for every example."""
        scores = _gather(self.owner, weights[self.columns], self.size) + bias
        scores -= scores.max(axis=1, keepdims=True)
        shares = np.exp(scores)
        return shares / shares.sum(axis=1, keepdims=True)


def _gather(places: Any, values: Any, size: int) -> Any:
    """Sum the rows of `values` by their place."""
    return np.stack([np.bincount(places, weights=column, minlength=size) for column in values.T], axis=1)


def vocabulary_of(examples: Sequence[Example]) -> dict[str, int]:
    """Features seen in two sentences or more, in the order of their names."""
    seen = Counter(name for norms, _, _ in examples for name in {name for name, _, _ in features(norms)})
    return {name: number for number, name in enumerate(sorted(name for name, count in seen.items() if count >= 2))}


def fit(problem: Problem, size: int, strength: float) -> tuple[Any, Any]:
    """Weights and bias by accelerated proximal gradient descent."""
    weights, bias = np.zeros((size, len(KINDS))), np.zeros(len(KINDS))
    ahead, ahead_bias, pace = weights.copy(), bias.copy(), 1.0
    total = problem.weight.sum()
    longest = np.bincount(problem.owner).max()
    step = 16.0 / longest  # the bound of theory is far from what these sentences need
    for _ in range(ROUNDS):
        error = (problem.shares(ahead, ahead_bias) - problem.truth) * problem.weight / total
        slope = _gather(problem.columns, error[problem.owner], size)
        moved = ahead - step * slope
        fresh = np.sign(moved) * np.maximum(np.abs(moved) - step * strength, 0.0)
        fresh_bias = ahead_bias - step * error.sum(axis=0)
        following = (1 + (1 + 4 * pace * pace) ** 0.5) / 2
        ahead = fresh + (pace - 1) / following * (fresh - weights)
        ahead_bias = fresh_bias + (pace - 1) / following * (fresh_bias - bias)
        weights, bias, pace = fresh, fresh_bias, following
    return weights, bias


def cross_validate(examples: Sequence[Example], extra: Sequence[Example], folds: int) -> None:
    """Print kappa over the written sentences for several strengths."""
    order = list(examples)
    random.Random(1).shuffle(order)
    for strength in (0.00005, 0.0001, 0.0005):
        true, found, used = [], [], 0
        for fold in range(folds):
            train = [one for number, one in enumerate(order) if number % folds != fold] + list(extra)
            kept = [one for number, one in enumerate(order) if number % folds == fold]
            vocabulary = vocabulary_of(train)
            weights, bias = fit(Problem(train, vocabulary), len(vocabulary), strength)
            used = int(np.any(weights != 0, axis=1).sum())
            found += [KINDS[at] for at in Problem(kept, vocabulary).shares(weights, bias).argmax(axis=1)]
            true += [KINDS[kind] for _, kind, _ in kept]
        print(f"strength {strength}: kappa {Agreement.of(true, found).kappa():.3f}, {used} features")


def main() -> None:
    """Train and write, or try strengths."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else "")
    parser.add_argument("--try", dest="folds", type=int, default=0, help="cross-validate instead of writing")
    options = parser.parse_args()
    examples = written()
    extra = drawn({norms for norms, _, _ in examples})
    print(f"{len(examples)} written sentences, {len(extra)} drawn statements")
    if options.folds:
        cross_validate(examples, extra, options.folds)
        return
    vocabulary = vocabulary_of([*examples, *extra])
    weights, bias = fit(Problem([*examples, *extra], vocabulary), len(vocabulary), STRENGTH)
    kept = {
        name: [
            cell
            for at, weight in enumerate(weights[row])
            if abs(weight) >= 0.01
            for cell in (at, round(float(weight), 2))
        ]
        for name, row in vocabulary.items()
        if np.abs(weights[row]).max() >= 0.01
    }
    head = {"format": FORMAT, "kinds": KINDS, "bias": [round(float(one), 3) for one in bias]}
    lines = ",\n".join(f"{json.dumps(name, ensure_ascii=False)}: {json.dumps(cells)}" for name, cells in kept.items())
    text = json.dumps(head)[:-1] + ',\n"weights": {\n' + lines + "\n}}\n"
    TARGET.write_text(text, encoding="utf-8")
    print(f"{len(kept)} features, {len(text) // 1024} KiB: {TARGET.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
