"""Every transcriber there is, opened once; and sounds that are made here, never recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from made_sounds import QUESTION, Sound

from voicesim.asr.engines import open_transcriber
from voicesim.asr.ports import Transcriber
from voicesim.asr.scripted import ScriptedWhisper
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice


class Rescripted:
    """The scripted transcriber with the same line for every test, as if it had heard `QUESTION` each time."""

    engine, model = ScriptedWhisper.engine, ScriptedWhisper.model

    def warm_up(self) -> None:
        ScriptedWhisper([QUESTION]).warm_up()

    def transcribe(self, samples: Sound, prompt: tuple[str, ...] = ()) -> object:
        return ScriptedWhisper([QUESTION]).transcribe(samples, prompt)


OPENERS: dict[str, Callable[[], Transcriber]] = {
    "faster-whisper": lambda: open_transcriber("faster-whisper", "tiny.en"),
    "openai-whisper": lambda: open_transcriber("openai-whisper", "tiny.en"),
}


@pytest.fixture(scope="session", params=[pytest.param(name, marks=pytest.mark.models) for name in OPENERS])
def whisper(request: pytest.FixtureRequest) -> Transcriber:
    """Each engine that really listens, with the smallest checkpoint. Fails, saying how to fetch it, where it is missing."""
    opened = OPENERS[request.param]()
    opened.warm_up()
    return opened


@pytest.fixture(
    scope="session", params=[*(pytest.param(name, marks=pytest.mark.models) for name in OPENERS), "scripted"]
)
def transcriber(request: pytest.FixtureRequest) -> Transcriber:
    """Every adapter of the port."""
    return OPENERS[request.param]() if request.param in OPENERS else Rescripted()  # type: ignore[return-value]


@pytest.fixture(scope="session")
def say() -> Iterator[Callable[[str], Sound]]:
    """A voice that says anything, with a little silence around it."""
    spoken: dict[str, Sound] = {}
    with Pyttsx3Voice() as voice:

        def speak(text: str) -> Sound:
            if text not in spoken:
                clip = voice.speak(text, VoiceStyle("gmw/en-US", 150, 45, 1.0)).astype(np.float32) / 32768
                spoken[text] = np.concatenate([np.zeros(1600, np.float32), clip, np.zeros(2400, np.float32)])
            return spoken[text]

        yield speak
