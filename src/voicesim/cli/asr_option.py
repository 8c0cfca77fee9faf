"""``--asr``, and the question that comes with it when what is said would leave the machine."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])
_AGREED = "voicesim.cli.asr_option.agreed"
HELP = (
    "Speech recognition: auto, faster-whisper or openai-whisper; or another machine's, ray://HOST:PORT or openai:URL."
)


def asr_option(text: str = HELP) -> Callable[[Command], Command]:
    """Give a command ``--asr`` and ``--yes-send-audio``.

    A recogniser elsewhere is used only after a plain warning and a yes: typed, or given as the option.
    """

    def decorate(command: Command) -> Command:
        agree = click.option(
            "--yes-send-audio",
            is_flag=True,
            is_eager=True,
            expose_value=False,
            callback=_agreed_beforehand,
            help="With a recogniser on another machine: I know that what is said is sent there (asks otherwise).",
        )
        choose = click.option("--asr", default="auto", show_default=True, callback=_ask, help=text)
        return choose(agree(command))

    return decorate


def _agreed_beforehand(context: click.Context, _: click.Parameter, value: bool) -> None:
    context.meta[_AGREED] = value


def _ask(context: click.Context, _: click.Parameter, value: str) -> str:
    """The engine, once nobody minds.

    Raises:
        click.UsageError: nobody is there to be asked.
        click.Abort: the answer was no.
    """
    if context.resilient_parsing or not value.startswith(("ray", "openai:")):
        return value
    from voicesim.asr.remote.address import is_remote, parse

    if not is_remote(value):
        return value
    warning = parse(value).warning
    if not warning:
        return value
    click.echo(warning, err=True)
    if context.meta.get(_AGREED):
        return value
    if sys.stdin is None or not sys.stdin.isatty():
        raise click.UsageError("Nobody is here to agree to that. Add --yes-send-audio, or leave --asr out.")
    click.confirm("Send it there?", abort=True, err=True)
    return value
