"""``evaluate.py yardstick --fine-tuned``: how far a sentence model gets when it is trained further on the corpus itself.

Fold by fold, all variants before the next fold, so that what is measured so far is comparable whenever it is stopped. Nothing
trained here is written anywhere: the corpus' licence (CC BY-NC-SA) forbids shipping it.
"""

from __future__ import annotations

import copy
import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, ProcessPoolExecutor, wait
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from evaluation.yardstick_corpus import Utterance, lost, rule_features
from evaluation.yardstick_encoder import Encoder
from evaluation.yardstick_figures import (
    FOLDS,
    Logs,
    asked,
    decided,
    figure,
    folds,
    macro_f1_of,
    numbers,
    question_f1_of,
    tables,
    tell,
    with_hindsight,
    written,
)
from evaluation.yardstick_progress import progress_bar
from evaluation.yardstick_reader import EPOCHS, Example, Pieces, judged, laid_out, trained


@dataclass(frozen=True)
class Variant:
    """What a reader is shown, and how much of the corpus it learns from."""

    after: bool
    """Two utterances after, which nobody has while he speaks."""
    rules: bool
    """What the rules say of it."""
    share: float = 1.0
    """Of the dialogues that are not judged."""
    bare: bool = True
    """Without punctuation."""
    rounds: int = 1
    """Through everything it learns from."""


VARIANTS = {
    "before, rules": Variant(False, True),
    "both sides, rules": Variant(True, True),
    "both sides, rules, half to learn from": Variant(True, True, 0.5),
    "before": Variant(False, False),
    "both sides, rules, quarter to learn from": Variant(True, True, 0.25),
    "both sides, rules, as transcribed": Variant(True, True, bare=False),
    "both sides, rules, twice as long": Variant(True, True, rounds=2),
}
"""All see the utterance and two before it."""
CURVE = ("both sides, rules, quarter to learn from", "both sides, rules, half to learn from", "both sides, rules")
TOGETHER = ("before, rules", "both sides, rules", "before")


@dataclass
class Measured:
    """What readers that did not see the dialogue say, for the folds measured so far."""

    folds: dict[int, tuple[Any, Logs]] = field(default_factory=dict)
    """Which utterances each fold has, and the log probabilities of their classes."""

    def of(self, numbers_of_folds: Iterable[int]) -> tuple[Any, Logs]:
        """The same of several folds together."""
        chosen = [self.folds[number] for number in sorted(numbers_of_folds)]
        return np.concatenate([rows for rows, _ in chosen]), np.concatenate([logs for _, logs in chosen])


Corpus = Sequence[Utterance]


class Bench:
    """The sentence model, fresh for every reader, and the utterances as it reads them.

    Args:
        encoder: the sentence model; copied for every reader.
        pieces: cuts a text into its word pieces.
        ends: the pieces that stand at the beginning, and at the end of each part.
        corpora: the utterances by whether they are unpunctuated.
        truth: their classes.
    """

    def __init__(
        self,
        encoder: Encoder,
        pieces: Pieces,
        ends: tuple[int, int],
        corpora: Mapping[bool, Corpus],
        truth: Sequence[str],
    ) -> None:
        self._encoder, self._pieces, self._ends = encoder, pieces, ends
        self.corpora, self.truth = corpora, numbers(truth)
        self.items = next(iter(corpora.values()))
        self.fold = folds([one.dialogue for one in self.items])

    @classmethod
    def open(cls, folder: Path, corpora: Mapping[bool, Corpus], truth: Sequence[str]) -> Bench:
        """With the sentence model as the model store keeps it."""
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.no_padding()
        tokenizer.no_truncation()

        @cache
        def pieces(text: str) -> list[int]:
            return list(tokenizer.encode(text, add_special_tokens=False).ids)

        ends = tokenizer.encode("").ids  # [CLS] and [SEP]
        return cls(Encoder.read(folder), pieces, (ends[0], ends[1]), corpora, truth)

    def examples(self, variant: Variant) -> tuple[list[Example], int]:
        """All utterances as a variant shows them, and how many features the rules may give."""
        items = self.corpora[variant.bare]
        names = [list(rule_features(one)) if variant.rules else [] for one in items]
        place = {name: number for number, name in enumerate(sorted({name for row in names for name in row}))}
        return [
            laid_out(one.text, one.before, one.after * variant.after, self._pieces, self._ends, [place[n] for n in row])
            for one, row in zip(items, names, strict=True)
        ], len(place)

    def measure(self, variant: Variant, number: int, seen: Callable[[int], None]) -> tuple[Any, Logs]:
        """Which utterances are of one fold, and what a reader that learnt from the others says of them."""
        examples, features = self.examples(variant)
        mine, judge = self.learns_from(variant, number), np.flatnonzero(self.fold == number)
        reader, corrections = trained(
            copy.deepcopy(self._encoder),
            [examples[n] for n in mine],
            self.truth[mine],
            features,
            number,
            variant.rounds,
            seen,
        )
        return judge, judged(reader, corrections, [examples[n] for n in judge])

    def learns_from(self, variant: Variant, number: int) -> Any:
        """The utterances that a variant learns from when one fold is judged: whole dialogues."""
        names = sorted({one.dialogue for one, fold in zip(self.items, self.fold, strict=True) if fold != number})
        random.Random(number).shuffle(names)
        chosen = set(names[: round(variant.share * len(names))])
        return np.array([n for n, one in enumerate(self.items) if one.dialogue in chosen])

    def steps(self, variant: Variant, number: int) -> int:
        """Examples that its reader will see."""
        labels = self.truth[self.learns_from(variant, number)]
        return variant.rounds * int((labels == 0).sum() + EPOCHS * (labels > 0).sum())


