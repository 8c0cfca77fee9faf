"""The numbers and tables of the neural voice, read from `kokoro.yaml`."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from voicesim.errors import BadInputError
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.settings import Positive
from voicesim.yamlfile import load_model


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Accent(_Section):
    """A way of pronouncing English."""

    language: str
    """eSpeak's name for it."""
    respell: tuple[tuple[str, str], ...]
    """eSpeak's phonemes and what the model was taught to read in their place, applied in this order."""


class KokoroSettings(_Section):
    """The whole of `kokoro.yaml`."""

    default_voice: str
    words_per_minute: Positive
    slowest: Positive
    fastest: Positive
    pitch_per_octave: Positive
    longest: Annotated[int, Field(ge=50, le=510)]
    start_seconds: Positive
    phrase_seconds: Positive
    seconds_per_character: Annotated[float, Field(ge=0)]
    threads: Annotated[int, Field(ge=1)]
    abbreviations: tuple[str, ...]
    accents: dict[str, Accent]
    symbols: dict[str, int]

    @model_validator(mode="after")
    def _symbols_are_single(self) -> Self:
        odd = [symbol for symbol in self.symbols if len(symbol) != 1]
        if odd:
            raise ValueError(f"{odd[0]!r} is not one symbol")
        return self

    def accent_of(self, voice: str) -> Accent:
        """How a voice pronounces English, by the first letter of its name.

        Raises:
            BadInputError: no voice is called so.
        """
        accent = self.accents.get(voice[:1])
        if accent is None:
            raise no_such_voice(voice)
        return accent

    def phrase_limit(self, phrase: str) -> float:
        """Seconds the engine has for this phrase."""
        return self.phrase_seconds + self.seconds_per_character * len(phrase)

    def raised(self, style: VoiceStyle) -> float:
        """The factor by which the style's pitch lies above the voice's own."""
        return float(2.0 ** ((style.pitch - 50) / self.pitch_per_octave))

    def speed(self, style: VoiceStyle) -> float:
        """The speed to ask the model for: that of the steady voice, whatever the mood."""
        speed = (style.steady or style.words_per_minute) / self.words_per_minute
        return min(max(speed, self.slowest), self.fastest)

    def longer(self, style: VoiceStyle) -> float:
        """By how much the model's sound is stretched before it is played `raised` times as fast."""
        return self.raised(style) * (style.steady or style.words_per_minute) / style.words_per_minute


def no_such_voice(voice: str) -> BadInputError:
    """What is said when a scenario names a voice that there is not."""
    return BadInputError(
        f"The neural voice engine has no voice {voice!r}.",
        "Name another in the scenario's persona.voice.voice (docs/voice.md lists them), or leave it out for the default.",
    )


@cache
def kokoro_settings() -> KokoroSettings:
    """The settings that ship with voicesim, validated."""
    return load_model(files("voicesim.tts") / "kokoro.yaml", KokoroSettings)
