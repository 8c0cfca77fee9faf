"""Spoken text as words: contractions opened, fillers and stammered repeats taken out, every word still at its place.

All later rules look at `Word.norm`, so "didn't you", "did not you" and "didnt you" are one thing to them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from voicesim.language.lexicon import load_words

_TOKEN = re.compile(r"(?:'(?=(?:cause|til)\b))?[^\W_]+(?:[’'\-][^\W_]+)*[’']?|\.{2,}|…|[^\w\s]")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "ʼ": "'"})


@dataclass(frozen=True, slots=True)
class Word:
    """One spoken word. `start` and `end` are character offsets in the turn's text; a contraction's parts share them."""

    norm: str
    start: int
    end: int
    before: str = ""
    """Punctuation between the previous word and this one."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word as written, or a punctuation mark."""

    text: str
    start: int
    end: int

    @property
    def is_word(self) -> bool:
        """Whether it is spoken."""
        return self.text[-1].isalnum() or self.text[0].isalnum()


def tokenize(text: str) -> list[Token]:
    """Words and punctuation marks in order, with character offsets."""
    return [Token(match[0], match.start(), match.end()) for match in _TOKEN.finditer(text)]


@cache
def expand(spoken: str) -> tuple[str, ...]:
    """Open a lower-cased word: ``didn't`` → ``did, not``; ``what's`` → ``what, is``; most words stay one."""
    words = load_words()
    spoken = spoken.translate(_APOSTROPHES)
    bare = spoken.strip("'")
    for spelling in (spoken, bare):
        if spelling in words.contractions:
            return tuple(words.contractions[spelling].split())
    spoken = bare
    stem, mark, ending = spoken.rpartition("'")
    if mark:
        if ending == "t" and stem.endswith("n"):
            return (*expand(stem[:-1]), "not")
        if ending in words.clitics and (ending != "s" or stem in words.s_is_verb):
            return (*expand(stem), words.clitics[ending])
    elif "-" in spoken and spoken not in words.hyphenated:
        return tuple(part for part in spoken.split("-") if part)
    return (spoken,)


def spoken_words(tokens: Iterable[Token]) -> list[Word]:
    """The words of `tokens`, lower-cased and opened, nothing removed."""
    words: list[Word] = []
    before = ""
    for token in tokens:
        if not token.is_word:
            before += token.text
            continue
        for part in expand(token.text.lower()):
            if len(words) > 1 and words[-1].start == words[-2].start:
                had = "had" if _had(words[-1], part) else "has" if words[-1].norm == "is" and part == "been" else ""
                if had:
                    words[-1] = Word(had, words[-1].start, words[-1].end, words[-1].before)
            words.append(Word(part, token.start, token.end, before))
            before = ""
    return words


def _had(word: Word, following: str) -> bool:
    """Whether a contracted 'd before `following` is "had": "you'd been", "he'd gone", not "you'd go"."""
    if word.norm != "would":
        return False
    past = load_words().past_verbs
    if following.endswith("ed") and len(following) > 4 and not following.endswith("eed"):
        return following not in load_words().not_verbs
    return following in {"been", "better"} or (following in past and past[following] != following)


def fluent(words: list[Word]) -> list[Word]:
    """Take out fillers ("um", parenthetic "you know") and stammered repeats ("did you did you tell")."""
    lexicon = load_words()
    kept: list[Word] = []
    carried = ""
    size = len(words)
    index = 0
    while index < size:
        word = words[index]
        aside = word.norm == "like" and bool(word.before) and (index + 1 == size or bool(words[index + 1].before))
        if aside or word.norm in lexicon.fillers:
            carried += word.before
            index += 1
            continue
        following = words[index + 1].norm if index + 1 < size else ""
        if (word.norm, following) in lexicon.parenthetic_pairs and _is_parenthetic(words, index, kept):
            carried += word.before + words[index + 1].before
            index += 2
            continue
        kept.append(Word(word.norm, word.start, word.end, carried + word.before) if carried else word)
        carried = ""
        index += 1
    return _without_repeats(_without_corrections(kept))


_CORRECTS = frozenset({"sorry", "rather", "wait", "no"})
_LONGEST_START = 6
"""Words that somebody says before he begins again."""


def _without_corrections(words: list[Word]) -> list[Word]:
    """Take out a beginning that is taken back: "where was he sitting, sorry, where was he standing" keeps its second half."""
    index = 2
    while index < len(words) - 2:
        if words[index].norm in _CORRECTS:
            again = (words[index + 1].norm, words[index + 2].norm)
            for start in range(index - 2, max(-1, index - 1 - _LONGEST_START), -1):
                if (words[start].norm, words[start + 1].norm) == again:
                    first = words[index + 1]
                    fresh = Word(first.norm, first.start, first.end, words[start].before)
                    words = [*words[:start], fresh, *words[index + 2 :]]
                    index = start
                    break
        index += 1
    return words


def _is_parenthetic(words: list[Word], index: int, kept: list[Word]) -> bool:
    """Whether "you know" / "I mean" at `index` is an aside rather than a subject and its verb."""
    after = words[index + 2] if index + 2 < len(words) else None
    if words[index].before and (after is None or after.before):
        return True
    lexicon = load_words()
    previous = kept[-1].norm if kept else ""
    if previous in lexicon.auxiliaries:
        if after is None and _has_modal(kept):
            return True  # "something a kid would do, you know"
        # "do you know" asks, "they used to have, you know, several" does not.
        return _has_subject(kept) or (previous not in {"do", "does", "did"} and len(kept) > 2)
    if previous in lexicon.clause_openers:
        return False
    if after is None:
        return bool(kept) and words[index].norm == "you"
    if kept:
        return after.norm in lexicon.clause_subjects or after.norm in lexicon.conjunctions or bool(words[index].before)
    if after.norm in lexicon.auxiliaries or (words[index].norm == "i" and after.norm in lexicon.wh):
        return True
    return after.norm in lexicon.clause_subjects and after.norm not in {"that", "him", "her", "it", "this"}


def _has_modal(kept: list[Word]) -> bool:
    return len(kept) > 1 and kept[-2].norm in load_words().modals


def _has_subject(kept: list[Word]) -> bool:
    return len(kept) > 1 and kept[-2].norm in load_words().clause_subjects


def _without_repeats(words: list[Word]) -> list[Word]:
    kept: list[Word] = []
    for word in words:
        kept.append(word)
        for length in (1, 2, 3, 4):
            if len(kept) < 2 * length:
                break
            tail = kept[-length:]
            head = kept[-2 * length : -length]
            if all(a.norm == b.norm for a, b in zip(tail, head, strict=True)) and not _meant_twice(tail):
                # Keep the earlier copy's place in the line-up but the later one's offsets: those words carry on.
                first = Word(tail[0].norm, tail[0].start, tail[0].end, head[0].before)
                kept[-2 * length :] = [first, *tail[1:]]
                break
    return kept


def _meant_twice(tail: list[Word]) -> bool:
    """ "that that", "had had" are grammar, not a stammer; numbers are read out one by one."""
    return len(tail) == 1 and (tail[0].norm in {"that", "had"} or tail[0].norm.isdigit())