_bench: Bench
_seen: Callable[[int], None]


def prepare(bench: Bench, seen: Callable[[int], None]) -> None:
    """Let this process train readers; `seen` is told how many examples it has learnt from."""
    global _bench, _seen
    _bench, _seen = bench, seen


def _start(folder: Path, corpora: Mapping[bool, Corpus], truth: Sequence[str], count: Any) -> None:
    import torch

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the process that started this one hears Ctrl-C, and ends it
    torch.set_num_threads(1)

    def seen(number: int) -> None:
        with count.get_lock():
            count.value += number

    prepare(Bench.open(folder, corpora, truth), seen)


def _judge(variant: Variant, number: int) -> tuple[Any, Logs]:
    return _bench.measure(variant, number, _seen)


def measure(
    pool: Executor, variants: Mapping[str, Variant], upto: int, tell_done: Callable[[str], None]
) -> tuple[dict[str, Measured], bool]:
    """Measure fold by fold, all variants before the next fold.

    Args:
        pool: whose workers were told to `prepare`.
        variants: by name.
        upto: how many of the folds are judged.
        tell_done: told every second how many readers are done.

    Returns:
        What was finished, in the order of the variants, and whether everything was: Ctrl-C stops it.
    """
    jobs = {pool.submit(_judge, v, number): (name, number) for number in range(upto) for name, v in variants.items()}
    measured = {name: Measured() for name in variants}
    waiting, whole = set(jobs), True
    try:
        while waiting:
            tell_done(f"{len(jobs) - len(waiting)} of {len(jobs)} readers trained")
            done, waiting = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for job in done:
                name, number = jobs[job]
                measured[name].folds[number] = job.result()
    except (KeyboardInterrupt, BrokenExecutor):
        whole = False
        pool.shutdown(wait=False, cancel_futures=True)
    return {name: one for name, one in measured.items() if one.folds}, whole


def report(bench: Bench, truth: Sequence[str], measured: Mapping[str, Measured]) -> dict[str, Any]:
    """Print and return the figures of everything measured."""
    figures: dict[str, Any] = {}
    measured = dict(measured)
    if len(some := [measured[name] for name in TOGETHER if name in measured]) > 1:
        measured[f"mean of {len(some)} of these"] = _mean(some)
    for name, one in measured.items():
        if not one.folds:
            continue
        short = "" if len(one.folds) == FOLDS else f" ({len(one.folds)} of {FOLDS} folds)"
        rows, logs = one.of(one.folds)
        dialogues, true = [bench.items[n].dialogue for n in rows], [truth[n] for n in rows]
        figures[name] = tell(
            name + short, dialogues, true, decided(dialogues, true, logs), asked(dialogues, true, logs)
        )
        macro, question = with_hindsight(true, logs)
        print(f"{'':<42} chosen on the answers themselves: macro-F1 {macro:.3f}, question or not {question:.3f}")
        figures[name]["with hindsight"] = {"macro-F1": macro, "question or not, F1": question}
        figures[name]["folds"] = len(one.folds)
    best = max(
        (name for name in figures if "transcribed" not in name),
        default="",
        key=lambda name: figures[name]["question or not, F1, threshold of its own"]["value"],
    )
    if best:
        print(f"\n{best}, by its threshold for question or not:", end="")
        rows, logs = measured[best].of(measured[best].folds)
        judged_items = [bench.items[n] for n in rows]
        lost(judged_items, asked([one.dialogue for one in judged_items], [truth[n] for n in rows], logs))
    figures["learning curve"] = _curve(bench, truth, measured)
    return figures


