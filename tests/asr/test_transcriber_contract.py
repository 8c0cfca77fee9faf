"""What every transcriber must do, whichever engine is behind it."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from made_sounds import QUESTION, Sound, coughs, keyboard, noise_band

from voicesim.asr.ports import Transcriber
from voicesim.errors import BadInputError
from voicesim.timebase import SAMPLE_RATE

Say = Callable[[str], Sound]


def words_of(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def test_a_question_is_heard_word_for_word(transcriber: Transcriber, say: Say) -> None:
    assert words_of(transcriber.transcribe(say(QUESTION)).text) == words_of(QUESTION)


def test_every_word_lies_within_the_segment_and_in_order(transcriber: Transcriber, say: Say) -> None:
    sound = say(QUESTION)
    transcript = transcriber.transcribe(sound)
    assert transcript.text == " ".join(word.text for word in transcript.words)
    times = [moment for word in transcript.words for moment in (word.start, word.end)]
    assert times == sorted(times)
    assert times[0] >= 0.0
    assert times[-1] <= len(sound) / SAMPLE_RATE
    assert all(0.0 <= word.probability <= 1.0 for word in transcript.words)


def test_the_same_sound_is_heard_the_same_way_twice(transcriber: Transcriber, say: Say) -> None:
    assert transcriber.transcribe(say(QUESTION)) == transcriber.transcribe(say(QUESTION))


def test_silence_is_never_words(transcriber: Transcriber) -> None:
    for seconds in (0.05, 1.0, 31.0):
        transcript = transcriber.transcribe(np.zeros(int(seconds * SAMPLE_RATE), np.float32))
        assert (transcript.text, transcript.words) == ("", ())


def test_an_empty_segment_is_no_words(transcriber: Transcriber) -> None:
    assert transcriber.transcribe(np.zeros(0, np.float32)).text == ""


@pytest.mark.parametrize(
    "samples",
    [
        np.zeros(16_000, np.int16),
        np.zeros(16_000, np.float64),
        np.zeros((16_000, 2), np.float32),
        np.full(16_000, np.nan, np.float32),
        np.full(16_000, 12_000, np.float32),
    ],
    ids=["16-bit", "double", "stereo", "not a number", "16-bit made float"],
)
def test_samples_of_another_kind_are_refused_in_words(transcriber: Transcriber, samples: Sound) -> None:
    with pytest.raises(BadInputError, match=r"A transcriber was given .+\. (Give|Scale) "):
        transcriber.transcribe(samples)


def test_it_says_which_engine_and_model_heard(transcriber: Transcriber) -> None:
    assert re.fullmatch(r"[a-z-]+ [\d.]+", transcriber.engine)
    assert transcriber.model


def test_several_who_speak_at_once_are_each_given_their_own_words(whisper: Transcriber, say: Say) -> None:
    lines = ["I believe you.", "What happened?", "You can stop at any time.", "Where did you go?"]
    sounds = [say(line) for line in lines]
    with ThreadPoolExecutor(len(lines)) as people:
        heard = list(people.map(lambda sound: words_of(whisper.transcribe(sound).text), sounds))
    assert heard == [words_of(line) for line in lines]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_coughs_are_not_words(whisper: Transcriber, seed: int) -> None:
    assert whisper.transcribe(coughs(seed)).text == ""


def test_keys_breath_and_hiss_are_not_words(whisper: Transcriber) -> None:
    assert whisper.transcribe(keyboard(4)).text == ""
    breath = 0.08 * np.hanning(SAMPLE_RATE) * noise_band(5, SAMPLE_RATE, 500, 6000)
    assert whisper.transcribe(breath.astype(np.float32)).text == ""
    assert whisper.transcribe((0.05 * noise_band(6, 2 * SAMPLE_RATE, 20, 7900)).astype(np.float32)).text == ""


def test_a_hum_and_a_tone_are_not_words(whisper: Transcriber) -> None:
    time = np.arange(2 * SAMPLE_RATE) / SAMPLE_RATE
    for pitch in (50, 440):
        assert whisper.transcribe((0.2 * np.sin(2 * np.pi * pitch * time)).astype(np.float32)).text == ""


def test_one_short_word_is_still_heard(whisper: Transcriber, say: Say) -> None:
    assert words_of(whisper.transcribe(say("Yes.")).text) == ["yes"]
    assert words_of(whisper.transcribe(say("Right.")).text) == ["right"]


def test_words_are_timed_where_they_sound(whisper: Transcriber, say: Say) -> None:
    gap = np.zeros(int(1.2 * SAMPLE_RATE), np.float32)
    first, second = say("What happened?"), say("I believe you.")
    transcript = whisper.transcribe(np.concatenate([first, gap, second]))
    assert words_of(transcript.text) == ["what", "happened", "i", "believe", "you"]
    begins = (len(first) + len(gap)) / SAMPLE_RATE
    assert transcript.words[0].start <= 0.5
    assert abs(transcript.words[-2].start - begins) < 0.8, transcript.words
    assert transcript.words[-2].start > len(first) / SAMPLE_RATE


def test_a_monologue_longer_than_whispers_window_is_heard_to_its_end(whisper: Transcriber, say: Say) -> None:
    pause = np.zeros(SAMPLE_RATE // 2, np.float32)
    once = [say(QUESTION), pause, say("I believe you."), pause]
    sound = np.concatenate(once * 7)
    assert len(sound) > 32 * SAMPLE_RATE
    transcript = whisper.transcribe(sound)
    heard = words_of(transcript.text)
    assert heard.count("remember") == heard.count("believe") == 7
    assert [word.start for word in transcript.words] == sorted(word.start for word in transcript.words)
    assert len(sound) / SAMPLE_RATE - 3.0 < transcript.words[-1].end <= len(sound) / SAMPLE_RATE


@pytest.mark.models
@pytest.mark.parametrize("engine", ["faster-whisper", "openai-whisper"])
def test_a_sentence_cut_short_sounds_less_ended_than_a_whole_one(
    opened: Callable[[str], Transcriber], engine: str, say: Say
) -> None:
    whisper = opened(engine)
    whole = whisper.transcribe(say(QUESTION))
    words = whole.words
    cut = whisper.transcribe(say(QUESTION)[: int(words[-3].end * SAMPLE_RATE)])
    assert whole.closing > 0.6, whole
    assert cut.closing < whole.closing / 2, cut
