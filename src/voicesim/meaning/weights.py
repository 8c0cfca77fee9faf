"""The embedding model's weights: all-MiniLM-L6-v2, found and verified by the model store, rewritten once for CTranslate2.

CTranslate2 is here anyway for speech recognition, and its 8-bit encoder needs a quarter of the time and memory of 32 bits with
the same neighbours (docs/moves.md). The rewritten copy is kept in the cache like a converted Whisper checkpoint.
"""

from __future__ import annotations

import json
import os
import shutil
import struct
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.store import ModelFiles, find
from voicesim.asr.verify import Progress, models_folder, no_progress, remember, require, sha256_of, storage_error
from voicesim.errors import WeightsError

NAME = "sentence-meaning"
"""What models.yaml calls it."""
CONVERTED = "encoder-int8-1"
"""Folder name of the rewritten copy; the number counts versions of the conversion."""

_TYPES = {"F32": "<f4", "F16": "<f2", "I64": "<i8"}


def encoder_folder(progress: Progress = no_progress) -> tuple[Path, Path, str]:
    """Where the encoder lies, ready to be loaded. Never goes to the network.

    Returns:
        The folder CTranslate2 reads, the tokenizer's file, and the SHA-256 of the published weights.

    Raises:
        WeightsError: the weights are not on this machine, or not the bytes they should be.
        StorageError: the rewritten copy cannot be stored.
    """
    files = find(NAME, progress=progress)
    assert files.folder is not None
    folder = models_folder() / f"converted-{files.sha256[:16]}" / CONVERTED
    note = folder / "model.bin.sha256"
    try:
        require(folder / "model.bin", note.read_text("utf-8").strip(), progress)
    except (OSError, WeightsError):
        _convert(files, folder, note, progress)
    return folder, files.folder / "tokenizer.json", files.sha256


def _convert(files: ModelFiles, folder: Path, note: Path, progress: Progress) -> None:
    assert files.folder is not None
    progress("Converting weights", 0, 1)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="partial-", dir=folder.parent, ignore_cleanup_errors=True) as scratch:
            fresh = Path(scratch) / CONVERTED
            fresh.mkdir()
            write_encoder(files.folder, fresh)
            sha256 = sha256_of(fresh / "model.bin")
            (fresh / note.name).write_text(sha256 + "\n", "utf-8")
            shutil.rmtree(folder, ignore_errors=True)
            try:
                os.replace(fresh, folder)
            except OSError:
                if not (folder / "model.bin").exists():  # else another process was quicker: the same bytes
                    raise
        remember(folder / "model.bin", sha256)
    except OSError as error:
        raise storage_error(error, folder) from error
    progress("Converting weights", 1, 1)


def write_encoder(source: Path, target: Path) -> None:
    """Write BERT weights as a CTranslate2 encoder with 8-bit weights.

    Args:
        source: a folder with model.safetensors, config.json and vocab.txt.
        target: an empty folder.

    Raises:
        WeightsError: they are not the weights of a BERT encoder.
    """
    from ctranslate2.specs import common_spec, transformer_spec

    weights = read_safetensors(source / "model.safetensors")
    config = json.loads((source / "config.json").read_text("utf-8"))
    encoder = transformer_spec.TransformerEncoderSpec(
        config["num_hidden_layers"],
        config["num_attention_heads"],
        pre_norm=False,
        activation=common_spec.Activation.GELU,
        layernorm_embedding=True,
        num_source_embeddings=2,
        embeddings_merge=common_spec.EmbeddingsMerge.ADD,
    )
    spec = transformer_spec.TransformerEncoderModelSpec(encoder)

    def array(name: str) -> NDArray[Any]:
        return np.array(weights[name])

    def linear(theirs: Any, *ours: str) -> None:
        theirs.weight = np.concatenate([array(f"{name}.weight") for name in ours])
        theirs.bias = np.concatenate([array(f"{name}.bias") for name in ours])

    def norm(theirs: Any, ours: str) -> None:
        theirs.gamma, theirs.beta = array(f"{ours}.weight"), array(f"{ours}.bias")

    try:
        encoder.scale_embeddings = False
        encoder.embeddings[0].weight = array("embeddings.word_embeddings.weight")
        encoder.embeddings[1].weight = array("embeddings.token_type_embeddings.weight")
        encoder.position_encodings.encodings = array("embeddings.position_embeddings.weight")
        norm(encoder.layernorm_embedding, "embeddings.LayerNorm")
        for number, layer in enumerate(encoder.layer):
            ours = f"encoder.layer.{number}"
            attention = f"{ours}.attention.self"
            linear(layer.self_attention.linear[0], f"{attention}.query", f"{attention}.key", f"{attention}.value")
            linear(layer.self_attention.linear[1], f"{ours}.attention.output.dense")
            norm(layer.self_attention.layer_norm, f"{ours}.attention.output.LayerNorm")
            linear(layer.ffn.linear_0, f"{ours}.intermediate.dense")
            linear(layer.ffn.linear_1, f"{ours}.output.dense")
            norm(layer.ffn.layer_norm, f"{ours}.output.LayerNorm")
    except KeyError as error:
        raise WeightsError(
            f"{source} holds no complete BERT weights: {error} is missing.", "Fetch them again."
        ) from None
    spec.config.unk_token = "[UNK]"
    spec.register_vocabulary((source / "vocab.txt").read_text("utf-8").split())
    spec.validate()
    spec.optimize(quantization="int8")
    spec.save(str(target))


def read_safetensors(path: Path) -> dict[str, NDArray[Any]]:
    """All arrays of a safetensors file, by name: a length, a JSON header, then the bytes.

    Raises:
        WeightsError: it is no such file, or it is cut short.
    """
    data = path.read_bytes()
    try:
        (length,) = struct.unpack_from("<Q", data)
        header = json.loads(data[8 : 8 + length])
        header.pop("__metadata__", None)
        arrays = {}
        for name, about in header.items():
            begin, end = about["data_offsets"]
            flat = np.frombuffer(data[8 + length + begin : 8 + length + end], _TYPES[about["dtype"]])
            arrays[name] = flat.reshape(about["shape"])
        return arrays
    except (struct.error, ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{path} cannot be read as safetensors ({error}).", "Fetch the weights again.") from None
