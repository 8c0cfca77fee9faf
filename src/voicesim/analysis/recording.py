"""From two tracks to utterances: speech segments of each, echo taken off, every segment transcribed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import cache
from importlib import resources
from pathlib import Path
from queue import PriorityQueue, SimpleQueue
from typing import TYPE_CHECKING, Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from voicesim.analysis.leakage import find_leak, without_leak
from voicesim.analysis.spoken import Spoken
from voicesim.engine.events import Word
from voicesim.errors import BadInputError
from voicesim.language.reading import Speaker
from voicesim.scoring.conversation import Span
from voicesim.scoring.measures import settings
from voicesim.timebase import samples, seconds
from voicesim.yamlfile import load_model

if TYPE_CHECKING:
    from voicesim.asr.ports import TimedWord, Transcriber, Transcript

Progress = Callable[[float], None]
_SILENCE = 33
"""Peak (-60 dB of full scale) under which nobody was recorded."""
_SAME = 0.02
"""Share of the sound by which two tracks must differ at least: a mono recording on two channels, or coded again, does not."""


class RecordingSettings(BaseModel):
    """recording.yaml."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/recording/1"]
    longest_piece: Annotated[float, Field(gt=0, le=30)]
    rehear_window: Annotated[float, Field(gt=0, le=30)]
    together: Annotated[int, Field(ge=1, le=64)]


@cache
def recording_settings() -> RecordingSettings:
    """The bundled numbers."""
    return load_model(resources.files("voicesim.analysis") / "recording.yaml", RecordingSettings)


@dataclass(frozen=True)
class Recording:
    """A conversation on two tracks of one length, mono, 16 kHz, and what was done to them, for people."""

    trainee: NDArray[np.int16]
    survivor: NDArray[np.int16]
    notes: tuple[str, ...] = ()

    @property
    def length(self) -> int:
        """Samples of each track."""
        return len(self.trainee)


