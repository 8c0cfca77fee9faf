"""What a session needs of the machine, looked at one by one. Used by `voicesim doctor`."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from voicesim.errors import VoicesimError


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at. `needed` is False for what a session can do without."""

    what: str
    ok: bool
    needed: bool
    detail: str


Look = tuple[str, Callable[[bool], str]]
"""Something else to look at: what it is, and how, told whether to fetch what is missing."""


def examine(
    models: tuple[str, ...], fetch: bool, progress: Callable[[str, int, int], None], also: tuple[Look, ...] = ()
) -> list[Finding]:
    """Look at weights, voice, voice activity, sound devices and room on the disk.

    Args:
        models: checkpoints to look for; empty for the default one.
        fetch: fetch what is missing.
        progress: told about everything slow.
        also: what else to look at; a session can do without it.
    """
    from voicesim.asr.catalogue import catalogue

    findings = [
        _look(f"Whisper {name}", partial(_weights, name, fetch, progress)) for name in models or (catalogue().default,)
    ]
    findings.append(_look("end-of-turn model", partial(_weights, "smart-turn", fetch, progress), needed=False))
    findings.append(_look("sentence meaning model", partial(_meaning, fetch, progress), needed=False))
    findings.append(_look("room speech model", partial(_weights, "room-speech", fetch, progress), needed=False))
    findings.append(_look("her plain voice", _voice))
    findings.append(_look("her neural voice", partial(_neural_voice, fetch, progress), needed=False))
    findings.append(_look("voice activity detection", _activity))
    findings += [_look(what, partial(look, fetch), needed=False) for what, look in also]
    findings.append(_look("sound devices", _devices, needed=False))
    findings.append(_look("room for recordings", _room, needed=False))
    return findings


def _look(what: str, look: Callable[[], str], needed: bool = True) -> Finding:
    try:
        return Finding(what, True, needed, look())
    except VoicesimError as error:
        return Finding(what, False, needed, str(error))
    except Exception as error:  # a broken library is a finding, not a crash
        return Finding(what, False, needed, f"{type(error).__name__}: {error}")


def _weights(name: str, fetch: bool, progress: Callable[[str, int, int], None]) -> str:
    from voicesim.asr import store
    from voicesim.errors import WeightsError

    try:
        files = store.find(name, None, progress)
    except WeightsError:
        if not fetch:
            raise
        files = store.fetch(name, progress)
    return f"verified ({files.folder or files.checkpoint})"


def _meaning(fetch: bool, progress: Callable[[str, int, int], None]) -> str:
    from voicesim.meaning.finder import open_finder
    from voicesim.meaning.weights import NAME

    verified = _weights(NAME, fetch, progress)
    open_finder()  # its first use converts the weights and weighs the examples: not in the middle of a session
    return verified


def _voice() -> str:
    from voicesim.tts.ports import VoiceStyle
    from voicesim.tts.pyttsx3_voice import Pyttsx3Voice

    with Pyttsx3Voice() as voice:
        voice.speak("Hello.", VoiceStyle("", 150, 50, 1.0))
        return f"speaks ({voice.engine})"


def _neural_voice(fetch: bool, progress: Callable[[str, int, int], None]) -> str:
    from pathlib import Path

    from voicesim.asr import store
    from voicesim.tts.kokoro_voice import KokoroVoice
    from voicesim.tts.ports import VoiceStyle

    _weights("kokoro", fetch, progress)
    folder = store.find("kokoro", progress=progress).folder
    with KokoroVoice(folder or Path()) as voice:
        voice.speak("Hello.", VoiceStyle("", 150, 50, 1.0))
        return f"speaks ({voice.engine}, {folder})"


def _activity() -> str:
    import numpy as np

    from voicesim.audio.vad import VoiceActivity
    from voicesim.timebase import FRAME

    VoiceActivity().feed(np.zeros(FRAME, dtype=np.int16))
    return "works"


def _devices() -> str:
    from voicesim.audio.soundcard import find_device

    return f"microphone {find_device(None, 'input').name!r}, headphones {find_device(None, 'output').name!r}"


def _room() -> str:
    from platformdirs import user_data_path

    folder = user_data_path("voicesim", appauthor=False)
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    if free < 1 << 30:
        raise VoicesimError(
            f"only {free >> 20} MiB free in {folder}.", "A half-hour session takes about 60 MiB; free some space."
        )
    return f"{free >> 30} GiB free"
