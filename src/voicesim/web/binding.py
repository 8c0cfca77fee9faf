"""Where the server may be reached from: only from this computer, as long as there are no accounts."""

from __future__ import annotations

import socket

from voicesim.errors import BadInputError

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def listen(host: str, port: int) -> socket.socket:
    """Open the port the server is reached at.

    Args:
        host: an address of this computer.
        port: 0 for any that is free.

    Raises:
        BadInputError: others could reach it, or the port cannot be had.
    """
    if host not in LOOPBACK:
        raise BadInputError(
            f"Serving on {host} would let others into this computer's practice sessions: there are no accounts and no TLS yet.",
            "Leave --host out; from another computer, use `ssh -L 8750:127.0.0.1:8750` and open http://localhost:8750.",
        )
    family = socket.AF_INET6 if host == "::1" else socket.AF_INET
    opened = socket.socket(family, socket.SOCK_STREAM)
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
            f"Port {port} of {host} cannot be had ({error.strerror}).", "Choose another with --port."
        ) from None
    return opened


def address(opened: socket.socket) -> str:
    """What to open in a browser."""
    host, port = opened.getsockname()[:2]
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
