"""A listener's tokens: "mm-hm", "okay", "I see", "take your time"."""

from __future__ import annotations

import re
from functools import cache

from voicesim.language.lexicon import load_tokens
from voicesim.language.text.tokens import tokenize

_HUM = re.compile(r"[mh]{2,}")
"""A hum through the nose has no spelling: recognisers write "M-M-HM", "mhmm", "hm hm". Whatever has no other letter is one."""


@cache
def _tokens() -> frozenset[tuple[str, ...]]:
    return frozenset(_written(token) for token in load_tokens().tokens)


def _written(text: str) -> tuple[str, ...]:
    """Words as written, hyphens opened: "mm-hm" and "mm hm" are the same token."""
    return tuple(
        part
        for token in tokenize(text.lower().replace("’", "'"))
        if token.is_word
        for part in token.text.strip("'").split("-")
    )


def is_backchannel(text: str) -> bool:
    """Whether `text` is nothing but a listener's token of at most three words.

    A token asked as a question ("right?", "okay?") wants an answer, so it is none.
    """
    if text.rstrip().endswith("?"):
        return False
    if _HUM.fullmatch(re.sub(r"[\s.,\-…]", "", text.lower())):
        return True
    words = _written(text)
    return 0 < len(words) <= load_tokens().most_words and _covered(words)


def _covered(words: tuple[str, ...]) -> bool:
    if not words:
        return True
    tokens = _tokens()
    return any(words[:size] in tokens and _covered(words[size:]) for size in range(len(words), 0, -1))
