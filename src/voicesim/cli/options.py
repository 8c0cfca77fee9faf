"""Options that several commands share, each written once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from voicesim.cli.asr_option import asr_option

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS: dict[str, Callable[[Any], Any]] = {
    "out": click.option(
        "--out",
        type=click.Path(path_type=Path),
        help="New folder for the session; default: one under your own data folder.",
    ),
    "trainee-audio": click.option(
        "--trainee-audio",
        type=click.Path(path_type=Path),
        help="A recording plays the trainee; no sound card is used.",
    ),
    "realtime": click.option(
        "--realtime",
        is_flag=True,
        help="With --trainee-audio: keep to the clock instead of running as fast as possible.",
    ),
    "input": click.option("--input", "input_name", help="Microphone, by (part of) its name; see voicesim devices."),
    "output": click.option("--output", "output_name", help="Headphones, by (part of) their name."),
    "asr": asr_option(),
    "model": click.option(
        "--model", default="", help="Whisper checkpoint, for example tiny.en, base, small.en.  [default: base]"
    ),
    "model-path": click.option(
        "--model-path",
        type=click.Path(path_type=Path),
        help="Your own Whisper weights: a .pt file or a CTranslate2 folder.",
    ),
    "turn-end": click.option(
        "--turn-end",
        type=click.FloatRange(0.3, 10),
        help="Seconds of quiet that end your turn: larger is more patient.",
    ),
    "push-to-talk": click.option(
        "--push-to-talk",
        is_flag=True,
        help="You mark your turns: space begins one, space ends it. Silence ends nothing.",
    ),
    "voice": click.option(
        "--voice",
        type=click.Choice(["auto", "kokoro", "pyttsx3"]),
        default=None,
        envvar="VOICESIM_VOICE",
        help="Who speaks her lines: as the scenario says (auto), the neural voice, or the plain one.  "
        "[default: auto; pyttsx3 with --trainee-audio, to which recordings are timed]",
    ),
    "bias": click.option("--bias", is_flag=True, help="Lean speech recognition towards the names in the scenario."),
    "check": click.option(
        "--check/--no-check", default=True, help="Look at microphone and headphones before a live session."
    ),
    "echo": click.option(
        "--echo",
        type=click.Choice(["auto", "off", "cancel", "half-duplex"]),
        default="auto",
        show_default=True,
        help="Her voice in your microphone (loudspeakers): take it out, or do not listen while she speaks. "
        "auto: whatever the check finds needed.",
    ),
    "seed": click.option(
        "--seed",
        type=int,
        help="Which of several fitting lines she picks.  [default: another each time; 0 with a recording]",
    ),
    "rubric": click.option("--rubric", default="default", show_default=True, help="Rubric for the scorecard."),
    "private": click.option(
        "--private", is_flag=True, help="Nothing is kept: no sound, no log, no scorecard (see --keep)."
    ),
    "keep": click.option(
        "--keep",
        type=click.Choice(["scorecard", "nothing"]),
        help="With --private: whether the scorecard is kept.  [default: nothing]",
    ),
    "locale": click.option(
        "--locale", help="Whose support lines are shown, for example en-GB.  [default: as the system is set]"
    ),
    "yes": click.option(
        "--yes", is_flag=True, help="I have read the content note and agree to be recorded (asks otherwise)."
    ),
    "open": click.option(
        "--open/--no-open", "open_it", default=None, help="Open the report in your browser afterwards."
    ),
    "plain": click.option("--plain", is_flag=True, help="Plain lines only, for screen readers."),
    "json": click.option(
        "--json", "as_json", is_flag=True, help="Print one JSON object at the end instead of the scorecard."
    ),
}


def options(*names: str) -> Callable[[Command], Command]:
    """Give a command these options, shown in this order."""

    def decorate(command: Command) -> Command:
        for name in reversed(names):
            command = _OPTIONS[name](command)
        return command

    return decorate


DEFAULTS: dict[str, Any] = {
    "out": None, "trainee_audio": None, "realtime": False, "input_name": None, "output_name": None, "asr": "auto", "model": "",
    "model_path": None, "turn_end": None, "push_to_talk": False, "voice": None, "bias": False, "check": True, "echo": "auto",
    "seed": None, "rubric": "default", "private": False, "keep": None, "locale": None, "yes": False, "open_it": None,
    "plain": False, "as_json": False,
}  # fmt: skip
"""What an option is where a command does not offer it."""
