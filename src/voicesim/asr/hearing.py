"""From a speech segment to believed words: what both Whisper engines have in common.

An engine only knows how to encode a window of sound, decode it greedily, and align words to it. Here is decided how long
the window is, where a long segment is cut, and, above all, what is *not* believed: Whisper was made to write something
whatever it is given, so coughs, breath and silence are turned away by what the engine itself says about its certainty,
never by a list of phrases that it likes to invent.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from voicesim.asr.ports import TimedWord, Transcript
from voicesim.errors import BadInputError
from voicesim.timebase import SAMPLE_RATE
from voicesim.yamlfile import load_model

Samples = NDArray[np.float32]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Window(_Strict):
    """How much sound the encoder looks at (s)."""

    full: float
    floor: float
    margin: float
    step: float

    def length(self, seconds: float) -> float:
        """The window for a segment of so many seconds."""
        wanted = max(self.floor, seconds + self.margin)
        return min(self.full, math.ceil(wanted / self.step - 1e-9) * self.step)


class Split(_Strict):
    """Where a long segment is cut (s)."""

    longest: float
    search: float
    halved: float
    frame: float


class Rehear(_Strict):
    """When a short window is not trusted."""

    window: float
    log_probability: float
    few_tokens: float
    repetition: float
    words_per_second: float
    instant: float
    crammed: float


class Gate(_Strict):
    """What is not taken for words."""

    shortest: float
    quietest_dbfs: float
    no_speech_weight: float
    most_doubt: float


class Tokens(_Strict):
    """How long the decoder may go on."""

    per_second: float
    spare: int

    def most(self, seconds: float) -> int:
        """Tokens for a segment of so many seconds."""
        return int(seconds * self.per_second) + self.spare


class Hearing(_Strict):
    """All settings of `hearing.yaml`."""

    window: Window
    split: Split
    rehear: Rehear
    gate: Gate
    tokens: Tokens

    def with_full_window(self) -> Hearing:
        """The same with Whisper's own 30 s window for every segment: what short windows are measured against."""
        return self.model_copy(update={"window": self.window.model_copy(update={"floor": self.window.full})})

    def rehearing_in(self, seconds: float) -> Hearing:
        """The same with another window for what is heard again: a shorter one costs less."""
        return self.model_copy(update={"rehear": self.rehear.model_copy(update={"window": seconds})})


@cache
def hearing() -> Hearing:
    """The settings that come with the program."""
    return load_model(files("voicesim.asr").joinpath("hearing.yaml"), Hearing)


@dataclass(frozen=True)
class Decoded:
    """What the decoder wrote, and what it thinks of it."""

    tokens: tuple[int, ...]
    text: str
    average_log_probability: float
    no_speech_probability: float
    closing: float | None = None
    """How likely it found it that a sentence ends after the last word, whatever it wrote there; None where it does not say."""


ENDS = (".", "?", "!")
"""Marks that end a sentence."""
_MARKS = (*ENDS, ",", "...", "…", "-")


def last_word(pieces: Sequence[str]) -> int:
    """How many of a text's tokens there are up to and with its last word: without the marks behind it."""
    count = len(pieces)
    while count and pieces[count - 1].strip() in _MARKS:
        count -= 1
    return count


@dataclass(frozen=True)
class Piece:
    """Part of a word as the tokenizer splits it; a leading space begins a new word. Seconds from the window's start."""

    text: str
    start: float
    end: float
    probability: float


Encoded = TypeVar("Encoded")


class WhisperEngine(Protocol[Encoded]):
    """The little an engine has to know."""

    def encode(self, samples: Samples, seconds: float) -> Encoded:
        """Encode the samples, padded with silence to a window of `seconds`."""

    def decode(self, encoded: Encoded, prompt: str, most_tokens: int) -> Decoded:
        """Write what is heard, in at most so many tokens: greedy, without time stamps."""

    def align(self, encoded: Encoded, tokens: Sequence[int], seconds: float) -> Sequence[Piece]:
        """Find where the tokens sound, within the first `seconds`."""


