"""What a trainee sees while talking: as little as possible. Whose turn it is, how long it has been, which keys there are."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from voicesim.engine.events import PausedOrResumed, Record
from voicesim.engine.state import ConversationState
from voicesim.timebase import clock, samples

if TYPE_CHECKING:
    from voicesim.audio.soundcard import Block
    from voicesim.live.conductor import Conductor

_REDRAW = samples(0.25)


class LiveView:
    """One quiet status line in a terminal; a line per change of turn elsewhere.

    Args:
        tell: prints a line.
        terminal: redraw one line in place.
    """

    def __init__(self, tell: Callable[[str], None], terminal: bool) -> None:
        self._tell = tell
        self._terminal = terminal
        self._drawn = -_REDRAW
        self._said = ""
        self._status: Any = None

    def __enter__(self) -> Self:
        self._tell("Space pauses, q stops. Stop whenever you want; everything is kept.")
        if self._terminal:
            from rich.console import Console

            self._status = Console().status("")
            self._status.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._status is not None:
            self._status.stop()

    def watch(self, record: Record, state: ConversationState) -> None:
        """Told every record; only a pause is worth a word."""
        if isinstance(record, PausedOrResumed) and not self._terminal:
            self._tell("Paused." if record.paused else "Going on.")

    def tick(self, conductor: Conductor, block: Block) -> None:
        """A block has passed."""
        words = whose_turn(conductor.state)
        if self._status is not None:
            if conductor.now - self._drawn >= _REDRAW:
                self._drawn = conductor.now
                self._status.update(f"{words}   [dim]{clock(conductor.now)[:-2]}   space pauses · q stops[/dim]")
        elif words != self._said:
            self._said = words
            self._tell(f"{clock(conductor.now):>7}  {words}")

    def say(self, message: str) -> None:
        """Something the person must know."""
        self._tell(message)


def whose_turn(state: ConversationState) -> str:
    """Whose floor it is, in plain words."""
    if state.phase == "paused":
        return "paused"
    if state.turn is not None and state.turn.speaking:
        return "you are speaking"
    if state.utterance is not None:
        return "she is speaking"
    if state.turn is not None:
        return "she is listening"
    return "your turn, or her silence"
