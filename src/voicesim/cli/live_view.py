"""What a trainee sees while talking: as little as possible. Whose turn it is, whether the microphone hears, how long it has been.

Never what she feels or how it is going: the trainee is to listen to her, not to a screen.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import TracebackType
from typing import TYPE_CHECKING, Self

from voicesim.engine.events import PausedOrResumed, Record
from voicesim.engine.state import ConversationState
from voicesim.live.whose_turn import HERS, OPEN, PAUSED, THINKING, YOURS, whose_turn
from voicesim.timebase import clock, samples

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from rich.text import Text

    from voicesim.audio.soundcard import Block
    from voicesim.cli.status_line import StatusLine
    from voicesim.live.conductor import Conductor

_STEADY = samples(0.25)
"""A change is shown once it has lasted so long: what flickers draws the eye."""
_STEADY_IN_LINES = samples(1.0)
"""The same for single lines, which a screen reader reads aloud over her voice."""
_REDRAW = samples(0.2)
_BLOCKS_A_REDRAW = 8
_LOWEST, _HIGHEST = -60.0, -6.0
_FALLS = 1.5
"""Decibels by which the meter falls a block: it rises at once and sinks slowly, as meters do."""

_WIDTH = max(map(len, (HERS, THINKING, YOURS, OPEN, PAUSED)))


class Meter:
    """How loud the microphone is, steady enough to look at."""

    def __init__(self) -> None:
        self.level = _LOWEST
        """dBFS, held for a moment."""
        self._blocks = 0

    def take(self, block: NDArray[np.int16]) -> bool:
        """Take a captured block.

        Returns:
            Whether it is time to draw.
        """
        import math

        peak = int(abs(block.astype("int32")).max()) if len(block) else 0
        now = 20 * math.log10(peak / 32768) if peak else _LOWEST
        self.level = max(now, self.level - _FALLS, _LOWEST)
        self._blocks += 1
        return self._blocks % _BLOCKS_A_REDRAW == 0

    def bar(self, width: int, fill: str = "█", rest: str = "░") -> str:
        """A bar of `width` characters."""
        share = (min(self.level, _HIGHEST) - _LOWEST) / (_HIGHEST - _LOWEST)
        filled = round(share * width)
        return fill * filled + rest * (width - filled)


class LiveView:
    """One quiet line in a terminal; elsewhere a line per change of turn.

    Args:
        tell: prints a line.
        terminal: draw the line in place.
        push_to_talk: whether the trainee marks the turns by hand.
        cast: names of others who speak, by their id.
        kept: whether the session is kept.
    """

    def __init__(
        self,
        tell: Callable[[str], None],
        terminal: bool,
        push_to_talk: bool = False,
        cast: Mapping[str, str] | None = None,
        kept: bool = True,
    ) -> None:
        self._tell = tell
        self._kept = kept
        self._cast = cast or {}
        self._terminal = terminal
        self._push_to_talk = push_to_talk
        self._meter = Meter()
        self._drawn = -_REDRAW
        self._shown = ""
        self._coming = ("", 0)
        self._line: StatusLine | None = None

    def __enter__(self) -> Self:
        kept = "everything is kept" if self._kept else "nothing is written to disk"
        if self._push_to_talk:
            self._tell(f"Space begins your turn, space again ends it. p pauses, q stops; {kept}.")
        else:
            self._tell(f"Space pauses, q stops. Stop whenever you want; {kept}.")
        if self._terminal:
            from voicesim.cli.status_line import StatusLine

            line = StatusLine()
            if line.usable:
                self._line = line.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._line is not None:
            self._line.__exit__(kind, error, trace)

    def watch(self, record: Record, state: ConversationState) -> None:
        """Told every record and the state after it."""
        if isinstance(record, PausedOrResumed) and record.because == "said":
            self.say(
                "Paused, as you said. Say “let's go on” or press space; q stops." if record.paused else "Going on."
            )

    def tick(self, conductor: Conductor, block: Block) -> None:
        """A block has passed."""
        self._meter.take(block.captured)
        changed = self._settle(
            whose_turn(conductor.state, conductor.now, self._push_to_talk, self._cast), conductor.now
        )
        if self._line is None:
            if changed and self._shown != PAUSED:  # which is told with what ends it
                self._tell(self._shown)
        elif conductor.now - self._drawn >= _REDRAW:
            self._drawn = conductor.now
            self._line.draw(self.compose(conductor.now, self._line.width))

    def say(self, message: str) -> None:
        """Something the person must know."""
        (self._tell if self._line is None else self._line.tell)(message)

    def _settle(self, words: str, now: int) -> bool:
        """Take over what has been so for a moment; whether that changed what is shown."""
        if words != self._coming[0]:
            self._coming = (words, now)
        steady = _STEADY if self._line is not None else _STEADY_IN_LINES
        # A pause is the trainee's own doing and is answered at once, by `say` too.
        at_once = words == PAUSED or not self._shown
        if words == self._shown or (now - self._coming[1] < steady and not at_once):
            return False
        self._shown = words
        return True

    def compose(self, now: int, width: int) -> Text:
        """The line for a terminal of `width` columns: without the keys, the meter or the time where they do not fit."""
        from rich.text import Text

        line = Text(no_wrap=True, overflow="crop", end="")
        room = width - 1  # a full row would wrap in some terminals
        line.append(f"{self._shown:<{_WIDTH}}", style="bold" if self._shown in (YOURS, OPEN, PAUSED) else "")
        keys = "space talks" if self._push_to_talk else "space pauses"
        keys = f"{'space goes on' if self._shown == PAUSED else keys} · q stops"
        for part in (f"   {clock(now)[:-2]:>5}", f"   mic {self._meter.bar(10)}", f"   {keys}"):
            if len(line) + len(part) > room:
                break
            line.append(part, style="dim")
        return line
