"""Reading any recording as mono 16 kHz, and writing tracks."""

from __future__ import annotations

import io
import os
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import BadInputError, StorageError
from voicesim.timebase import SAMPLE_RATE

_LOWEST_RATE = 4_000
_HIGHEST_RATE = 384_000
_BLOCK = 1 << 12
"""Frames read at once: as many are lost at most before the place where a damaged file stops."""
_SIZE_UNKNOWN = frozenset({0, 0x7FFFFFFF, 0x7FFFF000, 0xFFFFFFFF, 0xFFFFF000})
"""Data sizes that programs write into a WAV header when they cannot know the length yet (a pipe, a crash)."""
_REMEDY = "Give a WAV, FLAC, OGG or MP3 recording."


@dataclass(frozen=True)
class AudioFile:
    """A recording as the house hears it."""

    samples: NDArray[np.int16]
    """Mono, 16 kHz, shape (n,)."""
    notes: tuple[str, ...] = ()
    """What was done to the file or is wrong with it, each one sentence for a person."""


def read_mono_16k(path: Path, channel: int | Literal["mix", "louder"] = "mix") -> AudioFile:
    """Read a recording: WAV, FLAC, OGG, MP3 and whatever else libsndfile knows, of any rate and depth.

    Args:
        path: the file.
        channel: of a file with several channels: their mean, the louder one, or a channel's number counted from 1.

    Returns:
        The samples, and notes on resampling, mixing, clipping and damage.

    Raises:
        BadInputError: there is no such file, it is no audio, or there is nothing in it.
    """
    import soundfile

    _check_there(path)
    try:
        file = _open(path)
    except (soundfile.SoundFileError, OSError) as error:
        raise BadInputError(f"{path} is not a recording that can be read ({_reason(error)}).", _REMEDY) from None
    with file:
        if not _LOWEST_RATE <= file.samplerate <= _HIGHEST_RATE:
            raise BadInputError(
                f"{path} claims {file.samplerate} samples a second, which no recording of speech has.",
                "Its header is probably damaged; export the recording again.",
            )
        wanted = _wanted_channel(path, file, channel)
        notes = _describe(file, wanted, channel)
        samples, frames, problem = _gather(file, wanted)
        declared = _declared_frames(path, file)
    if declared is not None and frames < declared:
        problem = problem or "the file is shorter than its header says"
    if frames == 0:
        raise BadInputError(f"{path} holds no samples.", "Record it again, or give another file.")
    if problem:
        have = f"{frames / file.samplerate:.1f} s"
        of = f" of {declared / file.samplerate:.1f} s" if declared and declared > frames else ""
        notes.append(f"It is cut off or damaged ({problem}): {have}{of} could be read.")
    return AudioFile(_as_int16(samples, notes), tuple(notes))


def write_flac(path: Path, samples: NDArray[np.int16]) -> None:
    """Write a track as 16-bit FLAC, whole or not at all.

    Args:
        path: where; a file already there is replaced.
        samples: mono, 16 kHz, shape (n,).

    Raises:
        StorageError: the disk is full or the folder cannot be written to.
    """
    import soundfile

    encoded = io.BytesIO()
    soundfile.write(encoded, samples, SAMPLE_RATE, format="FLAC", subtype="PCM_16")
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as file:
            file.write(encoded.getbuffer())
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        raise StorageError(
            f"{path} cannot be written ({error.strerror or error}).", "Free some space or choose another folder."
        ) from error


def _open(path: Path) -> Any:
    import soundfile

    file = soundfile.SoundFile(path)
    # soundfile seeks after every read, to where it is already; in an MP3 that loses what the decoder knew and garbles
    # the sound at each block. One that says it cannot be sought in is read straight through.
    file.seekable = lambda: False
    return file


def _check_there(path: Path) -> None:
    try:
        if path.is_dir():
            raise BadInputError(f"{path} is a folder.", "Name a recording in it.")
        size = path.stat().st_size
        with path.open("rb"):
            pass
    except FileNotFoundError:
        raise BadInputError(f"{path}: there is no such file.", "Check the path.") from None
    except OSError as error:
        raise BadInputError(f"{path} cannot be opened ({error.strerror}).", "Check who may read it.") from None
    if size == 0:
        raise BadInputError(f"{path} is empty.", _REMEDY)


