"""Sentences as vectors whose angle says how near they are in meaning."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import WeightsError
from voicesim.meaning.weights import encoder_folder

Vectors = NDArray[np.float32]

_BATCH = 32
_LONGEST = 128
"""Word pieces looked at; nobody says more in one sentence."""


class Encoder(Protocol):
    """Turns sentences into vectors."""

    name: str
    """Which model, and which bytes of it: the same name gives the same vectors."""

    def embed(self, sentences: Sequence[str]) -> Vectors:
        """Unit vectors, float32, shape (n, size)."""


class MiniLM:
    """all-MiniLM-L6-v2 through CTranslate2, on one thread. Loads when first used; deterministic; safe for several threads.

    Args:
        folder: the encoder, as `weights.write_encoder` writes it.
        tokenizer: its tokenizer.json.
        sha256: of the published weights.
    """

    def __init__(self, folder: Path, tokenizer: Path, sha256: str) -> None:
        self.name = f"all-MiniLM-L6-v2 int8 {sha256[:16]}"
        self._folder, self._tokenizer_file = folder, tokenizer

    @classmethod
    def find(cls) -> MiniLM:
        """The one in the model store. Never goes to the network.

        Raises:
            WeightsError: it is not on this machine, or its bytes are not right.
        """
        return cls(*encoder_folder())

    @cached_property
    def _encoder(self) -> Any:
        import ctranslate2

        try:
            kind = "int8" if "int8" in ctranslate2.get_supported_compute_types("cpu") else "default"
            return ctranslate2.Encoder(
                str(self._folder), device="cpu", compute_type=kind, inter_threads=1, intra_threads=1
            )
        except (RuntimeError, ValueError) as error:
            raise WeightsError(
                f"The weights in {self._folder} cannot be loaded: {error}.", "Delete that folder: it is made again."
            ) from None

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        tokenizer = Tokenizer.from_file(str(self._tokenizer_file))
        tokenizer.no_padding()
        tokenizer.enable_truncation(_LONGEST)
        return tokenizer

    def embed(self, sentences: Sequence[str]) -> Vectors:
        """Unit vectors; see `Encoder.embed`. Mean of the last layer over the word pieces, as the model was trained."""
        pieces = [self._tokenizer.encode(sentence).ids for sentence in sentences]
        order = sorted(range(len(pieces)), key=lambda number: len(pieces[number]))  # little is wasted on filling up
        vectors: list[Vectors] = [np.zeros(0, np.float32)] * len(pieces)
        for begin in range(0, len(order), _BATCH):
            batch = order[begin : begin + _BATCH]
            layer = np.array(self._encoder.forward_batch([pieces[number] for number in batch]).last_hidden_state)
            for row, number in zip(layer, batch, strict=True):
                mean = row[: len(pieces[number])].mean(axis=0)
                vectors[number] = mean / np.linalg.norm(mean)
        return np.array(vectors, dtype=np.float32).reshape(len(vectors), -1)