@dataclass(frozen=True)
class Attempt:
    """One window of sound to be heard."""

    samples: Samples
    window: float
    """Seconds that the encoder looks at."""
    prompt: str
    most_tokens: int

    @property
    def seconds(self) -> float:
        """How long the sound in the window is."""
        return len(self.samples) / SAMPLE_RATE


@dataclass(frozen=True)
class Attempted:
    """What one window gave."""

    decoded: Decoded
    align: Callable[[], Sequence[Piece]]
    """Finds where the words sound. Asked for only where they are needed: it costs a tenth of all the listening."""


Listening = Generator[Attempt, Attempted, Transcript]
"""A segment on its way to words: hands out one attempt after the other, and is sent what each gave."""


def recognise(engine: WhisperEngine[Encoded], samples: Samples, prompt: Sequence[str], settings: Hearing) -> Transcript:
    """Transcribe one speech segment; see `listening`.

    Args:
        engine: what does the listening.
        samples: mono, 16 kHz, float32 in [-1, 1], shape (n,).
        prompt: names and words that are likely.
        settings: windows and gates.
    """

    def hear(attempt: Attempt) -> Attempted:
        encoded = engine.encode(attempt.samples, attempt.window)
        decoded = engine.decode(encoded, attempt.prompt, attempt.most_tokens)
        return Attempted(decoded, lambda: engine.align(encoded, decoded.tokens, attempt.seconds))

    (transcript,) = recognise_all(lambda attempts: [hear(attempt) for attempt in attempts], [samples], prompt, settings)
    return transcript


def recognise_all(
    hear: Callable[[Sequence[Attempt]], Sequence[Attempted]],
    segments: Sequence[Samples],
    prompt: Sequence[str],
    settings: Hearing,
) -> list[Transcript]:
    """Transcribe several segments side by side; see `listening`.

    Args:
        hear: hears the attempts that all of them make next.
        segments: each as `recognise` takes it.
        prompt: names and words that are likely in each.
        settings: windows and gates.
    """
    found: dict[int, Transcript] = {}
    waiting: list[tuple[int, Listening, Attempt]] = []

    def go_on(number: int, steps: Listening, answer: Attempted | None) -> None:
        try:
            waiting.append((number, steps, next(steps) if answer is None else steps.send(answer)))
        except StopIteration as done:
            found[number] = done.value

    for number, samples in enumerate(segments):
        go_on(number, listening(samples, prompt, settings), None)
    while waiting:
        asked, waiting = waiting, []
        answers = hear([attempt for _, _, attempt in asked])
        for (number, steps, _), answer in zip(asked, answers, strict=True):
            go_on(number, steps, answer)
    return [found[number] for number in range(len(segments))]


