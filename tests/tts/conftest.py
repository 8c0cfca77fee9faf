"""Every voice there is, opened once."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from voicesim.asr import store
from voicesim.tts.kokoro_voice import KokoroVoice
from voicesim.tts.ports import Voice, VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice
from voicesim.tts.tones import ToneVoice


def kokoro() -> KokoroVoice:
    folder = store.find("kokoro").folder
    assert folder is not None
    return KokoroVoice(folder)


VOICES: dict[str, Callable[[], Voice]] = {"pyttsx3": Pyttsx3Voice, "tones": ToneVoice, "kokoro": kokoro}


@pytest.fixture(scope="session", params=["pyttsx3", "tones", pytest.param("kokoro", marks=pytest.mark.models)])
def open_voice(request: pytest.FixtureRequest) -> Callable[[], Voice]:
    """Opens a new voice of each kind."""
    return VOICES[request.param]


@pytest.fixture(scope="session")
def voice(open_voice: Callable[[], Voice]) -> Iterator[Voice]:
    """One voice of each kind, shared by the tests."""
    opened = open_voice()
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def her_voice() -> Iterator[Pyttsx3Voice]:
    """The real voice."""
    with Pyttsx3Voice() as opened:
        yield opened


@pytest.fixture(scope="session")
def neural_voice() -> Iterator[KokoroVoice]:
    """The neural voice."""
    with kokoro() as opened:
        yield opened


@pytest.fixture(scope="session")
def steady() -> VoiceStyle:
    return VoiceStyle(voice="", words_per_minute=150, pitch=50, volume=1.0)
