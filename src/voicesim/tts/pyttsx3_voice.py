"""pyttsx3 as a `Voice`: runs in a supervised child process, speaks to files, and is asked again when it falters."""

from __future__ import annotations

import sys
import tempfile
import threading
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from voicesim.errors import BadInputError, VoicesimError
from voicesim.tts.child_process import ChildGoneError, JsonChild
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.settings import VoiceSettings, voice_settings
from voicesim.tts.shaping import to_house_rate, trim

_DRIVERS = {"win32": "sapi5", "darwin": "nsss"}
_ATTEMPTS = 2


class Pyttsx3Voice:
    """Speaks through pyttsx3: eSpeak NG on Linux, the system's own speech on Windows and macOS.

    The child process starts with the first phrase, so that a session whose lines are all cached needs none. Use it as a
    context manager, or call `close`.

    Args:
        settings: limits and thresholds; those that ship with voicesim when left out.
    """

    def __init__(self, settings: VoiceSettings | None = None) -> None:
        self._settings = settings or voice_settings()
        self._driver = _DRIVERS.get(sys.platform, "espeak")
        self.engine = _engine_name(self._driver)
        self._lock = threading.Lock()
        self._room: tempfile.TemporaryDirectory[str] | None = None
        self._child: JsonChild | None = None

    @property
    def room(self) -> Path | None:
        """The private temporary folder that the child works in; None while there is no child."""
        return Path(self._room.name) if self._room else None

    def speak(self, phrase: str, style: VoiceStyle) -> NDArray[np.int16]:
        """Voice one phrase, cut to where it sounds (`shaping.trim`).

        The same phrase and style give the same samples with eSpeak. A phrase without a letter or digit gives none.
        """
        words = speakable(phrase)
        if not words:
            return np.zeros(0, dtype=np.int16)
        with self._lock:
            sound, rate = self._ask(words, style)
        return trim(to_house_rate(sound, rate), self._settings.shape)

    def close(self) -> None:
        """End the child process and clear its temporary folder away."""
        with self._lock:
            self._end_child()
            if self._room:
                self._room.cleanup()
                self._room = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, words: str, style: VoiceStyle) -> tuple[NDArray[np.float32], int]:
        limits = self._settings.engine
        request = {
            "text": words,
            "voice": style.voice or self._settings.default_voice,
            "rate": min(max(style.words_per_minute, limits.slowest_words_per_minute), limits.fastest_words_per_minute),
            "pitch": style.pitch,
            "volume": style.volume,
            "seconds": limits.phrase_limit(words),
        }
        problem = ""
        for _ in range(_ATTEMPTS):
            try:
                child, room = self._running_child()
                file = room / "phrase.wav"
                file.unlink(missing_ok=True)
                answer = child.ask({**request, "file": str(file)}, limits.phrase_limit(words) + limits.grace_seconds)
            except ChildGoneError as gone:
                self._child = None
                problem = str(gone)
                continue
            except OSError as error:
                raise VoicesimError(
                    f"The voice has no room to work in: {error}.", "Free some space in the folder for temporary files."
                ) from error
            if answer.get("error") == "voice":
                raise BadInputError(
                    f"The speech engine has no voice {request['voice']!r}.",
                    "Name another in the scenario's persona.voice.voice, or leave it out for the default.",
                )
            if not answer:
                return _read(file)
            problem = answer.get("problem", "")
        raise VoicesimError(
            f"The voice failed {_ATTEMPTS} times over {words[:40]!r}: {problem}.",
            "Run `voicesim doctor` to see what is wrong with the speech engine.",
        )

    def _running_child(self) -> tuple[JsonChild, Path]:
        if self._room is None or not Path(self._room.name).is_dir():
            self._end_child()
            self._room = tempfile.TemporaryDirectory(prefix="voicesim-voice-", ignore_cleanup_errors=True)
        room = Path(self._room.name)
        if self._child is None:
            child = JsonChild("voicesim.tts.pyttsx3_child", [self._driver, str(room)], room / "complaints.txt")
            greeting = child.answer(self._settings.engine.start_seconds)
            if greeting:
                child.close()
                raise VoicesimError(
                    f"The speech engine cannot be started: {greeting.get('problem', '')}.",
                    "Install it with `pip install espeakng-loader`, or the system's package espeak-ng.",
                )
            self._child = child
        return self._child, room

    def _end_child(self) -> None:
        if self._child:
            self._child.close()
            self._child = None


def speakable(phrase: str) -> str:
    """The phrase without control characters (eSpeak reads some as commands); empty when nothing in it can be said."""
    words = " ".join("".join(char if char.isprintable() else " " for char in phrase).split())
    return words if any(char.isalnum() for char in words) else ""


def _read(file: Path) -> tuple[NDArray[np.float32], int]:
    import soundfile

    sound, rate = soundfile.read(file, dtype="float32", always_2d=True)
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
