"""A private PulseAudio daemon with a virtual microphone and virtual headphones, for tests on real sound devices.

::

    play(file) ──► sink "mic" ──► source "mic.monitor" ──► PortAudio input  ┐
                                                                            ├ the program under test
    record()  ◄── source "headphones.monitor" ◄── sink "headphones" ◄── PortAudio output ┘

It needs no sound card, no D-Bus and no session, and works as root in a container. PortAudio reads its environment once, so
what is to hear these devices runs in a child process with `environment()`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import numpy as np
import soundfile
from numpy.typing import NDArray

RATE = 16_000
INSTALL = (
    "The device tests need PulseAudio: "
    "sudo apt install pulseaudio pulseaudio-utils libasound2-plugins libportaudio2 (they must not be skipped)."
)
_SOURCE_FOLDER = Path(__file__).parents[2] / "src"
_ALSA = """
<{system}>
pcm.!default {{ type pulse }}
ctl.!default {{ type pulse }}
pcm.headset {{ type pulse hint {{ show on description "A second way to the same headset" }} }}
"""
_SYSTEM_ALSA = Path("/usr/share/alsa/alsa.conf")


class Pulse:
    """A running daemon. Everything it keeps lies in one temporary folder."""

    def __init__(self) -> None:
        for program in ("pulseaudio", "paplay", "parec", "pactl"):
            if shutil.which(program) is None:
                raise RuntimeError(f"{program} is missing. {INSTALL}")
        if not _SYSTEM_ALSA.is_file():
            raise RuntimeError(f"ALSA's configuration is missing. {INSTALL}")
        # Not pytest's own folder: a socket's path may have no more than 107 characters.
        self.folder = Path(tempfile.mkdtemp(prefix="voicesim-pulse-"))
        self._socket = self.folder / "socket"
        (self.folder / "asound.conf").write_text(_ALSA.format(system=_SYSTEM_ALSA), encoding="utf-8")
        self._log = (self.folder / "log").open("wb")
        self._daemon = self._start()

    def environment(self, **changes: str) -> dict[str, str]:
        """Environment in which PortAudio's default devices are the virtual ones."""
        return {
            **os.environ,
            "XDG_RUNTIME_DIR": str(self.folder),
            "PULSE_RUNTIME_PATH": str(self.folder),
            "PULSE_SERVER": f"unix:{self._socket}",
            "PULSE_SOURCE": "mic.monitor",
            "PULSE_SINK": "headphones",
            "ALSA_CONFIG_PATH": str(self.folder / "asound.conf"),
            "PYTHONPATH": os.pathsep.join(filter(None, [str(_SOURCE_FOLDER), os.environ.get("PYTHONPATH", "")])),
            "PYTHONUNBUFFERED": "1",
            **changes,
        }

    def python(self, code: str, **changes: str) -> subprocess.Popen[str]:
        """Run a piece of Python among these devices; its standard output is piped, its errors go to pytest's."""
        return subprocess.Popen(
            [sys.executable, "-c", code],
            env=self.environment(**changes), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def play(self, file: Path, sink: str = "mic") -> subprocess.Popen[bytes]:
        """Begin to play a recording into the microphone (or another sink). Ends when it has been played."""
        return subprocess.Popen(["paplay", f"--device={sink}", str(file)], env=self.environment())

    @contextmanager
    def recording(self, source: str = "headphones.monitor") -> Iterator[Recording]:
        """Record what is heard in the headphones while the block runs; then it is in `samples`."""
        raw = self.folder / f"recording-{time.monotonic_ns()}"
        with raw.open("wb") as file:
            recorder = subprocess.Popen(
                ["parec", f"--device={source}", f"--rate={RATE}", "--channels=1", "--format=s16le", "--latency-msec=20"],
                env=self.environment(), stdout=subprocess.PIPE,
            )  # fmt: skip
            recording = Recording()
            writer = threading.Thread(target=recording.take_down, args=(recorder.stdout, file), daemon=True)
            writer.start()
            try:
                _until(lambda: raw.stat().st_size > 0, "nothing is recorded")
                yield recording
            finally:
                recorder.terminate()
                recorder.wait(5)
                writer.join(5)
        recording.samples = np.frombuffer(raw.read_bytes()[: raw.stat().st_size // 2 * 2], np.int16)
        raw.unlink()

    def kill(self) -> None:
        """Pull the plug: the daemon and both devices are gone at once."""
        self._daemon.kill()
        self._daemon.wait(5)

    def start_again(self) -> None:
        """Plug it in again, with the same devices."""
        self._socket.unlink(missing_ok=True)
        self._daemon = self._start()

    def close(self) -> None:
        """End the daemon and remove its folder."""
        self.kill()
        self._log.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _start(self) -> subprocess.Popen[bytes]:
        # No default configuration (-n): only what is loaded here.
        modules = [f"module-native-protocol-unix socket={self._socket} auth-anonymous=1"]
        modules += [
            f"module-null-sink sink_name={name} rate=48000 channels=1 norewinds=1" for name in ("mic", "headphones")
        ]
        daemon = subprocess.Popen(
            ["pulseaudio", "-n", "--daemonize=no", "--system=false", "--exit-idle-time=-1", "--use-pid-file=no",
             "--disable-shm=yes", "--realtime=no", "--high-priority=no", *(f"--load={module}" for module in modules)],
            env={**self.environment(), "HOME": str(self.folder)}, stdout=self._log, stderr=self._log,
        )  # fmt: skip
        try:
            _until(lambda: self._answers(daemon), "PulseAudio does not answer")
        except BaseException:
            daemon.kill()
            daemon.wait(5)
            print((self.folder / "log").read_text(encoding="utf-8", errors="replace"), file=sys.stderr)
            raise
        return daemon

    def _answers(self, daemon: subprocess.Popen[bytes]) -> bool:
        if daemon.poll() is not None:
            raise RuntimeError(f"PulseAudio ended with code {daemon.returncode}. {INSTALL}")
        listing = subprocess.run(
            ["pactl", "list", "short", "sinks"], env=self.environment(), capture_output=True, text=True, check=False
        )
        return "headphones" in listing.stdout


class Recording:
    """What was recorded."""

    samples: NDArray[np.int16] = np.zeros(0, np.int16)

    def __init__(self) -> None:
        self._came: list[tuple[float, int]] = []

    def take_down(self, pipe: IO[bytes], file: IO[bytes]) -> None:
        """Write what comes, and when it came, until it ends."""
        size = 0
        while piece := os.read(pipe.fileno(), 65_536):
            file.write(piece)
            file.flush()
            size += len(piece)
            self._came.append((time.monotonic(), size // 2))

    def when(self, places: NDArray[np.float64]) -> NDArray[np.float64]:
        """Monotonic seconds at which samples were heard, but for a constant.

        Sound comes late when the processor is busy, but never early: the earliest pieces of every five seconds tell how
        fast the device really runs, whatever it says of its rate.
        """
        came = np.array(self._came, float)
        late = came[:, 0] - came[:, 1] / RATE
        stretch = ((came[:, 0] - came[0, 0]) // 5).astype(int)
        best = np.array([np.flatnonzero(stretch == one)[np.argmin(late[stretch == one])] for one in np.unique(stretch)])
        told: NDArray[np.float64] = places / RATE + np.interp(places, came[best, 1], late[best])
        return told


def tone(path: Path, hertz: float, seconds: float = 1.0, level: float = 0.3) -> Path:
    """Write a WAV with a steady tone."""
    at = np.arange(round(seconds * RATE)) / RATE
    soundfile.write(path, level * np.sin(2 * np.pi * hertz * at), RATE, subtype="PCM_16")
    return path


def loudness_of(samples: NDArray[np.int16], hertz: float) -> float:
    """Greatest amplitude of a tone in any tenth of a second, 1 being full scale."""
    step = RATE // 10
    steps = samples[: len(samples) // step * step].reshape(-1, step) / 32768
    wave = np.exp(-2j * np.pi * hertz * np.arange(step) / RATE)
    return float(np.abs(steps @ wave).max() * 2 / step) if len(steps) else 0.0


def _until(condition: object, otherwise: str, seconds: float = 10.0) -> None:
    until = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        if time.monotonic() > until:
            raise RuntimeError(f"{otherwise} after {seconds:g} s.")
        time.sleep(0.05)
