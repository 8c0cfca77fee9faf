"""all-MiniLM-L6-v2 as a plain torch module that can be trained on: a BERT encoder with the published weights.

Only the yardstick uses it. The product itself runs the same weights through CTranslate2 (`voicesim.meaning.encoder`), whose
vectors this one gives too (tests/project/test_yardstick.py).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

_DROPPED = 0.1


class Layer(nn.Module):
    """One layer: attention, then two dense layers, each added to what came in and normalised."""

    def __init__(self, weights: Mapping[str, NDArray[Any]], name: str, heads: int) -> None:
        super().__init__()
        self._heads = heads
        attention = f"{name}.attention"
        self.mixed = _linear(weights, *(f"{attention}.self.{part}" for part in ("query", "key", "value")))
        self.out = _linear(weights, f"{attention}.output.dense")
        self.norm = _norm(weights, f"{attention}.output.LayerNorm")
        self.up = _linear(weights, f"{name}.intermediate.dense")
        self.down = _linear(weights, f"{name}.output.dense")
        self.last_norm = _norm(weights, f"{name}.output.LayerNorm")
        self.drop = nn.Dropout(_DROPPED)

    def forward(self, hidden: Tensor, there: Tensor) -> Tensor:
        """Hidden states of a batch, shape (n, pieces, size), and where there are pieces, (n, 1, 1, pieces)."""
        rows, pieces, size = hidden.shape
        query, key, value = self.mixed(hidden).view(rows, pieces, 3, self._heads, -1).permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(query, key, value, attn_mask=there)
        hidden = self.norm(hidden + self.drop(self.out(seen.transpose(1, 2).reshape(rows, pieces, size))))
        return self.last_norm(hidden + self.drop(self.down(nn.functional.gelu(self.up(hidden)))))  # type: ignore[no-any-return]


class Encoder(nn.Module):
    """A BERT encoder.

    Args:
        weights: by their published names.
        layers: how many.
        heads: of attention, in each.
    """

    def __init__(self, weights: Mapping[str, NDArray[Any]], layers: int, heads: int) -> None:
        super().__init__()
        self.words, self.places, self.kinds = (
            _table(weights[f"embeddings.{name}_embeddings.weight"]) for name in ("word", "position", "token_type")
        )
        self.norm = _norm(weights, "embeddings.LayerNorm")
        self.drop = nn.Dropout(_DROPPED)
        self.layers = nn.ModuleList(Layer(weights, f"encoder.layer.{number}", heads) for number in range(layers))
        self.size: int = self.words.embedding_dim

    @classmethod
    def read(cls, folder: Path) -> Encoder:
        """The one in a folder with model.safetensors and config.json, as the model store keeps it.

        Raises:
            WeightsError: the file cannot be read.
        """
        from voicesim.meaning.weights import read_safetensors

        config = json.loads((folder / "config.json").read_text("utf-8"))
        weights = read_safetensors(folder / "model.safetensors")
        return cls(weights, config["num_hidden_layers"], config["num_attention_heads"])

    def forward(self, pieces: Tensor, kinds: Tensor, there: Tensor, more: Tensor | None = None) -> Tensor:
        """The last layer, shape (n, pieces, size).

        Args:
            pieces: word pieces, shape (n, pieces).
            kinds: 0 or 1 for each (BERT's "token type").
            there: where there is a piece rather than filling.
            more: added to the embeddings, shape (n, pieces, size).
        """
        places = torch.arange(pieces.shape[1], device=pieces.device)
        hidden = self.words(pieces) + self.places(places) + self.kinds(kinds)
        hidden = self.drop(self.norm(hidden if more is None else hidden + more))
        for layer in self.layers:
            hidden = layer(hidden, there[:, None, None, :])
        return hidden  # type: ignore[no-any-return]


def mean_of(hidden: Tensor, where: Tensor) -> Tensor:
    """The mean of hidden states over the pieces where `where` is true, shape (n, size)."""
    weight = where.to(hidden.dtype).unsqueeze(2)
    return (hidden * weight).sum(dim=1) / weight.sum(dim=1).clamp(min=1)


def _tensor(array: NDArray[Any]) -> Tensor:
    return torch.from_numpy(np.array(array, dtype=np.float32))


def _table(weight: NDArray[Any]) -> nn.Embedding:
    made = nn.Embedding(*weight.shape)
    made.weight = nn.Parameter(_tensor(weight))
    return made


def _linear(weights: Mapping[str, NDArray[Any]], *names: str) -> nn.Linear:
    weight = _tensor(np.concatenate([weights[f"{name}.weight"] for name in names]))
    made = nn.Linear(weight.shape[1], weight.shape[0])
    made.weight = nn.Parameter(weight)
    made.bias = nn.Parameter(_tensor(np.concatenate([weights[f"{name}.bias"] for name in names])))
    return made


def _norm(weights: Mapping[str, NDArray[Any]], name: str) -> nn.LayerNorm:
    made = nn.LayerNorm(weights[f"{name}.weight"].shape[0], eps=1e-12)
    made.weight = nn.Parameter(_tensor(weights[f"{name}.weight"]))
    made.bias = nn.Parameter(_tensor(weights[f"{name}.bias"]))
    return made
