"""Reads Whisper weights in CTranslate2's format and writes them as an openai-whisper checkpoint, without loss.

CTranslate2 stacks what openai-whisper keeps apart: ``self_attention/linear_0`` is query, key and value on top of each
other; in cross-attention ``linear_0`` is the query and ``linear_1`` key and value. Whisper's keys have no bias, so that
third of the stacked bias is zero. Sinusoids of the encoder are stored like any other weight.
"""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.verify import Progress, no_progress
from voicesim.errors import WeightsError

if TYPE_CHECKING:
    import mmap

Array = NDArray[Any]

_TYPES: dict[int, np.dtype[Any]] = {
    0: np.dtype("<f4"),
    1: np.dtype("i1"),
    2: np.dtype("<i2"),
    3: np.dtype("<i4"),
    4: np.dtype("<f2"),
}
"""CTranslate2's numbers for element types."""

_USE_ANOTHER = "Choose another model, or the faster-whisper engine, which reads these weights as they are."


def read(path: Path) -> dict[str, Array]:
    """All variables of a CTranslate2 ``model.bin``, by name; aliases are resolved. The arrays are views of the file.

    Raises:
        WeightsError: it is no Whisper model in a version this program knows, or it is cut short.
    """
    import mmap

    with path.open("rb") as stream:
        try:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:
            raise WeightsError(f"{path} is empty.", "Fetch the weights again.") from None
    try:
        return _Reader(data).variables()
    except (struct.error, KeyError, ValueError) as error:
        raise WeightsError(f"{path} cannot be read as CTranslate2 Whisper weights ({error}).", _USE_ANOTHER) from None


def convert(source: Path, target: Path, progress: Progress = no_progress) -> None:
    """Write the weights of a CTranslate2 ``model.bin`` as an openai-whisper checkpoint.

    Raises:
        WeightsError: the weights are not floating point, or not those of a Whisper model.
    """
    import torch

    checkpoint = openai_state(read(source))
    state = checkpoint["model_state_dict"]
    for done, name in enumerate(state, 1):
        state[name] = torch.from_numpy(np.ascontiguousarray(state[name]).copy())
        progress("Converting weights", done, len(state))
    torch.save(checkpoint, target)


def openai_state(variables: dict[str, Array]) -> dict[str, Any]:
    """The same weights under openai-whisper's names: ``{"dims": …, "model_state_dict": {name: array}}``.

    Raises:
        WeightsError: a weight is missing or is quantised.
    """
    try:
        state = _translate(variables)
        dims = _dimensions(variables, state)
    except KeyError as error:
        raise WeightsError(f"These are no complete Whisper weights: {error} is missing.", _USE_ANOTHER) from None
    whole = [name for name, array in state.items() if array.dtype.kind != "f"]
    if whole:
        raise WeightsError(f"The weights are quantised ({whole[0]}): openai-whisper needs them whole.", _USE_ANOTHER)
    return {"dims": dims, "model_state_dict": state}


def _dimensions(variables: dict[str, Array], state: dict[str, Array]) -> dict[str, int]:
    def layers(part: str) -> int:
        return len({name.split(".")[2] for name in state if name.startswith(f"{part}.blocks.")})

    mels = state["encoder.conv1.weight"].shape[1]
    n_vocab, text_state = state["decoder.token_embedding.weight"].shape
    audio_ctx, audio_state = state["encoder.positional_embedding"].shape
    return {
        "n_mels": mels,
        "n_audio_ctx": audio_ctx,
        "n_audio_state": audio_state,
        "n_audio_head": int(variables["encoder/num_heads"]),
        "n_audio_layer": layers("encoder"),
        "n_vocab": n_vocab,
        "n_text_ctx": state["decoder.positional_embedding"].shape[0],
        "n_text_state": text_state,
        "n_text_head": int(variables["decoder/num_heads"]),
        "n_text_layer": layers("decoder"),
    }


