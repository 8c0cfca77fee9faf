"""`voicesim practice` as a person runs it: PortAudio in, PortAudio out, in real time. The recordings play the trainee."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import IO

import numpy as np
import pytest
from fixture_sessions import ROOT
from pulse import Pulse

from voicesim.asr.engines import open_transcriber
from voicesim.asr.ports import Transcriber
from voicesim.engine.events import (
    AudioTrouble,
    DeviceLost,
    DeviceRestored,
    Duck,
    End,
    LineHeard,
    Overlapped,
    Say,
    SpeechStarted,
    Transcribed,
    TurnTaken,
)
from voicesim.live.practice import voice_lines
from voicesim.scenario.load import load_scenario
from voicesim.session.reader import Bundle, open_bundle
from voicesim.timebase import SAMPLE_RATE, samples

pytestmark = [pytest.mark.devices, pytest.mark.models]

_BEGUN = "Space pauses"
_AUDIBLE = -50
"""dB below full scale."""


def of(bundle: Bundle, kind: type) -> list:
    return [record for record in bundle.records if isinstance(record, kind)]


def start(pulse: Pulse, folder: Path, *options: str) -> subprocess.Popen[str]:
    """Begin a live session and wait until she may speak."""
    command = [sys.executable, "-m", "voicesim", "practice", "delayed-report", "--yes", "--plain", "--no-open"]
    command += ["--seed", "0", "--voice", "pyttsx3"]  # the recordings were spoken to these lines
    process = subprocess.Popen(
        [*command, "--out", str(folder), *options],
        env=pulse.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout is not None
    read_until(process.stdout, _BEGUN)
    return process


def read_until(stream: IO[str], words: str) -> None:
    seen = []
    for line in stream:
        seen.append(line)
        if words in line:
            return
    raise AssertionError(f"never said {words!r}: {''.join(seen)}")


def finish(process: subprocess.Popen[str], seconds: float) -> str:
    try:
        out, err = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return out + err


def level(track: np.ndarray, start: float, end: float) -> float:
    """RMS in dB relative to full scale."""
    piece = track[samples(start) : samples(end)].astype(float)
    return 20 * np.log10(np.sqrt(np.mean(piece**2)) / 32768 + 1e-6) if len(piece) else -120.0


def at_full_voice(bundle: Bundle, utterance: int) -> tuple[np.ndarray, float]:
    """A line as it would have sounded had nobody spoken, and when it began (s)."""
    book, _ = voice_lines(load_scenario("delayed-report").scenario, "pyttsx3")
    said = next(say for say in of(bundle, Say) if say.utterance == utterance)
    began = next(line.onset for line in of(bundle, LineHeard) if line.utterance == utterance)
    return book.clip(said.text, said.mood).samples, began / SAMPLE_RATE


def place_of(piece: np.ndarray, recording: np.ndarray) -> int:
    """Where a piece of sound lies in a recording: before her first line there are the preparation and the check's tones."""
    size = 1 << (len(piece) + len(recording)).bit_length()
    agreement = np.fft.irfft(
        np.fft.rfft(recording.astype(float), size) * np.conj(np.fft.rfft(piece.astype(float), size))
    )
    return int(np.argmax(agreement[: len(recording)]))


@pytest.fixture(scope="module")
def session(pulse: Pulse, tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, str, np.ndarray]:
    """One live session in which the interrupter speaks: its bundle, what the terminal said, what the headphones played."""
    folder = tmp_path_factory.mktemp("live") / "session"
    with pulse.recording() as headphones:
        process = start(pulse, folder)
        player = pulse.play(ROOT / "interrupter" / "trainee.flac")
        said = finish(process, 120)
        player.kill()
    assert process.returncode == 0, said
    return open_bundle(folder), said, headphones.samples


def test_the_session_is_recorded_scored_and_reported(session):
    bundle, said, _ = session
    assert bundle.meta.state == "complete"
    assert bundle.meta.driver == "soundcard"
    assert bundle.meta.consent.given
    assert (bundle.path / "report.html").stat().st_size > 100_000
    assert json.loads((bundle.path / "scorecard.json").read_text())["criteria"]
    assert str(bundle.path / "report.html") in said
    assert of(bundle, End)[0].reason == "ending"


def test_her_voice_is_in_the_recorded_track_and_in_the_headphones(session):
    bundle, _, headphones = session
    track = bundle.track("survivor")
    transcriber = open_transcriber()
    complete = [line for line in of(bundle, LineHeard) if line.complete]
    said = " ".join(line.text for line in complete)
    recorded = " ".join(heard_in(transcriber, track[line.onset : line.end]) for line in complete)
    assert shared_words(recorded, said) >= 0.65
    first = complete[0]
    begins = place_of(track[first.onset : first.onset + samples(1)], headphones)
    heard = headphones[begins : begins + first.end - first.onset + samples(0.3)]
    assert shared_words(heard_in(transcriber, heard), first.text) >= 0.6


def test_the_trainee_was_heard(session):
    bundle, _, _ = session
    heard = " ".join(words.text for words in of(bundle, Transcribed)).lower()
    assert "date of birth" in heard
    assert of(bundle, TurnTaken)


