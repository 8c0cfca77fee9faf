"""What the progress pages show and reckon with, from their YAML file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model


class ProgressSettings(BaseModel):
    """`progress.yaml`: counts, days and a share, as commented there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/progress/1"]
    newest: Annotated[int, Field(ge=2, le=500)]
    confidence: Annotated[float, Field(gt=0.5, lt=1)]
    few: Annotated[int, Field(ge=2)]
    due_within_days: Annotated[int, Field(ge=0)]
    refresh_every: Annotated[float, Field(ge=0)]


@cache
def progress_settings() -> ProgressSettings:
    """The settings that ship with this version."""
    return load_model(files("voicesim.web.progress") / "progress.yaml", ProgressSettings)
