"""Moves and topics said in words of their own, once something has found what they resemble. No model is needed to read it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from voicesim.language.examples import load_examples
from voicesim.language.meanings import Meaning, keys
from voicesim.language.read import read_turn

BLAME = ("move:blame", 0.7, "you brought this on yourself")
KIND = ("move:not_your_fault", 0.7, "none of this was your fault")


def near(text: str, *found: tuple[str, float, str]) -> tuple[Meaning, ...]:
    """As if every sentence of the text resembled all of these."""
    return tuple(Meaning(sentence, *one) for sentence in keys(text) for one in found)


def moves_of(text: str, *found: tuple[str, float, str]) -> frozenset[str]:
    return read_turn(text, (), None, near(text, *found)).moves


def test_what_resembles_blame_is_blame_and_shows_the_example_it_resembles():
    text = "Well, going up there with him was your doing."
    reading = read_turn(text, (), None, near(text, BLAME))
    assert "blame" in reading.moves
    assert "blame" not in read_turn(text).moves
    (cue,) = [cue for cue in reading.sentences[0].cues if cue.label == "move:blame"]
    assert cue.like == "you brought this on yourself"
    assert text[cue.start : cue.end] == cue.text


@pytest.mark.parametrize(
    "text",
    [
        "I'm not saying you should have left.",
        "some people ask why you waited",
        "the last officer said you should have reported it sooner, and that was wrong of him",
        "I would never suggest that it was down to you",
        "nobody here thinks you caused any of this",
        "his lawyer will claim you were the one who started it",
        "it's an old myth that women like you invite it",
        "who told you that you had it coming",
        "you were made to feel that you had brought it on",
        "please don't think I'm judging you for going there",
    ],
)
def test_what_is_denied_quoted_or_corrected_is_no_blame_whatever_it_resembles(text: str):
    assert "blame" not in moves_of(text, BLAME)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("did she tell you that none of it was down to you", KIND),
        ("he said that nobody could reach you there", ("move:reassure_safety", 0.8, "he can't get to you in here")),
        ("I can't stay until she gets here", ("move:stay", 0.8, "I won't go until someone you know is here")),
    ],
)
def test_a_kindness_that_is_reported_or_refused_is_none_of_his(text: str, found: tuple[str, float, str]):
    assert found[0].removeprefix("move:") not in moves_of(text, found)


def test_what_resembles_a_kindness_as_well_is_not_held_against_him():
    assert moves_of("You went there because you trusted him.", KIND, ("move:blame", 0.6, "…")) == {"not_your_fault"}


def test_what_was_found_in_another_sentence_counts_for_nothing():
    elsewhere = near("Something else was said before.", BLAME)
    assert read_turn("Going up there was your doing.", (), None, elsewhere).moves == frozenset()


def test_the_same_words_are_the_same_sentence_however_they_are_written():
    meanings = near("um so it's, it's all on him then", KIND)
    assert "not_your_fault" in read_turn("So it is all on him then.", (), None, meanings).moves


def test_a_topic_is_raised_by_what_resembles_its_examples():
    text = "Have you been back in the office since?"
    found = (Meaning(keys(text)[0], "topic:the-job", 0.3, "did you keep on working after that"),)
    reading = read_turn(text, (), {"the-job": ()}, found)
    assert reading.topics == ("the-job",)
    assert reading.cues[0].like == "did you keep on working after that"
    assert read_turn(text, (), {"the-job": ()}).topics == ()


def test_every_example_stands_once_and_none_is_a_sentence_of_the_evaluation():
    examples = load_examples()
    for move, group in examples.moves.items():
        listed = [*group.like, *group.unlike]
        assert len(listed) == len(set(listed)), move
    written = {sentence for group in examples.moves.values() for sentence in (*group.like, *group.unlike)}
    written |= set(examples.nothing)
    for name in ("authored_moves.jsonl", "authored_moves_second.jsonl", "unseen_moves.jsonl", "blind_moves.jsonl"):
        lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
        assert not written & {json.loads(line)["text"] for line in lines}, name
