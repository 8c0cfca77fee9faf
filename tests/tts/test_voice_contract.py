"""What every voice must do, the real ones and the one for tests alike."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from voicesim.timebase import SAMPLE_RATE
from voicesim.tts.ports import Voice, VoiceStyle

SENTENCE = "I was nineteen that summer, and I never told anyone."


def level(sound: NDArray[np.int16]) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def pitch_hz(sound: NDArray[np.int16]) -> float:
    """The strongest period between 60 and 500 Hz over the whole sound."""
    spectrum = np.fft.rfft(sound.astype(np.float64), 2 * len(sound))
    likeness = np.fft.irfft(np.abs(spectrum) ** 2)
    shortest, longest = SAMPLE_RATE // 500, SAMPLE_RATE // 60
    return SAMPLE_RATE / (shortest + int(np.argmax(likeness[shortest:longest])))


def test_a_phrase_comes_back_as_audible_mono_samples(voice: Voice, steady: VoiceStyle) -> None:
    sound = voice.speak(SENTENCE, steady)
    assert sound.dtype == np.int16
    assert sound.ndim == 1
    assert 2.0 < len(sound) / SAMPLE_RATE < 6.0
    assert level(sound) > 300


def test_the_same_words_always_sound_the_same(
    open_voice: Callable[[], Voice], voice: Voice, steady: VoiceStyle
) -> None:
    first = voice.speak(SENTENCE, steady)
    voice.speak("Something else in between, and louder!", replace(steady, words_per_minute=190, pitch=70))
    assert np.array_equal(voice.speak(SENTENCE, steady), first)
    other = open_voice()
    try:
        assert np.array_equal(other.speak(SENTENCE, steady), first)
    finally:
        other.close()


def test_two_phrases_in_a_row_both_arrive_whole(voice: Voice, steady: VoiceStyle) -> None:
    short, long = voice.speak("Yes.", steady), voice.speak(SENTENCE, steady)
    assert 0 < len(short) * 4 < len(long)
    assert np.array_equal(voice.speak("Yes.", steady), short)


def test_each_style_is_followed_at_once(voice: Voice, steady: VoiceStyle) -> None:
    """Settings of one phrase must not leak into the next, nor be lost on the way."""
    rates = (110, 190, 150, 240, 90, 150)
    lengths = [len(voice.speak(SENTENCE, replace(steady, words_per_minute=rate))) for rate in rates]
    assert sorted(zip(rates, lengths, strict=True)) == sorted(zip(sorted(rates), sorted(lengths)[::-1], strict=True))


def test_a_higher_pitch_is_higher(voice: Voice, steady: VoiceStyle) -> None:
    low, high = (pitch_hz(voice.speak(SENTENCE, replace(steady, pitch=pitch))) for pitch in (30, 70))
    assert high > low * 1.1


def test_a_lower_volume_is_quieter(voice: Voice, steady: VoiceStyle) -> None:
    loud, quiet = (level(voice.speak(SENTENCE, replace(steady, volume=volume))) for volume in (1.0, 0.5))
    assert quiet < loud * 0.7


@pytest.mark.parametrize("odd", ["", "   ", "...", "—", '"', "“ ”", "?!", "\u200b", "🙂", "\x00\x01"])
def test_a_phrase_with_nothing_to_say_is_empty(voice: Voice, steady: VoiceStyle, odd: str) -> None:
    assert len(voice.speak(odd, steady)) == 0


@pytest.mark.parametrize(
    "odd",
    [
        "“No.”",
        "It's… fine",
        "café, naïve, Zoë",
        "a\x00b\x01c",
        "<b>bold</b> & [[x]]",
        "$5 at 10:30",
        "日本",
        "'tis",
        "5",
    ],
)
def test_odd_text_is_spoken_and_does_no_harm(voice: Voice, steady: VoiceStyle, odd: str) -> None:
    before = voice.speak("Yes.", steady)
    assert len(voice.speak(odd, steady)) > 0
    assert np.array_equal(voice.speak("Yes.", steady), before)


def test_a_very_long_phrase_is_spoken_to_its_end(voice: Voice, steady: VoiceStyle) -> None:
    once, often = (len(voice.speak("I remember the light in the kitchen. " * times, steady)) for times in (1, 5))
    assert often > once * 4
