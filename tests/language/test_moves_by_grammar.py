"""Reproach, threat, promise and kindness by the shape of the sentence: nobody wrote these sentences into a list."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicesim.language.moves import UNKIND
from voicesim.language.read import read_turn
from voicesim.meaning.measure import count_moves, read_labelled, total

HERE = Path(__file__).parent


def moves_of(text: str) -> frozenset[str]:
    return read_turn(text).moves


@pytest.mark.parametrize(
    "text",
    [
        "You should have blocked his number.",
        "You should have held on to it.",
        "well you could have phoned a neighbour",
        "you really ought to have been more careful",
        "if you had stayed on the main road this would not have happened",
        "You shouldn't have unlocked it.",
        "had you waited for your brother he could not have followed you",
        "you did get into his van though",
        "you knew what he was like and you still went",
    ],
)
def test_what_she_should_have_done_is_blame(text: str) -> None:
    assert "blame" in moves_of(text)


@pytest.mark.parametrize(
    "text",
    [
        "I should have done that first.",
        "We should have phoned you back sooner.",
        "he should have stopped",
        "You should have been told.",
        "you should have had somebody with you",
        "I don't think you should have done anything else",
        "do you keep thinking that you should have run",
        "there is nothing you could have changed",
        "you should have the letter by Friday",
        "if you had to describe his voice what would you say",
        "you phoned us anyway",
        "Some of them say you should have moved away.",
    ],
)
def test_who_else_should_have_and_what_she_was_owed_is_no_blame(text: str) -> None:
    assert not moves_of(text) & UNKIND


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("Hi, I'm Sam, I work here at the desk.", "introduce"),
        ("I should have done that first.", "apologise"),
        ("unless you start talking I am leaving", "threaten"),
        ("I promise you he will get ten years", "promise_outcome"),
        ("at least nobody saw it", "minimise"),
        ("you have to tell me what he is called", "order"),
        ("I only ask so that the doctor knows what to look for", "explain_why"),
        ("you won't be walking in there on your own", "stay"),
    ],
)
def test_a_move_is_known_by_its_grammar(text: str, move: str) -> None:
    assert move in moves_of(text)


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("I promise I'll tell you before anything happens", "promise_outcome"),
        ("we will get him to sign it", "promise_outcome"),
        ("he might be convicted", "promise_outcome"),
        ("tell me whatever you need to tell me", "order"),
        ("if you don't want to answer we can leave it", "threaten"),
        ("it took at least two hours", "minimise"),
        ("It's the quickest way.", "invite_pause"),
        ("did she tell you that none of it was down to you", "not_your_fault"),
        ("Hi, is that Sam?", "introduce"),
    ],
)
def test_what_only_sounds_like_a_move_is_none(text: str, move: str) -> None:
    assert move not in moves_of(text)


def test_the_development_sentences_are_read_by_their_words_as_well_as_the_docs_say() -> None:
    """Patterns were written with these in view: this guards against losing them, it is no measure of how well moves are found."""
    rows = read_labelled(HERE / "authored_moves_development.jsonl")
    counts = count_moves(rows, None)
    assert len(rows) >= 250
    assert not any(row.held for row in rows)
    assert total(counts).precision >= 0.95
    assert total(counts).recall >= 0.9
    assert total(counts, UNKIND).precision >= 0.95
