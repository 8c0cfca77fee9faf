"""Words for other tools: one line, nothing that cannot be seen, nothing that half a character stands for."""

from __future__ import annotations

import re
import unicodedata

_SPACES = re.compile(r"\s+")


def one_line(text: str) -> str:
    """A text without line breaks, control characters and halves of characters: every format here is kept by lines.

    What cannot be shown (a lone surrogate) becomes U+FFFD; joiners inside emoji and scripts stay.
    """
    shown = "".join(_shown(character) for character in text)
    return _SPACES.sub(" ", shown).strip()


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Cs":
        return "\ufffd"
    return " " if category in ("Cc", "Zl", "Zp") else character


def file_safe(name: str, most: int = 100) -> str:
    """A name that is a file name everywhere: ASCII letters, digits, dots, dashes; never hidden, never empty."""
    safe = re.sub(r"[^A-Za-z0-9._-]+", "-", name)[:most].strip("-.")
    return safe or "session"
