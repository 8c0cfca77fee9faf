"""Microphone and headphones, in blocks of mono 16 kHz, with an end to waiting when a device goes away."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from statistics import median
from types import TracebackType
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.devices import Device, Kind, find_device, find_index, list_devices, portaudio, restart_portaudio
from voicesim.audio.flow import BLOCK_SECONDS, FedOutlet, Inlet, Outlet, Render
from voicesim.audio.pairing import Capture, Direct, Fed, Trouble
from voicesim.errors import DeviceError
from voicesim.timebase import SAMPLE_RATE, samples

__all__ = ["Block", "Device", "DeviceGoneError", "Render", "SoundCard", "Trouble", "find_device", "list_devices"]

_BLOCK = samples(BLOCK_SECONDS)
_LATENCY: dict[Kind, float | str] = {"input": "low", "output": 0.06}
"""Seconds of sound the driver holds. Output that runs dry is heard as a click; much more would keep her from falling silent
at once."""
_SILENT_FOR = 1.0
"""Seconds without a call from a device after which it counts as gone."""
_OPENS_WITHIN = 3.0
_CLOSES_WITHIN = 2.0
_LATENCIES = 250
_FIRST_BLOCKS = 5


class DeviceGoneError(DeviceError):
    """A device that worked has vanished or stopped delivering."""


@dataclass(frozen=True)
class Block:
    """What was recorded and what was played in one stretch of time."""

    captured: NDArray[np.int16]
    """Mono, 16 kHz, shape (320,)."""
    played: NDArray[np.int16]
    """As rendered, shape (320,); heard `SoundCard.loop_latency` samples later than `captured` was said."""
    marks: Any
    """What `render` gave with these samples; ``()`` where there is nothing."""
    troubles: tuple[Trouble, ...] = ()


class SoundCard:
    """A microphone and a pair of headphones. Blocks are read by one thread; `render` must not wait.

    A device that refuses 16 kHz runs at its own rate and is converted in `read`.

    Args:
        render: gives the next n samples to play and marks to travel with them.
        input_name: part of the microphone's name; None for the default.
        output_name: part of the headphones' name; None for the default.
        rate: sample rate to run the devices at, Hz; None for 16 kHz if they can, else their own.

    Raises:
        DeviceError: PortAudio or a device is missing, or it does not open.
    """

    def __init__(
        self,
        render: Render,
        input_name: str | None = None,
        output_name: str | None = None,
        rate: int | None = None,
    ) -> None:
        self._render = render
        self._rate = rate
        self._streams: list[Any] = []
        self._wanted: dict[Kind, str | None] = {"input": input_name, "output": output_name}
        self._latencies: deque[float] = deque(maxlen=_LATENCIES)
        self._early: deque[Block] = deque()
        self.names: dict[str, str] = {}
        """The devices' full names, under ``input`` and ``output``."""
        self._open()
        # Asked for again by the same names, should they vanish, and not by whatever is the default then.
        self._wanted = {"input": self.names["input"], "output": self.names["output"]}

    @property
    def label(self) -> str:
        """Both devices in one phrase."""
        return " / ".join(dict.fromkeys(self.names.values()))

    @property
    def done(self) -> bool:
        """A device never comes to its end; it is lost (`DeviceGoneError`)."""
        return False

    @property
    def loop_latency(self) -> int:
        """Samples at 16 kHz by which `Block.played` is heard later than `Block.captured` was said; a median."""
        return max(0, round(median(self._latencies) * SAMPLE_RATE)) if self._latencies else 0

    def read(self, timeout: float) -> Block | None:
        """The next block.

        Args:
            timeout: seconds to wait for it.

        Returns:
            None when there was none in time.

        Raises:
            DeviceGoneError: a device has gone away; every block from before has been read.
        """
        if self._early:
            return self._early.popleft()
        until = time.monotonic() + timeout
        while True:
            block = self._next_block(max(0.0, min(until - time.monotonic(), 0.1)))
            if block is not None:
                return block
            self._check_alive()
            if time.monotonic() >= until:
                return None

    def _next_block(self, timeout: float) -> Block | None:
        captured = self._capture.next(timeout)
        if captured is None:
            return None
        played = self._playback.match(captured)
        if played.heard is not None:
            self._latencies.append(played.heard - captured.said)
        return Block(captured.samples, played.samples, played.marks, captured.troubles + played.troubles)

    def reopen(self) -> None:
        """Look for the same devices again and open them.

        Raises:
            DeviceError: they are still not there.
        """
        self.close()
        if not _within(restart_portaudio, _OPENS_WITHIN):
            raise DeviceError("The sound system does not answer.", "Restart it, or the computer.")
        self._open()

    def close(self) -> None:
        """Let go of the devices. Never waits longer than two seconds, even for a driver that hangs."""
        streams, self._streams = self._streams, []

        def end() -> None:
            for stream in streams:
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)

        if streams:
            _within(end, _CLOSES_WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        devices: dict[Kind, Device] = {kind: find_device(name, kind) for kind, name in self._wanted.items()}
        self.names = {kind: device.name for kind, device in devices.items()}
        try:
            self._outlet = self._start_any("output", devices["output"], self._make_outlet)
            self._inlet: Inlet = self._start_any("input", devices["input"], self._make_inlet)
            self._settle()
        except BaseException:
            self.close()
            raise

    def _make_inlet(self, rate: int) -> Inlet:
        self._capture = Capture(inlet := Inlet(round(rate * BLOCK_SECONDS), rate), rate, _BLOCK)
        return inlet

    def _make_outlet(self, rate: int) -> Outlet | FedOutlet:
        self._playback: Direct | Fed
        if rate == SAMPLE_RATE:
            self._playback = Direct(outlet := Outlet(_BLOCK, self._render))
            return outlet
        block = round(rate * BLOCK_SECONDS)
        self._playback = Fed(fed := FedOutlet(block, rate, lead=3 * block), rate, self._render)
        return fed

    def _start_any(self, kind: Kind, device: Device, make: Callable[[int], Any]) -> Any:
        """Open one direction at the first rate and number of channels that the device takes."""
        sounddevice = portaudio()
        rates = [self._rate] if self._rate else list(dict.fromkeys([SAMPLE_RATE, device.rate]))
        problem: Exception | None = None
        for rate in rates:
            flow = make(rate)
            # Some drivers refuse mono, but none two channels.
            for channels in (1, 2):
                try:
                    stream = (sounddevice.InputStream if kind == "input" else sounddevice.OutputStream)(
                        samplerate=rate,
                        blocksize=round(rate * BLOCK_SECONDS),
                        device=find_index(self._wanted[kind], kind),
                        channels=channels,
                        dtype="int16",
                        latency=_LATENCY[kind],
                        callback=flow.callback,
                        finished_callback=flow.finish,
                    )
                    self._streams.append(stream)
                    stream.start()
                except sounddevice.PortAudioError as error:
                    problem = error
                else:
                    return flow
        raise DeviceError(
            f"{device.name} cannot be opened ({problem}).",
            "Close other programs that use it, or choose another: voicesim devices.",
        )

    def _settle(self) -> None:
        """Wait until both flow evenly, then begin to keep blocks: the output first, so that none waits for it."""
        self._wait_for(lambda: self._outlet.settled and self._inlet.settled)
        self._outlet.keeping = True
        if isinstance(self._outlet, Outlet):
            self._wait_for(lambda: self._outlet.waiting > 0)
        self._inlet.keeping = True
        self._early.clear()
        self._latencies.clear()
        # The first blocks tell the latency; they are kept for `read`.
        until = time.monotonic() + _OPENS_WITHIN
        while len(self._early) < _FIRST_BLOCKS and time.monotonic() < until:
            block = self._next_block(0.1)
            if block is not None:
                self._early.append(block)

    def _wait_for(self, condition: Callable[[], bool]) -> None:
        until = time.monotonic() + _OPENS_WITHIN
        while not condition():
            if time.monotonic() > until:
                raise DeviceError(f"{self.label} opens but delivers no sound.", "Choose another: voicesim devices.")
            time.sleep(0.005)

    def _check_alive(self) -> None:
        if not self._streams:
            raise DeviceGoneError("The sound devices are closed.", "Open them again.")
        directions: tuple[tuple[Literal["input", "output"], Any], ...] = (
            ("input", self._inlet),
            ("output", self._outlet),
        )
        for kind, flow in directions:
            if flow.failure is not None:
                raise flow.failure
            if flow.finished:
                reason = "has stopped"
            elif time.monotonic() - flow.called > _SILENT_FOR:
                reason = "delivers no sound any more" if kind == "input" else "takes no sound any more"
            else:
                continue
            raise DeviceGoneError(f"{self.names[kind]} {reason}.", "Check that it is plugged in and switched on.")


def _within(action: Callable[[], None], seconds: float) -> bool:
    """Run something that may hang in a driver; whether it came back in time. Its exception is passed on."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            action()
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=run, daemon=True, name="sound card")
    thread.start()
    thread.join(seconds)
    if failures:
        raise failures[0]
    return not thread.is_alive()
