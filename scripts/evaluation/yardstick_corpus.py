"""Switchboard's questions and statements as the yardstick shows them to classifiers: with neighbours and the rules' reading."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evaluation.questions import mapped_class
from voicesim.language.measure import (
    DAMSL_QUESTIONS,
    DAMSL_STATEMENTS,
    damsl_class,
    damsl_own_class,
    unpunctuated,
)
from voicesim.language.read import read_turn
from voicesim.language.reading import ContextTurn, TurnReading

BEFORE, AFTER = 2, 2
"""Utterances looked at on either side."""


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


def utterances(
    path: Path, bare: bool = True, progress: Callable[[int, int], None] = lambda done, total: None
) -> list[Utterance]:
    """Every question and statement of the corpus.

    Args:
        path: the JSON lines.
        bare: lower case without punctuation, as a bare recogniser writes; the same utterances either way.
        progress: told how many dialogues have been read, of how many.
    """
    dialogues: dict[str, list[dict[str, str]]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        dialogues[row["dialogue"]].append(row)
    found = []
    for number, (name, rows) in enumerate(dialogues.items()):
        progress(number, len(dialogues))
        texts = [unpunctuated(row["text"]) for row in rows]
        shown = texts if bare else [row["text"].strip() for row in rows]
        for place, row in enumerate(rows):
            act = row["act"]
            if not texts[place] or (act not in DAMSL_QUESTIONS and act not in DAMSL_STATEMENTS):
                continue

            def near(at: int, speaker: str = row["speaker"]) -> tuple[bool, str]:
                inside = 0 <= at < len(rows)  # noqa: B023
                return (rows[at]["speaker"] == speaker, shown[at]) if inside else (False, "")  # noqa: B023

            context = [
                ContextTurn("trainee" if same else "survivor", text)
                for same, text in (near(at) for at in range(place - 4, place))
                if text
            ]
            found.append(
                Utterance(
                    name,
                    act,
                    shown[place],
                    DAMSL_QUESTIONS.get(act, "statement"),
                    mapped_class(act, row["text"]),
                    tuple(near(place - step) for step in range(1, BEFORE + 1)),
                    tuple(near(place + step) for step in range(1, AFTER + 1)),
                    read_turn(shown[place], context),
                )
            )
    return found


def rule_features(one: Utterance) -> Iterator[str]:
    """What the rules say of an utterance, as named features."""
    reading = one.reading
    yield f"rule:{damsl_class(reading)}"
    yield f"own:{damsl_own_class(reading)}"
    if reading.main is not None:
        main = reading.sentences[reading.main]
        yield f"form:{main.form}:{main.types.griffiths}"
        yield f"sure:{main.form}:{round(main.confidence, 1)}"
        yield f"alone:{main.form}:{len(reading.sentences)}:{reading.main + 1 == len(reading.sentences)}"
    yield f"token:{reading.backchannel_only}"


def lost(items: Sequence[Utterance], found: Sequence[str]) -> None:
    """Print what a way of judging loses, by act, and how much of it looks like a statement in every way."""
    statements = {one.text for one in items if one.strict == "statement"}
    print("\nwhat is lost, by act: asked, taken for a statement, of these in the order of a statement,")
    print("said word for word as a statement elsewhere in the corpus")
    for act in sorted(DAMSL_QUESTIONS):
        there = [(one, label) for one, label in zip(items, found, strict=True) if one.act == act]
        missed = [one for one, label in there if label == "statement"]
        stated = sum(one.reading.main is None or one.reading.question == "none" for one in missed)
        same = sum(one.text in statements for one in missed)
        counts = f"{len(there):>4} asked, {len(missed):>4} missed, {stated:>4} without the form of a question"
        print(f"  {act:<6} {counts}, {same:>3} also said as statements")
    wrong = sum(one.strict == "statement" != label for one, label in zip(items, found, strict=True))
    print(f"  statements taken for questions: {wrong} of {sum(one.strict == 'statement' for one in items)}")
