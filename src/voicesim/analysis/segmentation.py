"""How likely anybody in a room speaks: pyannote's segmentation network, run by torch.

The network (Bredin & Laurent 2021, "End-to-end speaker segmentation for overlap-aware resegmentation"; MIT licence) hears five
seconds at a time and says for each of three voices, every 17 ms, how likely it is speaking. Here only "anybody" is asked. It was
trained on meetings among other things, and so hears far and quiet voices that a headset's detector takes for the room.
"""

from __future__ import annotations

import math
from collections import defaultdict
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.store import ModelFiles, find
from voicesim.errors import WeightsError
from voicesim.timebase import samples

if TYPE_CHECKING:
    import torch

NAME = "room-speech"
STEP = 270
"""Samples from one figure to the next."""
FIRST = 495
"""Sample around which the first figure was heard."""
_WINDOW = samples(5.0)
"""What the network was trained on; it is worse with anything longer or shorter."""
_AT_ONCE = 32
"""Windows computed together."""
_LOWEST, _NARROWEST, _HIGHEST = 50.0, 50.0, 8000.0
"""Hz: bounds of the filters that the network has learned."""
_UNREAD = (
    *(f"omegaconf.{name}" for name in ("listconfig.ListConfig", "base.ContainerMetadata", "base.Metadata", "nodes.AnyNode")),
    *(f"pyannote.audio.core.task.{name}" for name in ("Specifications", "Problem", "Resolution")),
    "pyannote.audio.core.model.Introspection",
    "typing.Any",
    "__builtin__.long",
)  # fmt: skip
"""What else the checkpoint holds of its training: nothing of it is run."""


class Segmentation:
    """The network. Deterministic; safe for one thread at a time.

    Raises:
        WeightsError: the weights are not on this machine, or their bytes are not right.
    """

    def __init__(self, files: ModelFiles | None = None) -> None:
        found = files or find(NAME)
        assert found.folder is not None
        self._path = found.folder / "segmentation.bin"

    def anybody(self, track: NDArray[np.int16], shift: float) -> NDArray[np.float64]:
        """How likely at least one person speaks.

        Args:
            track: mono, 16 kHz, shape (n,).
            shift: seconds from one window to the next; where windows overlap, the middle of each counts most.

        Returns:
            A likelihood for every `STEP` samples; the first belongs to sample `FIRST`.
        """
        import torch

        padded = np.pad(track, (0, max(0, _WINDOW - len(track))))
        last = len(padded) - _WINDOW
        starts = sorted({*range(0, last + 1, samples(shift)), last})
        total = np.zeros(math.ceil(len(padded) / STEP) + 2)
        weight = np.zeros_like(total)
        for first in range(0, len(starts), _AT_ONCE):
            chosen = starts[first : first + _AT_ONCE]
            windows = np.stack([padded[at : at + _WINDOW] for at in chosen]).astype(np.float32) / np.float32(32768)
            with torch.inference_mode():
                silent = (1 - self._voices(torch.from_numpy(windows))).prod(dim=-1).numpy()
            trusted = np.hamming(silent.shape[1])
            for at, row in zip(chosen, 1.0 - silent, strict=True):
                begin = round(at / STEP)
                total[begin : begin + len(row)] += row * trusted
                weight[begin : begin + len(row)] += trusted
        result: NDArray[np.float64] = total / np.maximum(weight, 1e-9)
        return result

    @cached_property
    def _weights(self) -> dict[str, torch.Tensor]:
        return _read(self._path)

    @cached_property
    def _memory(self) -> torch.nn.LSTM:
        import torch

        lstm = torch.nn.LSTM(60, 128, 4, bidirectional=True, batch_first=True)
        lstm.load_state_dict({k.removeprefix("lstm."): v for k, v in self._weights.items() if k.startswith("lstm.")})
        return lstm.eval()

    @cached_property
    def _filters(self) -> torch.Tensor:
        """Band-pass filters from the learned bounds, an even and an odd one a band (Ravanelli & Bengio 2018)."""
        import torch

        part = "sincnet.conv1d.0.filterbank."
        low_hz, band_hz, window, time = (
            self._weights[part + name] for name in ("low_hz_", "band_hz_", "window_", "n_")
        )
        low = _LOWEST + low_hz.abs()
        high = (low + _NARROWEST + band_hz.abs()).clamp(_LOWEST, _HIGHEST)
        width = 2 * (high - low)
        rising, falling = low @ time, high @ time
        even = (falling.sin() - rising.sin()) / (time / 2) * window / width
        odd = (rising.cos() - falling.cos()) / (time / 2) * window / width
        evens = torch.cat([even, torch.ones_like(width), even.flip(1)], 1)
        odds = torch.cat([odd, torch.zeros_like(width), -odd.flip(1)], 1)
        return torch.cat([evens, odds])[:, None]

    def _voices(self, windows: torch.Tensor) -> torch.Tensor:
        """Shape (windows, samples) → (windows, figures, 3)."""
        from torch.nn import functional

        weights = self._weights

        def even_out(sound: torch.Tensor, name: str) -> torch.Tensor:
            scale, offset = weights[f"sincnet.{name}.weight"], weights[f"sincnet.{name}.bias"]
            return functional.instance_norm(sound, weight=scale, bias=offset)

        sound = even_out(windows[:, None], "wav_norm1d")
        sound = functional.conv1d(sound, self._filters, stride=10).abs()
        for layer in range(3):
            if layer:
                name = f"sincnet.conv1d.{layer}."
                sound = functional.conv1d(sound, weights[name + "weight"], weights[name + "bias"])
            sound = functional.leaky_relu(even_out(functional.max_pool1d(sound, 3), f"norm1d.{layer}"))
        heard: torch.Tensor = self._memory(sound.transpose(1, 2))[0]
        for name in ("linear.0.", "linear.1."):
            heard = functional.leaky_relu(functional.linear(heard, weights[name + "weight"], weights[name + "bias"]))
        return functional.linear(heard, weights["classifier.weight"], weights["classifier.bias"]).sigmoid()


def _read(path: Path) -> dict[str, torch.Tensor]:
    """The network's tensors; everything else in the file stays unread, and no code of it is run."""
    import torch
    from torch.torch_version import TorchVersion

    known: list[Any] = [list, dict, int, defaultdict, TorchVersion]
    unread = [(type("Unread", (_Unread,), {}), name) for name in _UNREAD]
    try:
        with torch.serialization.safe_globals([*known, *unread]):
            kept = torch.load(path, map_location="cpu", weights_only=True)
        return {name: tensor.float() for name, tensor in kept["state_dict"].items()}
    except Exception as error:  # torch tells damage in many ways
        raise WeightsError(f"{path} cannot be read ({type(error).__name__}).", "Update voicesim and torch.") from error


class _Unread:
    def __init__(self, *_: object) -> None: ...

    def __setstate__(self, _: object) -> None: ...
