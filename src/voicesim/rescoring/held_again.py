"""A kept session held again from its trainee's track: the ears listen anew, the engine decides anew, the scorer scores anew.

`live.replay` proves that the log alone rebuilds every decision. This goes further back, to the sound. A session that a recording
drove comes out the same to the sample. Of one that was held live, the words and what they led to should; when words became known
differs, since recognition took its own time then, and hence when she answered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest

from pydantic import ValidationError

from voicesim.engine.events import (
    AudioTrouble,
    DeviceLost,
    DeviceRestored,
    End,
    KeyPressed,
    Record,
    StateEntered,
    TrackEnded,
    TurnTaken,
)
from voicesim.errors import BadInputError
from voicesim.live.practice import Progress, prepare, silent_progress
from voicesim.live.settings import TurnTakingSeconds
from voicesim.scenario.load import load_scenario
from voicesim.scoring.scorecard import Scorecard
from voicesim.session.meta import META
from voicesim.session.names import SCENARIO
from voicesim.session.reader import Bundle

GIVEN = (KeyPressed, DeviceLost, DeviceRestored, AudioTrouble)
"""What cannot be heard in the track is taken from the log, when it was."""


@dataclass(frozen=True)
class HeldAgain:
    """How a session came out when it was held again."""

    records: tuple[Record, ...]
    difference: str | None
    """The first record that is not as it was; None when all are."""
    turns: tuple[tuple[str, str], ...]
    """Turns that were heard otherwise: then, now. An empty one was not there."""
    states: tuple[tuple[str, ...], tuple[str, ...]]
    """The states she went through: then, now."""
    ending: tuple[str, str]
    """Then, now; empty where there was none."""
    scorecard: Scorecard

    @property
    def same(self) -> bool:
        """Whether everything came out to the sample."""
        return self.difference is None


def hold_again(
    bundle: Bundle,
    progress: Progress = silent_progress,
    played: Callable[[int, int], None] = lambda done, total: None,
) -> HeldAgain:
    """Hold a kept session again, with the recognition, voice, seed and turn-taking it was held with, in virtual time.

    Nothing is written. Takes about a tenth of the session's length where her lines are voiced already.

    Args:
        bundle: the session.
        progress: told about everything slow in preparing.
        played: told samples done and in all.

    Raises:
        VoicesimError: weights or voice cannot be had, or the trainee's track cannot be read.
    """
    from voicesim.live.ears import PromptEars
    from voicesim.live.from_file import LATENCY, play_file
    from voicesim.live.unkept import unkept
    from voicesim.review.scoring import score_bundle

    meta = bundle.meta
    try:
        turn_taking = TurnTakingSeconds.model_validate(meta.turn_taking)
    except ValidationError:
        raise BadInputError(
            f"{bundle.path / META} has turn_taking numbers that this version does not know.",
            f"Hold it again with voicesim {meta.voicesim}, which recorded it.",
        ) from None
    sound = bundle.track("trainee")
    ended = next((record.at for record in bundle.records if isinstance(record, TrackEnded)), len(sound))
    prepared = prepare(
        load_scenario(str(bundle.path / SCENARIO)),
        asr=meta.transcriber.engine.split()[0],
        model=meta.transcriber.model,
        seed=meta.seed,
        voice=meta.voice.engine.split()[0],
        progress=progress,
    )
    prepared = replace(prepared, turn_taking=turn_taking)
    given = tuple(record for record in bundle.records if isinstance(record, GIVEN))
    ears = PromptEars(prepared.listener, LATENCY)
    with unkept(prepared, meta, ears) as (conductor, recorder):
        play_file(conductor, sound[:ended], given=given, progress=played)
        again = recorder.bundle()
    return HeldAgain(
        again.records,
        _difference(bundle.records, again.records),
        tuple(pair for pair in zip_longest(_turns(bundle), _turns(again), fillvalue="") if pair[0] != pair[1]),
        (_states(bundle), _states(again)),
        (_ending(bundle), _ending(again)),
        score_bundle(again),
    )


def _difference(then: tuple[Record, ...], now: tuple[Record, ...]) -> str | None:
    for number, (before, after) in enumerate(zip(then, now, strict=False)):
        if before != after:
            return f"record {number}: was {before}, is now {after}"
    return None if len(then) == len(now) else f"{len(then)} records were logged, {len(now)} came out"


def _turns(bundle: Bundle) -> list[str]:
    return [record.text for record in bundle.records if isinstance(record, TurnTaken)]


def _states(bundle: Bundle) -> tuple[str, ...]:
    return tuple(record.state for record in bundle.records if isinstance(record, StateEntered))


def _ending(bundle: Bundle) -> str:
    return next((record.ending for record in bundle.records if isinstance(record, End)), "")
