"""The trainee's turn in the making, and when it is over.

::

    trainee  ####  ######            ###
             ^onset     |<-turn_end->|          silence long enough, words known: over
                        ^end         ^ deadline
    may be more         |<--turn_end_doubtful-->|
    a sound begins      |        |<-stirring->|     (the later of the two; a word by then is a segment)
    ends in "and ..."   |<-----turn_end_unfinished----->|

A turn is over when nobody has spoken for the hangover after its last segment and every segment's words are known. Segments
without words (a cough) are dropped as if they had not been. Nothing here knows a clock: all times are arguments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

from voicesim.engine.events import Transcribed
from voicesim.engine.settings import TurnTaking
from voicesim.language.completeness import trails_off
from voicesim.language.meanings import Meaning


@dataclass(frozen=True)
class Segment:
    """A stretch of the trainee's voice activity. `end` is None while it lasts, `text` None until it is known."""

    onset: int
    end: int | None = None
    text: str | None = None
    request: int | None = None
    finished: float = 1.0
    """How likely the turn is finished after it, see `Transcribed.finished`."""
    meanings: tuple[Meaning, ...] = ()
    """See `Transcribed.meanings`."""


@dataclass(frozen=True)
class PendingTurn:
    """The segments of a turn that is not over yet, in order."""

    segments: tuple[Segment, ...]
    stirred: int = -1
    """When something last began to sound in the quiet after it; -1: never."""

    @property
    def onset(self) -> int:
        """First sample of the turn."""
        return self.segments[0].onset

    @property
    def speaking(self) -> bool:
        """Whether the trainee is speaking now."""
        return self.segments[-1].end is None

    @property
    def end(self) -> int:
        """End of the last finished segment; the onset while there is none."""
        return max((segment.end for segment in self.segments if segment.end is not None), default=self.onset)

    @property
    def known(self) -> bool:
        """Whether every segment is finished and its words are in."""
        return all(segment.end is not None and segment.text is not None for segment in self.segments)

    @property
    def text(self) -> str:
        """The words so far."""
        return " ".join(segment.text for segment in self.segments if segment.text)

    @property
    def meanings(self) -> tuple[Meaning, ...]:
        """What its sentences resemble."""
        return tuple(meaning for segment in self.segments for meaning in segment.meanings)


def begin_segment(turn: PendingTurn | None, onset: int) -> PendingTurn:
    """The trainee speaks (again)."""
    return PendingTurn((*(turn.segments if turn else ()), Segment(onset)))


def end_segment(turn: PendingTurn, end: int, request: int) -> PendingTurn:
    """The trainee fell silent; `request` asks for the words."""
    last = replace(turn.segments[-1], end=end, request=request)
    return PendingTurn((*turn.segments[:-1], last))


def stir(turn: PendingTurn, at: int) -> PendingTurn:
    """Something sounds in the quiet: it may be that the trainee goes on."""
    return replace(turn, stirred=at)


def add_words(turn: PendingTurn, heard: Transcribed) -> PendingTurn | None:
    """Words arrived. A segment without words leaves the turn; None when nothing is left of it."""
    segments = tuple(
        replace(segment, text=heard.text, finished=heard.finished, meanings=heard.meanings)
        if segment.request == heard.request
        else segment
        for segment in turn.segments
    )
    left = _without(segments, lambda segment: segment.text == "")
    return replace(left, stirred=turn.stirred) if left else None


def since(turn: PendingTurn | None, onset: int) -> tuple[Segment, ...]:
    """The segments that began at `onset` or later."""
    return tuple(segment for segment in turn.segments if segment.onset >= onset) if turn else ()


def drop_since(turn: PendingTurn | None, onset: int) -> PendingTurn | None:
    """Take out the segments from `onset` on (they were no part of a turn); None when nothing is left."""
    return _without(turn.segments, lambda segment: segment.onset >= onset) if turn else None


def _without(segments: tuple[Segment, ...], unwanted: Callable[[Segment], bool]) -> PendingTurn | None:
    kept = tuple(segment for segment in segments if not unwanted(segment))
    return PendingTurn(kept) if kept else None


def hangover(turn: PendingTurn, pauses: tuple[int, ...], settings: TurnTaking) -> int:
    """How long it must be quiet before the turn is over.

    ::

        likelihood   0 ------- unfinished_to ------- finished_from ------- 1
        hangover     | unfinished    |     doubtful       |   turn_end     |

    Steps, not a slope: a pause in the middle of a thought is rarely under a second, so a wait a little longer than the shortest
    helps nobody.

    Args:
        turn: the turn so far.
        pauses: this speaker's recent pauses inside a turn, in samples; her own speaking time is never among them.
        settings: the numbers.

    Returns:
        Samples. Never more than `turn_end_longest`.
    """
    last = turn.segments[-1]
    if trails_off(turn.text) or last.finished <= settings.unfinished_to:
        quiet = settings.turn_end_unfinished
    elif last.finished >= settings.finished_from:
        quiet = settings.turn_end
    else:
        quiet = settings.turn_end_doubtful
    if len(pauses) >= settings.pauses_to_learn:
        typical = sorted(pauses)[len(pauses) // 2]
        quiet = max(quiet, round(settings.pause_factor * typical))
    return min(quiet, settings.turn_end_longest)


def inner_pauses(turn: PendingTurn) -> tuple[int, ...]:
    """The silences between the turn's segments, in samples."""
    return tuple(after.onset - before.end for before, after in pairwise(turn.segments) if before.end is not None)


def deadline(turn: PendingTurn, pauses: tuple[int, ...], settings: TurnTaking) -> int | None:
    """Sample position from which the turn may be over; None while the trainee speaks."""
    if turn.speaking:
        return None
    quiet = turn.end + hangover(turn, pauses, settings)
    return quiet if turn.stirred < 0 else max(quiet, turn.stirred + settings.stirring)


def is_over(turn: PendingTurn, at: int, pauses: tuple[int, ...], settings: TurnTaking) -> bool:
    """Whether the turn is over at `at`."""
    due = deadline(turn, pauses, settings)
    return due is not None and turn.known and at >= due