def test_the_barge_in_lowered_her_at_once_and_stopped_her_for_good(session):
    bundle, _, _ = session
    taken = [overlap for overlap in of(bundle, Overlapped) if overlap.taking and overlap.kind == "interruption"]
    assert len(taken) >= 2
    track = bundle.track("survivor")
    ducks = [duck.at for duck in of(bundle, Duck)]
    lowered = []
    for overlap in taken:
        decided = min(duck for duck in ducks if duck >= overlap.onset)
        assert decided - overlap.onset <= samples(0.2)
        onset = overlap.onset / SAMPLE_RATE
        full, begun = at_full_voice(bundle, overlap.utterance)
        meant = level(full, onset + 0.3 - begun, onset + 0.5 - begun)
        if meant > _AUDIBLE:  # else she was drawing breath there anyway
            lowered.append(level(track, onset + 0.3, onset + 0.5) - meant)
        assert level(track, onset + 0.75, onset + 1.2) < -60, "silent"
        line = next(each for each in of(bundle, LineHeard) if each.utterance == overlap.utterance)
        assert not line.complete
        assert line.end <= overlap.onset + samples(0.8)
    assert lowered
    assert all(change < -6 for change in lowered), "ducked"


def test_no_samples_were_lost(session):
    bundle, _, _ = session
    lost = [trouble for trouble in of(bundle, AudioTrouble) if trouble.kind in ("overflow", "gap")]
    assert lost == []
    assert len(bundle.track("trainee")) == len(bundle.track("survivor"))


def test_held_again_from_the_trainees_track_it_comes_out_the_same(session):
    """Words, turns, her lines and the scorecard, to the sample; only how long things took is believed to the log."""
    from voicesim.rescoring.held_again import hold_again

    bundle, _, _ = session
    again = hold_again(bundle)
    assert again.difference is None
    assert again.turns == ()
    assert again.scorecard.to_json() == (bundle.path / "scorecard.json").read_text(encoding="utf-8")


def test_speech_is_noticed_soon(session):
    bundle, _, _ = session
    assert all(started.at - started.onset <= samples(0.25) for started in of(bundle, SpeechStarted))


def test_ctrl_c_keeps_and_scores_what_there_is(pulse, tmp_path):
    process = start(pulse, tmp_path / "s")
    time.sleep(4)
    process.send_signal(signal.SIGINT)
    said = finish(process, 60)
    assert process.returncode == 2
    assert "saved in" in said
    assert "Traceback" not in said
    bundle = open_bundle(tmp_path / "s")
    assert bundle.meta.state == "complete"
    assert of(bundle, End)[0].reason == "stopped"
    assert len(bundle.track("survivor")) > samples(3)
    assert (tmp_path / "s" / "report.html").exists()


def test_a_killed_session_opens_replays_and_scores(pulse, tmp_path):
    process = start(pulse, tmp_path / "s")
    time.sleep(4)
    process.kill()
    finish(process, 20)
    assert len(open_bundle(tmp_path / "s").track("survivor")) > samples(3)
    for command in ("replay", "score", "report"):
        result = subprocess.run(
            [sys.executable, "-m", "voicesim", command, str(tmp_path / "s")],
            env=pulse.environment(), capture_output=True, text=True,
        )  # fmt: skip
        assert result.returncode == 0, result.stderr + result.stdout


def test_an_unplugged_headset_pauses_the_session_which_goes_on_when_it_is_back(own_pulse, tmp_path):
    process = start(own_pulse, tmp_path / "s")
    time.sleep(3)
    own_pulse.kill()
    assert process.stdout is not None
    read_until(process.stdout, "paused and saved so far")
    own_pulse.start_again()
    read_until(process.stdout, "Sound is back")
    time.sleep(3)
    process.send_signal(signal.SIGINT)
    said = finish(process, 60)
    assert "Traceback" not in said
    bundle = open_bundle(tmp_path / "s")
    assert [type(record) for record in bundle.records if isinstance(record, DeviceLost | DeviceRestored)] == [
        DeviceLost,
        DeviceRestored,
    ]
    assert of(bundle, End)[0].reason == "stopped"


def test_a_microphone_that_is_not_there_is_one_clear_line(pulse, tmp_path):
    result = subprocess.run(
        [sys.executable, "-m", "voicesim", "practice", "--yes", "--input", "Nonesuch", "--out", str(tmp_path / "s")],
        env=pulse.environment(), capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 2
    assert "Nonesuch" in result.stderr
    assert "Traceback" not in result.stderr
    assert not (tmp_path / "s").exists()


def heard_in(transcriber: Transcriber, sound: np.ndarray) -> str:
    return transcriber.transcribe(sound.astype(np.float32) / 32768).text


def shared_words(heard: str, said: str) -> float:
    """Share of the words said that were heard."""
    found = set(heard.lower().replace(",", "").replace(".", "").replace("’", "'").split())
    wanted = said.lower().replace(",", "").replace(".", "").replace("’", "'").split()
    return sum(word in found for word in wanted) / len(wanted)