def _mean(several: Sequence[Measured]) -> Measured:
    """The mean of what several say, for the folds that all of them have."""
    common = set.intersection(*(set(one.folds) for one in several))
    return Measured(
        {n: (several[0].folds[n][0], np.mean([one.folds[n][1] for one in several], axis=0)) for n in sorted(common)}
    )


def _curve(bench: Bench, truth: Sequence[str], measured: dict[str, Measured]) -> dict[str, Any]:
    """What twice the dialogues to learn from bring, on the folds that all of the curve's variants have."""
    there = [name for name in CURVE if name in measured]
    done = set.intersection(*(set(measured[name].folds) for name in there)) if there else set()
    if len(there) < 2 or not done:
        return {}
    piles = {}
    for name in there:
        rows, logs = measured[name].of(done)
        dialogues, true = [bench.items[n].dialogue for n in rows], [truth[n] for n in rows]
        piles[name] = [tables(dialogues, true, judge(dialogues, true, logs)) for judge in (decided, asked)]
    print(f"\nlearning curve ({len(done)} of {FOLDS} folds)")
    curve: dict[str, Any] = {}
    for place, (what, compute) in enumerate((("macro-F1", macro_f1_of), ("question or not", question_f1_of))):
        values = [compute(piles[name][place].sum(axis=0)) for name in there]
        gains = [
            figure([piles[less][place], piles[more][place]], lambda a, b, of=compute: of(b) - of(a))
            for less, more in pairwise(there)
        ]
        curve[what] = {"values": dict(zip(there, values, strict=True)), "gain of each doubling": gains}
        print(f"  {what}: " + ", ".join(f"{value:.3f}" for value in values) + "; each doubling "
              + ", ".join(written(gain, "+") for gain in gains))  # fmt: skip
    return curve


def fine_tuned(
    corpora: Mapping[bool, Corpus], truth: Sequence[str], names: Sequence[str], upto: int, workers: int
) -> tuple[dict[str, Any], int]:
    """Measure and report.

    Args:
        corpora: the utterances by whether they are unpunctuated.
        truth: their classes.
        names: of `VARIANTS`.
        upto: how many of the folds are judged.
        workers: readers trained at a time, on a core each; 0 for as many as there are cores.

    Returns:
        The figures, and the exit code: 0, or 130 where it was interrupted.

    Raises:
        VoicesimError: the sentence model cannot be had.
    """
    from voicesim.asr.store import fetch
    from voicesim.meaning.weights import NAME

    folder = fetch(NAME).folder
    assert folder is not None
    bench = Bench.open(folder, corpora, truth)
    variants = {name: VARIANTS[name] for name in names}
    total = sum(bench.steps(variant, number) for variant in variants.values() for number in range(upto))
    context = multiprocessing.get_context("spawn")  # a fork beside the threads of torch and of the bar can stand still
    count = context.Value("q", 0)
    pool = ProcessPoolExecutor(workers or os.cpu_count() or 1, context, _start, (folder, corpora, truth, count))
    with progress_bar(total) as tick:
        shown = 0

        def tell_done(title: str) -> None:
            nonlocal shown
            now = count.value
            tick(title, now - shown)
            shown = now

        measured, whole = measure(pool, variants, upto, tell_done)
    if not whole:
        for process in multiprocessing.active_children():
            process.terminate()
        print("Stopped. What follows is what was finished." if measured else "Stopped before anything was measured.")
    return report(bench, truth, measured), 0 if whole else 130
