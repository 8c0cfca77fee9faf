"""What is believed of what an engine says, on an engine that says what the test wants."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from made_sounds import Sound

from voicesim.asr.hearing import Decoded, Piece, hearing, last_word, pieces, place, recognise
from voicesim.asr.scripted import ScriptedWhisper
from voicesim.timebase import SAMPLE_RATE

SURE, FULL = -0.1, hearing().window.full


class Engine:
    """Answers by the length of the window: (text, average log probability, probability of no speech)."""

    def __init__(self, short: tuple[str, float, float], full: tuple[str, float, float] = ("", 0.0, 1.0)) -> None:
        self.short, self.full = short, full
        self.windows: list[float] = []
        self.word_seconds = 0.2

    def encode(self, samples: Sound, seconds: float) -> tuple[str, float, float]:
        self.windows.append(seconds)
        return self.full if seconds == FULL else self.short

    def decode(self, encoded: tuple[str, float, float], prompt: str, most_tokens: int) -> Decoded:
        text, probability, silence = encoded
        return Decoded(tuple(range(len(text.split()))), text, probability, silence)

    def align(self, encoded: tuple[str, float, float], tokens: Sequence[int], seconds: float) -> Sequence[Piece]:
        words = encoded[0].split()
        return [
            Piece(f" {word}", i * self.word_seconds, (i + 1) * self.word_seconds, 0.9) for i, word in enumerate(words)
        ]


def sound(seconds: float) -> Sound:
    return (0.1 * np.sin(np.arange(int(seconds * SAMPLE_RATE)) / 5)).astype(np.float32)


def heard(engine: Engine, seconds: float = 3.0) -> str:
    return recognise(engine, sound(seconds), (), hearing()).text


def test_a_sure_short_window_is_believed_at_once() -> None:
    engine = Engine(("take your time", SURE, 0.02))
    assert heard(engine) == "take your time"
    assert engine.windows == [hearing().window.floor]


def test_the_window_grows_with_the_segment_up_to_whispers_own() -> None:
    for seconds, expected in ((0.5, 10.0), (9.0, 12.0), (23.0, 26.0)):
        engine = Engine(("take your time", SURE, 0.02))
        heard(engine, seconds)
        assert engine.windows == [expected]


def test_what_a_short_window_is_unsure_of_is_heard_again_and_the_surer_is_kept() -> None:
    better = Engine(("where wood you lie to start", -0.6, 0.05), ("where would you like to start", -0.2, 0.05))
    assert heard(better) == "where would you like to start"
    worse = Engine(("you can stop at any time", -0.5, 0.05), ("ewe can stop a tenny", -0.9, 0.05))
    assert heard(worse) == "you can stop at any time"
    assert worse.windows == [10.0, FULL]


def test_a_decoder_that_goes_in_circles_is_never_believed() -> None:
    circling = ("why " * 40, -0.02, 0.2)
    assert heard(Engine(circling, ("why", -0.3, 0.2))) == "why"
    assert heard(Engine(circling, circling)) == ""


def test_more_words_than_sound_are_not_believed() -> None:
    engine = Engine(("she said it she said it", SURE, 0.1), ("she said it", SURE, 0.1))
    engine.word_seconds = 0.01
    assert heard(engine) == ""


@pytest.mark.parametrize(
    ("probability", "silence"), [(-0.45, 0.95), (-1.2, 0.75), (-2.0, 0.2)], ids=["silence", "cough", "music"]
)
def test_words_invented_for_a_noise_are_turned_away_by_doubt_without_a_second_hearing(
    probability: float, silence: float
) -> None:
    engine = Engine(("Thank you.", probability, silence), ("Thank you.", SURE, 0.0))
    assert heard(engine) == ""
    assert engine.windows == [10.0]


def test_the_same_words_really_said_are_kept() -> None:
    assert heard(Engine(("Thank you.", -0.4, 0.2))) == "Thank you."


def test_nothing_is_asked_of_the_engine_for_silence_or_a_click() -> None:
    engine = Engine(("you", SURE, 0.0))
    for nothing in (np.zeros(0), np.zeros(SAMPLE_RATE), np.full(SAMPLE_RATE, 1e-5), sound(0.05)):
        assert recognise(engine, nothing.astype(np.float32), (), hearing()).text == ""
    assert engine.windows == []


def test_a_long_segment_is_cut_where_it_is_quietest() -> None:
    long = sound(40.0)
    quiet = slice(int(19.0 * SAMPLE_RATE), int(19.3 * SAMPLE_RATE))
    long[quiet] = 0.0
    first, second = pieces(long, hearing().split)
    assert quiet.start <= len(first) <= quiet.stop
    assert len(first) + len(second) == len(long)


def test_words_of_later_windows_keep_their_place_in_the_segment() -> None:
    transcript = recognise(Engine(("one two", SURE, 0.0), ("one two", SURE, 0.0)), sound(40.0), (), hearing())
    assert transcript.text == "one two one two"
    assert transcript.words[1].end < 1.0 < 15.0 < transcript.words[2].start


def test_pieces_become_words_with_their_marks() -> None:
    parts = [
        (' "', 0.0),
        ("So", 0.1),
        (",", 0.3),
        (" trauma", 0.4),
        ("-", 0.7),
        ("informed", 0.8),
        ("?", 1.2),
        ('"', 1.2),
    ]
    words = place([Piece(text, start, start + 0.2, 0.9) for text, start in parts], 5.0, 1.1)
    assert [word.text for word in words] == ['"So,', 'trauma-informed?"']
    assert (words[0].start, words[-1].end) == (5.1, 6.0)


def test_what_stands_in_brackets_is_not_speech() -> None:
    parts = [
        Piece(text, 0.1 * i, 0.1 * i + 0.1, 0.9)
        for i, text in enumerate((" [", "cough", "ing", "]", " (sighs)", " Yes"))
    ]
    assert [word.text for word in place(parts, 0.0, 1.0)] == ["Yes"]
    assert place([Piece(" ♪", 0.0, 0.5, 0.9), Piece(" ...", 0.5, 0.9, 0.9)], 0.0, 1.0) == ()


def test_the_script_answers_segment_by_segment_and_then_hears_nothing() -> None:
    scripted = ScriptedWhisper(["How are you?", "", "Go on."])
    texts = [scripted.transcribe(sound(1.0)).text for _ in range(2)]
    silence = scripted.transcribe(np.zeros(SAMPLE_RATE, np.float32)).text
    texts += [silence, scripted.transcribe(sound(1.0)).text, scripted.transcribe(sound(1.0)).text]
    assert texts == ["How are you?", "", "", "Go on.", ""]


def test_a_long_piece_that_sends_the_decoder_in_circles_is_heard_in_halves() -> None:
    class Restless(Engine):
        """Goes in circles over anything longer than 4 s."""

        def encode(self, samples: Sound, seconds: float) -> tuple[str, float, float]:
            self.windows.append(seconds)
            return ("so " * 60 if len(samples) > 4 * SAMPLE_RATE else "take your time", SURE, 0.0)

    assert heard(Restless(("", 0, 0)), 7.0) == "take your time take your time"
    assert heard(Restless(("", 0, 0)), 4.5) == "", "too short to be worth halving"


@pytest.mark.parametrize(("written", "closing"), [("I told her.", 0.9), ("I told her", 0.0), ("I told her...", 0.0)])
def test_an_engine_that_does_not_say_whether_a_sentence_ends_is_taken_by_its_marks(
    written: str, closing: float
) -> None:
    assert recognise(Engine((written, SURE, 0.0)), sound(3.0), (), hearing()).closing == closing


def test_an_engine_may_doubt_the_mark_it_wrote() -> None:
    class Doubtful(Engine):
        def decode(self, encoded: tuple[str, float, float], prompt: str, most_tokens: int) -> Decoded:
            return replace(super().decode(encoded, prompt, most_tokens), closing=0.3)

    assert recognise(Doubtful(("I told her.", SURE, 0.0)), sound(3.0), (), hearing()).closing == 0.3
    assert recognise(Doubtful(("and I told her,", SURE, 0.0)), sound(3.0), (), hearing()).closing == 0.3


def test_the_last_word_stands_before_the_marks_behind_it() -> None:
    assert last_word([" I", " told", " her", "."]) == 3
    assert last_word([" Well", ",", "..."]) == 1
    assert last_word(["..."]) == last_word([]) == 0
