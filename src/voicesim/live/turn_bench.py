"""How quick and how patient the turn-taking is, on recordings, in real time, through the live driver."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field, replace
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from voicesim.asr.word_errors import word_errors
from voicesim.engine.conversation import Conversation
from voicesim.engine.events import (
    INPUTS,
    Input,
    LineStarted,
    Record,
    SessionStarted,
    SpeechEnded,
    SpeechStarted,
    SpeechStirring,
    TimePassed,
    Transcribed,
    TurnTaken,
    TurnTimed,
)
from voicesim.engine.settings import TurnTaking
from voicesim.engine.state import ConversationState
from voicesim.engine.survivor import Survivor
from voicesim.errors import BadInputError
from voicesim.live.ears import WorkerEars
from voicesim.live.from_soundcard import converse
from voicesim.live.player import Mark, Player
from voicesim.live.practice import Prepared
from voicesim.live.reading import reader_for
from voicesim.scenario.load import LoadedScenario, load_scenario
from voicesim.timebase import SAMPLE_RATE, samples

_BLOCK = samples(0.02)
_AFTER = samples(4.0)
"""Near-silence fed after a recording before it is judged."""
_AFTER_LEVEL = 10 ** (-66 / 20)
_HANGOVERS = (0.3, 0.4, 0.5, 0.62, 0.75, 0.9, 1.05, 1.2, 1.5, 1.8)
"""Points of the trade-off curve: seconds of quiet after a finished thought."""


class Utterance(BaseModel):
    """One line of the manifest. Times in seconds."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    audio: str
    text: str = ""
    end_of_speech: float = Field(gt=0)
    inner_pauses: tuple[tuple[float, float], ...] = ()


@dataclass(frozen=True)
class Taken:
    """What happened with one utterance, in seconds after its true end unless it says otherwise."""

    audio: str
    longest_pause: float
    cut_off: bool
    """She was heard before the trainee had finished."""
    false_cut_off: bool
    """She took a turn and the trainee went on within a second, whether or not she was heard by then."""
    end_of_turn_delay: float | None
    transcription_delay: float | None
    decision_delay: float | None
    playback_latency: float | None
    e2e_latency: float | None
    heard: str
    inputs: tuple[Input, ...] = field(repr=False, default=())


def read_manifest(path: Path) -> list[Utterance]:
    """The utterances of a manifest; paths are relative to it.

    Raises:
        BadInputError: it is missing or not what it should be.
    """
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
        return TypeAdapter(list[Utterance]).validate_python(data)
    except OSError as error:
        raise BadInputError(f"{path} cannot be read: {error.strerror}.", "Name a manifest file.") from error
    except (ValueError, ValidationError) as error:
        raise BadInputError(
            f"{path} is no manifest: {str(error).splitlines()[0]}.",
            'It is a list of {"audio", "text", "end_of_speech", "inner_pauses"}.',
        ) from error


class RecordedCard:
    """A recording in the place of a sound card: blocks of 20 ms, in real time. Same interface, so the same driver runs."""

    label = "recording"

    def __init__(self, recording: NDArray[np.int16], player: Player) -> None:
        self._recording = recording
        self._player = player
        self._position = 0
        self._began = time.monotonic()

    @property
    def done(self) -> bool:
        """Whether all of it has been read."""
        return self._position >= len(self._recording)

    def read(self, timeout: float) -> RecordedBlock | None:
        """The next block, when its time has come."""
        due = self._began + (self._position + _BLOCK) / SAMPLE_RATE
        time.sleep(max(0.0, due - time.monotonic()))
        captured = np.zeros(_BLOCK, dtype=np.int16)
        piece = self._recording[self._position : self._position + _BLOCK]
        captured[: len(piece)] = piece
        self._position += _BLOCK
        played, marks = self._player.render(_BLOCK)
        return RecordedBlock(captured, played, marks)

    def reopen(self) -> None:
        """Never lost, so never reopened."""


@dataclass(frozen=True)
class RecordedBlock:
    """As `audio.soundcard.Block`."""

    captured: NDArray[np.int16]
    played: NDArray[np.int16]
    marks: tuple[Mark, ...]
    troubles: tuple[Any, ...] = ()


class _Nowhere:
    """A recorder that keeps nothing."""

    def record(self, record: Record) -> None:
        pass

    def audio(self, trainee: NDArray[np.int16], survivor: NDArray[np.int16]) -> None:
        pass


class _Unwatched:
    """A view nobody looks at."""

    def tick(self, conductor: Any, block: Any) -> None:
        pass

    def say(self, message: str) -> None:
        pass


