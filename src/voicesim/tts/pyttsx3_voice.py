"""pyttsx3 as a `Voice`: runs in a supervised child process, speaks to files, and is asked again when it falters."""

from __future__ import annotations

import io
import sys
from importlib.metadata import PackageNotFoundError, version

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import BadInputError
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.settings import VoiceSettings, voice_settings
from voicesim.tts.shaping import to_house_rate, trim
from voicesim.tts.supervised import SupervisedEngine, speakable

_DRIVERS = {"win32": "sapi5", "darwin": "nsss"}


class Pyttsx3Voice(SupervisedEngine):
    """Speaks through pyttsx3: eSpeak NG on Linux, the system's own speech on Windows and macOS.

    The child process starts with the first phrase, so that a session whose lines are all cached needs none. Use it as a
    context manager, or call `close`.

    Args:
        settings: limits and thresholds; those that ship with voicesim when left out.
    """

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        self._settings = settings or voice_settings()
        driver = _DRIVERS.get(sys.platform, "espeak")
        limits = self._settings.engine
        super().__init__(
            "voicesim.tts.pyttsx3_child",
            [driver],
            limits.start_seconds,
            limits.grace_seconds,
            "Install it with `pip install espeakng-loader`, or the system's package espeak-ng.",
        )
        self.engine = _engine_name(driver)

    def speak(self, phrase: str, style: VoiceStyle) -> NDArray[np.int16]:
        """Voice one phrase, cut to where it sounds (`shaping.trim`).

        The same phrase and style give the same samples with eSpeak. A phrase without a letter or digit gives none.
        """
        words = speakable(phrase)
        if not words:
            return np.zeros(0, dtype=np.int16)
        limits = self._settings.engine
        voice = style.voice or self._settings.default_voice
        request = {
            "text": words,
            "voice": voice,
            "rate": min(max(style.words_per_minute, limits.slowest_words_per_minute), limits.fastest_words_per_minute),
            "pitch": style.pitch,
            "volume": style.volume,
        }
        unknown = BadInputError(
            f"The speech engine has no voice {voice!r}.",
            "Name another in the scenario's persona.voice.voice, or leave it out for the default.",
        )
        _, wave = self.ask(request, limits.phrase_limit(words), unknown)
        sound, rate = _read(wave)
        return trim(to_house_rate(sound, rate), self._settings.shape)


def _read(wave: bytes) -> tuple[NDArray[np.float32], int]:
    import soundfile

    sound, rate = soundfile.read(io.BytesIO(wave), dtype="float32", always_2d=True)
    return sound.mean(axis=1, dtype=np.float32), int(rate)


def _engine_name(driver: str) -> str:
    """``pyttsx3 2.99 espeak (espeakng-loader 0.2.4)``: known without starting anything, and part of the cache key."""
    name = f"pyttsx3 {version('pyttsx3')} {driver}"
    if driver == "espeak":
        try:
            name += f" (espeakng-loader {version('espeakng-loader')})"
        except PackageNotFoundError:
            name += " (system library)"
    return name
