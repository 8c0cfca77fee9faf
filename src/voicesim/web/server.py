"""Runs the application on an open port until it is told to stop."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING

from voicesim.web.settings import web_settings

if TYPE_CHECKING:
    from starlette.types import ASGIApp


def run(app: ASGIApp, opened: socket.socket, started: Callable[[], None]) -> None:
    """Serve until Ctrl-C; sessions that are running then are closed and kept.

    Args:
        app: the application.
        opened: a listening socket.
        started: told once it answers.
    """
    import uvicorn

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets=sockets)
            started()

    config = uvicorn.Config(
        app,
        ws="websockets-sansio",
        ws_max_size=web_settings().most_message,
        ws_per_message_deflate=False,  # sound does not shrink, and it would wait
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    with suppress(KeyboardInterrupt):  # passed on by uvicorn once everything is closed
        Server(config).run(sockets=[opened])
