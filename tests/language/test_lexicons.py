"""The lexicons load, and mistakes in their patterns are named."""

from __future__ import annotations

import pytest

from voicesim.language.evidence import matches
from voicesim.language.lexicon import load_move_phrases, load_question_phrases, question_phrases
from voicesim.language.measure import Agreement
from voicesim.language.moves import find_moves
from voicesim.language.text.phrases import Line, PhraseError, compile_phrase
from voicesim.language.text.stems import stem


def line(text: str) -> Line:
    return Line.of_norms(text.split())


def test_every_pattern_of_every_lexicon_compiles() -> None:
    for group in load_question_phrases().groups:
        question_phrases(group)
    assert find_moves(line("thank you"), asks=False)
    silent = {move for move, group in load_move_phrases().moves.items() if not group.says and not group.if_asked}
    assert silent == {"backchannel"}


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("thank you", "well thank you so much", (1, 2)),
        ("(stop|take a (break|moment))", "you can take a moment", (2, 4)),
        ("[very] sorry", "i am very sorry", (2, 3)),
        ("drink~", "were you drinking", (2, 2)),
        ("why .. you", "why on earth did you", (0, 4)),
        ("didn't you", "did not you", (0, 2)),
        ("^ tell me", "okay so tell me", (2, 3)),
        ("right $", "he was there right", (3, 3)),
        ("the <car>", "in the van", (1, 2)),
    ],
)
def test_a_pattern_finds_its_words(pattern: str, text: str, found: tuple[int, int]) -> None:
    phrase = compile_phrase(pattern, {"car": ["car", "van"]}, ["okay", "so"])
    match = phrase.find(line(text))
    assert match is not None
    # "^" lets openers stand before the phrase; the words it shows may include them.
    assert match.last == found[1]
    assert match.first == (0 if pattern.startswith("^") else found[0])


@pytest.mark.parametrize(
    ("pattern", "text"), [("^ tell me", "he will tell me"), ("ring $", "ring the bell"), ("art", "start now")]
)
def test_a_pattern_keeps_to_word_bounds_and_anchors(pattern: str, text: str) -> None:
    assert compile_phrase(pattern, {}).find(line(text)) is None


@pytest.mark.parametrize("pattern", ["(stop|pause", "stop)", "the <nothing>", "..", ""])
def test_a_broken_pattern_is_named(pattern: str) -> None:
    with pytest.raises(PhraseError, match="pattern"):
        compile_phrase(pattern, {})


def test_a_cancelled_group_does_not_match() -> None:
    assert matches("why", line("why did you stay")) is not None
    assert matches("why", line("some people ask why did you stay")) is None


@pytest.mark.parametrize(
    "words", [("drink", "drinking", "drank", "drinks"), ("tell", "told", "telling"), ("party", "parties")]
)
def test_inflections_share_a_stem(words: tuple[str, ...]) -> None:
    assert len({stem(word) for word in words}) == 1


def test_agreement_figures_are_those_of_the_textbook() -> None:
    agreement = Agreement.of(["a", "a", "a", "b"], ["a", "a", "b", "b"])
    assert agreement.precision_recall_f1("a") == pytest.approx((1.0, 2 / 3, 0.8))
    assert agreement.macro_f1() == pytest.approx((0.8 + 2 / 3) / 2)
    assert agreement.kappa() == pytest.approx(0.5)
