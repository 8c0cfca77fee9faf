"""From written words to what the neural voice reads, each symbol with the word it belongs to."""

from __future__ import annotations

from voicesim.tts.kokoro_settings import kokoro_settings
from voicesim.tts.phonemes import NO_WORD, Clause, Symbol, clauses, pieces, respelt, symbols

AMERICAN, BRITISH = kokoro_settings().accents["a"], kokoro_settings().accents["b"]
KNOWN = frozenset(kokoro_settings().symbols)

SAID = {
    "I think of the kitchen": "aɪ θˈɪŋk əvðə kˈɪtʃən",
    "of": "ʌv",
    "the": "ðə",
    "I": "aɪ",
    "think": "θˈɪŋk",
    "kitchen": "kˈɪtʃən",
    "25 times": "twˈɛnti fˈaɪv tˈaɪmz",
    "25": "twˈɛnti fˈaɪv",
    "times": "tˈaɪmz",
    "No": "nˈoʊ",
}
"""What eSpeak NG says: it runs "of the" together, and makes two words of 25."""


def by_word(phrase: str) -> dict[int, str]:
    words: dict[int, str] = {}
    for symbol in symbols(phrase, SAID.__getitem__, AMERICAN, kokoro_settings()):
        words[symbol.word] = words.get(symbol.word, "") + symbol.text
    return words


def test_punctuation_is_kept_since_the_voice_pauses_and_trails_off_by_it() -> None:
    assert clauses("No, I… don’t — I can't.") == (
        Clause(("No",), 0, ","),
        Clause(("I",), 1, "…"),
        Clause(("don't",), 2, "—"),
        Clause(("I", "can't"), 3, "."),
    )


def test_three_dots_are_an_ellipsis_and_quotation_marks_are_not_spoken() -> None:
    assert clauses('"I thought..." ') == (Clause(("I", "thought"), 0, "…"),)


def test_a_title_ends_no_sentence() -> None:
    assert clauses("Mr. Hale waited.", kokoro_settings().abbreviations) == (Clause(("Mr", "Hale", "waited"), 0, "."),)


def test_words_that_are_run_together_are_still_told_apart() -> None:
    words = by_word("I think of the kitchen.")
    assert [words[index] for index in range(5)] == ["I", "θˈɪŋk", "əv", "ðə", "kˈɪʧən"]
    assert words[NO_WORD].strip() == "."


def test_a_number_said_in_several_words_is_one_word() -> None:
    words = by_word("25 times")
    assert words[0].replace(" ", "") == "twˈɛntifˈIv"
    assert words[1] == "tˈImz"


def test_each_accent_is_spelt_as_the_voice_learned_it() -> None:
    assert respelt("nˈəʊ", BRITISH, KNOWN) == "nˈQ"
    assert respelt("nˈoʊ", AMERICAN, KNOWN) == "nˈO"
    assert respelt("fˈɑːðɚ", AMERICAN, KNOWN) == "fˈɑðəɹ"


def test_a_symbol_the_voice_never_learned_is_left_out() -> None:
    assert respelt("nˈ☃oʊ", AMERICAN, KNOWN) == "nˈO"


def test_a_long_phrase_is_cut_at_sentences_then_clauses_then_words() -> None:
    def cut(text: str, longest: int) -> list[str]:
        return ["".join(s.text for s in piece) for piece in pieces([Symbol(c, 0) for c in text], longest)]

    assert cut("abc. def. ghi.", 10) == ["abc. def.", "ghi."]
    assert cut("abc, def ghi jkl", 10) == ["abc,", "def ghi ", "jkl"]
    assert cut("abcdefghijkl", 5) == ["abcde", "fghij", "kl"]
