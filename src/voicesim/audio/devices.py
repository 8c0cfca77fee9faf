"""Which microphones and headphones there are, by name, through PortAudio."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from voicesim.errors import DeviceError

Kind = Literal["input", "output"]
_CALLED = {"input": "microphone", "output": "headphones"}
_LIBRARY = {
    "linux": "Install it: sudo apt install libportaudio2 (Fedora: sudo dnf install portaudio).",
    "darwin": "Install it: brew install portaudio.",
}


@dataclass(frozen=True)
class Device:
    """A sound device as PortAudio sees it. Kept by name: numbers change when something is plugged in."""

    name: str
    host_api: str
    inputs: int
    """Channels it records."""
    outputs: int
    """Channels it plays."""
    rate: int
    """Its own sample rate, Hz."""
    default_input: bool
    default_output: bool


def portaudio() -> Any:
    """The sounddevice module, with PortAudio started.

    Raises:
        DeviceError: the PortAudio library is missing.
    """
    try:
        with _quiet():
            import sounddevice

            _silence_alsa()
    except OSError as error:
        raise DeviceError(
            f"PortAudio, which reaches the sound card, is missing ({error}).",
            _LIBRARY.get(sys.platform, "Install sounddevice again: pip install --force-reinstall sounddevice."),
        ) from None
    return sounddevice


def restart_portaudio() -> None:
    """Let PortAudio look for devices again: it reads the list only once. No stream may be open.

    Raises:
        DeviceError: the sound system does not come up.
    """
    sounddevice = portaudio()
    try:
        with _quiet():
            with suppress(sounddevice.PortAudioError):
                sounddevice._terminate()
            sounddevice._initialize()
    except sounddevice.PortAudioError as error:
        raise DeviceError(f"The sound system does not start ({error}).", "Restart it, or the computer.") from None


def list_devices() -> tuple[Device, ...]:
    """All sound devices, in PortAudio's order.

    Raises:
        DeviceError: the PortAudio library is missing or does not answer.
    """
    sounddevice = portaudio()
    try:
        devices, apis = sounddevice.query_devices(), sounddevice.query_hostapis()
        defaults = [_default(sounddevice, kind) for kind in ("input", "output")]
    except sounddevice.PortAudioError as error:
        raise DeviceError(f"The sound system does not answer ({error}).", "Restart it, or the computer.") from None
    return tuple(
        Device(
            name=info["name"],
            host_api=apis[info["hostapi"]]["name"],
            inputs=info["max_input_channels"],
            outputs=info["max_output_channels"],
            rate=round(info["default_samplerate"]),
            default_input=index == defaults[0],
            default_output=index == defaults[1],
        )
        for index, info in enumerate(devices)
    )


def find_device(name: str | None, kind: Kind) -> Device:
    """The device with this name, or the system's default.

    Args:
        name: its whole name or a part of it, in any case; None for the default.
        kind: whether it is to record or to play.

    Raises:
        DeviceError: there is none, or several fit; the message lists what there is.
    """
    return _find(name, kind)[1]


def find_index(name: str | None, kind: Kind) -> int:
    """PortAudio's present number for `find_device`'s answer."""
    return _find(name, kind)[0]


def _find(name: str | None, kind: Kind) -> tuple[int, Device]:
    able = [
        (index, device)
        for index, device in enumerate(list_devices())
        if (device.inputs if kind == "input" else device.outputs)
    ]
    called = _CALLED[kind]
    if not able:
        was = "was" if kind == "input" else "were"
        raise DeviceError(f"No {called} {was} found.", "Plug in a headset and see `voicesim devices`.")
    usual = next((one for one in able if (one[1].default_input if kind == "input" else one[1].default_output)), able[0])
    if name is None:
        return usual
    wanted = name.casefold().strip()
    matches = [one for one in able if one[1].name.casefold() == wanted]
    matches = matches or [one for one in able if wanted in one[1].name.casefold()]
    # Windows lists each device once per host API: the system's usual one is meant.
    matches = [one for one in matches if one[1].host_api == usual[1].host_api] or matches
    if len({device.name for _, device in matches}) == 1:
        return matches[0]
    names = ", ".join(repr(device.name) for _, device in (matches or able))
    if matches:
        raise DeviceError(f"{name!r} fits more than one {called}: {names}.", "Give more of the name.")
    raise DeviceError(f"There is no {called} called {name!r}.", f"There is: {names}.")


def _default(sounddevice: Any, kind: Kind) -> int:
    try:
        return int(sounddevice.query_devices(kind=kind)["index"])
    except (sounddevice.PortAudioError, ValueError):
        return -1


@cache
def _silence_alsa() -> Any:
    """Keep ALSA from printing a line for every hiccup while it runs; the blocks' `troubles` say it all.

    Returns:
        The handler, which must outlive the library.
    """
    if sys.platform != "linux":
        return None
    handler = ctypes.CFUNCTYPE(None, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p)(
        lambda *_: None
    )
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libasound.so.2").snd_lib_error_set_handler(handler)
    return handler


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep ALSA's own chatter about devices it does not find off a person's terminal."""
    if sys.platform != "linux":
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)
