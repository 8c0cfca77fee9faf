"""Commands on encrypted sessions: asking for the passphrase where somebody is there to type it, and reading them like any other."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

import click


def ask_passphrase() -> str:
    """The passphrase as typed; empty where nobody sits at a terminal."""
    if sys.stdin is None or not sys.stdin.isatty():
        return ""
    answer: str = click.prompt("Passphrase of the encrypted sessions", hide_input=True, err=True)
    return answer


def new_passphrase() -> str:
    """A new one, typed twice at a terminal, or one line of standard input."""
    if sys.stdin is None or not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n") if sys.stdin else ""
    answer: str = click.prompt("New passphrase", hide_input=True, confirmation_prompt="The same again", err=True)
    return answer


def reads_encrypted(command: Callable[..., Any]) -> Callable[..., Any]:
    """For a command on one `session`: an encrypted one is opened for as long as the command runs."""

    @wraps(command)
    def opening(session: Path, **given: Any) -> Any:
        if not (session / "sealed.json").is_file():  # the common case loads nothing
            return command(session=session, **given)
        from voicesim.store.opened import opened

        with opened(session, ask=ask_passphrase) as readable:
            return command(session=readable, **given)

    return opening
