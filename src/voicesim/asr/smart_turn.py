"""Whether a turn sounds over by the voice alone: the Smart Turn v3.2 model, run by onnxruntime.

The model looks at the last eight seconds before the silence, as a Whisper log-mel spectrogram, and gives a likelihood. On two
cores it takes some tens of milliseconds.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicesim.asr.store import ModelFiles, find
from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    from faster_whisper.feature_extractor import FeatureExtractor

NAME = "smart-turn"
_SECONDS = 8
_FRAMES = 800


class SmartTurn:
    """Judges stretches of speech. Deterministic; safe for one thread at a time.

    Raises:
        WeightsError: the model is not on this machine, or its bytes are not right.
    """

    def __init__(self, files: ModelFiles | None = None) -> None:
        found = files or find(NAME)
        assert found.folder is not None
        self._path = found.folder / "smart-turn.onnx"

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(str(self._path), options, providers=["CPUExecutionProvider"])

    @cached_property
    def _features(self) -> FeatureExtractor:
        from faster_whisper.feature_extractor import FeatureExtractor

        return FeatureExtractor(chunk_length=_SECONDS)

    def likelihood(self, samples: NDArray[np.float32]) -> float:
        """How likely the turn is over.

        Args:
            samples: speech up to and with the first silence after it, mono float32 at 16 kHz, shape (n,). Only the last
                eight seconds count.

        Returns:
            0 to 1.
        """
        window = np.zeros(_SECONDS * SAMPLE_RATE, dtype=np.float32)
        heard = samples[-len(window) :]
        window[len(window) - len(heard) :] = heard
        window = (window - window.mean()) / np.sqrt(window.var() + 1e-7)
        mel = self._features(window, padding=0)[:, :_FRAMES].astype(np.float32)
        (result,) = self._session.run(None, {"input_features": mel[None]})
        return float(np.ravel(result)[0])
