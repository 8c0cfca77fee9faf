"""Where the server may be reached from: this computer alone; or others, once there are accounts, TLS and a name."""

from __future__ import annotations

import socket
from dataclasses import dataclass
from pathlib import Path

from voicesim.errors import BadInputError

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_ANY = ("0.0.0.0", "::", "")
_GUIDE = "docs/academy.md leads through it, step by step."


@dataclass(frozen=True)
class Reach:
    """How the server is to be reached."""

    host: str = "127.0.0.1"
    """An address of this computer."""
    port: int = 8750
    """0 for any that is free."""
    names: tuple[str, ...] = ()
    """Names others reach it by."""
    certificate: Path | None = None
    """Chain of certificates, PEM."""
    key: Path | None = None
    """Its private key, PEM."""
    proxies: tuple[str, ...] = ()
    """Addresses of proxies that end TLS before it; nobody else is believed what they say of a request."""
    wants_accounts: bool = False
    """Whether accounts were asked for where nobody else can reach it."""

    @property
    def shared(self) -> bool:
        """Whether others can reach it."""
        return self.host not in LOOPBACK or bool(self.names or self.proxies)

    @property
    def accounts(self) -> bool:
        """Whether whoever comes must sign in."""
        return self.shared or self.wants_accounts

    @property
    def tls(self) -> bool:
        """Whether everything comes over TLS, to this server or to a proxy before it."""
        return self.certificate is not None or bool(self.proxies)

    @property
    def answers_to(self) -> tuple[str, ...]:
        """The host names it answers to."""
        own = () if self.host in _ANY else (self.host.lower(),)
        return tuple(dict.fromkeys((*(name.lower() for name in self.names), *own, *LOOPBACK)))


def lacking(reach: Reach, admins: int) -> list[str]:
    """What is missing before others may reach the server: each with what to do. Empty when nothing is.

    Args:
        reach: how it is to be reached.
        admins: how many administrators could sign in.
    """
    found = []
    if (reach.certificate is None) != (reach.key is None):
        found.append("--certificate and --key go together: give both")
    elif reach.certificate is not None and reach.proxies:
        found.append("TLS ends either here (--certificate, --key) or at a proxy (--behind-proxy): give one of them")
    elif reach.certificate is not None and reach.key is not None:
        from voicesim.web.certificate import flaw

        if problem := flaw(reach.certificate, reach.key):
            found.append(problem)
    elif reach.shared and not reach.tls:
        found.append(
            "TLS: give --certificate FILE and --key FILE, or --behind-proxy ADDRESS of the proxy that ends TLS"
        )
    if reach.host in _ANY and not reach.names:
        found.append("the name people open it by: give --name, for example --name academy.example")
    if reach.accounts and not admins:
        found.append("an administrator: make the first with `voicesim people add NAME --role admin`")
    found += [
        f"{name!r} is no host name: give --name without https:// and port" for name in reach.names if not _is_name(name)
    ]
    found += [
        f"{one!r} is no address: --behind-proxy takes one like 127.0.0.1 or 10.0.0.0/8"
        for one in reach.proxies
        if not _is_address(one)
    ]
    return found


def refuse_open_door(reach: Reach, admins: int) -> None:
    """See to it that nobody reaches a server that is not ready for them.

    Args:
        reach: how it is to be reached.
        admins: how many administrators could sign in.

    Raises:
        BadInputError: something is missing; all of it is said at once.
    """
    found = lacking(reach, admins)
    if not found:
        return
    who = (
        f"Others could reach this server at {reach.host or 'every address'}"
        if reach.shared
        else "Accounts were asked for"
    )
    listed = "; ".join(f"({number}) {one}" for number, one in enumerate(found, 1))
    raise BadInputError(f"{who}, and it is not ready for that: {listed}.", _GUIDE)


def listen(reach: Reach) -> socket.socket:
    """Open the port the server is reached at. Ask `refuse_open_door` first.

    Raises:
        BadInputError: the port cannot be had.
    """
    host, port = reach.host, reach.port
    opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
    try:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        opened.bind(("127.0.0.1" if host == "localhost" else host, port))
        opened.listen(64)
    except OSError as error:
        opened.close()
        raise BadInputError(
            f"Port {port} of {host} cannot be had ({error.strerror or error}).",
            "Choose another with --port."
            if host in (*LOOPBACK, *_ANY)
            else "Choose another with --port; --host must be an address of this computer.",
        ) from None
    return opened


def address(opened: socket.socket, reach: Reach) -> str:
    """What to open in a browser."""
    host, port = opened.getsockname()[:2]
    if reach.proxies and reach.names:
        return f"https://{reach.names[0]}/"
    named = reach.names[0] if reach.names else host
    scheme, usual = ("https", 443) if reach.tls else ("http", 80)
    shown = f"[{named}]" if ":" in named else named
    return f"{scheme}://{shown}/" if port == usual else f"{scheme}://{shown}:{port}/"


def _is_name(name: str) -> bool:
    return bool(name) and len(name) <= 253 and all(sign.isalnum() or sign in "-." for sign in name)


def _is_address(text: str) -> bool:
    import ipaddress

    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True
