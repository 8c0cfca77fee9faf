"""From two tracks to utterances: speech segments of each, echo taken off, every segment transcribed."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from voicesim.analysis.leakage import find_leak, without_leak
from voicesim.analysis.spoken import Spoken
from voicesim.engine.events import Word
from voicesim.errors import BadInputError
from voicesim.language.reading import Speaker
from voicesim.scoring.conversation import Span
from voicesim.scoring.measures import settings
from voicesim.timebase import samples

if TYPE_CHECKING:
    from voicesim.asr.ports import Transcriber

Progress = Callable[[float], None]
_LONGEST_PIECE = samples(25.0)
"""Whisper hears thirty seconds at a time."""


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
    his, hers = (np.pad(track, (0, length - len(track))) for track in (his, hers))
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
    tracks, notes = separate(recording)
    pieces: list[tuple[Speaker, list[Span]]] = []
    for speaker, track in tracks.items():
        pieces += [(speaker, group) for group in speech_pieces(track)]
    pieces.sort(key=lambda piece: piece[1][0].start)
    heard = _transcribe_all(tracks, pieces, transcribers, progress)
    spoken = [
        Spoken(group[0].start, group[-1].end, speaker, text, words, tuple(group))
        for (speaker, group), (text, words) in zip(pieces, heard, strict=True)
    ]
    return tuple(spoken), notes


Heard = tuple[str | None, tuple[Word, ...]]


def _transcribe_all(
    tracks: Mapping[Speaker, NDArray[np.int16]],
    pieces: Sequence[tuple[Speaker, list[Span]]],
    transcribers: Sequence[Transcriber],
    progress: Progress,
) -> list[Heard]:
    """Every piece's words, in order; each transcriber works in a thread of its own."""
    if not transcribers:
        return [(None, ()) for _ in pieces]
    total = sum(group[-1].end - group[0].start for _, group in pieces) or 1
    free: SimpleQueue[Transcriber] = SimpleQueue()
    for transcriber in transcribers:
        free.put(transcriber)

    def transcribe(piece: tuple[Speaker, list[Span]]) -> Heard:
        speaker, group = piece
        mine = free.get()
        try:
            return _transcribed(mine, tracks[speaker], group[0].start, group[-1].end)
        finally:
            free.put(mine)

    found: list[Heard] = []
    done = 0
    with ThreadPoolExecutor(len(transcribers)) as pool:
        for (_, group), heard in zip(pieces, pool.map(transcribe, pieces), strict=True):
            found.append(heard)
            done += group[-1].end - group[0].start
            progress(done / total)
    return found


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


def speech_pieces(track: NDArray[np.int16]) -> list[list[Span]]:
    """Speech segments, those a breath apart in one group, no group longer than the transcriber can hear at once."""
    from voicesim.audio.vad import segments

    groups: list[list[Span]] = []
    for onset, end in segments(track):
        span = Span(onset, end)
        if groups:
            last = groups[-1]
            near = onset - last[-1].end < samples(settings().breath)
            if near and end - last[0].start <= _LONGEST_PIECE:
                last.append(span)
                continue
        groups.append([span])
    return groups


def _transcribed(
    transcriber: Transcriber, track: NDArray[np.int16], start: int, end: int
) -> tuple[str, tuple[Word, ...]]:
    heard = transcriber.transcribe(np.divide(track[start:end], 32768, dtype=np.float32))
    words = tuple(
        Word(word.text.strip(), start + samples(word.start), start + samples(word.end)) for word in heard.words
    )
    return heard.text.strip(), words
