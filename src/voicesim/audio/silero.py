"""How likely each 32 ms of a track is to hold speech: the Silero network, frame by frame, always with the same answer."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import WeightsError
from voicesim.timebase import FRAME

if TYPE_CHECKING:
    from voicesim.audio.vad_settings import ModelFile

_CONTEXT = 64
"""Samples of the frame before that the network sees again."""
_STATE = (1, 1, 128)


@lru_cache(maxsize=1)
def _session(model: ModelFile) -> Any:
    package = find_spec(model.package)
    folders = list(package.submodule_search_locations or []) if package else []
    path = next((file for folder in folders if (file := Path(folder) / model.file).is_file()), None)
    remedy = 'Reinstall it: pip install --force-reinstall "faster-whisper==1.2.1".'
    if path is None:
        raise WeightsError(f"The speech detector {model.file} is missing from the package {model.package}.", remedy)
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != model.sha256:
        raise WeightsError(f"{path} is not the speech detector this version was measured with (SHA-256).", remedy)

    import onnxruntime

    options = onnxruntime.SessionOptions()
    # One thread: 32 ms take well under a millisecond, and sums in one order give the same bits every time.
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(content, sess_options=options, providers=["CPUExecutionProvider"])


class Silero:
    """The network with its memory of one track.

    Args:
        model: which file of which installed package to run.

    Raises:
        WeightsError: the file is missing or is not the one that was measured.
    """

    def __init__(self, model: ModelFile) -> None:
        self._session = _session(model)
        self._hidden = np.zeros(_STATE, np.float32)
        self._cell = np.zeros(_STATE, np.float32)
        self._context = np.zeros(_CONTEXT, np.float32)

    def probabilities(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Speech probability of each frame.

        Args:
            samples: the track's next whole frames, 16 kHz, in [-1, 1], shape (k * 512,).

        Returns:
            Shape (k,), each in [0, 1].
        """
        frames = samples.reshape(-1, FRAME)
        contexts = np.vstack([self._context, frames[:-1, -_CONTEXT:]])
        # k frames in one call only save the calls: the network itself goes through them one after the other.
        inputs = {"input": np.hstack([contexts, frames]), "h": self._hidden, "c": self._cell}
        probabilities, self._hidden, self._cell = self._session.run(None, inputs)
        self._context = frames[-1, -_CONTEXT:].copy()
        result: NDArray[np.float32] = np.asarray(probabilities, np.float32).reshape(-1)
        return result
