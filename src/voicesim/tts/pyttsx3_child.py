"""The child process in which pyttsx3 lives: ``python -m voicesim.tts.pyttsx3_child DRIVER ROOM``.

Each line on stdin is one request, ``{"text", "voice", "rate", "pitch", "volume", "file", "seconds"}``; each line on
stdout one answer: ``{}`` when the file is there, else ``{"error": "voice" | "engine", "problem": …}``. The first line
says whether the engine can be used at all. When stdin closes, the child clears ROOM away and ends.

What is worked around here, all of it met in pyttsx3 2.99 with eSpeak NG 1.52:

- pyttsx3 prints to stdout. The protocol therefore keeps the real stdout to itself, and prints go to stderr.
- eSpeak carries state from one utterance to the next (pitch flutter, wave phase, random breath), so the same words
  never sound twice the same. On Linux every phrase is spoken by a fresh fork of this process, made *before* eSpeak is
  initialised (initialised, it does not survive a fork), with a fixed random seed. It costs about 20 ms.
- Settings still on their way to eSpeak when ``runAndWait`` begins are thrown away, and the utterance may be with them.
  They are sent first, and waited for.
- eSpeak holds its data path in 160 bytes and ends the process when it is longer: a long one is reached by a short link.
- A driver that hangs is ended by a timer inside the process that hangs, whatever becomes of its parent.
"""

from __future__ import annotations

import ctypes
import faulthandler
import importlib
import json
import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from voicesim.tts import espeak_library

Answer = dict[str, str]
Speaker = Callable[[dict[str, Any]], Answer]

_RATE = 1
"""``espeakRATE`` in eSpeak's speak_lib.h."""


def main() -> None:
    """Serve requests until stdin closes."""
    driver, room = sys.argv[1], Path(sys.argv[2])
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def answer(reply: Answer) -> None:
        answers.write(json.dumps(reply) + "\n")
        answers.flush()

    try:
        speak = _espeak(room) if driver == "espeak" else _platform_engine(driver)
    except Exception as error:
        answer({"error": "engine", "problem": f"{type(error).__name__}: {error}"})
        return
    answer({})
    for line in sys.stdin:
        answer(speak(json.loads(line)))
    shutil.rmtree(room, ignore_errors=True)


def _espeak(room: Path) -> Speaker:
    """eSpeak NG through pyttsx3, loaded but not initialised: that is for each fork to do."""
    espeak_library.load(room)
    import pyttsx3
    from pyttsx3.drivers import _espeak as library

    importlib.import_module("pyttsx3.drivers.espeak")  # once here rather than in every fork

    def speak(request: dict[str, Any]) -> Answer:
        engine = pyttsx3.init("espeak")
        problems: list[str] = []
        engine.connect("error", lambda name, exception: problems.append(str(exception)))
        finished: list[bool] = []
        engine.connect("finished-utterance", lambda name, completed: finished.append(completed))
        engine.proxy.setBusy(False)  # else the settings wait in a queue until runAndWait, which throws them away
        engine.setProperty("voice", request["voice"])
        _, plus, variant = request["voice"].partition("+")
        taken = str(engine.getProperty("voice") or "")
        if problems or (plus and not taken.endswith(f"+{variant.lower()}")):  # eSpeak passes over an unknown variant
            return {"error": "voice", "problem": "; ".join(problems) or f"no variant {variant!r}"}
        engine.setProperty("rate", request["rate"])
        engine.setProperty("pitch", request["pitch"])
        engine.setProperty("volume", request["volume"])
        library.Synchronize()
        # pyttsx3's own getProperty leaves out an argument of eSpeak's and reads back nonsense.
        if library.dll.espeak_GetParameter(_RATE, 1) != request["rate"]:
            return {"error": "engine", "problem": "eSpeak did not take the rate"}
        if hasattr(library.dll, "espeak_ng_SetRandSeed"):
            library.dll.espeak_ng_SetRandSeed(ctypes.c_long(1))
        engine.save_to_file(request["text"], request["file"])
        engine.runAndWait()
        if finished != [True] or problems:
            return {"error": "engine", "problem": "; ".join(problems) or "the utterance was broken off"}
        return {}

    return lambda request: _forked(speak, request)


def _forked(speak: Speaker, request: dict[str, Any]) -> Answer:
    """Let a fork of this process answer. Nothing but this one thread runs here, so there is no lock to be left held."""
    inlet, outlet = os.pipe()
    fork = os.fork()
    if fork == 0:
        os.close(inlet)
        try:
            faulthandler.dump_traceback_later(request["seconds"], exit=True)
            reply = speak(request)
        except BaseException as error:
            reply = {"error": "engine", "problem": f"{type(error).__name__}: {error}"}
        os.write(outlet, json.dumps(reply).encode())
        os._exit(0)  # eSpeak asserts on the way out of an interpreter
    os.close(outlet)
    with os.fdopen(inlet, "rb") as told:
        reply_bytes = told.read()
    status = os.waitstatus_to_exitcode(os.waitpid(fork, 0)[1])
    if not reply_bytes:
        return {"error": "engine", "problem": f"the speech engine broke off or was too slow (status {status})"}
    reply = json.loads(reply_bytes)
    return {str(key): str(value) for key, value in reply.items()}


def _platform_engine(driver: str) -> Speaker:
    """The operating system's own speech through pyttsx3: SAPI 5 on Windows, NSSpeechSynthesizer on macOS."""
    import pyttsx3

    engine = pyttsx3.init(driver)
    known = {str(voice.id): voice for voice in engine.getProperty("voices")}
    own = str(engine.getProperty("voice"))
    hers = next((name for name, voice in known.items() if _is_english_woman(voice)), own)

    def speak(request: dict[str, Any]) -> Answer:
        faulthandler.dump_traceback_later(request["seconds"], exit=True)
        # A scenario names an eSpeak voice; where that is not to be had, a woman's voice of the system's speaks her.
        engine.setProperty("voice", request["voice"] if request["voice"] in known else hers)
        engine.setProperty("rate", request["rate"])
        engine.setProperty("volume", request["volume"])
        engine.runAndWait()
        engine.save_to_file(request["text"], request["file"])
        engine.runAndWait()
        faulthandler.cancel_dump_traceback_later()
        if not Path(request["file"]).exists():
            return {"error": "engine", "problem": "the utterance was lost"}
        return {}

    return speak


def _is_english_woman(voice: Any) -> bool:
    languages = [str(language).lower() for language in voice.languages or ()]
    return "female" in str(voice.gender).lower() and any(language.startswith("en") for language in languages)


if __name__ == "__main__":
    main()
