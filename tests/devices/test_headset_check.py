"""The headset check and what follows from it, on real sound devices: headphones that are tight, and loudspeakers that are not."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from pulse import RATE, Pulse

from voicesim.engine.events import LineStarted, SpeechStarted
from voicesim.session.reader import Bundle, open_bundle

pytestmark = pytest.mark.devices


def pactl(pulse: Pulse, *words: str) -> str:
    return subprocess.run(["pactl", *words], env=pulse.environment(), capture_output=True, text=True, check=True).stdout


@contextmanager
def loudspeakers(pulse: Pulse, decibels: float, into: str = "mic") -> Iterator[None]:
    """What the headphones play reaches the microphone, so much weaker."""
    loop = ("load-module", "module-loopback", "source=headphones.monitor", f"sink={into}", "latency_msec=30")
    module = pactl(pulse, *loop).strip()
    try:
        inputs = pactl(pulse, "list", "sink-inputs").split("Sink Input #")
        number = next(one.split("\n")[0] for one in inputs if f"Owner Module: {module}\n" in one)
        pactl(pulse, "set-sink-input-volume", number, f"{decibels}dB")
        time.sleep(0.5)
        yield
    finally:
        pactl(pulse, "unload-module", module)


@contextmanager
def quiet_room(pulse: Pulse, folder: Path) -> Iterator[None]:
    """A microphone's own noise, at -66 dBFS."""
    rng = np.random.default_rng(4)
    file = folder / "room.wav"
    soundfile.write(file, rng.standard_normal(RATE * 90) * 10 ** (-66 / 20), RATE, subtype="PCM_16")
    player = pulse.play(file)
    try:
        yield
    finally:
        player.kill()
        player.wait()


