"""The thresholds of voice activity detection, read from vad.yaml beside this file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from voicesim.audio.energy import BIN
from voicesim.timebase import samples

Share = Annotated[float, Field(gt=0, lt=1)]
Milliseconds = Annotated[float, Field(ge=0, le=20_000)]
Decibels = Annotated[float, Field(ge=0, le=60)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ModelFile(_Part):
    """Where the network lies: a file of an installed package, and its checksum."""

    package: str
    file: str
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]


class Decision(_Part):
    """When speech is there."""

    enter: Share
    stay: Share
    shortest_speech: Milliseconds
    bridged_gap: Milliseconds
    bridge_hold: Milliseconds
    stirring_within: Milliseconds

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.stay > self.enter:
            raise ValueError("stay must not be above enter")
        return self


class Edges(_Part):
    """How boundaries are refined by energy."""

    reach_back: Milliseconds
    reach_on: Milliseconds
    stop_gap: Milliseconds
    above_noise: Decibels
    per_belief: Decibels
    least_above: Decibels
    most_above: Decibels
    below_peak: Decibels


class Noise(_Part):
    """How the noise floor is learned."""

    quiet: Share
    memory: Annotated[Milliseconds, Field(ge=100)]
    floor: float


class VoicesAround(_Part):
    """How far speech must stand out from other people's."""

    memory: Annotated[Milliseconds, Field(ge=2000)]
    quiet_share: Share
    loud_share: Share
    contrast: Share
    before: Milliseconds
    after: Milliseconds


class VadSettings(_Part):
    """All of vad.yaml."""

    model: ModelFile
    decision: Decision
    edges: Edges
    noise: Noise
    voices_around: VoicesAround


@lru_cache(maxsize=1)
def default_settings() -> VadSettings:
    """The settings this version was measured with."""
    text = Path(__file__).with_name("vad.yaml").read_text(encoding="utf-8")
    return VadSettings.model_validate(yaml.safe_load(text))


def bins(milliseconds: float) -> int:
    """Milliseconds as a whole number of energy bins."""
    return round(samples(milliseconds / 1000) / BIN)
