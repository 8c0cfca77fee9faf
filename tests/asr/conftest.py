"""Every transcriber there is, opened once; and sounds that are made here, never recorded."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext

import numpy as np
import pytest
from made_sounds import QUESTION, Sound
from transcription_server import transcription_server

from voicesim.asr.engines import open_transcriber
from voicesim.asr.ports import Transcriber
from voicesim.asr.scripted import ScriptedWhisper
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Rescripted:
    """The scripted transcriber with the same line for every test, as if it had heard `QUESTION` each time."""

    engine, model = ScriptedWhisper.engine, ScriptedWhisper.model

    def warm_up(self) -> None:
        ScriptedWhisper([QUESTION]).warm_up()

    def transcribe(self, samples: Sound, prompt: tuple[str, ...] = ()) -> object:
        return ScriptedWhisper([QUESTION]).transcribe(samples, prompt)


@contextmanager
def _on_ray_serve() -> Iterator[Transcriber]:
    """`voicesim asr serve` on this machine, and what hears with it."""
    if not os.environ.get("CI"):
        pytest.importorskip("ray", reason="needs voicesim[cluster]")
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Ray's own, about its own models
        import ray.serve  # noqa: F401
    from voicesim.asr.serving.run import served
    from voicesim.asr.serving.service import ServiceOptions

    port = free_port()
    with served(ServiceOptions("tiny.en"), port=port):
        yield open_transcriber(f"ray://127.0.0.1:{port}?timeout=60")


@contextmanager
def _behind_an_endpoint() -> Iterator[Transcriber]:
    """A server with OpenAI's protocol on this machine, and what hears with it."""
    with transcription_server() as server:
        yield open_transcriber(f"{server.address}?timeout=60", "tiny.en")


OPENERS: dict[str, Callable[[], AbstractContextManager[Transcriber]]] = {
    "faster-whisper": lambda: nullcontext(open_transcriber("faster-whisper", "tiny.en")),
    "openai-whisper": lambda: nullcontext(open_transcriber("openai-whisper", "tiny.en")),
    "ray-serve": _on_ray_serve,
    "openai-endpoint": _behind_an_endpoint,
}


@pytest.fixture(scope="session")
def opened() -> Iterator[Callable[[str], Transcriber]]:
    """Opens each only once, and closes all in the end."""
    known: dict[str, Transcriber] = {}
    with ExitStack() as stack:

        def of(name: str) -> Transcriber:
            if name not in known:
                known[name] = stack.enter_context(OPENERS[name]())
            return known[name]

        yield of


@pytest.fixture(scope="session", params=[pytest.param(name, marks=pytest.mark.models) for name in OPENERS])
def whisper(request: pytest.FixtureRequest, opened: Callable[[str], Transcriber]) -> Transcriber:
    """Each engine that really listens, with the smallest checkpoint. Fails, saying how to fetch it, where it is missing."""
    awake = opened(request.param)
    awake.warm_up()
    return awake


@pytest.fixture(
    scope="session", params=[*(pytest.param(name, marks=pytest.mark.models) for name in OPENERS), "scripted"]
)
def transcriber(request: pytest.FixtureRequest, opened: Callable[[str], Transcriber]) -> Transcriber:
    """Every adapter of the port."""
    return opened(request.param) if request.param in OPENERS else Rescripted()  # type: ignore[return-value]


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
