"""eSpeak NG's shared library, loaded into a child process: never into the program itself, since it ends the process it is in
when it is unwell."""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import os
from pathlib import Path

LONGEST_DATA_PATH = 120
"""Bytes; eSpeak has 160 and appends file names."""

_SYNCHRONOUS = 2
_UTF8 = 1
_IPA = 2
"""``AUDIO_OUTPUT_SYNCHRONOUS``, ``espeakCHARS_UTF8`` and the phoneme mode IPA in eSpeak's speak_lib.h."""


def load(room: Path) -> ctypes.CDLL | None:
    """Load the library and say where its data lies (``ESPEAK_DATA_PATH``), without initialising it.

    It is loaded for all to see, so that pyttsx3 finds it under its plain name, system package or not.

    Args:
        room: a private folder. eSpeak holds its data path in 160 bytes and ends the process when it is longer: a long one is
            reached by a short link from here.

    Returns:
        The library of the package espeakng-loader; None where that is not installed.
    """
    with contextlib.suppress(ImportError):
        import espeakng_loader

        data = Path(espeakng_loader.get_data_path())
        if len(os.fsencode(data)) > LONGEST_DATA_PATH:
            link = room / data.name
            link.symlink_to(data, target_is_directory=True)
            data = link
        os.environ["ESPEAK_DATA_PATH"] = str(data)
        return ctypes.CDLL(espeakng_loader.get_library_path(), mode=ctypes.RTLD_GLOBAL)
    return None


class Phonemizer:
    """Text to phonemes in IPA, without a sound.

    Args:
        room: as for `load`.

    Raises:
        RuntimeError: there is no eSpeak, or it cannot be used.
    """

    def __init__(self, room: Path) -> None:
        library = load(room)
        if library is None:
            name = ctypes.util.find_library("espeak-ng")
            if name is None:
                raise RuntimeError("there is no eSpeak NG library")
            library = ctypes.CDLL(name)
        library.espeak_TextToPhonemes.restype = ctypes.c_char_p
        library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_char_p), ctypes.c_int, ctypes.c_int]
        data = os.environ.get("ESPEAK_DATA_PATH", "")
        if library.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(data) if data else None, 0) < 0:
            raise RuntimeError("eSpeak NG could not be initialised")
        self._library = library
        self._language = ""

    def say(self, text: str, language: str) -> str:
        """Phonemes of a clause, words separated by spaces."""
        if language != self._language:
            if self._library.espeak_SetVoiceByName(language.encode()):
                raise RuntimeError(f"eSpeak NG does not know the language {language}")
            self._language = language
        rest = ctypes.c_char_p(text.encode())
        said: list[str] = []
        while rest.value:
            said.append((self._library.espeak_TextToPhonemes(ctypes.byref(rest), _UTF8, _IPA) or b"").decode())
        return " ".join(" ".join(said).split())
