"""A phrase to the symbols the neural voice reads, each with the word it belongs to.

eSpeak turns words into phonemes, clause by clause; punctuation is kept beside it, since the model hears in it where to
pause, to rise or to trail off. eSpeak runs some words together ("of the") and says others as several ("25"); then the
words are found again by comparing with each word said alone.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from voicesim.tts.kokoro_settings import Accent, KokoroSettings
from voicesim.tts.words import split_words

Say = Callable[[str], str]
"""Text to eSpeak's phonemes, words separated by spaces."""

NO_WORD = -1
_ENDS = {",": ",", ".": ".", ";": ";", ":": ":", "?": "?", "!": "!", "…": "…", "—": "—", "–": "—", "-": "—"}
_AROUND = re.compile(r"^[^\w$£€#']+|[^\w%']+$")


@dataclass(frozen=True)
class Symbol:
    """One symbol of the model's alphabet and the index of the word in the phrase; `NO_WORD` between words."""

    text: str
    word: int


@dataclass(frozen=True)
class Clause:
    """Words spoken without a break, and the mark that ends them (empty at the end of a phrase without one)."""

    words: tuple[str, ...]
    first: int
    """Index of the first word in the phrase."""
    end: str


def clauses(phrase: str, abbreviations: Collection[str] = ()) -> tuple[Clause, ...]:
    """The phrase's words, as `split_words` counts them, grouped by the punctuation between them."""
    found: list[Clause] = []
    words: list[str] = []
    first = 0
    for index, written in enumerate(split_words(phrase)):
        plain = written.replace("’", "'").replace("‘", "'")
        core = _AROUND.sub("", plain)
        words.append(core)
        after = plain[plain.rfind(core) + len(core) :].replace("...", "…")
        end = next((_ENDS[mark] for mark in reversed(after) if mark in _ENDS), "")
        if end == "." and core.lower() in abbreviations:
            end = ""
        if end:
            found.append(Clause(tuple(words), first, end))
            words, first = [], index + 1
    if words:
        found.append(Clause(tuple(words), first, ""))
    return tuple(found)


def respelt(phonemes: str, accent: Accent, known: frozenset[str]) -> str:
    """eSpeak's phonemes in the model's symbols; what it has no symbol for is left out."""
    for theirs, ours in accent.respell:
        phonemes = phonemes.replace(theirs, ours)
    return "".join(symbol for symbol in phonemes if symbol in known)


def symbols(phrase: str, say: Say, accent: Accent, settings: KokoroSettings) -> tuple[Symbol, ...]:
    """The whole phrase in symbols, punctuation and the spaces between words included.

    Args:
        phrase: words without the script's marks.
        say: eSpeak.
        accent: whose English.
        settings: the model's alphabet.
    """
    known = frozenset(settings.symbols)

    def spoken(text: str) -> str:
        return respelt(say(text), accent, known)

    found: list[Symbol] = []
    for clause in clauses(phrase, settings.abbreviations):
        if found:
            found.append(Symbol(" ", NO_WORD))
        found += _with_words(spoken(" ".join(clause.words)).strip(), clause, spoken)
        if clause.end:
            found.append(Symbol(clause.end, NO_WORD))
    return tuple(found)


def _with_words(said: str, clause: Clause, spoken: Say) -> list[Symbol]:
    groups = said.split()
    if len(groups) == len(clause.words):
        owners = [clause.first + index for index, group in enumerate(groups) for _ in group]
    else:
        owners = [clause.first + index for index in _aligned("".join(groups), [spoken(word) for word in clause.words])]
    following = iter(owners)
    return [Symbol(text, NO_WORD if text == " " else next(following)) for text in " ".join(groups)]


def _aligned(said: str, alone: Sequence[str]) -> list[int]:
    """For each symbol of `said`, the word it most likely belongs to, by how each word sounds alone."""
    owners = [index for index, word in enumerate(alone) for symbol in word if symbol != " "]
    if not owners:
        return [0] * len(said)
    reference = "".join("".join(word.split()) for word in alone)
    result: list[int] = []
    for _, start, end, begin, finish in SequenceMatcher(None, reference, said, autojunk=False).get_opcodes():
        for position in range(finish - begin):
            at = min(start + position, max(start, end - 1), len(owners) - 1)
            result.append(max(owners[at], result[-1] if result else 0))
    return result


def pieces(phrase: Sequence[Symbol], longest: int) -> tuple[tuple[Symbol, ...], ...]:
    """The phrase in runs of at most `longest` symbols, cut after the last sentence, else clause, else word that fits."""
    rest = list(phrase)
    cut: list[tuple[Symbol, ...]] = []
    while len(rest) > longest:
        for marks in (".?!…", ",;:—", " "):
            fits = [at for at in range(1, longest) if rest[at].text in marks]
            if fits:
                break
        at = fits[-1] + 1 if fits else longest
        cut.append(tuple(rest[:at]))
        rest = rest[at:]
        while rest and rest[0].text == " ":
            rest.pop(0)
    if rest:
        cut.append(tuple(rest))
    return tuple(cut)
