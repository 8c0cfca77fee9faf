"""The numbers of `rescoring.yaml`, validated."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Longest(_Strict):
    """How long a worker may take over one session (s)."""

    least: Annotated[float, Field(gt=0)]
    per_second: Annotated[float, Field(gt=0)]

    def over(self, seconds: float) -> float:
        """For a session of so many seconds."""
        return max(self.least, self.per_second * seconds)


class RescoringSettings(_Strict):
    """How a corpus is gone over again."""

    format: Literal["voicesim/rescoring/1"]
    most_losses: Annotated[int, Field(ge=1, le=100)]
    longest: Longest
    most_megabytes: Annotated[int, Field(ge=1)]
    start: Annotated[float, Field(gt=0)]


@cache
def rescoring_settings() -> RescoringSettings:
    """The settings that come with the program."""
    return load_model(files("voicesim.rescoring").joinpath("rescoring.yaml"), RescoringSettings)
