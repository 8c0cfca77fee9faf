"""What the web application allows, from its YAML file."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model


class WebSettings(BaseModel):
    """`web.yaml`: seconds, counts and bytes, as commented there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal["voicesim/web/1"]
    most_sessions: int = Field(ge=1)
    begin_within: float = Field(gt=0)
    reconnect_within: float = Field(gt=0)
    silent_for: float = Field(ge=0.5)
    hello_within: float = Field(gt=0)
    remembered_for: float = Field(gt=0)
    most_body: int = Field(ge=1024)
    most_message: int = Field(ge=1024)
    blocks_ahead: int = Field(ge=1, le=50)
    burst: int = Field(ge=50)
    longest_loop: float = Field(gt=0, le=2)
    most_followers: int = Field(ge=1)
    failures_per_account: int = Field(ge=1)
    failures_per_address: int = Field(ge=1)
    failures_within: float = Field(gt=0)
    hashing_at_once: int = Field(ge=1)
    hashing_within: float = Field(ge=0)
    seen_again_after: float = Field(ge=0)
    look_again_every: float = Field(gt=0)
    certificate_every: int = Field(ge=1)
    least_free: int = Field(ge=0)


@cache
def web_settings() -> WebSettings:
    """The settings that ship with this version."""
    return load_model(files("voicesim.web") / "web.yaml", WebSettings)
