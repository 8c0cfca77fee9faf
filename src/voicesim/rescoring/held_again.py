"""A kept session held again from its trainee's track: the ears listen anew, the engine decides anew, the scorer scores anew.

`live.replay` proves that the log alone rebuilds every decision. This goes further back, to the sound: the session comes out the
same to the sample. Of one that was held live, the log tells how long recognition and the devices took then (`as_it_was`); what was
said, and all that followed from it, is found anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import zip_longest

from pydantic import ValidationError

from voicesim.audio.flow import BLOCK_SECONDS
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
from voicesim.live.conductor import Activity
from voicesim.live.ears import Ears
from voicesim.live.player import Player
from voicesim.live.practice import Prepared, Progress, Watch, prepare, silent_progress
from voicesim.live.settings import TurnTakingSeconds
from voicesim.scenario.load import load_scenario
from voicesim.scoring.scorecard import Scorecard
from voicesim.session.meta import META
from voicesim.session.names import SCENARIO
from voicesim.session.reader import Bundle
from voicesim.timebase import FRAME, samples

GIVEN = (KeyPressed, DeviceLost, DeviceRestored, AudioTrouble)
"""What cannot be heard in the track is taken from the log, when it was."""
_LIVE_BLOCK = samples(BLOCK_SECONDS)
"""Sound cards and browsers hand on sound in blocks of this length."""


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
    from voicesim.live.from_file import play_file
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
    edges = _edges(bundle, prepared)
    with unkept(prepared, meta, edges.ears, edges.watch, edges.player, edges.activity) as (conductor, recorder):
        play_file(conductor, sound[:ended], block=edges.block, given=given, progress=played)
        again = recorder.bundle()
    return HeldAgain(
        again.records,
        _difference(bundle.records, again.records, len(sound)),
        tuple(pair for pair in zip_longest(_turns(bundle), _turns(again), fillvalue="") if pair[0] != pair[1]),
        (_states(bundle), _states(again)),
        (_ending(bundle), _ending(again)),
        score_bundle(again),
    )


@dataclass(frozen=True)
class _Edges:
    """What a session is wired to when it is held again."""

    ears: Ears
    player: Player
    activity: Activity
    watch: Watch
    block: int
    """Samples in which the driver hands on sound."""


def _edges(bundle: Bundle, prepared: Prepared) -> _Edges:
    """A recording's session repeats by itself; of a live one, times are taken from the log."""
    from voicesim.audio.vad import VoiceActivity
    from voicesim.live.ears import PromptEars
    from voicesim.live.from_file import LATENCY
    from voicesim.rescoring.as_it_was import EarsAsTheyWere, Pauses, PlayerAsItWas, VoiceAsItWas

    if bundle.meta.driver == "file":
        ears = PromptEars(prepared.listener, LATENCY)
        return _Edges(ears, Player(), VoiceActivity(), lambda record, state: None, FRAME)
    records, pauses = bundle.records, Pauses(bundle.records)
    player = PlayerAsItWas(records, bundle.track("survivor"), bundle.meta.loop_latency)
    return _Edges(
        EarsAsTheyWere(prepared.listener, records, pauses, LATENCY),
        player,
        VoiceAsItWas(VoiceActivity(), records, pauses),
        player.watch,
        _LIVE_BLOCK,
    )


def _difference(then: tuple[Record, ...], now: tuple[Record, ...], reached: int) -> str | None:
    if not any(isinstance(record, End) for record in then):
        # Cut off: of its last moments the log may tell what the track has not.
        then = tuple(record for record in then if record.at < reached)
        now = now[: len(then)]
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
