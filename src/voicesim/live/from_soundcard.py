"""Driver: a person at a headset. Sound flows through PortAudio; this thread feeds the engine and carries out what it decides."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import TYPE_CHECKING, Protocol

from voicesim.engine.events import AudioTrouble, DeviceLost, DeviceRestored, KeyPressed, TrackEnded
from voicesim.errors import DeviceError
from voicesim.live.conductor import Conductor
from voicesim.live.keys import Keys, meaning
from voicesim.live.player import Player

if TYPE_CHECKING:
    from voicesim.audio.soundcard import Block, SoundCard

_WAIT = 0.1
"""Seconds to wait for a block before looking at the keys again."""
_SWITCH = 0.0005
"""Seconds after which a busy Python thread lets another run: the sound card's own thread must never wait long for its turn."""
_TRY_AGAIN = 1.0
"""Seconds between two attempts to find a lost device again."""


class Card(Protocol):
    """Where sound comes from and goes to."""

    @property
    def label(self) -> str:
        """Both devices in one phrase."""

    @property
    def done(self) -> bool:
        """Whether no sound will ever come again: never for a device, some time for a recording."""

    def read(self, timeout: float) -> Block | None:
        """The next block, None when there was none in `timeout` seconds."""

    def reopen(self) -> None:
        """Look for lost devices again."""


class Buttons(Protocol):
    """What the person presses, as the terminal's keys: a terminal's own (`Keys`), or those of a page."""

    def __enter__(self) -> Buttons:
        """Begin to take them."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take them no longer."""

    def pressed(self) -> str:
        """The next key pressed, lower case; empty when there is none."""


class View(Protocol):
    """What the person sees while it runs."""

    def tick(self, conductor: Conductor, block: Block) -> None:
        """A block has passed."""

    def say(self, message: str) -> None:
        """Something the person must know."""


@dataclass(frozen=True)
class Outcome:
    """How the session was left: by Ctrl-C, or with a problem (a device that did not come back)."""

    stopped_by_signal: bool = False
    problem: str = ""


def open_card(player: Player, input_name: str | None, output_name: str | None) -> SoundCard:
    """Open microphone and headphones as one stream.

    Raises:
        DeviceError: one of them is not there or will not open.
    """
    from voicesim.audio.soundcard import SoundCard

    return SoundCard(player.render, input_name, output_name)


def converse(
    conductor: Conductor, card: Card, view: View, patience: float = 60.0, buttons: Buttons | None = None
) -> Outcome:
    """Run a live session to its end, or to the end of the sound.

    Space pauses and goes on, q stops, Ctrl-C stops. A lost device pauses the session until it is back.

    Args:
        conductor: the session, not begun.
        card: an open sound card whose output is `conductor.player`.
        view: what the person sees.
        patience: seconds to wait for a lost device before the session is closed.
        buttons: what the person presses; by default the terminal's keys.
    """
    conductor.begin()
    sys.setswitchinterval(_SWITCH)  # for good: other sessions may be held in this process at the same time
    try:
        with buttons or Keys() as keys:
            while not conductor.over:
                obey(keys.pressed(), conductor, view)
                try:
                    block = card.read(_WAIT)
                except DeviceError as error:
                    if not wait_for_device(conductor, card, view, keys, error, patience):
                        conductor.tell(KeyPressed(conductor.now, "stop"))
                        return Outcome(problem=str(error))
                    continue
                if block is not None:
                    take(conductor, block)
                    view.tick(conductor, block)
                if card.done:
                    conductor.tell(TrackEnded(conductor.now))
                    break
    except KeyboardInterrupt:
        conductor.tell(KeyPressed(conductor.now, "stop"))
        return Outcome(stopped_by_signal=True)
    return Outcome()


def take(conductor: Conductor, block: Block) -> None:
    """Hand a block to the session, and what went wrong in it."""
    for kind, lost in block.troubles:
        conductor.tell(AudioTrouble(conductor.now, kind, lost))
    conductor.block(block.captured, block.played, block.marks)


def obey(key: str, conductor: Conductor, view: View) -> None:
    """What a key does."""
    state = conductor.state
    paused = state.phase == "paused"
    pressed = meaning(key, paused=paused, push_to_talk=conductor.push_to_talk, talking=state.talking)
    if not pressed:
        return
    conductor.tell(KeyPressed(conductor.now, pressed))
    if pressed == "pause":
        view.say("Paused. Space goes on, q stops.")
    elif pressed == "resume":
        view.say("Going on.")


def wait_for_device(
    conductor: Conductor, card: Card, view: View, keys: Buttons, error: DeviceError, patience: float
) -> bool:
    """Pause and look for the device again until it is back, the person stops, or patience ends.

    Returns:
        Whether the session can go on.
    """
    conductor.tell(DeviceLost(conductor.now, card.label, error.problem))
    view.say(f"{error} The session is paused and saved so far. Plug it in again to go on, or press q to end.")
    until = time.monotonic() + patience
    while time.monotonic() < until:
        time.sleep(_TRY_AGAIN)
        if keys.pressed() == "q":
            return False
        try:
            card.reopen()
        except DeviceError:
            continue
        conductor.tell(DeviceRestored(conductor.now, card.label))
        view.say("Sound is back. Going on.")
        return True
    return False
