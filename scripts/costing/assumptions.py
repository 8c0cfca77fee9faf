"""`assumptions.yaml`, validated."""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, PositiveFloat, PositiveInt

from voicesim.yamlfile import load_model


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Live(_Strict):
    """How live sessions are measured. Seconds."""

    seconds: PositiveFloat
    latest_words: PositiveFloat
    latest_block: PositiveFloat
    most: PositiveInt
    fixtures: tuple[str, ...]


class Rescoring(_Strict):
    """How re-scoring is measured."""

    fixture: str
    copies: PositiveInt


class Paper(_Strict):
    """What the extrapolation assumes."""

    trainees: PositiveInt
    sessions: PositiveFloat
    minutes: PositiveFloat
    days: PositiveFloat
    hours: PositiveFloat
    peak: PositiveFloat
    spare: PositiveFloat
    cores: PositiveInt
    copies: PositiveFloat


class Assumptions(_Strict):
    """All of it."""

    live: Live
    rescoring: Rescoring
    paper: Paper


def assumptions() -> Assumptions:
    """Those beside this file."""
    return load_model(Path(__file__).with_name("assumptions.yaml"), Assumptions)
