"""A sentence model trained further on labelled utterances: what the yardstick's fine-tuned lines are made of.

The utterance stands among its neighbours, in the order in which they were said, with a mark on its own word pieces and one
on everything the other speaker said. What the rules say of it goes into the last layer beside the model's own opinion.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from evaluation.yardstick_encoder import Encoder, mean_of
from evaluation.yardstick_figures import CLASSES, Logs

EPOCHS = 3
"""Times that every question is seen in a round. Every statement is seen once: another part of them each time."""
BATCH = 32
RATE, HEAD_RATE = 1e-4, 2e-3
"""Learning rates at their highest, of the sentence model and of what is new."""
_WARM = 0.1
"""Share of the steps in which the rate rises; then it falls to nought."""
_UNSEEN = 20.0
"""Taken from the logit of a class that was not there to learn from."""
_LONGEST, _NEIGHBOUR = 64, 24
"""Word pieces kept of an utterance and of a neighbour: of those before their end, of those after their beginning."""

Said = tuple[bool, str]
"""Whether the same speaker said it, and what."""
Pieces = Callable[[str], list[int]]


@dataclass(frozen=True)
class Example:
    """What the reader is shown of one utterance."""

    pieces: tuple[int, ...]
    other: tuple[bool, ...]
    """Whether the other speaker said it, piece by piece."""
    here: tuple[bool, ...]
    """Whether it is of the utterance itself."""
    features: tuple[int, ...] = ()
    """Which of the rules' features hold."""


def laid_out(
    text: str,
    before: Sequence[Said],
    after: Sequence[Said],
    pieces: Pieces,
    ends: tuple[int, int],
    features: Sequence[int] = (),
) -> Example:
    """An utterance among its neighbours.

    Args:
        text: of the utterance.
        before: what was said before it, the nearest first; empty texts are left out.
        after: what was said after it, the nearest first.
        pieces: cuts a text into word pieces.
        ends: the pieces that stand at the beginning, and at the end of each part.
        features: see `Example`.
    """
    start, end = ends
    parts = [([start], False, False)]
    parts += [([*pieces(said)[-_NEIGHBOUR:], end], not same, False) for same, said in reversed(list(before)) if said]
    parts += [(pieces(text)[:_LONGEST], False, True), ([end], False, False)]
    parts += [([*pieces(said)[:_NEIGHBOUR], end], not same, False) for same, said in after if said]
    return Example(
        tuple(piece for part, _, _ in parts for piece in part),
        tuple(other for part, other, _ in parts for _ in part),
        tuple(here for part, _, here in parts for _ in part),
        tuple(features),
    )