def bench_scenario() -> LoadedScenario:
    """The scenario in which she only answers."""
    with as_file(files("voicesim.live") / "bench_scenario.yaml") as path:
        return load_scenario(path)


def take_turn(utterance: Utterance, folder: Path, prepared: Prepared) -> Taken:
    """Feed one recording in real time and see what she does.

    Raises:
        BadInputError: the recording cannot be read.
    """
    from voicesim.audio.files import read_mono_16k
    from voicesim.audio.vad import VoiceActivity
    from voicesim.live.conductor import Conductor

    sound = read_mono_16k(folder / utterance.audio).samples
    random = np.random.default_rng(0)
    after = (random.standard_normal(_AFTER) * _AFTER_LEVEL * 32768).astype(np.int16)
    player = Player()
    records: list[Record] = []
    conductor = Conductor(
        prepared.rules, _Nowhere(), VoiceActivity(), WorkerEars(prepared.listener), player, prepared.book.clip,
        watch=lambda record, state: records.append(record),
    )  # fmt: skip
    card = RecordedCard(np.concatenate([sound, after]), player)
    converse(conductor, card, _Unwatched())  # type: ignore[arg-type]
    return judge(utterance, records)


def judge(utterance: Utterance, records: Sequence[Record]) -> Taken:
    """What the records say about one utterance."""
    end = samples(utterance.end_of_speech)
    turns = [record for record in records if isinstance(record, TurnTaken)]
    sounded = [record.at for record in records if isinstance(record, LineStarted)]
    cut_off = any(at < end for at in sounded)
    onsets = [record.onset for record in records if isinstance(record, SpeechStarted)]
    false_cut = any(turn.at < onset <= turn.at + SAMPLE_RATE for turn in turns for onset in onsets)
    words: dict[int, Transcribed] = {}
    for record in records:
        if isinstance(record, Transcribed) and (record.onset not in words or record.end >= words[record.onset].end):
            words[record.onset] = record
    answer = next((at for at in sounded if at >= end), None)
    turn = next((turn for turn in reversed(turns) if answer is not None and turn.at <= answer), None)
    last = next((r for r in records if isinstance(r, TurnTimed) and turn is not None and r.turn == turn.turn), None)
    inputs = tuple(record for record in records if isinstance(record, INPUTS))
    return Taken(
        audio=utterance.audio,
        longest_pause=max((stop - start for start, stop in utterance.inner_pauses), default=0.0),
        cut_off=cut_off,
        false_cut_off=false_cut,
        end_of_turn_delay=(turn.at - end) / SAMPLE_RATE if turn and not cut_off else None,
        transcription_delay=last.transcription_delay / SAMPLE_RATE if last else None,
        decision_delay=last.decision_delay / SAMPLE_RATE if last else None,
        playback_latency=last.playback_latency / SAMPLE_RATE if last else None,
        e2e_latency=(answer - end) / SAMPLE_RATE if answer is not None and not cut_off else None,
        heard=" ".join(words[onset].text for onset in sorted(words) if words[onset].text),
        inputs=inputs,  # type: ignore[arg-type]
    )


def curve(taken: Sequence[Taken], utterances: Sequence[Utterance], prepared: Prepared) -> list[dict[str, Any]]:
    """Latency against cut-offs as the hangover moves: the same evidence, decided again with other patience.

    All hangovers are scaled together. The transcripts arrive when they arrived in the real run.
    """
    now = prepared.turn_taking.in_samples()
    heard_after = samples(
        median([each.playback_latency for each in taken if each.playback_latency is not None] or [0.0])
    )
    points = []
    for hangover in _HANGOVERS:
        scale = samples(hangover) / now.turn_end
        settings = replace(
            now,
            turn_end=round(now.turn_end * scale),
            turn_end_doubtful=round(now.turn_end_doubtful * scale),
            turn_end_unfinished=round(now.turn_end_unfinished * scale),
        )
        outcomes = [
            _decide_again(each, utterance, prepared, settings, heard_after)
            for each, utterance in zip(taken, utterances, strict=True)
        ]
        delays = [
            delay
            for (_, delay), each in zip(outcomes, taken, strict=True)
            if delay is not None and not each.longest_pause
        ]
        points.append(
            {
                "turn_end": hangover,
                "chosen": settings.turn_end == now.turn_end,
                "end_of_turn_delay_ms": spread(delays),
                "cut_off": by_pause(
                    [(each.longest_pause, cut) for each, (cut, _) in zip(taken, outcomes, strict=True)]
                ),
            }
        )
    return points


