"""CTranslate2 weights become an openai-whisper checkpoint without losing a bit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from voicesim.asr import ct2_weights, store
from voicesim.asr.store import ModelFiles
from voicesim.errors import WeightsError

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def tiny() -> Path:
    folder = store.find("tiny.en").folder
    assert folder is not None
    return folder


def test_every_number_of_the_weights_is_kept(tiny: Path) -> None:
    variables = ct2_weights.read(tiny / "model.bin")
    state = ct2_weights.openai_state(variables)["model_state_dict"]
    restacked = np.concatenate([state[f"decoder.blocks.3.attn.{name}.weight"] for name in ("query", "key", "value")])
    assert np.array_equal(restacked, variables["decoder/layer_3/self_attention/linear_0/weight"])
    crossed = np.concatenate([state[f"decoder.blocks.0.cross_attn.{name}.weight"] for name in ("key", "value")])
    assert np.array_equal(crossed, variables["decoder/layer_0/attention/linear_1/weight"])
    kept = sum(array.size for array in state.values())
    dropped = [
        array for name, array in variables.items() if name.endswith("linear_0/bias") and "self_attention" in name
    ]
    dropped_keys = sum(array.size // 3 for array in dropped)
    cross_keys = sum(a.size // 2 for name, a in variables.items() if name.endswith("/attention/linear_1/bias"))
    whole = sum(
        array.size
        for name, array in variables.items()
        if array.dtype == np.float16 and name != "decoder/projection/weight"
    )
    assert kept == whole - dropped_keys - cross_keys
    assert not any(np.any(np.split(array, 3)[1]) for array in dropped), "only key biases, all zero, are left out"


def test_openai_whisper_loads_it_as_its_own(tiny: Path) -> None:
    import whisper

    model = whisper.load_model(str(store.openai_checkpoint(store.find("tiny.en"))), device="cpu")
    assert (model.dims.n_audio_ctx, model.dims.n_vocab, model.is_multilingual) == (1500, 51864, False)
    positions = whisper.model.sinusoids(1500, model.dims.n_audio_state)
    assert float((model.encoder.positional_embedding - positions).abs().max()) < 1e-3


def test_it_is_converted_once_and_again_when_damaged(
    tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("VOICESIM_CACHE", str(tmp_path))
    files = store.find("our-own", tiny)
    first = store.openai_checkpoint(files)
    changed = first.stat().st_mtime_ns
    assert store.openai_checkpoint(files) == first
    assert first.stat().st_mtime_ns == changed
    right = first.read_bytes()
    first.write_bytes(right[: len(right) // 2])
    assert store.openai_checkpoint(files).read_bytes()[: 1 << 20] == right[: 1 << 20]
    assert first.stat().st_size == len(right)


def test_something_else_than_whisper_weights_is_refused_in_words(tiny: Path, tmp_path: Path) -> None:
    (tmp_path / "model.bin").write_bytes(b"\x02\0\0\0 something else entirely")
    with pytest.raises(WeightsError, match="cannot be read as CTranslate2 Whisper weights"):
        ct2_weights.read(tmp_path / "model.bin")
    (tmp_path / "model.bin").write_bytes(b"")
    with pytest.raises(WeightsError, match="is empty"):
        ct2_weights.read(tmp_path / "model.bin")


def test_quantised_weights_are_refused_by_name(tiny: Path) -> None:
    variables = ct2_weights.read(tiny / "model.bin")
    name = "decoder/layer_0/ffn/linear_0/weight"
    variables[name] = (variables[name] * 100).astype(np.int8)
    with pytest.raises(WeightsError, match=r"quantised \(decoder\.blocks\.0\.mlp\.0\.weight\)"):
        ct2_weights.openai_state(variables)
    del variables[name]
    with pytest.raises(WeightsError, match=r"ffn/linear_0/weight.* is missing"):
        ct2_weights.openai_state(variables)


def test_a_checkpoint_without_weights_cannot_be_converted() -> None:
    with pytest.raises(WeightsError, match="No weights are named"):
        store.openai_checkpoint(ModelFiles("nothing"))
