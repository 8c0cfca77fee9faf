"""What sentences resemble, with the real embedding model, and without it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicesim.errors import WeightsError
from voicesim.language.moves import UNKIND
from voicesim.language.read import read_turn
from voicesim.meaning import weights
from voicesim.meaning.encoder import MiniLM
from voicesim.meaning.finder import WITHOUT, MeaningFinder, best_finder, open_finder
from voicesim.meaning.measure import count_moves, read_labelled, total

AUTHORED = Path(__file__).parents[1] / "language" / "authored_moves.jsonl"
TOPICS = {
    "the-job": ["did you keep on working after that", "how did things go at work afterwards", "did your boss know"],
    "family": ["have you told your family", "what does your mother know about it", "how are things with your sister"],
}

models = pytest.mark.models


@pytest.fixture(scope="module")
def find() -> MeaningFinder:
    return open_finder(TOPICS)


@models
def test_sentences_alike_in_meaning_lie_nearer_than_sentences_alike_in_words(find: MeaningFinder):
    said, same, other = MiniLM.find().embed(["there is no hurry", "take all the time you need", "there is no milk"])
    assert said @ same > said @ other


@models
def test_a_sentence_has_the_same_vector_alone_and_among_others():
    encoder = MiniLM.find()
    sentences = ["take your time", "where were you when he called", "there is no hurry at all and we can stop"]
    together = encoder.embed(sentences)
    assert np.allclose(together, [encoder.embed([one])[0] for one in sentences], atol=1e-5)
    assert np.allclose(np.linalg.norm(together, axis=1), 1.0, atol=1e-5)


@models
def test_a_paraphrase_that_no_phrase_knows_is_found_with_its_example(find: MeaningFinder):
    text = "um so the guilt here is all his and none of it is yours"
    found = find(text)
    assert "move:not_your_fault" in {meaning.label for meaning in found}
    assert find(text) == found
    assert all(meaning.likeness == round(meaning.likeness, 2) for meaning in found)
    assert "not_your_fault" in read_turn(text, (), None, found).moves


@models
def test_plain_questions_about_what_happened_accuse_nobody(find: MeaningFinder):
    for text in (
        "what happened when you got to his flat",
        "did you try to leave",
        "were you able to call somebody",
        "you went home with him that evening is that right",
        "had you been drinking by then",
        "what were you thinking while he said that",
    ):
        assert not {meaning.label.removeprefix("move:") for meaning in find(text)} & UNKIND, text


@models
def test_a_topic_is_found_by_a_few_examples_and_not_by_what_is_about_something_else(find: MeaningFinder):
    def topics(text: str) -> tuple[str, ...]:
        return read_turn(text, (), dict.fromkeys(TOPICS, ()), find(text)).topics

    assert topics("did things change for you at work") == ("the-job",)
    assert topics("do your parents know about this") == ("family",)
    assert topics("what colour was the car") == ()


@models
def test_a_name_alone_makes_two_sentences_no_more_alike():
    find = MeaningFinder(MiniLM.find(), {"speaks-up": ["I can't just let that one go, Ray.", "That wasn't fair, Ray."]})
    assert [one.label for one in find("I will not let that go, Ray.")] == ["topic:speaks-up"]
    assert not [one for one in find("Are you okay, Ray?") if one.label.startswith("topic:")]


@models
def test_short_answers_and_silence_resemble_nothing(find: MeaningFinder):
    assert find("") == find("Okay.") == find("I see.") == ()


@models
def test_damaged_kept_votes_are_counted_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    encoder = MiniLM.find()
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path))
    first = MeaningFinder(encoder)("we can slow down whenever you like")
    (kept,) = (tmp_path / "meaning").glob("*.npz")
    kept.write_bytes(kept.read_bytes()[:5000])
    assert first
    assert MeaningFinder(encoder)("we can slow down whenever you like") == first
    assert kept.stat().st_size > 5000


def test_without_the_model_words_alone_decide_and_it_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path))
    find, by = best_finder()
    assert find is None
    assert by == WITHOUT


def test_weights_that_are_cut_short_are_named_as_such(tmp_path: Path):
    damaged = tmp_path / "model.safetensors"
    damaged.write_bytes(b"\x40\x00\x00\x00\x00\x00\x00\x00" + b'{"a": {"dtype": "F32"')
    with pytest.raises(WeightsError, match=r"model\.safetensors cannot be read as safetensors"):
        weights.read_safetensors(damaged)


@models
def test_moves_of_the_sentences_held_out_are_found_as_well_as_the_docs_say(find: MeaningFinder):
    """The figures reached when the set was opened, less a little for later changes of the words' own rules."""
    held = [row for row in read_labelled(AUTHORED) if row.held]
    alone, both = count_moves(held, None), count_moves(held, find)
    assert len(held) >= 140
    assert total(both).f1 >= 0.67
    assert total(both).precision >= 0.78
    assert total(alone).precision >= 0.58
    assert total(both).f1 >= total(alone).f1 + 0.25
    assert total(both, UNKIND).invented <= total(alone, UNKIND).invented, "meaning must not accuse anyone falsely"


@models
def test_denied_quoted_and_neutral_sentences_stay_without_blame(find: MeaningFinder):
    rows = [row for row in read_labelled(AUTHORED) if row.kind != "paraphrase"]
    added = [
        row.text
        for row in rows
        if (read_turn(row.text, (), None, find(row.text)).moves - read_turn(row.text).moves) & UNKIND
    ]
    assert len(rows) >= 110
    assert added == []
