"""The words of a session heard anew, in the same stretches of the trainee's track; everything else stays as it was.

::

    log as recorded   SpeechEnded  Transcribed "I beleaf you"   Say …  TurnTaken …
    heard anew        SpeechEnded  Transcribed "I believe you." Say …  TurnTaken …

What she did then she did for what was understood then, so her side is not played again: it is the scoring that sees the new words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from voicesim.engine.events import PausedOrResumed, Record, SpeechEnded, Transcribe, Transcribed
from voicesim.language.controls import spoken_control
from voicesim.live.ears import Listener, answer

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NOTHING = np.zeros(0, dtype=np.int16)


def heard_anew(records: Sequence[Record], track: NDArray[np.int16], listener: Listener) -> tuple[Record, ...]:
    """The log with every stretch of the trainee's speech transcribed again.

    Early looks at a stretch that was heard whole later are left out. What was said to the exercise ("pause please"), or while it
    stood still, stays as it was: of the latter there is no sound. Speech that a crash left without words gets them now.

    Args:
        records: of the session.
        track: the trainee's, mono int16 at 16 kHz, shape (n,).
        listener: fresh: it remembers what was said before.
    """
    whole = _whole(records)
    known = [record for record in whole if isinstance(record, Transcribed)]
    next_request = max((record.request for record in known), default=0) + 1
    paused = False
    result: list[Record] = []
    for record in whole:
        if isinstance(record, PausedOrResumed):
            paused = record.paused
        if isinstance(record, Transcribed):
            result.append(record if paused or spoken_control(record.text) else _again(record, track, listener))
            continue
        result.append(record)
        if isinstance(record, SpeechEnded) and not paused and not _has_words(record, known):
            unheard = Transcribed(record.at, next_request, record.onset, record.end, "")
            result.append(_again(unheard, track, listener))
            next_request += 1
    return tuple(result)


def _again(record: Transcribed, track: NDArray[np.int16], listener: Listener) -> Transcribed:
    request = Transcribe(record.at, record.request, record.onset, record.end)
    heard = listener.listen(request, track[record.onset : record.end], _NOTHING)
    return replace(answer(heard, record.at), finished=record.finished)


def _whole(records: Sequence[Record]) -> list[Record]:
    """Without the early looks at what was transcribed whole later."""
    later: list[Transcribed] = []
    kept: list[Record] = []
    for record in reversed(records):
        if isinstance(record, Transcribed):
            if any(one.onset <= record.onset and record.end <= one.end for one in later):
                continue
            later.append(record)
        kept.append(record)
    return kept[::-1]


def _has_words(speech: SpeechEnded, known: Sequence[Transcribed]) -> bool:
    return any(one.onset < speech.end and speech.onset < one.end for one in known)
