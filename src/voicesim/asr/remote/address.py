"""Where a remote recogniser is, as it is written after ``--asr``.

::

    ray://gpu-box:8000                       `voicesim asr serve` on another machine
    rays://asr.example.org                   the same behind TLS
    ray://gpu-box:8000?fallback=base         if it is gone, the local model hears
    openai:https://host/v1                   any server with OpenAI's transcription endpoint

The key or token is never part of the address, which stands in shell histories and logs: it is read from the environment.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs, urlsplit

from voicesim.errors import BadInputError

KEY = "VOICESIM_ASR_KEY"
"""Environment variable with the server's key or token. One of its own: no other program's key is ever sent anywhere."""
RAY, RAY_TLS, OPENAI = "ray://", "rays://", "openai:"
PREFIXES = (RAY, RAY_TLS, OPENAI)
_HOW = "Write ray://host:port, rays://host or openai:https://host/v1."


@dataclass(frozen=True)
class Remote:
    """A recogniser on another machine."""

    kind: Literal["ray", "openai"]
    host: str
    port: int
    tls: bool
    path: str = ""
    """Before the endpoints' own, without a slash at its end."""
    fallback: str = ""
    """Local model that hears when the other machine does not answer; empty for none."""
    timeout: float | None = None
    """Seconds from a segment to its words; None for the usual."""

    @property
    def place(self) -> str:
        """The machine, for people."""
        usual = 443 if self.tls else 80
        return self.host if self.port == usual else f"{self.host}:{self.port}"

    @property
    def on_this_machine(self) -> bool:
        """Whether what is sent there stays here."""
        return is_loopback(self.host)

    @property
    def warning(self) -> str:
        """What a person must know before anything is sent there; empty where nothing leaves the machine."""
        if self.on_this_machine:
            return ""
        how = "encrypted on the way" if self.tls else "NOT encrypted on the way"
        return (
            f"What you say leaves this machine: it is sent to {self.place} to be put into words, {how}. "
            f"Whoever runs {self.host} can listen to it and keep it."
        )


def is_remote(engine: str) -> bool:
    """Whether the name of an engine is the address of another machine."""
    return engine.startswith(PREFIXES)


def is_loopback(host: str) -> bool:
    """Whether a host name stands for this machine."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse(engine: str) -> Remote:
    """Read an address.

    Raises:
        BadInputError: it is none, or an option in it is unknown.
    """
    if engine.startswith(OPENAI):
        kind: Literal["ray", "openai"] = "openai"
        url = engine.removeprefix(OPENAI)
        if not url.startswith(("https://", "http://")):
            raise BadInputError(f"'{engine}' is no address of a server.", _HOW)
    else:
        kind = "ray"
        url = ("https://" if engine.startswith(RAY_TLS) else "http://") + engine.partition("://")[2]
    try:
        parts = urlsplit(url)
        host, port, tls = parts.hostname or "", parts.port, parts.scheme == "https"
        options = parse_qs(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query))
    except ValueError:
        raise BadInputError(f"'{engine}' is no address of a server.", _HOW) from None
    if not host:
        raise BadInputError(f"'{engine}' names no machine.", _HOW)
    if parts.username or parts.password:
        raise BadInputError("A key does not belong in the address.", f"Put it into the environment variable {KEY}.")
    return Remote(
        kind,
        host,
        port or (443 if tls else 8000 if kind == "ray" else 80),
        tls,
        parts.path.rstrip("/"),
        _one(options, "fallback", engine),
        _seconds(_one(options, "timeout", engine)),
    )


def _one(options: dict[str, list[str]], name: str, engine: str) -> str:
    if unknown := sorted(set(options) - {"fallback", "timeout"}):
        raise BadInputError(
            f"'{engine}' has an option '{unknown[0]}'.", "There are fallback=MODEL and timeout=SECONDS."
        )
    return options.get(name, [""])[-1]


def _seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        found = float(text)
    except ValueError:
        found = 0.0
    if not 0.5 <= found <= 600:
        raise BadInputError(f"timeout={text} is no number of seconds that can be used.", "Give 0.5 to 600.")
    return found


def key_from_environment() -> str:
    """The key or token, or nothing.

    Raises:
        BadInputError: it holds what no header may.
    """
    key = os.environ.get(KEY, "").strip()
    if not key.isascii() or not key.isprintable():
        raise BadInputError(f"The key in {KEY} holds characters that no key has.", "Set it again.")
    return key
