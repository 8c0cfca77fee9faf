"""Questions that no rule knows: the model is asked last, and shows the words that tipped it."""

from __future__ import annotations

from voicesim.language.questions.second_opinion import second_opinion
from voicesim.language.read import read_turn
from voicesim.language.reading import ContextTurn


def test_a_question_put_in_no_known_way_is_still_heard_and_says_who_decided() -> None:
    reading = read_turn("still bleeding at the moment")
    assert reading.main == 0
    sentence = reading.sentences[0]
    decided = next(cue for cue in sentence.cues if cue.label == "decided:model")
    assert reading.text[decided.start : decided.end] == decided.text != ""
    assert sentence.confidence < 0.7


def test_what_the_rules_hear_is_never_put_to_the_model() -> None:
    for text in ("what did he say", "you are safe here", "tell me what happened", "it was not your fault"):
        labels = {cue.label for sentence in read_turn(text).sentences for cue in sentence.cues}
        assert "decided:model" not in labels, text


def test_a_turn_that_goes_on_after_his_own_is_left_to_the_rules() -> None:
    assert read_turn("still bleeding at the moment", [ContextTurn("trainee", "She rang us at nine.")]).main is None


def test_a_sentence_written_down_as_a_statement_stays_one() -> None:
    assert read_turn("Still bleeding at the moment.").main is None


def test_no_words_no_opinion() -> None:
    assert second_opinion(()) is None
