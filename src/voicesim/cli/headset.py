"""`voicesim headset`, and the same check shortly before a live session."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from voicesim.audio.echo import EchoMode
    from voicesim.live.headset_check import HeadsetCheck

ECHO_CHOICES = ("auto", "off", "cancel", "half-duplex")
_MARKS = {"good": "ok  ", "note": "note", "mend": "MEND"}
_SENTENCE = "Now say a sentence, as you would to her. For example: I am here to listen, take all the time you need."
_HALF_DUPLEX = "Your microphone is not listened to while she speaks: you cannot interrupt her, and nor can a cough."
_CANCELLING = "Her voice is taken out of your microphone. Keep the loudspeakers where they are, and not loud."


@click.command(short_help="Check the headset: level, noise, and whether she leaks in.")
@click.option("--input", "input_name", help="Microphone, by (part of) its name; see voicesim devices.")
@click.option("--output", "output_name", help="Headphones, by (part of) their name.")
@click.option("--voice/--no-voice", default=None, help="Ask for a sentence.  [default: only in a terminal]")
@click.option("--plain", is_flag=True, help="Plain lines only, for screen readers.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found for a machine.")
def headset(input_name: str | None, output_name: str | None, voice: bool | None, plain: bool, as_json: bool) -> int:
    """Check microphone and headphones: level, noise, and whether her voice gets into the microphone.

    Takes about ten seconds: a moment of quiet, two soft tones, and a sentence of yours. Nothing is recorded.
    """
    terminal = sys.stdout.isatty() and not plain and not as_json
    ask = sys.stdin.isatty() if voice is None else voice

    def tell(text: str) -> None:
        click.echo(text, err=as_json)

    found = look(input_name, output_name, ask, tell, terminal)
    if as_json:
        click.echo(json.dumps(found.as_dict(), ensure_ascii=False))
    else:
        print_check(found, tell, terminal)
        if found.echo:
            tell("")
            tell("Without a headset, practice offers two ways: --echo cancel takes her voice out of your microphone;")
            tell("--echo half-duplex does not listen to you while she speaks, so that you cannot interrupt her.")
    return 0 if found.well else 1


@dataclass(frozen=True)
class Readiness:
    """How a live session is to be held."""

    echo: EchoMode
    check: HeadsetCheck | None

    def as_meta(self) -> dict[str, Any]:
        """For ``meta.json``."""
        return {"echo": self.echo} | ({"check": self.check.as_dict()} if self.check else {})


def get_ready(options: dict[str, Any], tell: Callable[[str], None], terminal: bool, someone: bool) -> Readiness:
    """Check the headset before a session and settle what is done about echo.

    Args:
        options: ``input_name``, ``output_name``, ``check`` (whether to look at all) and ``echo`` (one of `ECHO_CHOICES`).
        tell: prints a line.
        terminal: draw a meter.
        someone: somebody is there to be asked; else the result is told and the session goes on.

    Raises:
        click.Abort: the person would rather put on a headset first.
    """
    check = None
    while options["check"]:
        check = look(options["input_name"], options["output_name"], someone, tell, terminal)
        print_check(check, tell, terminal)
        tell("")
        if not someone or _goes_on(check):
            break
    if options["echo"] != "auto":
        return Readiness(_announced(options["echo"], tell), check)
    if check is None or not check.echo:
        return Readiness("off", check)
    return Readiness(_announced(_choose() if someone else "cancel", tell), check)


def _goes_on(check: HeadsetCheck) -> bool:
    """Where the voice did not come through: whether to go on all the same; otherwise the check is made again."""
    if all(verdict.weight != "mend" for verdict in check.verdicts if verdict.about != "echo"):
        return True
    click.echo("  t  try again     g  go on as it is     q  stop here")
    answer = click.prompt("Which", type=click.Choice(["t", "g", "q"]), default="t", show_choices=False)
    if answer == "q":
        raise click.Abort
    return bool(answer == "g")


def _choose() -> EchoMode:
    click.echo("Without a headset there are two ways:")
    click.echo("  c  cancel       her voice is taken out of your microphone; you can still interrupt her")
    click.echo(
        "  h  half duplex  your microphone is not listened to while she speaks; safe, but you cannot interrupt her"
    )
    click.echo("  q  stop here, and put on a headset first")
    answer = click.prompt("Which", type=click.Choice(["c", "h", "q"]), default="c", show_choices=False)
    if answer == "q":
        raise click.Abort
    return "cancel" if answer == "c" else "half-duplex"


def _announced(mode: EchoMode, tell: Callable[[str], None]) -> EchoMode:
    if mode != "off":
        tell(f"Echo cancellation is on. {_CANCELLING}" if mode == "cancel" else f"Half duplex is on. {_HALF_DUPLEX}")
        tell("")
    return mode


def look(
    input_name: str | None, output_name: str | None, ask: bool, tell: Callable[[str], None], terminal: bool
) -> HeadsetCheck:
    """Open the devices and run the check.

    Raises:
        DeviceError: there is no microphone or there are no headphones, or one went away.
    """
    from voicesim.audio.soundcard import SoundCard
    from voicesim.live.headset_check import ProbeOutput, run_check

    words = {
        "room": "Checking microphone and headphones: please be quiet for a moment.",
        "echo": "You will hear two soft tones.",
        "voice": _SENTENCE,
    }
    output = ProbeOutput()
    with SoundCard(output.render, input_name, output_name) as card:
        if not terminal:
            return run_check(card, output, ask_voice=ask, step=lambda name: tell(words[name]))
        from rich.text import Text

        from voicesim.cli.live_view import Meter
        from voicesim.cli.status_line import StatusLine

        meter = Meter()
        with StatusLine() as line:

            def heard(block: NDArray[np.int16]) -> None:
                if meter.take(block):
                    line.draw(Text(f"  microphone {meter.bar(24)}", style="dim"))

            return run_check(card, output, ask_voice=ask, step=lambda name: line.tell(words[name]), heard=heard)


def print_check(check: HeadsetCheck, tell: Callable[[str], None], terminal: bool = False) -> None:
    """The verdicts, one a line; in a terminal wrapped between words."""
    width = min(shutil.get_terminal_size().columns, 100) - 1
    for verdict in check.verdicts:
        text = f"{_MARKS[verdict.weight]}  {verdict.words}"
        tell(click.wrap_text(text, width, subsequent_indent="      ") if terminal else text)
