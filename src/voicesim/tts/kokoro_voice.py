"""The neural voice as a `TimedVoice`: Kokoro in a supervised child process, which also says where each word sounds."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voicesim.tts.kokoro_settings import KokoroSettings, kokoro_settings, no_such_voice
from voicesim.tts.ports import Span, VoiceStyle
from voicesim.tts.settings import VoiceSettings, voice_settings
from voicesim.tts.shaping import scale, sounding, to_house_rate
from voicesim.tts.stretching import stretch
from voicesim.tts.supervised import SupervisedEngine, speakable
from voicesim.tts.words import split_words

RATE = 24_000
"""What the model gives, in Hz."""
_KEPT = 16
"""Phrases remembered: all moods of a line cost one synthesis."""

Spoken = tuple[NDArray[np.int16], tuple[Span, ...]]


class KokoroVoice(SupervisedEngine):
    """Speaks through Kokoro-82M. The child process starts with the first phrase.

    Args:
        weights: folder with the model and its voices, verified (`asr.store`).
        settings: thresholds of the house; those that ship with voicesim when left out.
        own: the engine's own numbers; those that ship with voicesim when left out.
    """

    def __init__(self, weights: Path, settings: VoiceSettings | None = None, own: KokoroSettings | None = None) -> None:
        self._settings = settings or voice_settings()
        self._own = own or kokoro_settings()
        super().__init__(
            "voicesim.tts.kokoro_child",
            [str(weights)],
            self._own.start_seconds,
            self._settings.engine.grace_seconds,
            "Run `voicesim doctor --fetch`, or practise with `--voice pyttsx3`.",
        )
        self.engine = "kokoro 82M-1.0-int8 (voicesim 1)"
        self._recent: OrderedDict[tuple[str, str, float], tuple[NDArray[np.float32], list[list[int]]]] = OrderedDict()

    def speak(self, phrase: str, style: VoiceStyle) -> NDArray[np.int16]:
        """Voice one phrase, cut to where it sounds. The same phrase and style give the same samples."""
        return self.speak_timed(phrase, style)[0]

    def speak_timed(self, phrase: str, style: VoiceStyle) -> Spoken:
        """As `speak`, with where each of the phrase's words (`words.split_words`) sounds."""
        text = speakable(phrase)
        if not text:
            return np.zeros(0, dtype=np.int16), ()
        voice = style.voice or self._own.default_voice
        self._own.accent_of(voice)
        sound, edges = self._synthesised(text, voice, self._own.speed(style))
        # A mood is bent out of the steady voice: stretched, then played faster or slower to raise or lower it.
        rate = round(RATE * self._own.raised(style))
        bent = stretch(sound, self._own.longer(style), RATE)
        whole = to_house_rate(bent, rate)
        start, end = sounding(whole, self._settings.shape)
        scaled = len(whole) / max(len(sound), 1)
        spans = [Span(*(min(max(round(edge * scaled) - start, 0), end - start) for edge in word)) for word in edges]
        if spans:  # nothing but words sounds at either end
            spans[0], spans[-1] = replace(spans[0], start=0), replace(spans[-1], end=end - start)
        known = len(spans) == len(split_words(text)) and all(span.start < span.end for span in spans)
        return scale(whole[start:end], style.volume), tuple(spans) if known else ()

    def _synthesised(self, text: str, voice: str, speed: float) -> tuple[NDArray[np.float32], list[list[int]]]:
        """The model's own sound at `RATE`, and the first and one past the last sample of each word."""
        key = (text, voice, speed)
        if key not in self._recent:
            request = {"text": text, "voice": voice, "speed": speed}
            answer, raw = self.ask(request, self._own.phrase_limit(text), no_such_voice(voice))
            self._recent[key] = np.frombuffer(raw, dtype="<f4"), answer["words"]
            if len(self._recent) > _KEPT:
                self._recent.popitem(last=False)
        return self._recent[key]