class Reader(nn.Module):
    """The sentence model with a layer on top that names the class.

    Args:
        encoder: is trained further.
        features: how many features the rules may give.
    """

    def __init__(self, encoder: Encoder, features: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.spot = nn.Parameter(torch.zeros(encoder.size))
        self.drop = nn.Dropout(0.1)
        self.head = nn.Linear(2 * encoder.size, len(CLASSES))
        self.rules = nn.Linear(features, len(CLASSES), bias=False) if features else None
        if self.rules is not None:
            nn.init.zeros_(self.rules.weight)

    def forward(self, examples: Sequence[Example]) -> Tensor:
        """Logits, shape (n, classes)."""
        longest = max(len(one.pieces) for one in examples)

        def filled(rows: Sequence[Sequence[int]]) -> Tensor:
            return torch.tensor([[*row, *[0] * (longest - len(row))] for row in rows])

        here = filled([one.here for one in examples]).bool()
        there = filled([[1] * len(one.pieces) for one in examples]).bool()
        marked = here.unsqueeze(2) * self.spot
        pieces, other = filled([one.pieces for one in examples]), filled([one.other for one in examples])
        hidden = self.encoder(pieces, other.long(), there, marked)
        logits: Tensor = self.head(self.drop(torch.cat([hidden[:, 0], mean_of(hidden, here)], dim=1)))
        if self.rules is None:
            return logits
        holds = torch.zeros(len(examples), self.rules.in_features)
        for row, one in enumerate(examples):
            holds[row, list(one.features)] = 1.0
        added: Tensor = logits + self.rules(holds)
        return added


def trained(
    encoder: Encoder,
    examples: Sequence[Example],
    labels: NDArray[np.int64],
    features: int,
    seed: int,
    rounds: int = 1,
    tick: Callable[[int], None] = lambda _: None,
) -> tuple[Reader, Logs]:
    """Train a reader. Rare classes weigh more, by the root of how rare they are.

    Args:
        encoder: is changed.
        examples: to learn from.
        labels: places in `CLASSES`.
        features: how many features the rules may give.
        seed: the same one gives the same reader on the same machine.
        rounds: how often every statement is seen; questions `EPOCHS` times as often.
        tick: told how many examples were seen since it was last told.

    Returns:
        The reader, and what to take from its logits so that they are log probabilities in the proportions of the examples.
    """
    torch.manual_seed(seed)
    dice = random.Random(seed)
    for table in (
        encoder.words,
        encoder.places,
    ):  # half of all weights; most pieces stand too seldom here to be learnt anew
        table.requires_grad_(False)
    reader = Reader(encoder, features)
    counts = np.bincount(labels, minlength=len(CLASSES)).astype(float)
    seen = counts * [1 / EPOCHS, *[1.0] * (len(CLASSES) - 1)]
    weights = np.where(counts > 0, np.sqrt(seen.max() / np.maximum(seen, 1)), 0.0)
    loss_of = nn.CrossEntropyLoss(weight=torch.tensor(weights, dtype=torch.float32))
    old = set(encoder.parameters())
    groups = [
        {"params": list(old), "lr": RATE},
        {"params": [p for p in reader.parameters() if p not in old], "lr": HEAD_RATE},
    ]
    optimizer = torch.optim.AdamW(groups, weight_decay=0.01, fused=True)
    plan = [batch for _ in range(rounds) for batch in _plan(examples, labels, dice)]
    warm = max(1, round(_WARM * len(plan)))
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, (len(plan) - step) / max(1, len(plan) - warm))
    )
    reader.train()
    for batch in plan:
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            logits = reader([examples[number] for number in batch])
        loss = loss_of(logits.float(), torch.from_numpy(labels[batch]))
        loss.backward()
        nn.utils.clip_grad_norm_(reader.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        tick(len(batch))
    learnt = counts > 0
    corrections = np.full(len(CLASSES), _UNSEEN)
    corrections[learnt] = np.log(weights[learnt] * seen[learnt] / counts[learnt])
    return reader.eval(), corrections


def judged(reader: Reader, corrections: Logs, examples: Sequence[Example]) -> Logs:
    """Log probabilities of the classes, by a reader and the corrections that it came with."""
    found = np.zeros((len(examples), len(CLASSES)))
    order = sorted(range(len(examples)), key=lambda number: len(examples[number].pieces))
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16):
        for begin in range(0, len(order), 2 * BATCH):
            batch = order[begin : begin + 2 * BATCH]
            found[batch] = reader([examples[number] for number in batch]).float().numpy()
    found -= corrections
    total: Logs = found - np.logaddexp.reduce(found, axis=1, keepdims=True)
    return total


def _plan(examples: Sequence[Example], labels: NDArray[np.int64], dice: random.Random) -> Iterator[list[int]]:
    """The batches of all epochs: of about equal lengths each, so that little is wasted on filling up."""
    statements = np.flatnonzero(labels == 0).tolist()
    questions = np.flatnonzero(labels > 0).tolist()
    dice.shuffle(statements)
    for epoch in range(EPOCHS):
        chosen = questions + statements[epoch::EPOCHS]
        dice.shuffle(chosen)
        batches = []
        for begin in range(0, len(chosen), 16 * BATCH):
            near = sorted(chosen[begin : begin + 16 * BATCH], key=lambda number: len(examples[number].pieces))
            batches += [near[at : at + BATCH] for at in range(0, len(near), BATCH)]
        dice.shuffle(batches)
        yield from batches