def listening(samples: Samples, prompt: Sequence[str], settings: Hearing) -> Listening:
    """The way of one speech segment to words.

    Args:
        samples: mono, 16 kHz, float32 in [-1, 1], shape (n,).
        prompt: names and words that are likely.
        settings: windows and gates.

    Raises:
        BadInputError: the samples are of another kind.
    """
    samples = checked(samples)
    heard: list[Transcript] = []
    waiting = pieces(samples, settings.split)
    offset = 0
    while waiting:
        piece = waiting.pop(0)
        if not _audible(piece, settings):
            heard.append(NOTHING)
            offset += len(piece)
            continue
        best = yield from _believable(piece, ", ".join(prompt), settings)
        if best.circling and len(piece) >= settings.split.halved * SAMPLE_RATE:
            waiting[:0] = _cut(piece, len(piece) // 3, 2 * len(piece) // 3, settings.split)
            continue
        heard.append(_transcript(best, offset / SAMPLE_RATE, len(piece) / SAMPLE_RATE, settings.gate))
        offset += len(piece)
    believed = [transcript for transcript in heard if transcript.text]
    if not believed:
        return max(heard, key=lambda transcript: transcript.no_speech_probability, default=Transcript(""))
    total = sum(len(transcript.words) for transcript in believed)
    return Transcript(
        " ".join(transcript.text for transcript in believed),
        tuple(word for transcript in believed for word in transcript.words),
        min(transcript.no_speech_probability for transcript in believed),
        sum(transcript.average_log_probability * len(transcript.words) for transcript in believed) / total,
        believed[-1].closing,
    )


NOTHING = Transcript("", no_speech_probability=1.0)
"""What is heard where there is no need to listen."""


def _audible(samples: Samples, settings: Hearing) -> bool:
    long_enough = len(samples) / SAMPLE_RATE >= settings.gate.shortest
    return long_enough and loudest_dbfs(samples, settings.split.frame) >= settings.gate.quietest_dbfs


def checked(samples: Samples) -> Samples:
    """The samples as one contiguous array, or why they cannot be transcribed.

    Raises:
        BadInputError: not mono float32 in about [-1, 1], or not finite.
    """
    if not isinstance(samples, np.ndarray) or samples.ndim != 1 or samples.dtype != np.float32:
        kind = (
            f"{samples.dtype} of shape {samples.shape}" if isinstance(samples, np.ndarray) else type(samples).__name__
        )
        raise BadInputError(
            f"A transcriber was given {kind}.", "Give it mono float32 samples at 16 kHz, shape (n,), in [-1, 1]."
        )
    if len(samples) and not (np.isfinite(samples).all() and np.abs(samples).max() <= 4.0):
        raise BadInputError("A transcriber was given samples far outside [-1, 1].", "Scale integer samples to [-1, 1].")
    return np.ascontiguousarray(samples)


def pieces(samples: Samples, split: Split) -> list[Samples]:
    """A segment longer than the window in pieces, cut where it is quietest; any other segment as it is."""
    longest, search = int(split.longest * SAMPLE_RATE), int(split.search * SAMPLE_RATE)
    found = []
    while len(samples) > longest:
        piece, samples = _cut(samples, longest - search, longest, split)
        found.append(piece)
    return [*found, samples]


def _cut(samples: Samples, first: int, last: int, split: Split) -> tuple[Samples, Samples]:
    """In two, where it is quietest between two positions."""
    frame = int(split.frame * SAMPLE_RATE)
    whole = samples[first:last][: (last - first) // frame * frame].reshape(-1, frame)
    cut = first + int(np.square(whole).mean(axis=1).argmin()) * frame + frame // 2
    return samples[:cut], samples[cut:]


class _Try:
    """An attempt that has been heard, and what to think of it."""

    def __init__(self, attempt: Attempt, heard: Attempted, settings: Hearing) -> None:
        self.decoded = heard.decoded
        self.doubt = settings.gate.no_speech_weight * self.decoded.no_speech_probability
        self.doubt -= self.decoded.average_log_probability
        self._align, self._rehear = heard.align, settings.rehear
        self._words = bool(self.decoded.tokens) and self.doubt <= settings.gate.most_doubt
        self._repeats = self._words and _repeats(self.decoded, attempt.seconds, settings.rehear)

    @property
    def unsure(self) -> bool:
        """Whether the words are doubtful by their likelihood alone."""
        least = self._rehear.log_probability - self._rehear.few_tokens / (len(self.decoded.tokens) + 1)
        return self.decoded.average_log_probability < least

    @cached_property
    def parts(self) -> Sequence[Piece]:
        """The words and where they sound; none where there are none to believe."""
        return self._align() if self._words and not self._repeats else ()

    @cached_property
    def circling(self) -> bool:
        """Whether the decoder repeated itself or wrote more than was said."""
        return self._repeats or _crammed(self.parts, self._rehear)


def _believable(samples: Samples, prompt: str, settings: Hearing) -> Generator[Attempt, Attempted, _Try]:
    """The best that can be got out of one piece: a short window, and a longer one where the short is not trusted."""

    def attempt(window: float) -> Generator[Attempt, Attempted, _Try]:
        made = Attempt(samples, window, prompt, settings.tokens.most(len(samples) / SAMPLE_RATE))
        return _Try(made, (yield made), settings)

    short, full = settings.window.length(len(samples) / SAMPLE_RATE), settings.window.full
    first = yield from attempt(short)
    if first.doubt <= settings.gate.most_doubt and short < full and (first.unsure or first.circling):
        again = yield from attempt(min(full, max(settings.rehear.window, short + settings.window.margin)))
        surer = again.doubt <= first.doubt and not again.circling
        if surer or first.circling:
            return again
    return first


def _transcript(heard: _Try, offset: float, seconds: float, gate: Gate) -> Transcript:
    decoded = heard.decoded
    believed = heard.doubt <= gate.most_doubt and not heard.circling
    words = place(heard.parts, offset, seconds) if believed else ()
    text = " ".join(word.text for word in words)
    closing = (_closing(heard.parts) if decoded.closing is None else decoded.closing) if words else 0.0
    return Transcript(text, words, decoded.no_speech_probability, decoded.average_log_probability, closing)


def _closing(parts: Sequence[Piece]) -> float:
    """Probability of the mark that was written at the end of the last sentence; 0 for a comma, dots, or nothing at all."""
    text = parts[-1].text.strip() if parts else ""
    return parts[-1].probability if text.endswith(ENDS) and not text.endswith("..") else 0.0


def _repeats(decoded: Decoded, seconds: float, rehear: Rehear) -> bool:
    raw, words = decoded.text.encode(), len(decoded.text.split())
    repetitive = len(raw) > 0 and len(raw) / len(zlib.compress(raw)) > rehear.repetition
    return repetitive or (words >= 3 and words / seconds > rehear.words_per_second)


def _crammed(parts: Sequence[Piece], rehear: Rehear) -> bool:
    words = [part for part in _joined(parts) if _has_letters(part.text)]
    instant = sum(word.end - word.start < rehear.instant for word in words)
    return len(words) >= 3 and instant / len(words) > rehear.crammed


def loudest_dbfs(samples: Samples, frame: float) -> float:
    """Level of the loudest frame of `frame` seconds, in dB relative to a full-scale square wave."""
    length = max(1, min(int(frame * SAMPLE_RATE), len(samples)))
    whole = samples[: len(samples) // length * length].reshape(-1, length)
    return 10.0 * math.log10(max(float(np.square(whole).mean(axis=1).max()), 1e-12))


def place(parts: Sequence[Piece], offset: float, seconds: float) -> tuple[TimedWord, ...]:
    """Join pieces into words, in order and inside the segment; what Whisper writes in brackets is not speech."""
    words: list[TimedWord] = []
    latest, depth = 0.0, 0
    for piece in _joined(parts):
        text = piece.text.strip()
        depth += sum(text.count(mark) for mark in "[(")
        inside = depth > 0
        depth = max(0, depth - sum(text.count(mark) for mark in "])"))
        if inside or not _has_letters(text):
            continue
        start = min(max(piece.start, latest), seconds)
        latest = min(max(piece.end, start), seconds)
        words.append(TimedWord(text, round(offset + start, 3), round(offset + latest, 3), round(piece.probability, 4)))
    return tuple(words)


def _joined(parts: Sequence[Piece]) -> list[Piece]:
    """Pieces as words: a leading space begins one, opening marks belong to the next, everything else to the last."""
    joined: list[Piece] = []
    for part in parts:
        last = joined[-1] if joined else None
        if last is not None and last.text.strip() and not last.text.strip(OPENING):
            joined[-1] = Piece(last.text + part.text.lstrip(), part.start, part.end, part.probability)
        elif last is None or part.text.startswith(" "):
            joined.append(part)
        else:
            end = part.end if _has_letters(part.text) else last.end
            joined[-1] = Piece(last.text + part.text, last.start, end, min(last.probability, part.probability))
    return joined


OPENING = " \"'“‘([{"


def _has_letters(text: str) -> bool:
    return any(character.isalnum() for character in text)