def _translate(variables: dict[str, Array]) -> dict[str, Array]:
    state: dict[str, Array] = {
        "encoder.positional_embedding": variables["encoder/position_encodings/encodings"],
        "decoder.positional_embedding": variables["decoder/position_encodings/encodings"],
        "decoder.token_embedding.weight": variables["decoder/embeddings/weight"],
    }

    def linear(ours: str, theirs: str) -> None:
        state[f"{ours}.weight"] = variables[f"{theirs}/weight"]
        state[f"{ours}.bias"] = variables[f"{theirs}/bias"]

    def norm(ours: str, theirs: str) -> None:
        state[f"{ours}.weight"] = variables[f"{theirs}/gamma"]
        state[f"{ours}.bias"] = variables[f"{theirs}/beta"]

    def stacked(ours: str, theirs: str, names: tuple[str, ...]) -> None:
        weights = np.split(variables[f"{theirs}/weight"], len(names))
        biases = np.split(variables[f"{theirs}/bias"], len(names))
        for name, weight, bias in zip(names, weights, biases, strict=True):
            state[f"{ours}.{name}.weight"] = weight
            if name != "key":
                state[f"{ours}.{name}.bias"] = bias

    linear("encoder.conv1", "encoder/conv1")
    linear("encoder.conv2", "encoder/conv2")
    norm("encoder.ln_post", "encoder/layer_norm")
    norm("decoder.ln", "decoder/layer_norm")
    for part in ("encoder", "decoder"):
        layer = 0
        while f"{part}/layer_{layer}/self_attention/linear_0/weight" in variables:
            ours, theirs = f"{part}.blocks.{layer}", f"{part}/layer_{layer}"
            norm(f"{ours}.attn_ln", f"{theirs}/self_attention/layer_norm")
            stacked(f"{ours}.attn", f"{theirs}/self_attention/linear_0", ("query", "key", "value"))
            linear(f"{ours}.attn.out", f"{theirs}/self_attention/linear_1")
            if part == "decoder":
                norm(f"{ours}.cross_attn_ln", f"{theirs}/attention/layer_norm")
                stacked(f"{ours}.cross_attn", f"{theirs}/attention/linear_0", ("query",))
                stacked(f"{ours}.cross_attn", f"{theirs}/attention/linear_1", ("key", "value"))
                linear(f"{ours}.cross_attn.out", f"{theirs}/attention/linear_2")
            norm(f"{ours}.mlp_ln", f"{theirs}/ffn/layer_norm")
            linear(f"{ours}.mlp.0", f"{theirs}/ffn/linear_0")
            linear(f"{ours}.mlp.2", f"{theirs}/ffn/linear_1")
            layer += 1
        if layer == 0:
            raise KeyError(f"{part}/layer_0")
    return state


class _Reader:
    """Walks the bytes of a ``model.bin``: a header, the variables, the aliases. Little-endian throughout."""

    def __init__(self, data: mmap.mmap) -> None:
        self.data, self.position = data, 0

    def number(self, form: str) -> int:
        (value,) = struct.unpack_from("<" + form, self.data, self.position)
        self.position += struct.calcsize("<" + form)
        return int(value)

    def text(self) -> str:
        length = self.number("H")
        raw = self.data[self.position : self.position + length]
        self.position += length
        return raw.rstrip(b"\0").decode("utf-8")

    def variables(self) -> dict[str, Array]:
        version = self.number("I")
        if version != 6:
            raise ValueError(f"format {version} instead of 6")
        name, _revision = self.text(), self.number("I")
        if name != "WhisperSpec":
            raise ValueError(f"a {name or 'nameless'} model")
        found: dict[str, Array] = {}
        for _ in range(self.number("I")):
            name = self.text()
            shape = tuple(self.number("I") for _ in range(self.number("B")))
            kind, size = _TYPES[self.number("B")], self.number("I")
            if self.position + size > len(self.data):
                raise ValueError("it ends too soon")
            flat = np.frombuffer(self.data, kind, size // kind.itemsize, self.position)
            found[name] = flat.reshape(shape)
            self.position += size
        for _ in range(self.number("I")):
            alias, name = self.text(), self.text()
            found[alias] = found[name]
        return found


def alignment_heads(folder: Path) -> tuple[tuple[int, int], ...]:
    """(layer, head) of the decoder's cross-attention that follow the sound, from ``config.json``; empty if not stated."""
    try:
        config = json.loads((folder / "config.json").read_text("utf-8"))
        return tuple((int(layer), int(head)) for layer, head in config["alignment_heads"])
    except (OSError, ValueError, KeyError, TypeError):
        return ()
