"""The numbers of `remote.yaml`, validated."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from voicesim.yamlfile import load_model

Seconds = Annotated[float, Field(gt=0, le=600)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ServerLimits(_Strict):
    """What a server accepts."""

    longest: Seconds
    batch: Annotated[int, Field(ge=1, le=256)]
    batch_wait: Annotated[float, Field(ge=0, le=1)]
    waiting: Annotated[int, Field(ge=1, le=10_000)]


class RemoteSettings(_Strict):
    """How another machine is asked."""

    connect: Seconds
    answer: Seconds
    attempts: Annotated[int, Field(ge=1, le=10)]
    first_pause: Annotated[float, Field(ge=0, le=10)]
    rest: Seconds
    most_bytes: Annotated[int, Field(ge=1000)]
    server: ServerLimits


@cache
def remote_settings() -> RemoteSettings:
    """The settings that come with the program."""
    return load_model(files("voicesim.asr.remote").joinpath("remote.yaml"), RemoteSettings)
