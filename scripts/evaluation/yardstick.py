"""How far text alone goes on Switchboard's dialogue acts: classifiers trained on that very corpus, never shipped.

    python scripts/evaluate.py yardstick                # wants scikit-learn and the sentence model; ten minutes
    python scripts/evaluate.py yardstick --fine-tuned   # the sentence model itself, trained further; an hour or two
    python scripts/evaluate.py yardstick --ceiling      # what the coders made of the same words; two minutes
    python scripts/evaluate.py yardstick --text-coder   # what a careful reader finds in the words; two minutes

Cross-validated by dialogue: no classifier has seen a word of the dialogue that it judges. Every step adds to the last:
word sequences of the utterance; what the rules of this project say of it; the utterances before; the utterances after,
which a live session does not have; sentence vectors of all of them. Macro-F1 asks much of rare classes, so each class gets
a bias, and "question or not" a threshold, chosen on the other folds' predictions. The corpus' licence (CC BY-NC-SA) forbids
shipping any of these, and nothing that was learnt from it is written anywhere.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.figures import options
from evaluation.questions import SWITCHBOARD
from evaluation.yardstick_corpus import Utterance, lost, rule_features, utterances
from evaluation.yardstick_figures import CLASSES, FOLDS, Logs, asked, decided, folds, numbers, tell, with_hindsight
from voicesim.errors import VoicesimError
from voicesim.language.measure import damsl_class, damsl_own_class
from voicesim.language.read import READER

STEPS = {
    "word sequences": ("words",),
    "+ the rules' reading": ("words", "rules"),
    "+ the utterances before": ("words", "rules", "before"),
    "+ the utterances after": ("words", "rules", "before", "after"),
    "+ sentence vectors": ("words", "rules", "before", "after", "vectors"),
}
PACKAGES = {"sklearn": "scikit-learn", "scipy": "scipy", "torch": "torch", "tokenizers": "tokenizers"}
"""Packages that some of this needs, by the module's name."""
SHOWN = {
    "words alone": lambda one: one.text,
    "and the utterance before": lambda one: (one.text, one.before[0]),
    "and two before": lambda one: (one.text, one.before),
    "and one on either side": lambda one: (one.text, one.before[0], one.after[0]),
}
"""What a reader of repeated texts is shown, for the ceiling."""


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
        yield from rule_features(one)
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


def predicted(items: Sequence[Utterance], truth: Sequence[str], groups: Sequence[str]) -> Logs:
    """Log probability of every class for every utterance, by a classifier that did not see its dialogue."""
    from sklearn.linear_model import LogisticRegression

    features, labels = arrays(items, groups), numbers(truth)
    fold = folds([one.dialogue for one in items])
    logs = np.zeros((len(items), len(CLASSES)))
    for number in range(FOLDS):
        for kind in range(len(CLASSES)):
            model = LogisticRegression(C=1.0, solver="liblinear")
            model.fit(features[fold != number], labels[fold != number] == kind)
            logs[fold == number, kind] = model.predict_log_proba(features[fold == number])[:, 1]
    return logs


def regressions(items: Sequence[Utterance], truth: Sequence[str], steps: int) -> dict[str, Any]:
    """Print and return the figures of the logistic regressions."""
    dialogues = [one.dialogue for one in items]
    figures: dict[str, Any] = {}
    found: list[str] = []
    for title, groups in list(STEPS.items())[:steps]:
        logs = predicted(items, truth, groups)
        found = decided(dialogues, truth, logs)
        figures[title] = tell(title, dialogues, truth, found, asked(dialogues, truth, logs))
        macro, question = with_hindsight(truth, logs)
        figures[title]["with hindsight"] = {"macro-F1": macro, "question or not, F1": question}
    if found:
        lost(items, found)
    return figures


def missing(*modules: str) -> str:
    """What to do about packages that are not here; empty if they are."""
    lacking = [PACKAGES[module] for module in modules if find_spec(module) is None]
    return f"This needs packages that are not here: pip install {' '.join(lacking)}" if lacking else ""


