"""Speech of everybody in a room, far from the microphone or near: for recordings that are not one speaker's headset."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from voicesim.timebase import samples
from voicesim.yamlfile import load_model

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voicesim.audio.vad_settings import VadSettings


class _Room(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/room/1"]
    bridged_gap: float
    contrast: float
    below_peak: float
    above_noise: float
    least_above: float
    reach_on: float


@cache
def _room() -> _Room:
    return load_model(resources.files("voicesim.analysis") / "room.yaml", _Room)


def room_settings() -> VadSettings:
    """The detector's settings for a room."""
    from voicesim.audio.vad_settings import default_settings

    base, room = default_settings(), _room()
    edges = {"below_peak": room.below_peak, "above_noise": room.above_noise, "least_above": room.least_above}
    return base.model_copy(
        update={
            "edges": base.edges.model_copy(update={**edges, "reach_on": room.reach_on}),
            "voices_around": base.voices_around.model_copy(update={"contrast": room.contrast}),
        }
    )


def room_segments(track: NDArray[np.int16]) -> list[tuple[int, int]]:
    """Stretches in which anybody speaks, pauses inside a turn bridged.

    Args:
        track: mono, 16 kHz, shape (n,).

    Returns:
        (onset, end) sample positions in order.
    """
    from voicesim.audio.vad import segments

    gap = samples(_room().bridged_gap / 1000)
    joined: list[tuple[int, int]] = []
    for onset, end in segments(track, room_settings()):
        if joined and onset - joined[-1][1] < gap:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((onset, end))
    return joined