def _decide_again(
    each: Taken, utterance: Utterance, prepared: Prepared, settings: TurnTaking, heard_after: int
) -> tuple[bool, float | None]:
    """Whether she would have cut in, and the delay (s) of her turn after the true end, with other patience."""
    evidence = [e for e in each.inputs if isinstance(e, SpeechStarted | SpeechStirring | SpeechEnded | Transcribed)]
    end = samples(utterance.end_of_speech)
    rules = Conversation(Survivor(prepared.loaded.scenario), settings, reader_for(prepared.loaded.scenario))
    state: ConversationState = rules.initial()
    pending: list[Input] = [SessionStarted(0), *evidence]
    limit = end + _AFTER
    while pending or (state.wake_at is not None and state.wake_at <= limit):
        wake = state.wake_at
        if wake is not None and (not pending or wake < pending[0].at):
            event: Input = TimePassed(wake)
        else:
            event = pending.pop(0)
        state, outputs = rules.step(state, event)
        for output in outputs:
            if isinstance(output, TurnTaken):
                cut_off = output.at + heard_after < end
                return cut_off, None if cut_off else (output.at - end) / SAMPLE_RATE
    return False, None


def spread(seconds: Sequence[float | None]) -> dict[str, float | None]:
    """p50 and p95 in milliseconds."""
    known = sorted(value for value in seconds if value is not None)
    if not known:
        return {"p50": None, "p95": None, "count": 0}
    return {
        "p50": round(float(np.percentile(known, 50)) * 1000, 1),
        "p95": round(float(np.percentile(known, 95)) * 1000, 1),
        "count": len(known),
    }


def by_pause(cuts: Sequence[tuple[float, bool]]) -> dict[str, str]:
    """Cut-offs of all, by the length of the longest pause inside (to a tenth of a second); ``none`` without one."""
    groups: dict[float, list[bool]] = {}
    for pause, cut in cuts:
        groups.setdefault(round(pause, 1), []).append(cut)
    return {
        ("none" if not pause else f"{pause:g}"): f"{sum(group)} of {len(group)}"
        for pause, group in sorted(groups.items())
    }


def measure(
    manifest: Path, prepared: Prepared, progress: Callable[[str, int, int], None] = lambda what, done, total: None
) -> dict[str, Any]:
    """Feed every recording of a manifest and sum up.

    Returns:
        Plain data for JSON. Latencies in milliseconds; without an inner pause unless they say `all`.
    """
    import resource
    import sys

    utterances = read_manifest(manifest)
    taken: list[Taken] = []
    wall, cpu = time.monotonic(), time.process_time()
    for number, utterance in enumerate(utterances):
        progress("Listening in real time", number, len(utterances))
        taken.append(take_turn(utterance, manifest.parent, prepared))
    progress("Listening in real time", len(utterances), len(utterances))
    wall, cpu = time.monotonic() - wall, time.process_time() - cpu
    plain = [each for each in taken if not each.longest_pause]
    metrics = ("end_of_turn_delay", "transcription_delay", "decision_delay", "playback_latency", "e2e_latency")
    after = [
        max(0.0, each.e2e_latency - each.end_of_turn_delay)
        for each in plain
        if each.e2e_latency is not None and each.end_of_turn_delay is not None
    ]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    errors = word_errors([(u.text, each.heard) for u, each in zip(utterances, taken, strict=True)])
    return {
        "utterances": len(taken),
        "transcriber": f"{prepared.transcriber.engine} {prepared.transcriber.model}",
        "turn_end_by": prepared.judge,
        "turn_taking": prepared.turn_taking.model_dump(),
        "without_inner_pause_ms": {metric: spread([getattr(each, metric) for each in plain]) for metric in metrics},
        "all_ms": {metric: spread([getattr(each, metric) for each in taken]) for metric in metrics},
        "added_after_turn_over_ms": spread(after),
        "cut_off_by_longest_pause": by_pause([(each.longest_pause, each.cut_off) for each in taken]),
        "false_cut_offs": sum(each.false_cut_off for each in taken),
        "never_answered": sum(each.e2e_latency is None and not each.cut_off for each in taken),
        "word_error_rate": round(errors.rate, 4) if errors.words else None,
        "cpu_share": round(cpu / wall, 3),
        "peak_memory_mib": round(peak / (1024 if sys.platform != "darwin" else 1 << 20)),
        "curve": curve(taken, utterances, prepared),
        "each": [{key: value for key, value in asdict(each).items() if key != "inputs"} for each in taken],
    }