def at_once() -> int:
    """How many transcribers keep this machine's cores busy, each with its own threads; at most four, for memory."""
    from voicesim.asr.machine import threads

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(4, cores // threads()))


def open_transcribers(engine: str, model: str) -> list[Transcriber]:
    """As many transcribers as keep this machine busy, for `hear`.

    Args:
        engine: one of `voicesim.asr.engines.ENGINES`.
        model: a name from models.yaml; empty for the default.

    Raises:
        WeightsError: the weights are missing or damaged.
        BadInputError: there is no such engine or model.
    """
    from voicesim.asr.engines import open_transcriber
    from voicesim.asr.hearing import hearing

    ways = hearing().rehearing_in(recording_settings().rehear_window)
    return [open_transcriber(engine, model, settings=ways) for _ in range(at_once())]


def read_pair(trainee: Path, survivor: Path) -> Recording:
    """Read one recording of each speaker; both must begin at the same moment.

    Raises:
        BadInputError: one of them cannot be read.
    """
    from voicesim.audio.files import read_mono_16k

    his, hers = read_mono_16k(trainee), read_mono_16k(survivor)
    notes = [f"{trainee.name}: {note}" for note in his.notes] + [f"{survivor.name}: {note}" for note in hers.notes]
    return _pair(his.samples, hers.samples, notes)


def read_stereo(path: Path, trainee_channel: int = 1) -> Recording:
    """Read one stereo file with a speaker on each channel.

    Args:
        path: the file.
        trainee_channel: 1 (left) or 2 (right).

    Raises:
        BadInputError: it cannot be read, or has not two channels.
    """
    from voicesim.audio.files import read_mono_16k

    try:
        his, hers = (read_mono_16k(path, channel) for channel in (trainee_channel, 3 - trainee_channel))
    except BadInputError as error:
        if "has no channel" in error.problem:
            raise BadInputError(
                f"{path} has one channel only.", "Give each speaker's own recording: --trainee and --survivor."
            ) from None
        raise
    notes = [f"{path.name}: {note}" for note in his.notes if "channel" not in note]
    return _pair(his.samples, hers.samples, notes)


def _pair(his: NDArray[np.int16], hers: NDArray[np.int16], notes: Sequence[str]) -> Recording:
    length = max(len(his), len(hers))
    apart = abs(len(his) - len(hers))
    if apart > samples(1.0):
        notes = [
            *notes,
            f"One recording is {apart / 16000:.0f} s longer than the other; both are taken to begin at the same moment.",
        ]
    for whose, track in (("trainee", his), ("survivor", hers)):
        if not track.size or int(np.abs(track.astype(np.int32)).max()) < _SILENCE:
            raise BadInputError(f"The {whose}'s track is silent.", "Check which microphone or channel was recorded.")
    his, hers = (np.pad(track, (0, length - len(track))) for track in (his, hers))
    difference = np.abs(np.subtract(his, hers, dtype=np.float32)).mean()
    if difference < _SAME * np.abs(his.astype(np.float32)).mean():
        raise BadInputError(
            "Both tracks hold the same sound.",
            "Record each speaker on a microphone and a channel of their own; a mono recording cannot be told apart.",
        )
    return Recording(his, hers, tuple(notes))


def hear(
    recording: Recording, transcribers: Sequence[Transcriber], progress: Progress = lambda share: None
) -> tuple[tuple[Spoken, ...], tuple[str, ...]]:
    """Find and transcribe what was said.

    Args:
        recording: both tracks.
        transcribers: what hears the words; several of a kind share the work. None at all leaves the words unknown.
        progress: told the share that is done, 0 to 1.

    Returns:
        Both speakers' utterances, and notes on what was left out.
    """
    with _Listeners(transcribers) as listeners:
        tracks, notes = separate(recording)
        for speaker, track in tracks.items():
            for piece in speech_pieces(track):
                listeners.take(speaker, track, piece)
        spoken = list(listeners.heard(progress))
    return tuple(sorted(spoken, key=lambda one: (one.start, one.speaker))), notes


@dataclass(frozen=True)
class _Piece:
    """A stretch of a track, to be heard at once."""

    speaker: Speaker
    track: NDArray[np.int16]
    segments: tuple[Span, ...]

    @property
    def start(self) -> int:
        return self.segments[0].start

    @property
    def end(self) -> int:
        return self.segments[-1].end

    def spoken(self, text: str | None, words: Sequence[TimedWord] = ()) -> Spoken:
        """The utterance that these words make."""
        at = self.start
        placed = (Word(word.text.strip(), at + samples(word.start), at + samples(word.end)) for word in words)
        return Spoken(at, self.end, self.speaker, text and text.strip(), tuple(placed), self.segments)


class _Listeners:
    """Transcribers at work, each on one handful of pieces at a time in a thread of its own; without any, words stay unknown.

    They load while the tracks are still being looked at, and hear the first pieces while later ones are looked for. ::

        here        separate │ pieces of his track │ pieces of hers │ wait
        a listener  load     │ hear, hear, hear, ...  what is longest first

    Which pieces make a handful depends on the recording alone, never on who is quicker: the same recording gives the same words.
    """

    def __init__(self, transcribers: Sequence[Transcriber]) -> None:
        self._free: SimpleQueue[Transcriber] = SimpleQueue()
        self._together = recording_settings().together
        self._handfuls: dict[float, list[_Piece]] = {}
        """Those not yet full, by the length of the window that their pieces are heard in."""
        self._waiting: PriorityQueue[tuple[int, int, list[_Piece]]] = PriorityQueue()
        self._pool = ThreadPoolExecutor(max(1, len(transcribers)))
        self._silent = not transcribers
        self._loading = [self._pool.submit(self._load, each) for each in transcribers]
        self._work: list[Future[list[Spoken]]] = []

    def __enter__(self) -> _Listeners:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def take(self, speaker: Speaker, track: NDArray[np.int16], segments: Sequence[Span]) -> None:
        """Let this piece of a track be heard, perhaps along with some to come."""
        from voicesim.asr.hearing import hearing

        piece = _Piece(speaker, track, tuple(segments))
        window = hearing().window.length(seconds(piece.end - piece.start))
        handful = self._handfuls.setdefault(window, [])
        handful.append(piece)
        if len(handful) >= self._together:
            self._submit(self._handfuls.pop(window))

    def heard(self, progress: Progress) -> Iterator[Spoken]:
        """No more will come: what was heard, as it is done."""
        for handful in self._handfuls.values():
            self._submit(handful)
        self._handfuls = {}
        for loading in self._loading:
            loading.result()
        for done, work in enumerate(as_completed(self._work), start=1):
            yield from work.result()
            progress(done / len(self._work))

    def _submit(self, handful: list[_Piece]) -> None:
        length = sum(piece.end - piece.start for piece in handful)
        # Of those that wait, the longest is heard first: none is left to wait for at the end.
        self._waiting.put((-length, len(self._work), handful))
        self._work.append(self._pool.submit(self._next))

    def _load(self, transcriber: Transcriber) -> None:
        try:
            transcriber.warm_up()
        finally:
            self._free.put(transcriber)  # who waits for it is told the same

    def _next(self) -> list[Spoken]:
        _, _, handful = self._waiting.get_nowait()
        if self._silent:
            return [piece.spoken(None) for piece in handful]
        mine = self._free.get()
        try:
            heard = _transcribed(mine, handful)
        finally:
            self._free.put(mine)
        return [piece.spoken(one.text, one.words) for piece, one in zip(handful, heard, strict=True)]


def separate(recording: Recording) -> tuple[dict[Speaker, NDArray[np.int16]], tuple[str, ...]]:
    """Both tracks without each other's echo, and notes on what was silenced."""
    tracks: dict[Speaker, NDArray[np.int16]] = {"trainee": recording.trainee, "survivor": recording.survivor}
    names = {"trainee": "your", "survivor": "her"}
    found, notes = dict(tracks), []
    for speaker in tracks:
        other: Speaker = "survivor" if speaker == "trainee" else "trainee"
        leak = find_leak(tracks[speaker], tracks[other])
        if leak is not None:
            found[speaker] = without_leak(tracks[speaker], tracks[other], leak)
            whose = "her" if other == "survivor" else "your"
            notes.append(
                f"{whose.capitalize()} voice is also on {names[speaker]} track, {-leak.level:.0f} dB weaker: what was no louder "
                "than that echo was left out."
            )
    return found, tuple(notes)


def speech_pieces(track: NDArray[np.int16]) -> Iterator[list[Span]]:
    """Speech segments, those a breath apart in one group, no group longer than the transcriber can hear at once; as found."""
    from voicesim.audio.vad import follow_segments

    longest, breath = samples(recording_settings().longest_piece), samples(settings().breath)
    group: list[Span] = []
    for onset, end in follow_segments(track):
        if group and (onset - group[-1].end >= breath or end - group[0].start > longest):
            yield group
            group = []
        group.append(Span(onset, end))
    if group:
        yield group


def _transcribed(transcriber: Transcriber, pieces: Sequence[_Piece]) -> list[Transcript]:
    from voicesim.asr.ports import HearsTogether

    sounds = [np.divide(piece.track[piece.start : piece.end], 32768, dtype=np.float32) for piece in pieces]
    if isinstance(transcriber, HearsTogether):
        return transcriber.transcribe_all(sounds)
    return [transcriber.transcribe(sound) for sound in sounds]
