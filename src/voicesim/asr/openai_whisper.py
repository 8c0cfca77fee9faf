"""Whisper as its authors wrote it, on PyTorch: the reference engine, and the one that takes every checkpoint."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import numpy as np

from voicesim.asr.ct2_weights import alignment_heads
from voicesim.asr.hearing import ENDS, Decoded, Hearing, Piece, Samples, hearing, last_word, recognise
from voicesim.asr.machine import threads
from voicesim.asr.ports import Transcript
from voicesim.asr.store import ModelFiles, openai_checkpoint
from voicesim.asr.verify import Progress, no_progress
from voicesim.errors import WeightsError
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from torch import Tensor

FRAMES_PER_SECOND = 100
"""Mel frames; the encoder makes one position of two of them."""


class OpenAIWhisper:
    """openai-whisper behind the `Transcriber` port. Safe to call from several threads; they take turns.

    Args:
        files: the checkpoint; CTranslate2 weights are converted when it is first loaded.
        settings: windows and gates; by default those of `hearing.yaml`.
        progress: told about the conversion.
    """

    def __init__(self, files: ModelFiles, settings: Hearing | None = None, progress: Progress = no_progress) -> None:
        self.engine = f"openai-whisper {version('openai-whisper')}"
        self.model = files.model
        self._files, self._progress = files, progress
        self._settings = settings or hearing()
        self._lock = threading.Lock()
        self._core: _Core | None = None

    def warm_up(self) -> None:
        """Load the weights and run once, so that the first turn is as quick as the rest."""
        with self._lock:
            core = self._loaded()
            encoded = core.encode(np.zeros(SAMPLE_RATE, np.float32), self._settings.window.floor)
            core.align(encoded, core.decode(encoded, "", 1).tokens or (0,), 1.0)

    def transcribe(self, samples: Samples, prompt: Sequence[str] = ()) -> Transcript:
        """Transcribe one segment. See `Transcriber.transcribe`."""
        with self._lock:
            return recognise(self._loaded(), samples, prompt, self._settings)

    def _loaded(self) -> _Core:
        if self._core is None:
            import pickle

            import torch
            import whisper

            torch.set_num_threads(threads())
            checkpoint = openai_checkpoint(self._files, self._progress)
            try:
                model = whisper.load_model(str(checkpoint), device="cpu")
            except (RuntimeError, ValueError, KeyError, TypeError, OSError, EOFError, pickle.UnpicklingError) as error:
                told = str(error).splitlines()[0] if isinstance(error, OSError) else "it is no Whisper checkpoint"
                raise WeightsError(
                    f"The weights in {checkpoint} cannot be loaded: {told}.",
                    "Fetch them again, or choose another model.",
                ) from None
            _set_heads(model, self._files)
            self._core = _Core(model)
        return self._core


def _set_heads(model: Any, files: ModelFiles) -> None:
    """Say which attention heads follow the sound: without it word times come from a guess at them."""
    import torch
    import whisper

    if files.folder is not None and (heads := alignment_heads(files.folder)):
        mask = torch.zeros(model.dims.n_text_layer, model.dims.n_text_head, dtype=torch.bool)
        for layer, head in heads:
            mask[layer, head] = True
        model.register_buffer("alignment_heads", mask.to_sparse(), persistent=False)
    elif dump := getattr(whisper, "_ALIGNMENT_HEADS", {}).get(files.model):
        model.set_alignment_heads(dump)


class _Core:
    """What `hearing.recognise` asks of an engine."""

    def __init__(self, model: Any) -> None:
        from whisper.tokenizer import get_tokenizer

        self._model = model
        self._positions = model.encoder.positional_embedding
        self._tokenizer = get_tokenizer(
            model.is_multilingual, num_languages=model.num_languages, language="en", task="transcribe"
        )
        # `find_alignment` calls the model with sound and tokens; the sound is encoded already when it does.
        model.forward = lambda features, tokens: model.decoder(tokens, features)

    def encode(self, samples: Samples, seconds: float) -> Tensor:
        import torch
        from whisper.audio import log_mel_spectrogram

        padded = np.zeros(round(seconds * SAMPLE_RATE), np.float32)
        padded[: len(samples)] = samples[: len(padded)]
        mel = log_mel_spectrogram(padded, self._model.dims.n_mels)
        positions = mel.shape[-1] // 2
        # Whisper insists on 30 s only by the length of this table and of the context it states.
        self._model.encoder.positional_embedding = self._positions[:positions]
        self._model.dims.n_audio_ctx = positions
        with torch.inference_mode():
            features: Tensor = self._model.encoder(mel[None])
        return features[0]

    def decode(self, encoded: Tensor, prompt: str, most_tokens: int) -> Decoded:
        from whisper.decoding import DecodingOptions, decode

        self._model.dims.n_audio_ctx = encoded.shape[0]
        options = DecodingOptions(
            language="en",
            without_timestamps=True,
            fp16=False,
            prompt=prompt or None,
            sample_len=min(most_tokens, self._model.dims.n_text_ctx // 2),
        )
        result = decode(self._model, encoded, options)
        written = tuple(token for token in result.tokens if token < self._tokenizer.eot)
        closing = self._closing(encoded, written)
        return Decoded(written, result.text, result.avg_logprob, result.no_speech_prob, closing)

    def _closing(self, encoded: Tensor, written: Sequence[int]) -> float:
        """Probability of all marks that end a sentence, after the last word."""
        import torch

        tokenizer = self._tokenizer
        after = last_word([tokenizer.decode([token]) for token in written])
        tokens = [*tokenizer.sot_sequence_including_notimestamps, *written[:after]]
        with torch.inference_mode():
            scores = self._model.decoder(torch.tensor([tokens]), encoded[None])[0, -1]
        chances = torch.softmax(scores.double(), dim=-1)
        return float(sum(chances[tokenizer.encode(mark)[0]] for mark in ENDS))

    def align(self, encoded: Tensor, tokens: Sequence[int], seconds: float) -> Sequence[Piece]:
        from whisper.timing import find_alignment

        frames = max(2, int(seconds * FRAMES_PER_SECOND))
        found = find_alignment(self._model, self._tokenizer, list(tokens), encoded, frames)
        return [Piece(word.word, float(word.start), float(word.end), float(word.probability)) for word in found]
