"""What the page shows while somebody talks: whose turn it is, and how long it has been. Never what she feels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from voicesim.engine.events import PausedOrResumed, Record
from voicesim.engine.state import ConversationState
from voicesim.live.whose_turn import HERS, OPEN, PAUSED, THINKING, YOURS, whose_turn
from voicesim.timebase import samples, seconds

if TYPE_CHECKING:
    from voicesim.audio.soundcard import Block
    from voicesim.live.conductor import Conductor

Post = Callable[[dict[str, Any]], None]
"""Takes a message for the page."""

_STEADY = samples(0.25)
"""A change is shown once it has lasted so long: what flickers draws the eye."""
_EVERY = samples(1.0)
_LOOKS = {HERS: "speaking", THINKING: "thinking", YOURS: "listening", OPEN: "listening", PAUSED: "paused"}


class PageView:
    """Tells a page about its session.

    Args:
        post: takes the messages.
        cast: names of others who speak, by their id.
    """

    def __init__(self, post: Post, cast: Mapping[str, str]) -> None:
        self._post = post
        self._cast = cast
        self._shown = ""
        self._coming = ("", 0)
        self._told = -_EVERY

    def watch(self, record: Record, state: ConversationState) -> None:
        """Told every record and the state after it."""
        if isinstance(record, PausedOrResumed) and record.because == "said":
            self.say("Paused, as you said. Say “let's go on”, or press the button." if record.paused else "Going on.")

    def tick(self, conductor: Conductor, block: Block) -> None:
        """A block has passed."""
        now = conductor.now
        words = whose_turn(conductor.state, now, cast=self._cast)
        if words != self._coming[0]:
            self._coming = (words, now)
        settled = now - self._coming[1] >= _STEADY or words == PAUSED or not self._shown
        if (words != self._shown and settled) or now - self._told >= _EVERY:
            self._shown = words if settled else self._shown
            self._told = now
            look = _LOOKS.get(self._shown, "speaking")
            self._post({"type": "status", "turn": look, "words": self._shown, "at": round(seconds(now), 1)})

    def say(self, message: str) -> None:
        """Something the person must know."""
        self._post({"type": "note", "words": message})
