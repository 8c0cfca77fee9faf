"""Whisper through CTranslate2, with 8-bit weights: the quicker of the two engines on a processor."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from voicesim.asr.hearing import Decoded, Hearing, Piece, Samples, hearing, recognise
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

    Raises:
        WeightsError: the checkpoint has no CTranslate2 files.
    """

    def __init__(self, files: ModelFiles, settings: Hearing | None = None) -> None:
        if files.folder is None:
            raise WeightsError(
                f"The faster-whisper engine has no weights for '{files.model}'.",
                "Choose --asr openai-whisper for this model, or name a folder with its CTranslate2 files.",
            )
        self.engine = f"faster-whisper {version('faster-whisper')}"
        self.model = files.model
        self._files, self._folder = files, files.folder
        self._settings = settings or hearing()
        self._lock = threading.Lock()
        self._core: _Core | None = None

    def warm_up(self) -> None:
        """Load the weights and run once, so that the first turn is as quick as the rest."""
        with self._lock:
            core = self._loaded()
            encoded = core.encode(np.zeros(SAMPLE_RATE, np.float32), self._settings.window.floor)
            core.decode(encoded, "", 1)

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """Transcribe one segment. See `Transcriber.transcribe`."""
        with self._lock:
            return recognise(self._loaded(), samples, prompt, self._settings)

    def _loaded(self) -> _Core:
        if self._core is None:
            from ctranslate2 import get_supported_compute_types
            from faster_whisper import WhisperModel

            kind = "int8" if "int8" in get_supported_compute_types("cpu") else "default"
            try:
                model = WhisperModel(
                    str(self._folder),
                    device="cpu",
                    compute_type=kind,
                    cpu_threads=threads(),
                    local_files_only=True,
                )
            except (RuntimeError, ValueError, OSError) as error:
                raise WeightsError(
                    f"The weights in {self._folder} cannot be loaded: {error}.",
                    "Fetch them again, or choose another model.",
                ) from None
            self._core = _Core(model)
        return self._core


@dataclass(frozen=True)
class _Encoded:
    features: Any
    """The encoder's output, kept by CTranslate2."""


class _Core:
    """What `hearing.recognise` asks of an engine."""

    def __init__(self, model: WhisperModel) -> None:
        from faster_whisper.tokenizer import Tokenizer

        self._model = model
        multilingual = bool(model.model.is_multilingual)
        self._tokenizer = Tokenizer(model.hf_tokenizer, multilingual, task="transcribe", language="en")
        special = (
            self._tokenizer.transcribe,
            self._tokenizer.translate,
            self._tokenizer.sot,
            self._tokenizer.sot_prev,
            self._tokenizer.sot_lm,
        )
        self._suppressed = sorted({*self._tokenizer.non_speech_tokens, *special})

    def encode(self, samples: Samples, seconds: float) -> _Encoded:
        padded = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        return _Encoded(self._model.encode(self._model.feature_extractor(padded, padding=0)))

    def decode(self, encoded: _Encoded, prompt: str, most_tokens: int) -> Decoded:
        tokenizer = self._tokenizer
        tokens = self._model.get_prompt(tokenizer, tokenizer.encode(" " + prompt) if prompt else [], True)
        (result,) = self._model.model.generate(
            encoded.features,
            [tokens],
            beam_size=1,
            max_length=min(len(tokens) + most_tokens, self._model.max_length),
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=self._suppressed,
        )
        written = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        # CTranslate2 divides by the number of tokens it wrote; openai-whisper counts the end of the text as one more.
        average = result.scores[0] * len(result.sequences_ids[0]) / (len(result.sequences_ids[0]) + 1)
        return Decoded(tuple(written), tokenizer.decode(written).strip(), average, result.no_speech_prob)

    def align(self, encoded: _Encoded, tokens: Sequence[int], seconds: float) -> Sequence[Piece]:
        frames = max(2, int(seconds * self._model.frames_per_second))
        (words,) = self._model.find_alignment(self._tokenizer, [list(tokens)], encoded.features, frames)
        return [
            Piece(word["word"], float(word["start"]), float(word["end"]), float(word["probability"])) for word in words
        ]
