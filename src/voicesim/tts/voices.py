"""Which voice speaks for whom: the neural one where the scenario wants it and its weights are here, pyttsx3 otherwise."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Literal, Self, get_args

from voicesim.errors import BadInputError
from voicesim.scenario.model import Scenario, VoiceChoice
from voicesim.tts.kokoro_voice import KokoroVoice
from voicesim.tts.ports import Voice
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice

Wanted = Literal["auto", "kokoro", "pyttsx3"]
"""``auto``: each speaker's own engine, as the scenario says; the others: one engine for all of them."""


class Voices:
    """The voices of one session, opened when first needed. A context manager.

    Args:
        wanted: see `Wanted`.
        weights: folder of the neural voice; None when it is not here.

    Raises:
        BadInputError: there is no such engine.
    """

    def __init__(self, wanted: str = "auto", weights: Path | None = None) -> None:
        if wanted not in get_args(Wanted):
            raise BadInputError(f"There is no voice engine '{wanted}'.", f"Use one of: {', '.join(get_args(Wanted))}.")
        self._wanted = wanted
        self._weights = weights
        self._open: dict[str, Voice] = {}

    def of(self, choice: VoiceChoice) -> Voice:
        """Who speaks for a persona."""
        name = engine_of(choice, self._wanted)
        if name == "kokoro" and self._weights is not None:
            return self._opened("kokoro", partial(KokoroVoice, self._weights))
        return self._opened("pyttsx3", Pyttsx3Voice)

    @property
    def engines(self) -> str:
        """Names and versions of those that were asked for, for the log."""
        return " + ".join(voice.engine for voice in self._open.values())

    def close(self) -> None:
        """Let go of all of them."""
        for voice in self._open.values():
            voice.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _opened(self, name: str, make: Callable[[], Voice]) -> Voice:
        if name not in self._open:
            self._open[name] = make()
        return self._open[name]


def engine_of(choice: VoiceChoice, wanted: str = "auto") -> str:
    """The engine that should speak for a persona, whether or not it can."""
    return choice.engine if wanted == "auto" else wanted


def wants_neural(scenario: Scenario, wanted: str = "auto") -> bool:
    """Whether anybody in the scenario should speak with the neural voice."""
    return any(engine_of(scenario.speaker(by).voice, wanted) == "kokoro" for by in ("", *scenario.cast))
