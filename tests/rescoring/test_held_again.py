"""A session held live, with all the time that things took then, comes out the same when it is held again from its sound."""

from __future__ import annotations

from collections import deque

import numpy as np
import pytest
import soundfile
from corpora import ROOT
from numpy.typing import NDArray

from voicesim.engine.events import (
    AudioTrouble,
    DeviceLost,
    DeviceRestored,
    KeyPressed,
    LineHeard,
    Overlapped,
    Transcribe,
    Transcribed,
    TurnTaken,
)
from voicesim.live.conductor import Conductor
from voicesim.live.ears import Listener, answer
from voicesim.live.practice import new_meta, prepare, recording
from voicesim.rescoring.held_again import hold_again
from voicesim.review.scoring import score_bundle
from voicesim.scenario.load import load_scenario
from voicesim.session.meta import Consent
from voicesim.session.reader import Bundle, open_bundle
from voicesim.timebase import SAMPLE_RATE, samples

pytestmark = pytest.mark.models

_BLOCK = samples(0.02)
_SECONDS = 50


class LiveEars:
    """Real recognition that takes another time for each answer, as on a computer that has other things to do."""

    def __init__(self, listener: Listener, takes: np.random.Generator) -> None:
        self._listener = listener
        self._takes = takes
        self._coming: deque[tuple[int, object]] = deque()

    def ask(self, request: Transcribe, samples: NDArray[np.int16], lately: NDArray[np.int16]) -> None:
        ready = request.at + round(self._takes.uniform(0.15, 1.1) * SAMPLE_RATE)
        if self._coming:
            ready = max(ready, self._coming[-1][0])  # one thread: an answer does not overtake another
        self._coming.append((ready, self._listener.listen(request, samples, lately)))

    def answers(self, now: int) -> list[Transcribed]:
        due = []
        while self._coming and self._coming[0][0] <= now:
            due.append(answer(self._coming.popleft()[1], now))  # type: ignore[arg-type]
        return due

    def close(self) -> None:
        pass


def drive(conductor: Conductor, sound: NDArray[np.int16], chance: np.random.Generator) -> None:
    """As a headset does: her sound is asked for one to four blocks ahead; a pause, a lost headset and a gap on the way."""
    happens = {
        samples(0): [AudioTrouble(0, "overflow", 0)],
        samples(21): [KeyPressed(0, "pause")],
        samples(24.5): [KeyPressed(0, "resume")],
        samples(33): [DeviceLost(0, "headset", "gone"), DeviceRestored(0, "headset")],
        samples(40): [AudioTrouble(0, "gap", 320)],
    }
    ahead: deque = deque()
    conductor.begin()
    while conductor.now < len(sound) and not conductor.over:
        for event in happens.get(conductor.now, []):
            conductor.tell(type(event)(conductor.now, *list(vars(event).values())[1:]))
        while len(ahead) <= chance.integers(1, 4):
            ahead.append(conductor.player.render(_BLOCK))
        conductor.block(sound[conductor.now : conductor.now + _BLOCK], *ahead.popleft())
    conductor.tell(KeyPressed(conductor.now, "stop"))


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    """A session with interruptions, held with real recognition at an uneven pace."""
    prepared = prepare(load_scenario("delayed-report"), asr="faster-whisper", model="tiny.en", voice="pyttsx3", seed=0)
    sound, _ = soundfile.read(ROOT / "audio_fixtures" / "interrupter" / "trainee.flac", dtype="int16")
    folder = tmp_path_factory.mktemp("live") / "session"
    meta = new_meta(
        prepared, driver="soundcard", consent=Consent(given=True, how="recording"), loop_latency=samples(0.09)
    )
    chance = np.random.default_rng(4)
    with recording(prepared, folder, meta, LiveEars(prepared.listener, chance)) as conductor:
        drive(conductor, np.asarray(sound[: _SECONDS * SAMPLE_RATE // _BLOCK * _BLOCK], np.int16), chance)
    return open_bundle(folder)


def test_every_record_of_a_live_session_comes_out_the_same(live):
    happened = {type(record) for record in live.records}
    assert {TurnTaken, Overlapped, LineHeard, Transcribed} <= happened, "there was something to repeat"
    again = hold_again(live)
    assert again.difference is None
    assert again.turns == ()
    assert again.states[0] == again.states[1]


def test_its_scorecard_comes_out_the_same(live):
    assert hold_again(live).scorecard.to_json() == score_bundle(live).to_json()


def test_words_are_heard_anew_and_not_taken_from_the_log(live, tmp_path):
    """With another turn's words in the log, what was really said is heard, and the difference is told."""
    from dataclasses import replace

    number, words = next(
        (n, record)
        for n, record in enumerate(live.records)
        if isinstance(record, Transcribed) and len(record.words) > 3
    )
    forged = list(live.records)
    forged[number] = replace(words, text="Nothing of the kind.", words=())
    again = hold_again(replace(live, records=tuple(forged)))
    assert again.difference is not None
    assert words.text in again.difference


def test_another_course_is_held_to_its_end(live):
    """From where the log no longer fits she plays by herself: no line is left unfinished, none told twice."""
    from dataclasses import replace

    from voicesim.engine.events import LineEnded, LineStarted, Say

    number, first = next((n, record) for n, record in enumerate(live.records) if isinstance(record, Say))
    forged = list(live.records)
    forged[number] = replace(first, text="Another line.")
    again = hold_again(replace(live, records=tuple(forged)))
    begun = [record.utterance for record in again.records if isinstance(record, LineStarted)]
    ended = [record.utterance for record in again.records if isinstance(record, LineEnded)]
    assert len(begun) >= 3
    assert begun == sorted(set(begun))
    assert len(ended) == len(set(ended))
    assert set(begun[:-1]) <= set(ended)