def _parser() -> argparse.ArgumentParser:
    parser = options("yardstick", __doc__)
    parser.add_argument("--steps", type=int, default=len(STEPS), help="how many of the regressions (default: all)")
    parser.add_argument(
        "--truth", choices=("strict", "mapped"), default="strict", help="which classes (default: strict)"
    )
    other = parser.add_mutually_exclusive_group()
    other.add_argument("--fine-tuned", action="store_true", help="the sentence model trained further, instead")
    other.add_argument("--ceiling", action="store_true", help="what the coders made of the same words, instead")
    other.add_argument("--text-coder", action="store_true", help="what a careful reader finds in the words, instead")
    tuned = parser.add_argument_group("with --fine-tuned")
    tuned.add_argument("--variants", metavar="NAME", nargs="+", default=[], help="some only; a wrong name lists all")
    tuned.add_argument("--folds", type=int, choices=range(1, FOLDS + 1), default=FOLDS, help=f"default: all {FOLDS}")
    tuned.add_argument("--workers", type=int, default=0, help="trained at a time, a core each (default: all cores)")
    return parser


def _read(corpus: Path, forms: Sequence[bool]) -> dict[bool, list[Utterance]]:
    from evaluation.yardstick_progress import progress_bar

    with progress_bar(len(forms) * 100) as tick:
        found = {}
        for bare in forms:
            title = f"Reading {'unpunctuated' if bare else 'as transcribed'}"
            last = 0

            def progress(done: int, total: int, title: str = title) -> None:
                nonlocal last
                now = 100 * done // total
                tick(title, now - last)
                last = now

            found[bare] = utterances(corpus, bare, progress)
    return found


def main(arguments: list[str]) -> int:
    """``evaluate.py yardstick``.

    Returns:
        0; 2 where the corpus, a package or the sentence model is not here; 130 where it was interrupted.
    """
    chosen = _parser().parse_args(arguments)
    corpus = chosen.data / SWITCHBOARD
    if not corpus.is_file():
        print(f"The Switchboard acts are not here ({SWITCHBOARD} in the folder given by --data).")
        return 2
    trains = not (chosen.ceiling or chosen.text_coder)
    wanted = ("torch", "tokenizers") if chosen.fine_tuned else ("sklearn", "scipy") if trains else ()
    if lacking := missing(*wanted):
        print(lacking)
        return 2
    try:
        return _measure(chosen, corpus)
    except VoicesimError as error:
        print(error)
        return 2
    except KeyboardInterrupt:
        print("Stopped.")
        return 130


def _measure(chosen: argparse.Namespace, corpus: Path) -> int:
    code, forms = 0, [True]
    if chosen.fine_tuned:
        from evaluation.yardstick_tuned import VARIANTS, fine_tuned

        names = chosen.variants or list(VARIANTS)
        if unknown := [name for name in names if name not in VARIANTS]:
            print(f"There is no variant {unknown[0]!r}. Name some of: {', '.join(map(repr, VARIANTS))}.")
            return 2
        forms = [bare for bare in (True, False) if bare or not all(VARIANTS[name].bare for name in names)]
    corpora = _read(corpus, forms)
    items = corpora[True]
    truth, dialogues = [getattr(one, chosen.truth) for one in items], [one.dialogue for one in items]
    print(f"reader: {READER}; {len(items)} utterances, {chosen.truth}; {FOLDS} folds by dialogue")
    figures: dict[str, Any] = {}
    if chosen.ceiling:
        from evaluation.yardstick_ceiling import tell_ceilings

        codings = {"strict": [one.strict for one in items], "mapped": [one.mapped for one in items]}
        figures = dict(tell_ceilings(SHOWN, items, codings))
    else:
        for title, judge in (("the rules", damsl_class), ("the rules, corpus' terms", damsl_own_class)):
            figures[title] = tell(title, dialogues, truth, [judge(one.reading) for one in items])
        if chosen.text_coder:
            from evaluation.yardstick_text_coder import tell_text_coder

            figures.update(tell_text_coder(items, truth))
        elif chosen.fine_tuned:
            tuned, code = fine_tuned(corpora, truth, names, chosen.folds, chosen.workers)
            figures.update(tuned)
        else:
            figures.update(regressions(items, truth, chosen.steps))
    if chosen.json:
        print(json.dumps(figures))
    return code
