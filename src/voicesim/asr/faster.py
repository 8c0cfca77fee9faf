"""Whisper through CTranslate2, with 8-bit weights: the quicker of the two engines on a processor."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from functools import cache, partial
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.hearing import (
    ENDS,
    Attempt,
    Attempted,
    Decoded,
    Hearing,
    Piece,
    Samples,
    hearing,
    last_word,
    recognise_all,
)
from voicesim.asr.machine import threads
from voicesim.asr.ports import Transcript
from voicesim.asr.store import ModelFiles
from voicesim.errors import WeightsError
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from faster_whisper import WhisperModel


class FasterWhisper:
    """faster-whisper behind the `Transcriber` port. Safe to call from several threads; they take turns.

    Args:
        files: the checkpoint, with CTranslate2 files.
        settings: windows and gates; by default those of `hearing.yaml`.
        device: ``cpu``, ``cuda`` or ``auto``.
        compute_type: CTranslate2's name for the arithmetic; empty for 8-bit on a processor, 16-bit floats on a graphics card.

    Raises:
        WeightsError: the checkpoint has no CTranslate2 files.
    """

    def __init__(
        self, files: ModelFiles, settings: Hearing | None = None, device: str = "cpu", compute_type: str = ""
    ) -> None:
        if files.folder is None:
            raise WeightsError(
                f"The faster-whisper engine has no weights for '{files.model}'.",
                "Choose --asr openai-whisper for this model, or name a folder with its CTranslate2 files.",
            )
        self.engine = f"faster-whisper {version('faster-whisper')}"
        self.model = files.model
        self._files, self._folder = files, files.folder
        self._settings = settings or hearing()
        self._device, self._compute_type = device, compute_type
        self._lock = threading.Lock()
        self._core: Core | None = None

    def warm_up(self) -> None:
        """Load the weights and run once, so that the first turn is as quick as the rest."""
        with self._lock:
            self.core().hear_together([Attempt(np.zeros(SAMPLE_RATE, np.float32), self._settings.window.floor, "", 1)])

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """Transcribe one segment. See `Transcriber.transcribe`."""
        (transcript,) = self._transcribed([samples], prompt)
        return transcript

    def transcribe_all(self, segments: Sequence[Samples]) -> list[Transcript]:
        """Transcribe several segments as one batch. See `HearsTogether.transcribe_all`."""
        return self._transcribed(segments, ())

    def _transcribed(self, segments: Sequence[Samples], prompt: Sequence[str]) -> list[Transcript]:
        with self._lock:
            return recognise_all(self.core().hear_together, segments, prompt, self._settings)

    def core(self) -> Core:
        """The engine itself, loaded. Not safe to use from several threads.

        Raises:
            WeightsError: the weights cannot be loaded, or the device is not there.
        """
        if self._core is None:
            from faster_whisper import WhisperModel

            try:
                model = WhisperModel(
                    str(self._folder),
                    device=self._device,
                    compute_type=self._compute_type or _quickest(self._device),
                    cpu_threads=threads(),
                    local_files_only=True,
                )
            except (RuntimeError, ValueError, OSError) as error:
                raise WeightsError(
                    f"The weights in {self._folder} cannot be loaded: {error}.",
                    "Fetch them again, or choose another model.",
                ) from None
            self._core = Core(model)
        return self._core


def _quickest(device: str) -> str:
    """The arithmetic that is quickest at no worse a word error rate (docs/ears.md)."""
    from ctranslate2 import get_supported_compute_types

    if device != "cpu":
        return "default" if device == "auto" else "float16"
    return "int8" if "int8" in get_supported_compute_types("cpu") else "default"


_MOST_STEPS = 1000
"""Tokens, of all rows together, up to which the scores of each step are kept: 0.2 MB a step."""


class Core:
    """The model, with what `hearing.recognise_all` asks of it."""

    def __init__(self, model: WhisperModel) -> None:
        from faster_whisper.tokenizer import Tokenizer

        self.whisper = model
        multilingual = bool(model.model.is_multilingual)
        self.tokenizer = Tokenizer(model.hf_tokenizer, multilingual, task="transcribe", language="en")
        special = (
            self.tokenizer.transcribe,
            self.tokenizer.translate,
            self.tokenizer.sot,
            self.tokenizer.sot_prev,
            self.tokenizer.sot_lm,
        )
        self.suppressed = sorted({*self.tokenizer.non_speech_tokens, *special})

    def mel(self, samples: Samples, seconds: float) -> NDArray[np.float32]:
        """What the encoder is given for a window of `seconds`: shape (mels, frames)."""
        padded = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        features: NDArray[np.float32] = self.whisper.feature_extractor(padded, padding=0)
        return features

    def hear_together(self, attempts: Sequence[Attempt]) -> list[Attempted]:
        """Hear several windows; those of one length and one prompt go through the model as one batch.

        The words are the same as one by one; figures may differ in the last digits. On a processor three short windows take three
        quarters of the time they take one by one. A decoder that goes in circles may go on for as long as the longest of its batch;
        it is cut where it would have been cut alone.

        Args:
            attempts: in any order.

        Returns:
            One answer for each, in the same order.
        """
        groups: dict[tuple[float, str], list[int]] = {}
        for place, attempt in enumerate(attempts):
            groups.setdefault((attempt.window, attempt.prompt), []).append(place)
        answers: dict[int, Attempted] = {}
        for (window, prompt), places in groups.items():
            answers.update(zip(places, self._batch([attempts[each] for each in places], window, prompt), strict=True))
        return [answers[place] for place in range(len(attempts))]

    def _batch(self, attempts: Sequence[Attempt], window: float, prompt: str) -> list[Attempted]:
        features = self.whisper.encode(np.stack([self.mel(attempt.samples, window) for attempt in attempts]))
        decoded = self.decode_all(features, prompt, [attempt.most_tokens for attempt in attempts])
        # Nothing to align is no reason to leave the batch: a stand-in keeps the row, and what it gives is dropped.
        stand_in = self.tokenizer.encode(" a")

        @cache
        def aligned() -> list[list[Piece]]:
            tokens = [list(one.tokens) or stand_in for one in decoded]
            return self.align_all(features, tokens, [attempt.seconds for attempt in attempts])

        def align(row: int) -> Sequence[Piece]:
            return aligned()[row] if decoded[row].tokens else ()

        return [Attempted(one, partial(align, row)) for row, one in enumerate(decoded)]

    def decode_all(self, features: Any, prompt: str, most_tokens: Sequence[int]) -> list[Decoded]:
        """Write what is heard in each row of encoded windows, each in at most so many tokens."""
        tokens = self.prompt_tokens(prompt)
        results = self.whisper.model.generate(
            features,
            [tokens] * len(most_tokens),
            beam_size=1,
            max_length=min(len(tokens) + max(most_tokens), self.whisper.max_length),
            return_scores=True,
            return_logits_vocab=len(most_tokens) * max(most_tokens) <= _MOST_STEPS,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self.suppressed,
        )
        # A row may have gone on for as long as the longest: it is cut where it would have been cut alone.
        return [self._decoded(result, len(tokens) + most) for result, most in zip(results, most_tokens, strict=True)]

    def align_all(self, features: Any, tokens: Sequence[list[int]], seconds: Sequence[float]) -> list[list[Piece]]:
        """Find where the tokens of each row sound, within its first `seconds`."""
        frames: Any = [max(2, int(each * self.whisper.frames_per_second)) for each in seconds]
        found: Any = self.whisper.find_alignment(self.tokenizer, list(tokens), features, frames)
        return [
            [Piece(word["word"], float(word["start"]), float(word["end"]), float(word["probability"])) for word in row]
            for row in found
        ]

    def _decoded(self, result: Any, most: int) -> Decoded:
        written = [token for token in result.sequences_ids[0] if token < self.tokenizer.eot][:most]
        # CTranslate2 divides by the number of tokens it wrote; openai-whisper counts the end of the text as one more.
        average = result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1)
        closing = self._closing(written, result.logits[0]) if result.logits else None
        return Decoded(tuple(written), self.tokenizer.decode(written).strip(), average, result.no_speech_prob, closing)

    def _closing(self, written: Sequence[int], steps: Sequence[Any]) -> float:
        """Probability of all marks that end a sentence, after the last word. `steps`: the decoder's scores, token by token."""
        from ctranslate2 import DataType, Device

        after = last_word([self.tokenizer.decode([token]) for token in written])
        if after >= len(steps):
            return 0.0  # it was cut short in the middle
        scores = steps[after] if steps[after].device == "cpu" else steps[after].to_device(Device.cpu)
        chances = np.asarray(scores.to(DataType.float32), dtype=np.float64).ravel()
        chances = np.exp(chances - chances.max())
        chances /= chances.sum()
        return float(sum(chances[self.tokenizer.encode(mark)[0]] for mark in ENDS))

    def prompt_tokens(self, prompt: str) -> list[int]:
        """What the decoder's text begins with."""
        tokens: list[int] = self.whisper.get_prompt(
            self.tokenizer, self.tokenizer.encode(" " + prompt) if prompt else [], True
        )
        return tokens
