"""Blame as a bare fact, and what only looks like an unkindness."""

from __future__ import annotations

from pathlib import Path

import pytest

from voicesim.language.moves import UNKIND
from voicesim.language.read import read_turn
from voicesim.language.reading import ContextTurn
from voicesim.meaning.measure import count_moves, read_labelled, total

HERE = Path(__file__).parent


def moves_of(text: str, she_said: str = "") -> frozenset[str]:
    return read_turn(text, [ContextTurn("survivor", she_said)] if she_said else []).moves


@pytest.mark.parametrize(
    "text",
    [
        "You were drinking.",
        "you got in his car",
        "you went up to his room",
        "Well, you gave him your number.",
        "You were on your phone.",
        "You walked home alone.",
        "But you went back to him.",
    ],
)
def test_what_she_did_told_flatly_is_heard_as_blame(text: str) -> None:
    assert "blame" in moves_of(text)


@pytest.mark.parametrize(
    ("text", "she_said"),
    [
        ("You were drinking?", ""),
        ("so you got in his car", ""),
        ("You were drinking. What did you have?", ""),
        ("you went up to the flat with him and what happened there", ""),
        ("you got in his car", "He drove up and I got in his car."),
        ("You got home at six.", ""),
        ("You were at the bar with Sam.", ""),
        ("What happens when you don't answer?", ""),
        ("Um.", ""),
    ],
)
def test_what_is_asked_summed_up_or_her_own_words_is_no_blame(text: str, she_said: str) -> None:
    assert "blame" not in moves_of(text, she_said)


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("That doesn't sound like you.", "doubt"),
        ("this isn't like you at all", "doubt"),
        ("I'll put that down.", "apologise"),
        ("let me put that on the form", "apologise"),
        ("It's your choice, every time.", "blame"),
        ("is it your choice of school or his", "blame"),
        ("did he thank you", "thank"),
        ("she never thanked you", "thank"),
        ("did he ever apologise", "apologise"),
        ("I don't need you to calm down", "order"),
        ("that isn't a reason to say you led him on", "blame"),
        ("It's five in the morning, that's all.", "minimise"),
    ],
)
def test_what_was_once_taken_for_a_move_is_none(text: str, move: str) -> None:
    assert move not in moves_of(text)


@pytest.mark.parametrize(
    ("text", "move"),
    [
        ("That doesn't sound right to me.", "doubt"),
        ("Let me put that another way.", "apologise"),
        ("It was your choice.", "blame"),
        ("It's your choice, every time.", "offer_choice"),
        ("sign it or we close the case", "threaten"),
        ("social services might get involved", "threaten"),
        ("he never even hit you", "minimise"),
        ("it was a push, that's all", "minimise"),
    ],
)
def test_the_move_beside_it_is_still_heard(text: str, move: str) -> None:
    assert move in moves_of(text)


def test_moves_of_the_third_set_are_found_by_words_with_few_false_ones() -> None:
    """Written after the patterns were settled; none of its errors was looked at."""
    counts = count_moves(read_labelled(HERE / "unseen_moves.jsonl"), None)
    assert total(counts).precision >= 0.85
    assert total(counts, UNKIND).precision >= 0.8
    assert total(counts).recall >= 0.3
