"""Microphone and headphones as one stream of mono 16 kHz blocks, with an end to waiting when a device goes away."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from voicesim.audio.devices import Device, find_device, find_index, list_devices, portaudio, restart_portaudio
from voicesim.audio.flow import Flow, RawBlock, Render, Reservoir, Trouble
from voicesim.errors import DeviceError
from voicesim.timebase import SAMPLE_RATE

__all__ = ["Block", "Device", "DeviceGoneError", "Render", "SoundCard", "Trouble", "find_device", "list_devices"]

_BLOCK_SECONDS = 0.02
_LEAD_BLOCKS = 3
"""Blocks of silence between session and card when samples must be converted in between."""
_SILENT_FOR = 1.0
"""Seconds without a call from the sound card after which the device counts as gone."""
_OPENS_WITHIN = 3.0
_CLOSES_WITHIN = 2.0


class DeviceGoneError(DeviceError):
    """A device that worked has vanished or stopped delivering."""


@dataclass(frozen=True)
class Block:
    """What was recorded and what was played in one stretch of time."""

    captured: NDArray[np.int16]
    """Mono, 16 kHz, shape (n,)."""
    played: NDArray[np.int16]
    """As rendered, shape (n,); heard `SoundCard.loop_latency` samples later than `captured`."""
    marks: Any
    """What `render` gave with these samples."""
    troubles: tuple[Trouble, ...] = ()


class SoundCard:
    """A duplex stream. Blocks are read by one thread; `render` is called by the sound card's.

    A device that refuses 16 kHz runs at its own rate and is converted in `read`.

    Args:
        render: gives the next n samples to play and marks to travel with them; must not wait.
        input_name: part of the microphone's name; None for the default.
        output_name: part of the headphones' name; None for the default.
        rate: sample rate to run the device at, Hz; None for 16 kHz if it can, else its own.

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
        self._stream: Any = None
        self._conversion: _Conversion | None = None
        self._wanted = (input_name, output_name)
        self.names: dict[str, str] = {}
        """The devices' full names, under ``input`` and ``output``."""
        self._open()
        # Asked for again by the same names, should they vanish, and not by whatever is the default then.
        self._wanted = (self.names["input"], self.names["output"])

    @property
    def label(self) -> str:
        """Both devices in one phrase."""
        return " / ".join(dict.fromkeys(self.names.values()))

    @property
    def loop_latency(self) -> int:
        """Samples at 16 kHz by which `Block.played` is heard later than `Block.captured` was recorded; a median."""
        waiting = self._conversion.delay if self._conversion else 0.0
        return max(0, round((self._flow.delay + waiting) * SAMPLE_RATE))

    def read(self, timeout: float) -> Block | None:
        """The next block.

        Args:
            timeout: seconds to wait for it.

        Returns:
            None when there was none in time.

        Raises:
            DeviceGoneError: a device has gone away; every block from before has been read.
        """
        until = time.monotonic() + timeout
        while True:
            raw = self._flow.next(max(0.0, min(until - time.monotonic(), 0.1)))
            if raw is not None:
                block = self._conversion.convert(raw) if self._conversion else _as_is(raw)
                if block is not None:
                    return block
            else:
                self._check_alive()
            if time.monotonic() >= until:
                return None

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
        stream, self._stream = self._stream, None
        if stream is None:
            return

        def end() -> None:
            stream.abort(ignore_errors=True)
            stream.close(ignore_errors=True)

        _within(end, _CLOSES_WITHIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _open(self) -> None:
        microphone, headphones = find_device(self._wanted[0], "input"), find_device(self._wanted[1], "output")
        self.names = {"input": microphone.name, "output": headphones.name}
        rates = [self._rate] if self._rate else [SAMPLE_RATE, headphones.rate, microphone.rate]
        problem: Exception | None = None
        for rate in dict.fromkeys(rates):
            # Some drivers refuse mono, but none two channels.
            for channels in ((1, 1), (min(2, microphone.inputs), min(2, headphones.outputs))):
                try:
                    self._start(rate, channels)
                except portaudio().PortAudioError as error:
                    problem = error
                    continue
                self._settle()
                return
        raise DeviceError(
            f"{self.label} cannot be opened ({problem}).",
            "Close other programs that use it, or choose another: voicesim devices.",
        )

    def _start(self, rate: int, channels: tuple[int, int]) -> None:
        block = round(rate * _BLOCK_SECONDS)
        self._conversion = None
        source: Render | Reservoir = self._render
        if rate != SAMPLE_RATE:
            source = Reservoir(rate, _LEAD_BLOCKS * block)
            self._conversion = _Conversion(rate, self._render, source)
        self._flow = Flow(block, source)
        stream = portaudio().Stream(
            samplerate=rate,
            blocksize=block,
            device=(find_index(self._wanted[0], "input"), find_index(self._wanted[1], "output")),
            channels=channels,
            dtype="int16",
            latency="low",
            callback=self._flow.callback,
            finished_callback=self._flow.finish,
        )
        self._stream = stream
        try:
            stream.start()
        except portaudio().PortAudioError:
            self.close()
            raise

    def _settle(self) -> None:
        until = time.monotonic() + _OPENS_WITHIN
        while not self._flow.settled:
            if time.monotonic() > until:
                self.close()
                raise DeviceError(f"{self.label} opens but delivers no sound.", "Choose another: voicesim devices.")
            time.sleep(0.01)

    def _check_alive(self) -> None:
        if self._flow.failure is not None:
            raise self._flow.failure
        if self._stream is None:
            raise DeviceGoneError("The sound devices are closed.", "Open them again.")
        silent_for = time.monotonic() - self._flow.called
        if self._flow.finished:
            reason = "has stopped"
        elif silent_for > _SILENT_FOR:
            reason = "delivers no sound any more"
        else:
            return
        raise DeviceGoneError(f"{self.label} {reason}.", "Check that it is plugged in and switched on.")


class _Conversion:
    """Between a device's rate and the house's, both ways, with memory from block to block."""

    def __init__(self, rate: int, render: Render, outgoing: Reservoir) -> None:
        import soxr

        self._rate = rate
        self._render = render
        self._outgoing = outgoing
        self._down = soxr.ResampleStream(rate, SAMPLE_RATE, 1, dtype="int16", quality="HQ")
        self._up = soxr.ResampleStream(SAMPLE_RATE, rate, 1, dtype="int16", quality="HQ")
        self._troubles: tuple[Trouble, ...] = ()

    @property
    def delay(self) -> float:
        """Seconds that samples wait in here, on the way in and out."""
        return float(self._down.delay() / SAMPLE_RATE + (self._up.delay() + self._outgoing.waiting) / self._rate)

    def convert(self, raw: RawBlock) -> Block | None:
        """Captured samples at 16 kHz, and as many rendered ones sent on their way; None while a filter still fills."""
        captured = self._down.resample_chunk(raw.captured)
        self._troubles += tuple((kind, round(count * SAMPLE_RATE / self._rate)) for kind, count in raw.troubles)
        if not len(captured):
            return None
        played, marks = self._render(len(captured))
        self._outgoing.put(self._up.resample_chunk(played))
        troubles, self._troubles = self._troubles, ()
        return Block(captured, played, marks, troubles)


def _as_is(raw: RawBlock) -> Block:
    return Block(raw.captured, raw.played, raw.marks, raw.troubles)


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
