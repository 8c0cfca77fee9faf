"""When somebody speaks: found at once, with true edges, quiet or loud, in noise; and not when nobody does."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from voicesim.audio.measure import NO_ERRORS, EdgeErrors, edge_errors
from voicesim.audio.vad import VoiceActivity, VoiceEvent, segments
from voicesim.audio.vad_settings import default_settings
from voicesim.engine.events import SpeechEnded, SpeechStarted, SpeechStirring
from voicesim.errors import WeightsError
from voicesim.timebase import FRAME
from voicesim.tts.ports import VoiceStyle
from voicesim.tts.pyttsx3_voice import Pyttsx3Voice

Track = NDArray[np.int16]

_PHRASES = (
    "Good morning.",
    "Take whatever time you need.",
    "Yes.",
    "Where were you when the lamp went out?",
    "I see.",
)
_PAUSES = (0.6, 0.3, 1.1, 0.45, 0.8)


@pytest.fixture(scope="module")
def phrases() -> list[NDArray[np.float64]]:
    """Phrases of a real voice, without silence at either end, each with an RMS of 1."""
    style = VoiceStyle(voice="", words_per_minute=150, pitch=50, volume=1.0)
    with Pyttsx3Voice() as voice:
        spoken = [voice.speak(phrase, style).astype(float) for phrase in _PHRASES]
    return [phrase / np.sqrt((phrase**2).mean()) for phrase in spoken]


def _scene(
    phrases: list[NDArray[np.float64]], level: float, noise: float = -75, pauses: tuple[float, ...] = _PAUSES
) -> tuple[Track, list[tuple[int, int]]]:
    """Phrases at a level (RMS, dBFS) in hiss, and where they lie."""
    pieces, spans, at = [np.zeros(16_000)], [], 16_000
    for phrase, pause in zip(phrases, pauses, strict=True):
        silence = np.zeros(round(pause * 16_000))
        pieces += [phrase * 10 ** (level / 20), silence]
        spans.append((at, at + len(phrase)))
        at += len(phrase) + len(silence)
    track = np.concatenate([*pieces, np.zeros(8_000)])
    track += 10 ** (noise / 20) * np.random.default_rng(1).standard_normal(len(track))
    return np.clip(track * 32768, -32768, 32767).astype(np.int16), spans


def _live(track: Track) -> list[VoiceEvent]:
    activity = VoiceActivity()
    padded = np.pad(track, (0, -len(track) % FRAME))
    events = [event for i in range(0, len(padded), FRAME) for event in activity.feed(padded[i : i + FRAME])]
    return events + activity.flush()


@pytest.mark.parametrize("level", [-40, -26, -12], ids=["quiet", "usual", "loud"])
def test_quiet_and_loud_speech_is_found_with_true_edges(phrases: list[NDArray[np.float64]], level: float) -> None:
    errors = edge_errors(*_scene(phrases, level))
    assert (errors.missed, errors.invented) == (0, 0)
    assert max(np.abs(errors.onset)) <= 60
    assert max(np.abs(errors.end)) <= 60


def test_speech_ten_decibels_above_the_noise_is_found(phrases: list[NDArray[np.float64]]) -> None:
    errors = edge_errors(*_scene(phrases, level=-26, noise=-36))
    assert (errors.missed, errors.invented) == (0, 0)
    assert np.median(np.abs(errors.onset)) <= 60
    assert np.median(np.abs(errors.end)) <= 150


def test_speech_is_announced_in_time_to_duck_her_voice(phrases: list[NDArray[np.float64]]) -> None:
    errors: EdgeErrors = sum((edge_errors(*_scene(phrases, level)) for level in (-30, -20)), NO_ERRORS)
    assert np.median(errors.started_after) <= 130
    assert max(errors.started_after) <= 200


def test_the_end_is_announced_once_a_gap_is_certain_and_not_before(phrases: list[NDArray[np.float64]]) -> None:
    track, spans = _scene(phrases, level=-26)
    ended = [event for event in _live(track) if isinstance(event, SpeechEnded)]
    assert len(ended) == len(spans)
    assert all(200 <= (event.at - event.end) / 16 <= 300 for event in ended)


def test_a_short_pause_lies_inside_a_segment_and_a_long_one_parts_two(phrases: list[NDArray[np.float64]]) -> None:
    two = [phrases[1], phrases[3]]
    assert len(segments(_scene(two, -26, pauses=(0.12, 0.5))[0])) == 1
    assert len(segments(_scene(two, -26, pauses=(0.30, 0.5))[0])) == 2


def test_segments_are_in_order_and_never_less_than_a_gap_apart(phrases: list[NDArray[np.float64]]) -> None:
    for pause in (0.16, 0.2, 0.24, 0.28):
        found = segments(_scene(phrases, -26, noise=-45, pauses=(pause,) * 5)[0])
        assert all(onset < end for onset, end in found)
        assert all(later[0] - earlier[1] >= 0.2 * 16_000 for earlier, later in pairwise(found))


def test_the_first_sound_of_the_next_phrase_is_noticed_before_it_is_known_to_be_speech(phrases) -> None:
    track, spans = _scene(phrases, -26)
    events = _live(track)
    stirrings = [event.at for event in events if isinstance(event, SpeechStirring)]
    starts = [event for event in events if isinstance(event, SpeechStarted)]
    assert len(starts) == len(spans)
    for start in starts[1:]:
        noticed = [at for at in stirrings if start.onset - FRAME <= at <= start.at]
        assert noticed, "noticed"
        assert noticed[0] - start.onset <= 3 * FRAME
    assert len(stirrings) <= 2 * len(starts), "and silence does not stir"


def test_events_alternate_and_look_back_never_forward(phrases: list[NDArray[np.float64]]) -> None:
    events = [e for e in _live(_scene(phrases, -26, noise=-40)[0]) if not isinstance(e, SpeechStirring)]
    assert [type(event) for event in events] == [SpeechStarted, SpeechEnded] * (len(events) // 2)
    for started, ended in zip(events[::2], events[1::2], strict=True):
        assert isinstance(ended, SpeechEnded)
        assert started.onset == ended.onset
        assert started.onset < started.at
        assert ended.onset < ended.end <= ended.at
        assert started.at % FRAME == ended.at % FRAME == 0


def test_a_whole_recording_gives_the_same_segments_as_live_listening(phrases: list[NDArray[np.float64]]) -> None:
    track, _ = _scene(phrases, -26, noise=-50)
    live = [(event.onset, event.end) for event in _live(track) if isinstance(event, SpeechEnded)]
    assert segments(track) == live
    assert _live(track) == _live(track)


def test_a_recording_may_begin_and_end_in_the_middle_of_a_word(phrases: list[NDArray[np.float64]]) -> None:
    word = (phrases[3] * 10 ** (-26 / 20) * 32768).astype(np.int16)
    ((onset, end),) = segments(word)
    assert onset <= 0.06 * 16_000
    assert len(word) - 0.06 * 16_000 <= end <= len(word)
    assert isinstance(_live(word)[-1], SpeechEnded)


@pytest.mark.parametrize("length", [0, 1, 511, 512, 40_000])
def test_silence_of_any_length_holds_no_speech(length: int) -> None:
    assert segments(np.zeros(length, np.int16)) == []


def _hiss(rng: np.random.Generator) -> NDArray[np.float64]:
    return 0.1 * rng.standard_normal(80_000)


def _hum(_: np.random.Generator) -> NDArray[np.float64]:
    return 0.1 * np.sign(np.sin(2 * np.pi * 50 * np.arange(80_000) / 16_000))


def _keyboard(rng: np.random.Generator) -> NDArray[np.float64]:
    track = np.zeros(80_000)
    for at in rng.integers(0, 79_000, 30):
        track[at : at + 480] += rng.uniform(0.1, 0.4) * rng.standard_normal(480) * np.exp(-np.arange(480) / 64)
    return track


def _breath(rng: np.random.Generator) -> NDArray[np.float64]:
    spectrum = np.fft.rfft(rng.standard_normal(80_000))
    spectrum *= np.exp(-(((np.fft.rfftfreq(80_000, 1 / 16_000) - 1200) / 900) ** 2))
    breath = np.fft.irfft(spectrum) * np.maximum(0, np.sin(2 * np.pi * 0.5 * np.arange(80_000) / 16_000))
    return 0.1 * breath / np.abs(breath).max()


def _knocks(_: np.random.Generator) -> NDArray[np.float64]:
    t = np.arange(80_000) / 16_000
    return 0.5 * np.sin(2 * np.pi * 120 * t) * np.exp(-(t % 0.7) / 0.02)


@pytest.mark.parametrize("sound", [_hiss, _hum, _keyboard, _breath, _knocks])
def test_sounds_without_a_voice_are_no_speech(sound: object) -> None:
    rng = np.random.default_rng(1)
    track = sound(rng) + 10 ** (-70 / 20) * rng.standard_normal(80_000)  # type: ignore[operator]
    assert segments(np.clip(track * 32768, -32768, 32767).astype(np.int16)) == []


def test_a_changed_detector_is_refused() -> None:
    settings = default_settings()
    changed = settings.model.model_copy(update={"sha256": "0" * 64})
    with pytest.raises(WeightsError, match="not the speech detector"):
        VoiceActivity(settings.model_copy(update={"model": changed}))
    missing = settings.model.model_copy(update={"file": "assets/gone.onnx"})
    with pytest.raises(WeightsError, match="missing"):
        VoiceActivity(settings.model_copy(update={"model": missing}))


def test_a_frame_of_the_wrong_length_is_refused() -> None:
    with pytest.raises(ValueError, match="512"):
        VoiceActivity().feed(np.zeros(160, np.int16))
