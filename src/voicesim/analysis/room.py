"""Speech of everybody in a room, far from the microphone or near: for recordings that are not one speaker's headset."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.timebase import FRAME, samples
from voicesim.yamlfile import load_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voicesim.analysis.segmentation import Segmentation
    from voicesim.audio.vad_settings import VadSettings

_SUREST = 1e-3
"""No network is surer than this, whatever it says: the other must be able to object."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _Together(_Part):
    shift: Annotated[float, Field(gt=0, le=5)]
    silero: Annotated[float, Field(ge=0)]
    least: float
    bridged_gap: Annotated[float, Field(ge=0)]
    margin: Annotated[float, Field(ge=0)]


class _SileroAlone(_Part):
    bridged_gap: float
    contrast: float
    below_peak: float
    above_noise: float
    least_above: float
    reach_on: float


class _Room(_Part):
    format: Literal["voicesim/room/2"]
    together: _Together
    silero_alone: _SileroAlone


@cache
def _room() -> _Room:
    return load_model(resources.files("voicesim.analysis") / "room.yaml", _Room)


def segmentation() -> Segmentation | None:
    """The network that hears far voices, None when its weights are not on this machine.

    Raises:
        WeightsError: they are here and damaged.
    """
    from voicesim.analysis.segmentation import NAME, Segmentation
    from voicesim.asr.verify import models_folder
    from voicesim.errors import WeightsError

    try:
        return Segmentation()
    except WeightsError:
        if (models_folder() / NAME).exists():
            raise
        return None


def room_segments(track: NDArray[np.int16], network: Segmentation | None) -> list[tuple[int, int]]:
    """Stretches in which anybody speaks, short pauses bridged.

    Args:
        track: mono, 16 kHz, shape (n,).
        network: what hears far voices (`segmentation()`); without it, Silero and energy do what they can.

    Returns:
        (onset, end) sample positions in order.
    """
    if network is None or not track.size:
        return _by_silero_alone(track)
    import numpy as np

    from voicesim.analysis.segmentation import FIRST, STEP
    from voicesim.audio.silero import Silero
    from voicesim.audio.vad_settings import default_settings

    settings = _room().together
    speaking = network.anybody(track, settings.shift)
    framed = np.pad(track, (0, -len(track) % FRAME)).astype(np.float32) / np.float32(32768)
    frames = Silero(default_settings().model).probabilities(framed)
    at = (np.arange(len(speaking)) * STEP + FIRST) / FRAME
    agreed = np.interp(at, np.arange(len(frames)) + 0.5, frames)
    speech = _log_odds(speaking) + settings.silero * _log_odds(agreed) > settings.least
    edges = np.flatnonzero(np.diff(np.concatenate([[False], speech, [False]])))
    found = [(int(begin), int(end)) for begin, end in edges.reshape(-1, 2)]
    margin, middle = samples(settings.margin / 1000), FIRST - STEP // 2
    # The first figure already hears the first sample: a voice that speaks there has spoken from the start.
    spans = [(STEP * begin + middle - margin if begin else 0, STEP * end + middle + margin) for begin, end in found]
    inside = [(max(0, onset), min(len(track), end)) for onset, end in spans if onset < len(track)]
    return _bridged(inside, settings.bridged_gap)


def _log_odds(likelihood: NDArray[np.floating]) -> NDArray[np.floating]:
    import numpy as np

    bounded = np.clip(likelihood, _SUREST, 1 - _SUREST)
    result: NDArray[np.floating] = np.log(bounded / (1 - bounded))
    return result


def _by_silero_alone(track: NDArray[np.int16]) -> list[tuple[int, int]]:
    from voicesim.audio.vad import segments

    return _bridged(segments(track, room_settings()), _room().silero_alone.bridged_gap)


def room_settings() -> VadSettings:
    """The headset's detector, set for a room."""
    from voicesim.audio.vad_settings import default_settings

    base, room = default_settings(), _room().silero_alone
    edges = {"below_peak": room.below_peak, "above_noise": room.above_noise, "least_above": room.least_above}
    return base.model_copy(
        update={
            "edges": base.edges.model_copy(update={**edges, "reach_on": room.reach_on}),
            "voices_around": base.voices_around.model_copy(update={"contrast": room.contrast}),
        }
    )


def _bridged(spans: list[tuple[int, int]], milliseconds: float) -> list[tuple[int, int]]:
    gap = samples(milliseconds / 1000)
    joined: list[tuple[int, int]] = []
    for onset, end in spans:
        if joined and onset - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((onset, end))
    return joined
