"""Asking for the passphrase of encrypted sessions, where somebody is there to type it."""

from __future__ import annotations

import sys

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
