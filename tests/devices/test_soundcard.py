"""The sound card contract, on real PortAudio devices: what is said is captured, what is rendered is heard, and losing a
device is noticed."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pulse import Pulse, loudness_of, tone

pytestmark = pytest.mark.devices

_PRELUDE = """
import json, sys, time
import numpy as np
from voicesim.audio.soundcard import DeviceGoneError, SoundCard, find_device, list_devices
from voicesim.errors import DeviceError

def say(**what):
    print(json.dumps(what), flush=True)

def silence(count):
    return np.zeros(count, np.int16), ()
"""

_CAPTURE = (
    _PRELUDE
    + """
with SoundCard(silence, rate=RATE) as card:
    say(ready=True)
    heard, troubles = [], []
    while sum(map(len, heard)) < 2 * 16000:
        block = card.read(1.0)
        heard.append(block.captured)
        troubles += block.troubles
        assert len(block.captured) == len(block.played)
np.save(FILE, np.concatenate(heard))
say(latency=card.loop_latency, label=card.label)
"""
)

_RENDER = (
    _PRELUDE
    + """
position = 0
def beep(count):
    global position
    at = np.arange(position, position + count) / 16000
    position += count
    return (9000 * np.sin(2 * np.pi * 880 * at)).astype(np.int16), position
with SoundCard(beep, rate=RATE) as card:
    marks = []
    while position < 16000:
        marks.append(card.read(1.0).marks)
say(marks=marks[:3], steady=marks == sorted(marks))
"""
)

_LOOP = (
    _PRELUDE
    + """
rng = np.random.default_rng(1)
noise = (3000 * rng.standard_normal(8 * 16000)).astype(np.int16)
position = 0
def hiss(count):
    global position
    piece = noise[position:position + count]
    position += count
    return piece, ()
captured, played = [], []
with SoundCard(hiss, rate=RATE) as card:
    while position < 5 * 16000:
        block = card.read(1.0)
        captured.append(block.captured); played.append(block.played)
    told = card.loop_latency
a, b = (np.concatenate(x).astype(float)[32000:] for x in (played, captured))
spectrum = np.conj(np.fft.rfft(a, 1 << 18)) * np.fft.rfft(b, 1 << 18)
match = np.fft.irfft(spectrum)
say(told=told, measured=int(match[:16000].argmax()), sharp=float(match[:16000].max() / np.abs(match).mean()))
"""
)

_UNPLUG = (
    _PRELUDE
    + """
with SoundCard(silence) as card:
    say(ready=True)
    started = last = time.monotonic()
    try:
        while time.monotonic() - started < 20:
            if card.read(0.1) is not None:
                last = time.monotonic()
    except DeviceGoneError as error:
        say(gone=str(error), after=time.monotonic() - last)
    try:
        card.reopen()
    except DeviceError as error:
        say(absent=str(error))
    sys.stdin.readline()
    card.reopen()
    say(back=card.read(2.0) is not None, label=card.label)
"""
)


def _told(process: subprocess.Popen[str]) -> dict[str, Any]:
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, "the child process ended without an answer"
    answer: dict[str, Any] = json.loads(line)
    return answer


def _with(code: str, **values: object) -> str:
    for name, value in values.items():
        code = code.replace(name, repr(value))
    return code


@pytest.mark.parametrize("rate", [None, 48_000, 44_100], ids=["16 kHz", "a 48 kHz device", "a 44.1 kHz device"])
def test_what_is_said_into_the_microphone_is_captured(pulse: Pulse, tmp_path: Path, rate: int | None) -> None:
    import numpy as np

    file = tmp_path / "captured.npy"
    child = pulse.python(_with(_CAPTURE, RATE=rate, FILE=str(file)))
    assert _told(child)["ready"]
    pulse.play(tone(tmp_path / "tone.wav", 600)).wait(10)
    print("loop latency:", _told(child))
    assert child.wait(20) == 0
    captured = np.load(file)
    assert loudness_of(captured, 600) == pytest.approx(0.3, rel=0.1)
    assert loudness_of(captured, 880) < 0.01


@pytest.mark.parametrize("rate", [None, 48_000, 44_100], ids=["16 kHz", "a 48 kHz device", "a 44.1 kHz device"])
def test_her_voice_is_heard_in_the_headphones(pulse: Pulse, rate: int | None) -> None:
    with pulse.recording() as recording:
        child = pulse.python(_with(_RENDER, RATE=rate))
        told = _told(child)
        assert child.wait(20) == 0
    assert loudness_of(recording.samples, 880) == pytest.approx(9000 / 32768, rel=0.1)
    assert told["steady"]
    assert told["marks"][0] > 0


@pytest.mark.parametrize("rate", [None, 48_000], ids=["16 kHz", "a 48 kHz device"])
def test_the_told_loop_latency_is_how_late_she_is_heard(pulse: Pulse, rate: int | None) -> None:
    child = pulse.python(_with(_LOOP, RATE=rate), PULSE_SOURCE="headphones.monitor")
    told = _told(child)
    assert child.wait(20) == 0
    print("loop latency:", told)
    assert told["sharp"] > 20
    assert abs(told["told"] - told["measured"]) <= 0.06 * 16_000


def test_losing_the_headset_is_noticed_and_plugging_it_in_again_brings_sound_back(own_pulse: Pulse) -> None:
    child = own_pulse.python(_UNPLUG)
    assert _told(child)["ready"]
    own_pulse.kill()
    gone = _told(child)
    assert "Check that it is plugged in" in gone["gone"]
    assert gone["after"] < 2.5
    assert _told(child)["absent"]
    own_pulse.start_again()
    assert child.stdin is not None
    child.stdin.write("\n")
    child.stdin.flush()
    assert _told(child)["back"]
    assert child.wait(20) == 0


def test_an_unknown_microphone_is_answered_with_those_there_are(pulse: Pulse) -> None:
    code = """
try:
    find_device("Grandmother's telephone", "input")
except DeviceError as error:
    say(error=str(error), known=[device.name for device in list_devices() if device.inputs])
"""
    told = _told(pulse.python(_PRELUDE + code))
    assert 'There is no microphone called "Grandmother\'s telephone"' in told["error"]
    assert told["known"]
    assert all(name in told["error"] for name in told["known"])


def test_devices_are_found_by_part_of_their_name(pulse: Pulse) -> None:
    code = """
say(default=find_device(None, "input").name, named=find_device("DEFAU", "output").name)
"""
    assert _told(pulse.python(_PRELUDE + code)) == {"default": "default", "named": "default"}


def test_a_machine_without_sound_says_that_there_is_no_microphone(own_pulse: Pulse) -> None:
    own_pulse.kill()
    code = """
try:
    SoundCard(silence)
except DeviceError as error:
    say(error=str(error))
"""
    told = _told(own_pulse.python(_PRELUDE + code))
    assert "microphone" in told["error"] or "cannot be opened" in told["error"]
