"""A voice that buzzes: as long as the words would be, without a speech engine. For tests of everything but speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE, samples
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.shaping import FULL_SCALE
from voicesim.tts.words import share, split_words

_LOWEST_HZ = 110.0
_HIGHEST_HARMONIC_HZ = 3500.0
_GAP = samples(0.02)


class ToneVoice:
    """Each word is a buzz of harmonics under 3.5 kHz; a phrase lasts as long as the style's words per minute say."""

    engine = "tones 1"

    def speak(self, phrase: str, style: VoiceStyle) -> NDArray[np.int16]:
        """Buzz a phrase; one without a letter or digit gives no samples."""
        words = split_words(phrase)
        if not words:
            return np.zeros(0, dtype=np.int16)
        length = len(words) * samples(60 / style.words_per_minute)
        time = np.arange(length) / SAMPLE_RATE
        pitch = _LOWEST_HZ * 2.0 ** (style.pitch / 50)
        harmonics = np.arange(1, int(_HIGHEST_HARMONIC_HZ // pitch) + 1)
        buzz = sum(np.cos(2 * np.pi * pitch * harmonic * time) / harmonic for harmonic in harmonics)
        buzz = buzz / np.abs(buzz).max() * 0.5 * style.volume * FULL_SCALE
        whole = np.zeros(length, dtype=np.int16)
        for word in share(words, 0, length):
            sounding = max(word.end - word.start - _GAP, 0)
            whole[word.start : word.start + sounding] = np.rint(buzz[:sounding])
        return whole[:-_GAP]

    def close(self) -> None:
        """Nothing to let go of."""
