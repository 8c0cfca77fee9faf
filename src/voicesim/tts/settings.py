"""The numbers of voicing, read from `voice.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model

Positive = Annotated[float, Field(gt=0)]


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class EngineSettings(_Section):
    """How long the speech engine may take, and how slowly or fast it can be asked to speak."""

    start_seconds: Positive
    phrase_seconds: Positive
    seconds_per_character: Annotated[float, Field(ge=0)]
    grace_seconds: Positive
    slowest_words_per_minute: Annotated[int, Field(ge=20)]
    fastest_words_per_minute: Annotated[int, Field(le=900)]

    def phrase_limit(self, phrase: str) -> float:
        """Seconds the engine has for this phrase."""
        return self.phrase_seconds + self.seconds_per_character * len(phrase)


class ShapeSettings(_Section):
    """How a phrase is cut, faded and levelled."""

    sounding_below_peak_db: Positive
    fade_ms: Annotated[float, Field(ge=0, le=50)]
    loudness_lufs: Annotated[float, Field(lt=0)]
    level_dbfs: Annotated[float, Field(lt=0)]
    ceiling_dbfs: Annotated[float, Field(le=0)]
    unspeakable_seconds: Positive
    trails_seconds: Positive
    trails_db: Annotated[float, Field(ge=0, le=20)]
    clause_gap_ms: Positive


class CacheSettings(_Section):
    """How much disk the voiced lines may take."""

    megabytes: Annotated[int, Field(ge=1)]


class VoiceSettings(_Section):
    """The whole of `voice.yaml`."""

    default_voice: str
    engine: EngineSettings
    shape: ShapeSettings
    cache: CacheSettings


@cache
def voice_settings() -> VoiceSettings:
    """The settings that ship with voicesim, validated."""
    return load_model(files("voicesim.tts") / "voice.yaml", VoiceSettings)
