"""How well and how quickly a transcriber hears: word error rate, time, memory, over recordings with known words.

Used by ``scripts/evaluate.py wer`` and ``scripts/bench.py``. Figures of several transcribers are only comparable within
one run on an otherwise idle machine.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from voicesim.asr.engines import open_transcriber
from voicesim.asr.hearing import Samples, hearing
from voicesim.asr.word_errors import word_errors
from voicesim.errors import BadInputError, VoicesimError
from voicesim.timebase import SAMPLE_RATE


@dataclass(frozen=True)
class Spoken:
    """A recording and the words in it."""

    audio: Path
    text: str


@dataclass(frozen=True)
class Setup:
    """What is measured."""

    engine: str
    model: str
    full_window: bool = False
    """True: Whisper's own 30 s for every segment, however short."""


@dataclass(frozen=True)
class Heard:
    """One recording as it was heard."""

    audio: str
    text: str
    """Reference words, normalised."""
    heard: str
    """What was heard, normalised the same way."""
    seconds: float
    """Length of the recording."""
    took: float
    """Wall time of its transcription (s)."""


@dataclass(frozen=True)
class Measurement:
    """The figures of one set-up over all recordings."""

    engine: str
    model: str
    window: str
    word_error_rate: float
    """Share of words wrong, missing or too many, after Whisper's English text normaliser."""
    words: int
    median_seconds: float
    """Wall time per recording."""
    p95_seconds: float
    real_time_factor: float
    """Transcription time over recording time."""
    load_seconds: float
    peak_megabytes: float
    """Most memory the process held."""
    each: tuple[Heard, ...] = ()


def measure(spoken: Sequence[Spoken], setup: Setup) -> Measurement:
    """Measure one set-up in a fresh process, so that memory and load time are its own.

    Raises:
        VoicesimError: a recording cannot be read, weights are missing, or the manifest is empty.
    """
    if not spoken:
        raise BadInputError("There is nothing to measure: the manifest lists no recordings.", "Add some.")
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_in_process, args=(theirs, tuple(spoken), setup))
    process.start()
    theirs.close()
    try:
        answer = ours.recv()
    except EOFError:
        raise VoicesimError("The measuring process ended without an answer.", "Is there enough memory?") from None
    finally:
        process.join()
    if isinstance(answer, Measurement):
        return answer
    raise VoicesimError(str(answer))


def measure_all(
    spoken: Sequence[Spoken], setups: Sequence[Setup], told: Callable[[Measurement], None] = lambda _: None
) -> list[Measurement]:
    """Measure several set-ups one after the other; `told` hears of each as it is done."""
    found = []
    for setup in setups:
        found.append(measure(spoken, setup))
        told(found[-1])
    return found


def table(measurements: Sequence[Measurement]) -> str:
    """The figures as a Markdown table."""
    rows = ["| engine | model | window | WER % | s per utterance, median | p95 | real-time factor | load s | peak MB |"]
    rows.append("|---|---|---|---|---|---|---|---|---|")
    rows += [
        f"| {one.engine} | {one.model} | {one.window} | {100 * one.word_error_rate:.2f} | {one.median_seconds:.2f} "
        f"| {one.p95_seconds:.2f} | {one.real_time_factor:.3f} | {one.load_seconds:.1f} | {one.peak_megabytes:.0f} |"
        for one in measurements
    ]
    return "\n".join(rows)


def _in_process(answer: object, spoken: tuple[Spoken, ...], setup: Setup) -> None:
    try:
        answer.send(_measure_here(spoken, setup))  # type: ignore[attr-defined]
    except VoicesimError as error:
        answer.send(str(error))  # type: ignore[attr-defined]


def _measure_here(spoken: tuple[Spoken, ...], setup: Setup) -> Measurement:
    settings = hearing().with_full_window() if setup.full_window else hearing()
    sounds = [_read(one.audio) for one in spoken]
    began = time.perf_counter()
    transcriber = open_transcriber(setup.engine, setup.model, settings=settings)
    transcriber.warm_up()
    load = time.perf_counter() - began
    texts, times = [], []
    for sound in sounds:
        began = time.perf_counter()
        texts.append(transcriber.transcribe(sound).text)
        times.append(time.perf_counter() - began)
    peak = _peak_megabytes()  # before counting, which loads PyTorch
    counted = word_errors([(one.text, text) for one, text in zip(spoken, texts, strict=True)])
    each = tuple(
        Heard(one.audio.name, said, heard, len(sound) / SAMPLE_RATE, took)
        for one, (said, heard), sound, took in zip(spoken, counted.each, sounds, times, strict=True)
    )
    return Measurement(
        engine=transcriber.engine,
        model=transcriber.model,
        window="30 s" if setup.full_window else "short",
        word_error_rate=counted.rate,
        words=counted.words,
        median_seconds=median(times),
        p95_seconds=sorted(times)[min(len(times) - 1, round(0.95 * len(times)))],
        real_time_factor=sum(times) / sum(one.seconds for one in each),
        load_seconds=load,
        peak_megabytes=peak,
        each=each,
    )


def _read(path: Path) -> Samples:
    import numpy as np
    import soundfile
    import soxr

    try:
        sound, rate = soundfile.read(path, dtype="float32", always_2d=True)
    except (OSError, RuntimeError) as error:
        raise BadInputError(f"{path} cannot be read as sound: {error}.", "Check the manifest.") from None
    mono = sound.mean(axis=1)
    return np.asarray(mono if rate == SAMPLE_RATE else soxr.resample(mono, rate, SAMPLE_RATE), np.float32)


def _peak_megabytes() -> float:
    import sys

    import psutil

    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset) / 1e6
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 1e6 if sys.platform == "darwin" else peak / 1e3
