"""A line of the script, voiced: silences where they are marked, words where they sound."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from voicesim.errors import BadInputError
from voicesim.scenario.marks import plain
from voicesim.timebase import SAMPLE_RATE, samples
from voicesim.tts.clips import assemble
from voicesim.tts.ports import Clip, Span, Voice, VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice
from voicesim.tts.settings import voice_settings
from voicesim.tts.words import split_words

LINE = "I was nineteen, and he was my friend. [hesitates 2.5] I thought he was. [pause 0.6] That's all."
EDGE = samples(0.010)


def loudness(clip: Clip) -> float:
    """EBU R128, of a line said as often as the measure needs to hear it (0.4 s)."""
    import pyloudnorm

    sound = np.tile(clip.samples / 32767, 1 + SAMPLE_RATE // 2 // len(clip.samples))
    return float(pyloudnorm.Meter(SAMPLE_RATE).integrated_loudness(sound))


def level_of(sound: NDArray[np.generic]) -> float:
    return float(np.sqrt(np.mean(sound.astype(np.float64) ** 2)))


def test_a_hesitation_lies_exactly_where_it_is_marked(voice: Voice, steady: VoiceStyle) -> None:
    clip = assemble(LINE, steady, voice)
    (hesitation,) = clip.hesitations
    assert hesitation.end - hesitation.start == samples(2.5) == 40_000
    assert not clip.samples[hesitation.start : hesitation.end].any()
    assert clip.samples[hesitation.start - EDGE : hesitation.start].any()
    assert clip.samples[hesitation.end : hesitation.end + EDGE].any()
    before = len(voice.speak("I was nineteen, and he was my friend.", steady))
    assert hesitation.start == before


def test_a_pause_is_as_long_as_written_and_not_a_hesitation(voice: Voice, steady: VoiceStyle) -> None:
    with_pause, without = (
        assemble("Yes. [pause 0.6] No.", steady, voice),
        [voice.speak(phrase, steady) for phrase in ("Yes.", "No.")],
    )
    assert with_pause.hesitations == ()
    assert len(with_pause.samples) == samples(0.6) + sum(map(len, without))


def test_silence_at_either_end_of_a_line_is_kept(voice: Voice, steady: VoiceStyle) -> None:
    clip = assemble("[hesitates 1.5] I can't. [hesitates 2]", steady, voice)
    length = len(clip.samples)
    assert clip.hesitations == (Span(0, 24_000), Span(length - 32_000, length))
    assert clip.words[0].start == 24_000
    assert clip.words[-1].end == length - 32_000


def test_words_are_in_order_inside_the_clip_and_outside_her_silences(voice: Voice, steady: VoiceStyle) -> None:
    clip = assemble(LINE, steady, voice)
    assert " ".join(word.text for word in clip.words) == plain(LINE)
    assert clip.words[0].start == 0
    assert clip.words[-1].end == len(clip.samples)
    reached = 0
    for word in clip.words:
        assert reached <= word.start < word.end
        reached = word.end
    (hesitation,) = clip.hesitations
    assert all(word.end <= hesitation.start or word.start >= hesitation.end for word in clip.words)


def test_the_pause_at_a_full_stop_falls_between_words(her_voice: Pyttsx3Voice, steady: VoiceStyle) -> None:
    """Inside one phrase the positions are estimates, but the pauses she makes there are heard and used."""
    clip = assemble("It was a long time ago. Nobody would have believed me, so I stayed quiet.", steady, her_voice)
    sounding = np.flatnonzero(np.abs(clip.samples.astype(int)) > 100)
    longest = int(np.argmax(np.diff(sounding)))
    middle = (sounding[longest] + sounding[longest + 1]) // 2
    before = [word.text for word in clip.words if word.end <= middle]
    after = [word.text for word in clip.words if word.start >= middle]
    assert before == ["It", "was", "a", "long", "time", "ago."]
    assert after[0] == "Nobody"


def test_lone_dashes_stay_with_a_word() -> None:
    assert split_words("— I … well — no") == ["— I …", "well —", "no"]
    assert split_words("...") == []


def test_all_lines_are_equally_loud_and_moods_quieter(voice: Voice, steady: VoiceStyle) -> None:
    lines = ("No.", "I don't want to talk about that part yet.", LINE)
    levels = [loudness(assemble(line, steady, voice)) for line in lines]
    target = voice_settings().shape.loudness_lufs
    assert levels == pytest.approx([target] * len(lines), abs=0.5)
    quiet = loudness(assemble(LINE, replace(steady, volume=0.5), voice))
    assert levels[-1] - quiet == pytest.approx(6.0, abs=0.5)


def test_she_trails_off_before_an_ellipsis(voice: Voice, steady: VoiceStyle) -> None:
    """The words of an interrupted thought sink away; the same words with a full stop do not."""
    fading = assemble("[pause 0.5] And then I thought I heard somebody…", steady, voice)
    (span,) = fading.trailing
    assert span.end == len(fading.samples)
    sound = voice.speak("And then I thought I heard somebody…", steady).astype(float)
    before, after = fading.samples[samples(0.5) : span.start], fading.samples[span.start :]
    kept = level_of(before) / level_of(sound[: len(before)])
    sunk = level_of(after[-len(after) // 3 :]) / level_of(sound[-(len(after) // 3) :])
    assert sunk < kept * 0.6
    assert assemble("And then I thought I heard somebody.", steady, voice).trailing == ()
    assert fading.pauses[0].end == samples(0.5), "a breath is marked too"


def test_nothing_clips_or_clicks(voice: Voice, steady: VoiceStyle) -> None:
    clip = assemble("No! [pause 0.3] Stop. [pause 0.3] Please!", steady, voice)
    ceiling = 10 ** (voice_settings().shape.ceiling_dbfs / 20) * 32768
    sizes = np.abs(clip.samples.astype(int))
    assert sizes.max() <= ceiling
    assert max(sizes[0], sizes[-1]) < 100


@pytest.mark.parametrize("line", ["...", "—", "[pause 0.5]", "... [hesitates 1] …"])
def test_a_line_without_words_is_silence(voice: Voice, steady: VoiceStyle, line: str) -> None:
    clip = assemble(line, steady, voice)
    assert len(clip.samples) > 0
    assert not clip.samples.any()
    assert clip.words == ()


def test_a_misspelt_mark_is_refused(voice: Voice, steady: VoiceStyle) -> None:
    with pytest.raises(BadInputError, match="hesitate 2"):
        assemble("I [hesitate 2] don't know.", steady, voice)
