"""What the exports go by, from their YAML file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Captions(_Strict):
    """How cues are cut: characters and seconds, as commented there."""

    most_characters: Annotated[int, Field(ge=20)]
    most_seconds: Annotated[float, Field(gt=0)]
    gap: Annotated[float, Field(gt=0)]


class Xapi(_Strict):
    """Identifiers of the learning records."""

    version: str
    verbs: str
    activity_types: str
    activities: str
    home_page: str
    nobody: str


class ExportSettings(_Strict):
    """`exports.yaml`."""

    format: Literal["voicesim/exports/1"]
    captions: Captions
    xapi: Xapi


@cache
def export_settings() -> ExportSettings:
    """The settings that ship with this version."""
    return load_model(files("voicesim.exports") / "exports.yaml", ExportSettings)
