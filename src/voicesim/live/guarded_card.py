"""A sound card with her own voice kept out of what it captures, for sessions over loudspeakers."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from voicesim.audio.echo import EchoMode, echo_guard

if TYPE_CHECKING:
    from voicesim.audio.soundcard import Block, SoundCard


class GuardedCard:
    """Reads like the sound card it wraps.

    Args:
        card: an open sound card.
        mode: what is done about her voice in the microphone.
    """

    def __init__(self, card: SoundCard, mode: EchoMode) -> None:
        self._card = card
        self._mode = mode
        self._guard = echo_guard(mode, card.loop_latency)

    @property
    def label(self) -> str:
        """Both devices in one phrase."""
        return self._card.label

    @property
    def done(self) -> bool:
        """As `SoundCard.done`."""
        return self._card.done

    def read(self, timeout: float) -> Block | None:
        """The next block, without her voice in `captured`; as `SoundCard.read`."""
        block = self._card.read(timeout)
        if block is None or self._guard is None:
            return block
        return replace(block, captured=self._guard.clean(block.captured, block.played))

    def reopen(self) -> None:
        """Look for the same devices again and open them; as `SoundCard.reopen`."""
        self._card.reopen()
        self._guard = echo_guard(self._mode, self._card.loop_latency)