def _wanted_channel(path: Path, file: Any, channel: int | Literal["mix", "louder"]) -> int | None:
    """Index of the channel to take, None for the mean of all."""
    if isinstance(channel, int):
        if not 1 <= channel <= file.channels:
            raise BadInputError(
                f"{path} has no channel {channel}.", f"Choose one of 1 to {file.channels}, or leave it out for all."
            )
        return channel - 1
    if channel == "louder" and file.channels > 1:
        power = np.zeros(file.channels)
        with _open(path) as first:
            for block in _blocks(first, []):
                power += (block.astype(np.float64) ** 2).sum(axis=0)
        return int(power.argmax())
    return None if file.channels > 1 else 0


def _describe(file: Any, wanted: int | None, asked: int | str) -> list[str]:
    notes = []
    if file.channels > 1:
        louder = ", the louder" if asked == "louder" else ""
        how = "mixed to one" if wanted is None else f"channel {wanted + 1} taken{louder}"
        notes.append(f"It has {file.channels} channels: {how}.")
    if file.samplerate != SAMPLE_RATE:
        notes.append(f"It has {file.samplerate} samples a second: resampled to {SAMPLE_RATE}.")
    if file.samplerate < SAMPLE_RATE:
        notes.append("Telephone quality: words may be recognised less well.")
    return notes


def _blocks(file: Any, problems: list[str]) -> Iterator[NDArray[np.float32]]:
    """Blocks of shape (k, channels) up to the end or the first place that cannot be decoded."""
    import soundfile

    while True:
        try:
            block = file.read(_BLOCK, dtype="float32", always_2d=True)
        except (soundfile.SoundFileError, OSError) as error:
            problems.append(_reason(error))
            return
        if not len(block):
            return
        yield block


def _gather(file: Any, wanted: int | None) -> tuple[NDArray[np.float32], int, str]:
    """All samples at 16 kHz, how many frames of the file they are, and what stopped the reading, if anything."""
    import soxr

    # Block by block: an hour at 96 kHz in stereo would not fit in memory whole.
    resampler = None
    if file.samplerate != SAMPLE_RATE:
        resampler = soxr.ResampleStream(file.samplerate, SAMPLE_RATE, 1, dtype="float32", quality="HQ")
    problems: list[str] = []
    pieces: list[NDArray[np.float32]] = []
    frames = 0
    for block in _blocks(file, problems):
        frames += len(block)
        mono = np.ascontiguousarray(block.mean(axis=1) if wanted is None else block[:, wanted])
        pieces.append(resampler.resample_chunk(mono) if resampler else mono)
    if resampler:
        pieces.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
    samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
    return samples, frames, problems[0] if problems else ""


def _as_int16(samples: NDArray[np.float32], notes: list[str]) -> NDArray[np.int16]:
    broken = ~np.isfinite(samples)
    if broken.any():
        notes.append(f"{np.count_nonzero(broken)} samples are no numbers: taken as silence.")
        samples = np.where(broken, np.float32(0), samples)
    scaled = np.round(samples * np.float32(32768))
    # Resampling overshoots full scale by a hair; only what is plainly above it was too loud in the file.
    over = int(np.count_nonzero(np.abs(scaled) > 36_000))
    if over:
        notes.append(f"{over} samples are louder than full scale: clipped.")
    result: NDArray[np.int16] = np.clip(scaled, -32768, 32767).astype(np.int16)
    return result


def _declared_frames(path: Path, file: Any) -> int | None:
    """Frames the header promises; libsndfile itself reports what is there. None when the header does not say."""
    if file.format not in ("WAV", "WAVEX"):
        return int(file.frames) if file.frames < 1 << 40 else None
    with path.open("rb") as raw:
        raw.seek(12)
        align = 0
        while len(head := raw.read(8)) == 8:
            name, size = struct.unpack("<4sI", head)
            if name == b"fmt " and size >= 16:
                body = raw.read(size + size % 2)
                align = struct.unpack("<H", body[12:14])[0] if len(body) >= 14 else 0
            elif name == b"data":
                return size // align if align and size not in _SIZE_UNKNOWN else None
            else:
                raw.seek(size + size % 2, os.SEEK_CUR)
    return None


def _reason(error: Exception) -> str:
    text = str(getattr(error, "error_string", "") or error).strip().rstrip(".")
    return text[:1].lower() + text[1:] if text else "unknown reason"
