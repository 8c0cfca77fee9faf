"""One line of hers while it sounds: where in the clip we are, what has been heard, whose silence it is.

::

    clip      |words words|~~~hesitation~~~|words words|
    timeline  ^started        ^ducked  ^held     ^resumed       ^ended
              positions in the clip stand still while the line is held
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from voicesim.engine.events import Word


@dataclass(frozen=True)
class Utterance:
    """A line she was asked to say."""

    number: int
    line: str
    text: str
    """Without marks."""
    reveals: tuple[str, ...] = ()
    status: Literal["asked", "sounding", "held", "stopping"] = "asked"
    ducked: bool = False
    onset: int = 0
    """Session position of her first sample."""
    anchor: int = 0
    """Session position at which the clip last began to move ..."""
    base: int = 0
    """... and the clip position it moved from."""
    silent_since: int | None = None
    """Since when it stands still."""
    length: int = 0
    words: tuple[Word, ...] = ()
    hesitations: tuple[tuple[int, int], ...] = ()
    by: str = ""
    """The cast member who says it; empty for the persona."""

    def started(
        self, at: int, length: int, words: tuple[Word, ...], hesitations: tuple[tuple[int, int], ...]
    ) -> Utterance:
        """It became audible at session position `at`."""
        return replace(
            self, status="sounding", onset=at, anchor=at, base=0, length=length, words=words, hesitations=hesitations
        )

    def held(self, at: int, heard: int) -> Utterance:
        """It stands still since `at`, after `heard` samples of the clip."""
        return replace(self, status="held", base=heard, silent_since=at)

    def resumed(self, at: int, heard: int) -> Utterance:
        """It moves again from clip position `heard`."""
        return replace(self, status="sounding", anchor=at, base=heard, ducked=False, silent_since=None)

    def position(self, at: int) -> int:
        """Clip position that sounds at session position `at`, within 0 and the clip's length."""
        if self.status == "asked":
            return 0
        moved = max(0, at - self.anchor) if self.status in ("sounding", "stopping") else 0
        return min(self.base + moved, self.length)

    def remaining(self, at: int) -> int:
        """Samples of the clip still to come."""
        return self.length - self.position(at)

    def hesitation_at(self, at: int) -> int | None:
        """How long (samples) she has been silent inside a marked hesitation at `at`; None outside one."""
        position = self.position(at)
        for start, end in self.hesitations:
            if start <= position < end:
                return position - start
        return None

    def heard_text(self, heard: int) -> str:
        """The words that sounded by clip position `heard`: a word counts once half of it was out."""
        if heard >= self.length and self.length:
            return self.text
        return " ".join(word.text for word in self.words if (word.start + word.end) // 2 <= heard)
