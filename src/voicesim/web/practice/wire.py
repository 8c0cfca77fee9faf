"""What travels between a browser and the server while a session is live: blocks of sound, and a few messages.

Both directions carry 20 ms of mono PCM at 16 kHz, 16-bit little-endian, behind a small header:

    up     block number u32 · what was playing i32 · waiting u16 · zero u16 · 640 bytes
    down   block number u32 · flags u32 · 640 bytes

The browser numbers what it captures from 0 for each connection; the server numbers what it sends through the whole session. One
clock drives both in the browser, so that "what was playing" says exactly which of the server's blocks sounded while this one was
captured (-1: none). Bit 0 of the flags: silence, which a browser with too much in waiting may leave out.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from voicesim.audio.flow import BLOCK_SECONDS
from voicesim.timebase import samples

BLOCK = samples(BLOCK_SECONDS)
_UP = struct.Struct("<IiHH")
_DOWN = struct.Struct("<II")
UP_BYTES = _UP.size + 2 * BLOCK
_SILENT = 1


class WireError(Exception):
    """Something came that no page of ours sends: the connection is closed."""


@dataclass(frozen=True)
class Up:
    """A captured block."""

    number: int
    playing: int
    """Which of the server's blocks sounded at the same time; -1: none."""
    waiting: int
    """How many of them wait in the browser."""
    samples: NDArray[np.int16]
    """Shape (320,)."""


def read_up(data: bytes) -> Up:
    """A frame from the browser.

    Raises:
        WireError: it is none.
    """
    if len(data) != UP_BYTES:
        raise WireError(f"a frame of sound has {UP_BYTES} bytes, not {len(data)}")
    number, playing, waiting, zero = _UP.unpack_from(data)
    if zero or playing < -1:
        raise WireError("not a frame of sound")
    return Up(number, playing, waiting, np.frombuffer(data, dtype="<i2", offset=_UP.size).astype(np.int16))


def down(number: int, block: NDArray[np.int16]) -> bytes:
    """A frame for the browser: its number and samples of shape (320,)."""
    return _DOWN.pack(number, 0 if block.any() else _SILENT) + block.astype("<i2").tobytes()


class _Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Hello(_Message):
    """The first message of a connection: the page knows the session's secret."""

    type: Literal["hello"]
    token: Annotated[str, StringConstraints(max_length=100)]


class Begin(_Message):
    """The person is ready: sound flows from here on."""

    type: Literal["begin"]
    loop: Annotated[float, Field(ge=0, le=60, allow_inf_nan=False)] = 0.0
    """Seconds by which the browser's devices delay what is played and captured, as far as it knows."""
    microphone: Annotated[str, StringConstraints(max_length=200)] = ""
    echo_cancellation: bool = False
    rate: Annotated[int, Field(ge=0, le=768_000)] = 0
    """The devices' sample rate, Hz."""


class Press(_Message):
    """A button, or its key."""

    type: Literal["press"]
    what: Literal["pause", "resume", "stop"]


Message = Annotated[Hello | Begin | Press, Field(discriminator="type")]
_MESSAGES: TypeAdapter[Hello | Begin | Press] = TypeAdapter(Message)


def read_message(text: str, longest: int) -> Hello | Begin | Press:
    """A message from the browser.

    Raises:
        WireError: it is none.
    """
    if len(text) > longest:
        raise WireError("the message is too long")
    try:
        return _MESSAGES.validate_json(text)
    except (ValidationError, ValueError):
        raise WireError("not a message this server knows") from None
