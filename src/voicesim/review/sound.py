"""The two tracks as one small stereo sound inside the report: trainee left, survivor right."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from voicesim.timebase import SAMPLE_RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_COMPRESSION = 0.85
"""0 (large) to 1 (small): 32 kbit/s. Speech stays clear, and half an hour stays a file that can be sent."""
_DELAY = 1105
"""Samples by which an MP3 decoder is late (encoder 576, decoder 529). A constant bit rate is what browsers seek in
exactly; it carries no note of this delay, so it is taken off before encoding."""
_BLOCK = 60 * SAMPLE_RATE


def stereo_data_uri(trainee: NDArray[np.int16], survivor: NDArray[np.int16]) -> str:
    """Encode two tracks as an MP3 data URI, which every browser plays from disk.

    Args:
        trainee: mono int16 at 16 kHz, shape (n,).
        survivor: the same; the longer of the two is cut.

    Returns:
        The URI, empty when there is next to no sound.
    """
    import numpy as np
    import soundfile

    length = min(len(trainee), len(survivor))
    if length <= _DELAY:
        return ""
    target = io.BytesIO()
    with soundfile.SoundFile(
        target,
        "w",
        SAMPLE_RATE,
        2,
        format="MP3",
        subtype="MPEG_LAYER_III",
        compression_level=_COMPRESSION,
        bitrate_mode="CONSTANT",
    ) as file:
        for start in range(_DELAY, length, _BLOCK):
            until = min(start + _BLOCK, length)
            block = np.stack((trainee[start:until], survivor[start:until]), axis=1)
            # Floats: libsndfile 1.2.2 turns 16-bit stereo into noise when it writes MP3.
            file.write(block.astype(np.float32) / 32768)
    return "data:audio/mpeg;base64," + base64.b64encode(target.getvalue()).decode("ascii")