def check(pulse: Pulse, *options: str, **environment: str) -> dict[str, Any]:
    result = subprocess.run(
        [sys.executable, "-m", "voicesim", "headset", "--json", *options],
        env=pulse.environment(**environment), stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert "Traceback" not in result.stderr
    found: dict[str, Any] = json.loads(result.stdout)
    found["code"] = result.returncode
    print(result.stderr, json.dumps(found, indent=1))
    return found


def test_tight_headphones_leak_nothing(pulse: Pulse, tmp_path: Path) -> None:
    with quiet_room(pulse, tmp_path):
        found = check(pulse)
    assert found["leakage"] is None
    assert not found["echo"]
    assert found["code"] == 0
    assert found["noise_floor"] == pytest.approx(-66, abs=2)


@pytest.mark.parametrize("decibels", [0, -20, -40])
def test_her_voice_in_the_microphone_is_found_and_measured(pulse: Pulse, tmp_path: Path, decibels: float) -> None:
    with quiet_room(pulse, tmp_path), loudspeakers(pulse, decibels):
        found = check(pulse)
    assert found["leakage"] == pytest.approx(decibels, abs=2)
    assert found["echo"]
    assert found["code"] == 1
    assert 20 <= found["echo_delay_ms"] <= 700


def test_a_microphone_of_another_rate_is_measured_as_well(pulse: Pulse) -> None:
    other = pactl(pulse, "load-module", "module-null-sink", "sink_name=mic44", "rate=44100", "channels=2").strip()
    try:
        with loudspeakers(pulse, -20, into="mic44"):
            found = check(pulse, PULSE_SOURCE="mic44.monitor")
    finally:
        pactl(pulse, "unload-module", other)
    assert found["leakage"] == pytest.approx(-20, abs=2)


_DRIFT = """
import json
import numpy as np
import sounddevice
from voicesim.audio.soundcard import SoundCard

SECONDS, STEP, SOUND = 27, 72000, 48000
rng = np.random.default_rng(1)
# A low rumble: what the clocks stretch still matches.
rumble = [np.convolve(20000 * rng.standard_normal(SOUND), np.ones(60) / 60, "same") for _ in range(SECONDS)]
bursts = [np.pad(piece, (0, STEP - SOUND)) for piece in rumble]
sound = np.concatenate(bursts).astype(np.int16)
stream = sounddevice.InputStream
sounddevice.InputStream = lambda samplerate, **rest: stream(samplerate=round(samplerate * FAST), **rest)
position = 0
def render(count):
    global position
    position += count
    return sound[position - count:position], ()
captured, played, troubles = [], [], []
with SoundCard(render) as card:
    while len(played) * 320 < SECONDS * 16000:
        block = card.read(1.0)
        captured.append(block.captured); played.append(block.played); troubles += block.troubles
heard, said = (np.concatenate(track).astype(float) for track in (captured, played))
late = []
for start in range(0, len(said) - STEP, STEP):
    one, other = said[start:start + 8000], heard[start:start + 24000]
    match = np.fft.irfft(np.conj(np.fft.rfft(one, 1 << 16)) * np.fft.rfft(other, 1 << 16))
    late.append(int(match[:16000].argmax()) / 16)
print(json.dumps({"late": late, "troubles": troubles}))
"""


@pytest.mark.parametrize("fast", [1.004, 0.996], ids=["a fast microphone", "a slow microphone"])
def test_two_devices_whose_clocks_disagree_stay_together_and_lose_nothing(pulse: Pulse, fast: float) -> None:
    child = pulse.python(_DRIFT.replace("FAST", repr(fast)), PULSE_SOURCE="headphones.monitor")
    told = json.loads(child.communicate(timeout=90)[0])
    print(told)
    # The headphones may run dry under a fast microphone, but nothing that was said is lost.
    assert [kind for kind, _ in told["troubles"] if kind in ("overflow", "gap")] == []
    # Left alone, they would be 108 ms apart by now.
    assert max(told["late"]) - told["late"][0] <= 95
    assert min(told["late"]) - told["late"][0] >= -60


def test_a_muted_microphone_is_named(pulse: Pulse) -> None:
    found = check(pulse)
    assert any("mute switch" in verdict["words"] for verdict in found["verdicts"])


def practise(pulse: Pulse, folder: Path, seconds: float, *options: str) -> tuple[Bundle, str]:
    """A session over loudspeakers in which nobody speaks but she, stopped after so many seconds."""
    with quiet_room(pulse, folder), loudspeakers(pulse, -6):
        process = subprocess.Popen(
            [sys.executable, "-m", "voicesim", "practice", "delayed-report", "--yes", "--plain", "--no-open",
             "--out", str(folder / "session"), *options],
            env=pulse.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        assert process.stdout is not None
        said = ""
        for line in process.stdout:
            said += line
            if "Space pauses" in line:
                break
        time.sleep(seconds)
        process.send_signal(signal.SIGINT)
        said += process.communicate(timeout=60)[0]
    print(said)
    return open_bundle(folder / "session"), said


def speech_over_her(bundle: Bundle) -> list[SpeechStarted]:
    assert any(isinstance(record, LineStarted) for record in bundle.records), "she spoke"
    return [record for record in bundle.records if isinstance(record, SpeechStarted)]


@pytest.mark.models
def test_with_nobody_to_ask_cancelling_is_switched_on_and_she_does_not_interrupt_herself(
    pulse: Pulse, tmp_path: Path
) -> None:
    bundle, said = practise(pulse, tmp_path, 15)
    assert "Echo cancellation is on" in said
    assert speech_over_her(bundle) == []
    kept = json.loads((bundle.path / "meta.json").read_text(encoding="utf-8"))
    assert kept["echo"] == "cancel"
    assert kept["check"]["leakage"] == pytest.approx(-6, abs=2)


@pytest.mark.models
def test_in_half_duplex_she_does_not_interrupt_herself(pulse: Pulse, tmp_path: Path) -> None:
    bundle, said = practise(pulse, tmp_path, 15, "--echo", "half-duplex", "--no-check")
    assert "you cannot interrupt her" in said
    assert speech_over_her(bundle) == []
    kept = json.loads((bundle.path / "meta.json").read_text(encoding="utf-8"))
    assert kept["echo"] == "half-duplex"
    assert "check" not in kept


@pytest.mark.models
def test_without_either_she_does(pulse: Pulse, tmp_path: Path) -> None:
    bundle, _ = practise(pulse, tmp_path, 15, "--echo", "off")
    assert len(speech_over_her(bundle)) >= 1
